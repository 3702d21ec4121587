"""参考数据: the shipped tables (calendar, regions) read from text into plain values."""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from association.rules.clock import Calendar

OFF, WORK = "off", "work"
# 全国年节及纪念日放假办法: the days with a fixed date are certain before the yearly notice is out
FIXED_DAYS = (
    (1, 1, "元旦"),
    (5, 1, "劳动节"),
    (5, 2, "劳动节"),
    (10, 1, "国庆节"),
    (10, 2, "国庆节"),
    (10, 3, "国庆节"),
)
YEARS_AHEAD = 10


@dataclass(frozen=True, slots=True)
class CalendarException:
    """A day that differs from the ordinary week, with the notice that says so."""

    on: date
    name: str
    is_off: bool
    notice: str
    source: str


@dataclass(frozen=True, slots=True)
class Region:
    """行政区划 (GB/T 2260)."""

    code: str
    name: str
    level: str
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """期限规则 as shipped: a number with its unit and where it is written. Names are the fields of the model."""

    code: str
    title: str
    number: int
    unit: str
    citation: str
    certainty: str
    owner: str
    silence_means: str
    valid_from: date
    note: str


def deadline_rows(text: str) -> tuple[DeadlineRow, ...]:
    """The rows of the file of rules; a number or a day that is none is an error."""
    return tuple(_deadline(row) for row in _rows(text))


def calendar_exceptions(text: str) -> tuple[CalendarException, ...]:
    """The rows of the calendar file; a kind of day that is not known is an error."""
    return tuple(_exception(row) for row in _rows(text))


def regions(text: str) -> tuple[Region, ...]:
    """The rows of the region file, parents before children."""
    return tuple(
        Region(row["code"], row["name"], row["level"], row["parent_code"] or None)
        for row in sorted(_rows(text), key=lambda row: row["code"])
    )


def calendar_of(
    exceptions: Iterable[CalendarException],
    own: Mapping[date, CalendarException | None] | None = None,
    own_years: Collection[int] = (),
) -> Calendar:
    """The value that the clock rules take; it is known until the end of its last announced year.

    ``own`` stands over the shared days: another day, or an ordinary one (None). Single days of its own do not make a
    year known, only a year entered as a whole does (``own_years``).
    """
    shared = tuple(exceptions)
    last_year = max((day.on.year for day in shared), default=date.min.year)
    while last_year + 1 in own_years:
        last_year += 1
    fixed = [CalendarException(day, name, True, "", "") for day, name in _fixed_days(last_year)]
    days = {day.on: day for day in ([*fixed, *shared] if shared else [])}
    for on, day in (own or {}).items():
        days.pop(on, None)
        if day is not None:
            days[on] = day
    return Calendar(
        holidays=frozenset(day.on for day in days.values() if day.is_off),
        working=frozenset(day.on for day in days.values() if not day.is_off),
        known_until=date(last_year, 12, 31) if last_year > date.min.year else date.min,
        names={day.on: day.name for day in days.values()},
    )


def _fixed_days(after_year: int) -> Iterator[tuple[date, str]]:
    """The fixed holidays of the years whose notice is not out; their make-up days are not known."""
    for year in range(after_year + 1, after_year + 1 + YEARS_AHEAD):
        for month, day, name in FIXED_DAYS:
            yield date(year, month, day), name


def _exception(row: dict[str, str]) -> CalendarException:
    if row["day_type"] not in {OFF, WORK}:
        raise ValueError(f"unknown kind of day: {row['day_type']}")
    return CalendarException(
        on=date.fromisoformat(row["date"]),
        name=row["holiday_name"],
        is_off=row["day_type"] == OFF,
        notice=row["state_council_notice"],
        source=row["source"],
    )


def _deadline(row: dict[str, str]) -> DeadlineRow:
    return DeadlineRow(
        code=row["code"],
        title=row["title"],
        number=int(row["number"]),
        unit=row["unit"],
        citation=row["citation"],
        certainty=row["certainty"],
        owner=row["owner"],
        silence_means=row["silence_means"],
        valid_from=date.fromisoformat(row["valid_from"]),
        note=row["note"],
    )


def _rows(text: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(text.lstrip("\ufeff").splitlines()))
