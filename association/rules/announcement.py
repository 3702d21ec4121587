"""放假通知 as somebody types it in: one line for a day or for a span of days, read into plain values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
# 2027-02-06至2027-02-12 春节 放假; the second day may be left out, as may its year.
LINE = re.compile(
    r"^(?P<first>\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:至|~|—|到)\s*(?P<last>(?:\d{4}-)?\d{1,2}-\d{1,2}))?"
    r"[\s,，]+(?P<holiday>[^\s,，]{1,20})[\s,，]+(?P<kind>放假|上班)$"
)
LONGEST = 16  # days of one holiday; more is a slip of the pen
LEAST_OFF = 7  # a year's notice names at least the statutory days


@dataclass(frozen=True, slots=True)
class AnnouncedDay:
    on: date
    holiday: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    """The days of the notice, and what could not be read: each with the number of its line, from 1."""

    days: tuple[AnnouncedDay, ...]
    faults: tuple[tuple[int, str], ...]


def announced(text: str, year: int) -> Announcement:
    """Every day of the notice of ``year``; one outside the year, twice, or backwards is a fault of its line."""
    days: dict[date, AnnouncedDay] = {}
    faults = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = list(_days(line.strip()))
        fault = _fault(found, days, year)
        if fault:
            faults.append((number, fault))
        days |= {day.on: day for day in found}
    if not faults and sum(day.is_off for day in days.values()) < LEAST_OFF:
        faults.append((0, "一年的放假安排应当完整录入，现有的放假日太少。"))
    return Announcement(tuple(days[on] for on in sorted(days)), tuple(faults))


def _days(line: str) -> Iterator[AnnouncedDay]:
    """Nothing where the line cannot be read."""
    match = LINE.match(line)
    if match is None:
        return
    first = _day(match["first"])
    last = _day(match["last"], first) if match["last"] else first
    if first is None or last is None or not 0 <= (last - first).days < LONGEST:
        return
    for offset in range((last - first).days + 1):
        yield AnnouncedDay(first + offset * ONE_DAY, match["holiday"], match["kind"] == "放假")


def _day(text: str, reference: date | None = None) -> date | None:
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 2 and reference is not None:  # noqa: PLR2004 - month and day
        parts = [reference.year, *parts]
    try:
        return date(*parts)
    except ValueError:
        return None


def _fault(found: list[AnnouncedDay], known: dict[date, AnnouncedDay], year: int) -> str:
    if not found:
        return "这一行读不懂，请按“2027-02-06至2027-02-12 春节 放假”的格式填写。"
    if any(day.on.year != year for day in found):
        return "这一行的日期不在所填年度内。"
    if any(day.on in known for day in found):
        return "这一行的日期与前面重复。"
    return ""
