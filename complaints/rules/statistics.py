"""统计: rates with their interval, per thousand enrolments, and nothing about groups too small to speak of.

Which numbers are minimum denominator and smallest cell comes in as a value (an association sets its own).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


def suppressed(counts: Mapping[str, int], limits: Limits) -> frozenset[str]:
    """Which cells of a table with a total are not shown: the small ones, and one more beside a single small one.

    That one could otherwise be worked out from the total.
    """
    small = {name for name, count in counts.items() if 0 < count < limits.cell}
    if len(small) == 1:
        others = sorted((count, name) for name, count in counts.items() if name not in small and count > 0)
        small |= {name for _count, name in others[:1]}
    return frozenset(small)


def ranked(rates: Mapping[str, PerThousand]) -> Sequence[str]:
    """Names by their ratio, highest first; who has too few enrolments to rank is left out."""
    known = {name: one.ratio for name, one in rates.items() if one.ratio is not None}
    return sorted(known, key=lambda name: (-known[name], name))
