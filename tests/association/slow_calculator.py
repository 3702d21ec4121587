"""期限的慢算法: an independent calculator that walks the wall calendar day by day. It shares no line with the rules.

It reads the calendar file itself, knows the fixed holidays of years that are not announced by their dates, keeps
days as text, and goes forward one day at a time, whatever the unit.
"""

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FILE = Path(__file__).parents[2] / "reference" / "working_calendar_exceptions.csv"
UNANNOUNCED = {"01-01", "05-01", "05-02", "10-01", "10-02", "10-03"}


@dataclass(frozen=True)
class Question:
    """A term: so many of a unit after a day, with pauses of whole days (first and last both paused)."""

    start: date
    number: int
    unit: str
    pauses: tuple[tuple[date, date], ...] = ()


class WallCalendar:
    def __init__(self) -> None:
        with FILE.open(encoding="utf-8-sig", newline="") as file:
            self.told = {row["date"]: row["day_type"] for row in csv.DictReader(file)}
        self.last_year = max(text[:4] for text in self.told)

    def is_worked(self, day: date) -> bool:
        text = str(day)
        if text in self.told:
            return self.told[text] == "work"
        if text[:4] > self.last_year and text[5:] in UNANNOUNCED:
            return False
        return day.strftime("%a") not in {"Sat", "Sun"}

    def last_day(self, asked: Question) -> date:
        paused = self._paused(asked)
        if asked.unit == "working_day":
            return self._walk_worked(asked, sum(1 for day in paused if self.is_worked(day)))
        day = self._nominal(asked)
        for _paused in paused:
            day = next_day(day)
        while not self.is_worked(day):
            day = next_day(day)
        return day

    def _paused(self, asked: Question) -> set[date]:
        found = set()
        for first, last in asked.pauses:
            day = first
            while day <= last:
                if day > asked.start:
                    found.add(day)
                day = next_day(day)
        return found

    def _walk_worked(self, asked: Question, more: int) -> date:
        day, counted = asked.start, 0
        while counted < asked.number + more:
            day = next_day(day)
            if self.is_worked(day):
                counted += 1
        return day

    def _nominal(self, asked: Question) -> date:
        """The day itself for days; for months the same day, or the last one that the month has."""
        if asked.unit == "day":
            day = asked.start
            for _step in range(asked.number):
                day = next_day(day)
            return day
        months = asked.number * 12 if asked.unit == "year" else asked.number
        first = asked.start.replace(day=1)
        for _step in range(months):
            first = next_month(first)
        day = first
        while day.day < asked.start.day and next_day(day).month == first.month:
            day = next_day(day)
        return day

    def is_provisional(self, day: date) -> bool:
        return str(day)[:4] > self.last_year


def next_day(day: date) -> date:
    return day + timedelta(days=1)


def next_month(first: date) -> date:
    return date(first.year + 1, 1, 1) if first.month == 12 else date(first.year, first.month + 1, 1)


MOST = {"working_day": 60, "day": 100, "month": 14, "year": 3}


def questions(count: int, seed: int = 20) -> list[Question]:
    """Random terms that begin from 2024 to 2027, a third of them paused, some twice or with pauses that overlap."""
    lots = random.Random(seed)
    span = (date(2027, 12, 31) - date(2024, 1, 1)).days
    found = []
    for _place in range(count):
        start = date(2024, 1, 1) + timedelta(days=lots.randint(0, span))
        unit = lots.choice(list(MOST))
        pauses = tuple(_pause(lots, start) for _one in range(lots.choice((0, 0, 0, 0, 1, 2))))
        found.append(Question(start, lots.randint(1, MOST[unit]), unit, pauses))
    return found


def _pause(lots: random.Random, start: date) -> tuple[date, date]:
    first = start + timedelta(days=lots.randint(0, 40))
    return first, first + timedelta(days=lots.randint(0, 30))
