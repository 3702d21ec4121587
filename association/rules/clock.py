"""期限计算 (Civil Code 201-203): the first day is not counted, a rest day moves the end, the day ends at 24:00 in Beijing."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from association.rules.explanation import (
    DAY,
    MIDNIGHT,
    MONTH,
    WORKING_DAY,
    YEAR,
    Reckoning,
    in_words,
    reckon,
    set_by_document,
)

BEIJING = ZoneInfo("Asia/Shanghai")
SATURDAY = 5
ONE_DAY = timedelta(days=1)
Term = tuple[int, str]  # a number and its unit
MOST_DAYS = 36_600  # a hundred years: a longer term is a slip of the pen


@dataclass(frozen=True, slots=True)
class Calendar:
    """工作日历: the days that differ from the ordinary week, and the last day that is announced."""

    holidays: frozenset[date]
    working: frozenset[date]
    known_until: date
    names: Mapping[date, str] = field(default_factory=dict, compare=False)

    def is_working_day(self, day: date) -> bool:
        return day in self.working or (day.weekday() < SATURDAY and day not in self.holidays)


@dataclass(frozen=True, slots=True)
class Pause:
    """中止期间: both days are inside the pause."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Due:
    """到期: the last day, the moment it ends, how it was counted, and whether that may still change."""

    on: date
    ends_at: datetime
    reckoning: Reckoning
    provisional: bool

    @property
    def explanation(self) -> str:
        """The arithmetic in Chinese, for what is written: notices, documents, the trail."""
        return in_words(self.reckoning)

    def not_before(self, told: date) -> "Due":
        """The same, ending no earlier than the last day that was told; the arithmetic names both."""
        if self.on >= told:
            return self
        kept = replace(self.reckoning, told=told)
        return replace(self, on=told, ends_at=end_of_day(told), reckoning=kept)


def beijing(moment: datetime) -> datetime:
    """The same moment on a Beijing clock; a naive moment is refused."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(BEIJING)


def end_of_day(day: date) -> datetime:
    """24:00 Beijing time of the day, which is 0:00 of the next."""
    following = day + ONE_DAY
    return datetime(following.year, following.month, following.day, tzinfo=BEIJING)


def is_working_day(day: date, calendar: Calendar) -> bool:
    return calendar.is_working_day(day)


def add_working_days(start: date, number: int, calendar: Calendar, pauses: Sequence[Pause] = ()) -> Due:
    """``number`` 工作日 after the start; working days inside a pause are not counted."""
    _check_number(number)
    idle = sum(1 for day in paused_days(start, pauses) if calendar.is_working_day(day))
    last = start
    left = number + idle
    while left > 0:
        last += ONE_DAY
        left -= calendar.is_working_day(last)
    return _due(start, (number, WORKING_DAY), last, last, calendar, idle)


def add_calendar_days(start: date, number: int, calendar: Calendar, pauses: Sequence[Pause] = ()) -> Due:
    """``number`` 日 after the start; the paused days are added, a last day of rest moves on."""
    _check_number(number)
    idle = len(paused_days(start, pauses))
    return _rolled(start, (number, DAY), start + timedelta(days=number + idle), calendar, idle)


def add_months(start: date, number: int, calendar: Calendar, pauses: Sequence[Pause] = ()) -> Due:
    """``number`` 个月: the corresponding day, or the end of a shorter month."""
    return _add_months(start, number, (number, MONTH), calendar, pauses)


def add_years(start: date, number: int, calendar: Calendar, pauses: Sequence[Pause] = ()) -> Due:
    """``number`` 年: the corresponding day, 28 February for a leap day."""
    return _add_months(start, number * 12, (number, YEAR), calendar, pauses)


def paused_days(start: date, pauses: Sequence[Pause]) -> frozenset[date]:
    """Every day of rest for the clock after the start; overlapping pauses count once."""
    return frozenset(
        pause.first + timedelta(days=offset)
        for pause in pauses
        for offset in range((pause.last - pause.first).days + 1)
        if pause.first + timedelta(days=offset) > start
    )


def _add_months(start: date, number: int, term: Term, calendar: Calendar, pauses: Sequence[Pause]) -> Due:
    _check_number(number * 31)
    year, month0 = divmod(start.year * 12 + start.month - 1 + number, 12)
    day = min(start.day, monthrange(year, month0 + 1)[1])
    idle = len(paused_days(start, pauses))
    return _rolled(start, term, date(year, month0 + 1, day) + timedelta(days=idle), calendar, idle)


def _check_number(days: int) -> None:
    if not 0 <= days <= MOST_DAYS:
        raise ValueError(f"not a term: {days} days")


def _rolled(start: date, term: Term, counted: date, calendar: Calendar, idle: int) -> Due:
    last = counted
    while not calendar.is_working_day(last):
        last += ONE_DAY
    return _due(start, term, counted, last, calendar, idle)


def _due(start: date, term: Term, counted: date, last: date, calendar: Calendar, idle: int) -> Due:
    number, unit = term
    return Due(
        on=last,
        ends_at=end_of_day(last),
        reckoning=reckon(start, number, unit, counted, last, calendar, idle),
        provisional=last > calendar.known_until,
    )


def due_by_document(start: date, last: date) -> Due:
    """文件确定的截止日 (an order's own limit, a day agreed on): nothing is counted, so nothing is provisional."""
    return Due(on=last, ends_at=end_of_day(last), reckoning=set_by_document(start, last), provisional=False)


def due_at_moment(start: date, moment: datetime) -> Due:
    """文件确定的截止时刻 (a window that closes at five o'clock); it does not belong to the term any more."""
    last = beijing(moment - timedelta(microseconds=1)).date()
    at = f"{beijing(moment):%H:%M}" if moment != end_of_day(last) else MIDNIGHT
    return Due(on=last, ends_at=moment, reckoning=set_by_document(start, last, at), provisional=False)
