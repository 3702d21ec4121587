"""统计: rates with their interval, per thousand enrolments, and nothing about groups too small to speak of.

Which numbers are minimum denominator and smallest cell comes in as a value (an association sets its own).
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt

Z_95 = 1.959963984540054  # two-sided 95 % of the normal distribution
PER_THOUSAND = 1000
SHARE = Decimal("0.0001")
PER = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Limits:
    """起报数: rates need at least ``denominator`` cases, counts below ``cell`` (but not nought) are not shown."""

    denominator: int
    cell: int
    enrolments: int


@dataclass(frozen=True, slots=True)
class Rate:
    """比率 of ``of`` cases with the 95 % Wilson interval; ``ratio`` is None where the denominator is too small."""

    part: int
    of: int
    ratio: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class PerThousand:
    """每千人次: accepted complaints against enrolments, with an interval; None where enrolments are unknown or too few."""

    ratio: Decimal | None
    low: Decimal | None
    high: Decimal | None


def rate(part: int, of: int, limits: Limits) -> Rate:
    if of < max(limits.denominator, 1):
        return Rate(part, of, None, None, None)
    low, high = wilson(part, of)
    return Rate(part, of, _rounded(part / of, SHARE), _rounded(low, SHARE), _rounded(high, SHARE))


def wilson(part: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson score interval: honest for few cases and for shares near nought and one."""
    if not 0 <= part <= of or of == 0:
        raise ValueError("a share is between nought and one of something")
    share, weight = part / of, z * z / of
    middle = (share + weight / 2) / (1 + weight)
    half = z * sqrt(share * (1 - share) / of + weight / (4 * of)) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def per_thousand(complaints: int, enrolments: int | None, limits: Limits) -> PerThousand:
    """The same exposure for large and small; more complaints than enrolments means the figure is wrong."""
    if enrolments is None or enrolments < max(limits.enrolments, 1) or complaints > enrolments:
        return PerThousand(None, None, None)
    low, high = wilson(complaints, enrolments)
    return PerThousand(
        *(_rounded(share * PER_THOUSAND, PER) for share in (complaints / enrolments, low, high))
    )


def _rounded(number: float, step: Decimal) -> Decimal:
    return Decimal(repr(number)).quantize(step, ROUND_HALF_UP)


# What is counted among what. A count that is not told takes those among it along, so that none of them bounds it.
AMONG: Mapping[str, tuple[str, ...]] = {
    "received": ("accepted", "claiming"),
    "accepted": ("asked", "resolved", "partly", "unresolved", "no_answer", "repaid"),
    "asked": ("in_time",),
    "resolved": ("scored",),
    "partly": ("scored",),
    "unresolved": ("scored",),
    "scored": ("satisfied", "dissatisfied"),
    "repaid": ("unconfirmed", "confirmed"),
    "unconfirmed": ("confirmed",),
    "confirmed": ("unconfirmed",),
    "satisfied": ("dissatisfied",),
    "dissatisfied": ("satisfied",),
}
# Each case stands in one of these at most, and they stand in a whole that is told.
PARTS: Mapping[str, tuple[str, ...]] = {"accepted": ("resolved", "partly", "unresolved", "no_answer")}
TOTAL, BESIDE = "total", "beside"
Cell = tuple[str, str]


def untold(table: Mapping[str, Mapping[str, int]], limits: Limits) -> frozenset[Cell]:
    """隐去: which cells (line, column) of a table with the line ``TOTAL`` are not told, the total's among them.

    Those are the small ones, and as many more as it takes that no small one follows by subtraction: from the total
    of its column, from the other lines, from what it is counted among. What is in the total and in no line is
    a line like the others, ``BESIDE``: who subtracts can read it.
    """
    whole = _with_beside(table)
    hidden = {
        (line, column)
        for line, counts in whole.items()
        for column, count in counts.items()
        if 0 < count < limits.cell
    }
    while True:
        more = _among(whole, hidden) | _bounded(whole, hidden)
        for column in whole[TOTAL]:
            more |= _subtracted(whole, column, hidden | more, limits)
        if more <= hidden:
            return frozenset(hidden)
        hidden |= more


def _with_beside(table: Mapping[str, Mapping[str, int]]) -> dict[str, Mapping[str, int]]:
    lines = [counts for line, counts in table.items() if line != TOTAL]
    rest = {column: count - sum(counts[column] for counts in lines) for column, count in table[TOTAL].items()}
    return {**table, BESIDE: rest} if any(rest.values()) else dict(table)


def _among(table: Mapping[str, Mapping[str, int]], hidden: AbstractSet[Cell]) -> set[Cell]:
    return {(line, part) for line, column in hidden for part in AMONG.get(column, ()) if part in table[line]}


def _bounded(table: Mapping[str, Mapping[str, int]], hidden: AbstractSet[Cell]) -> set[Cell]:
    """Of a whole that is told, the told parts must leave more room than the hidden ones need; else one more is hidden."""
    found = set()
    for whole, names in PARTS.items():
        for line, counts in table.items():
            told = sorted(
                (counts[name], name) for name in names if (line, name) not in hidden and counts.get(name)
            )
            silent = [name for name in names if (line, name) in hidden]
            if silent and (line, whole) not in hidden and _most(counts, line, whole, hidden) == 1:
                found.add((line, told[0][1] if told else whole))
    return found


def _most(counts: Mapping[str, int], line: str, whole: str, hidden: AbstractSet[Cell]) -> int:
    """What one hidden part of a told whole can be at most, each of the others being one at least."""
    parts = PARTS[whole]
    told = sum(counts.get(name, 0) for name in parts if (line, name) not in hidden)
    return counts[whole] - told - sum((line, name) in hidden for name in parts) + 1


def _has_room(counts: Mapping[str, int], line: str, column: str, hidden: AbstractSet[Cell]) -> bool:
    """Whether, for all that the line tells, this hidden cell could be more than it is."""
    for whole, parts in AMONG.items():
        if column in parts and whole in counts and (line, whole) not in hidden:
            alone = column not in PARTS.get(whole, ())
            most = counts[whole] if alone else _most(counts, line, whole, hidden)
            return most > counts[column]
    return True


def _subtracted(
    table: Mapping[str, Mapping[str, int]], column: str, hidden: AbstractSet[Cell], limits: Limits
) -> set[Cell]:
    """Of one column: the next smallest beside those whose sum the total gives away; without one the total itself."""
    lines = {line: counts[column] for line, counts in table.items() if line != TOTAL}
    silent = [line for line, count in lines.items() if count and (line, column) in hidden]
    others = sorted((count, line) for line, count in lines.items() if count and line not in silent)
    if (TOTAL, column) in hidden:
        # A total is not hidden while all that it adds up is told.
        return {(others[0][1], column)} if others and not silent else set()
    together = sum(lines[line] for line in silent)
    loose = any(_has_room(table[line], line, column, hidden) for line in silent)
    if not silent or (len(silent) > 1 and together >= limits.cell + len(silent) and loose):
        return set()
    return {(others[0][1] if others else TOTAL, column)}


# Our own choice: time to send the mended rows of a file after it, before anything is fixed.
AFTER_IMPORT = timedelta(days=30)


def closes_on(year: int, imported_on: date | None = None) -> date:
    """截止日 of a year's statistics, our own choice: what came in December has then been through its 45 working days.

    ``imported_on``: when orders of that year were last imported; the figures wait ``AFTER_IMPORT`` after it.
    """
    usual = date(year + 1, 4, 1)
    return max(usual, imported_on + AFTER_IMPORT) if imported_on is not None else usual


def ranked(rates: Mapping[str, PerThousand]) -> Sequence[str]:
    """Names by their ratio, highest first; who has too few enrolments to rank is left out."""
    known = {name: one.ratio for name, one in rates.items() if one.ratio is not None}
    return sorted(known, key=lambda name: (-known[name], name))
