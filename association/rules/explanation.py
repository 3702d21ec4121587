"""期限说明: the arithmetic of a term in one Chinese sentence that an official can check with a wall calendar."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Protocol

WEEKDAYS = "一二三四五六日"
SATURDAY = 5
ONE_DAY = timedelta(days=1)
MOST_NAMED = 8  # runs of holidays in one sentence; a term of years names only the first ones


class Days(Protocol):
    """The part of the calendar that is told."""

    @property
    def holidays(self) -> AbstractSet[date]: ...
    @property
    def working(self) -> AbstractSet[date]: ...
    @property
    def known_until(self) -> date: ...
    @property
    def names(self) -> Mapping[date, str]: ...


def explain(start: date, term: str, counted: date, last: date, days: Days, idle: int) -> str:
    """How the last day was found; working days tell what was skipped, other terms why the end moved."""
    in_working_days = term.endswith("工作日")
    told = _exceptions(start + ONE_DAY, last, days) if in_working_days else _move(counted, last, start, days)
    if idle:
        told.insert(0, f"中止期间{idle}{'个工作日' if in_working_days else '日'}不计入")
    head = f"自{_named(start, None)}起算{term}（当日不计）"
    told.append(f"截至{_named(last, start)}24:00")
    tail = (
        f"；{days.known_until.year + 1}年及以后的放假安排尚未公布，此日期为暂定"
        if last > days.known_until
        else ""
    )
    return f"{head}：{'，'.join(told)}{tail}"


def _exceptions(first: date, last: date, days: Days) -> list[str]:
    """Holidays skipped and make-up days counted between two days, both included."""
    span = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    off = [
        f"{_span(*run, first)}为{_holiday(run[0], days)}"
        for run in _runs([day for day in span if day in days.holidays], days)
    ]
    made_up = [
        f"{_named(day, first)}（周{WEEKDAYS[day.weekday()]}）调休上班" for day in span if day in days.working
    ]
    return _shortened(off, "段节假日") + _shortened(made_up, "个调休上班日")


def _move(counted: date, last: date, start: date, days: Days) -> list[str]:
    """Why the end is later than the counted day."""
    if counted == last:
        return []
    why = _holiday(counted, days) if counted in days.holidays else f"周{WEEKDAYS[counted.weekday()]}休息日"
    return [f"期满日{_named(counted, start)}为{why}，顺延至其后第一个工作日"]


def _runs(ordered: list[date], days: Days) -> list[tuple[date, date]]:
    """Neighbouring days of the same holiday as one span."""
    runs: list[tuple[date, date]] = []
    for day in ordered:
        if runs and day - runs[-1][1] == ONE_DAY and _holiday(day, days) == _holiday(runs[-1][0], days):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _shortened(parts: list[str], what: str) -> list[str]:
    if len(parts) <= MOST_NAMED:
        return parts
    return [*parts[:MOST_NAMED], f"另有{len(parts) - MOST_NAMED}{what}"]


def _span(first: date, last: date, reference: date) -> str:
    if first == last:
        return _named(first, reference)
    shown = f"{last.day}日" if first.month == last.month else _named(last, first)
    return f"{_named(first, reference)}至{shown}"


def _holiday(day: date, days: Days) -> str:
    return f"{days.names.get(day, '法定')}假期"


def _named(day: date, reference: date | None) -> str:
    year = "" if reference is not None and reference.year == day.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
