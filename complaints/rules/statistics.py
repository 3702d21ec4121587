"""统计: rates with their interval, per thousand enrolments, and nothing about groups too small to speak of.

Which numbers are minimum denominator and smallest cell comes in as a value (an association sets its own).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
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


# Our own choice: time to send the mended rows of a file after it, before anything is fixed.
AFTER_IMPORT = timedelta(days=30)


def closes_on(year: int, imported_on: date | None = None) -> date:
    """截止日 of a year's statistics, our own choice: what came in December has then been through its 45 working days.

    ``imported_on``: when orders of that year were last imported; the figures wait ``AFTER_IMPORT`` after it.
    """
    usual = date(year + 1, 4, 1)
    return max(usual, imported_on + AFTER_IMPORT) if imported_on is not None else usual


QUARTERS = 4
MONTHS = 3


def quarters(year: int, today: date) -> list[tuple[date, date]]:
    """季度 of a year that are over, each by its first and last day."""
    starts = [date(year, 1 + MONTHS * number, 1) for number in range(QUARTERS)] + [date(year + 1, 1, 1)]
    days = [(first, then - timedelta(days=1)) for first, then in pairwise(starts)]
    return [(first, last) for first, last in days if last < today]


def ranked(rates: Mapping[str, PerThousand]) -> Sequence[str]:
    """Names by their ratio, highest first; who has too few enrolments to rank is left out."""
    known = {name: one.ratio for name, one in rates.items() if one.ratio is not None}
    return sorted(known, key=lambda name: (-known[name], name))
