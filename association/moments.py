"""时刻: how pages, mails, documents and refusals write a moment. A term that ends at midnight ends at 24:00 of its last day."""

from datetime import date, datetime, timedelta

from association.rules.clock import beijing

LEAST = timedelta(microseconds=1)


def minute(moment: datetime) -> str:
    """A moment in Beijing, to the minute."""
    return f"{beijing(moment):%Y-%m-%d %H:%M}"


def last_day(moment: datetime) -> date:
    """The last day, in Beijing, of something that ends at this moment and does not hold it any more."""
    return beijing(moment - LEAST).date()


def until(moment: datetime) -> str:
    """截止: midnight belongs to the day before it, as the law writes it (24:00)."""
    return f"{last_day(moment):%Y-%m-%d} 24:00" if _is_midnight(moment) else minute(moment)


def in_words(moment: datetime) -> str:
    at = beijing(moment)
    return f"{_day_in_words(at)}{at:%H:%M}"


def until_in_words(moment: datetime) -> str:
    """The same for the end of a term."""
    return f"{_day_in_words(last_day(moment))}24:00" if _is_midnight(moment) else in_words(moment)


def _day_in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _is_midnight(moment: datetime) -> bool:
    at = beijing(moment)
    return not (at.hour or at.minute or at.second)
