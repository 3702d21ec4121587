"""会籍的区间: gaps between terms, and how a change cuts a term in two. Days are inside at both ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day; without an end it goes on."""

    first: date
    last: date | None


def gaps(spans: Iterable[Span]) -> list[Span]:
    """The days between the first and the last of these on which none of them was: 中断."""
    found: list[Span] = []
    reached: date | None = None
    for span in sorted(spans, key=lambda one: one.first):
        if reached is not None and span.first > reached + DAY:
            found.append(Span(reached + DAY, span.first - DAY))
        if span.last is None:
            return found
        reached = span.last if reached is None else max(reached, span.last)
    return found


def cut(span: Span, day: date) -> tuple[Span | None, Span]:
    """What was before the day, if anything, and what is from it on. Raises ValueError for a day outside."""
    if day < span.first or (span.last is not None and day > span.last):
        raise ValueError(day)
    before = Span(span.first, day - DAY) if day > span.first else None
    return before, Span(day, span.last)
