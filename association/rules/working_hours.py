"""办公时间: reminders and alarms are for people at work, and each is told once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from association.rules.clock import ONE_DAY, Calendar, beijing


@dataclass(frozen=True, slots=True)
class Hours:
    """On working days from ``opens`` (inside) to ``closes`` (outside), and how many 工作日 before an end one is reminded."""

    opens: time
    closes: time
    remind_before: tuple[int, ...]


def at_work(moment: datetime, hours: Hours, calendar: Calendar) -> bool:
    local = beijing(moment)
    return calendar.is_working_day(local.date()) and hours.opens <= local.time() < hours.closes


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """工作日 after ``first`` up to ``last``; on the last day itself none are left."""
    days = (last - first).days
    return sum(calendar.is_working_day(first + offset * ONE_DAY) for offset in range(1, days + 1))


def reach(today: date, working_days: int, calendar: Calendar) -> date:
    """The last day on which a term may end to be no more than so many 工作日 away."""
    day, left = today, working_days
    while left > 0 or not calendar.is_working_day(day + ONE_DAY):
        day += ONE_DAY
        left -= calendar.is_working_day(day)
    return day


def reminder_due(
    today: date, due_on: date, sent: int | None, remind_before: Collection[int], calendar: Calendar
) -> int | None:
    """Which reminder is due: the nearest one whose day has come, if none as near has been sent."""
    left = working_days_between(today, due_on, calendar)
    come = [days for days in remind_before if left <= days]
    if not come:
        return None
    nearest = min(come)
    return nearest if sent is None or nearest < sent else None
