"""提升路径: the cheapest ways to the next grade."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from credit_rating.rules.marks import Mark
from credit_rating.rules.specification import StandardSpec


@dataclass(frozen=True, slots=True)
class Raise:
    """提升项: one indicator from its present points to a reachable number of points."""

    code: str
    title: str
    from_points: Decimal
    to_points: Decimal


@dataclass(frozen=True, slots=True)
class WayUp:
    """提升路径: all its raises together reach ``grade``."""

    grade: str
    raises: tuple[Raise, ...]
    sentence: str


def cheapest_ways_up(
    spec: StandardSpec, marks: Mapping[str, Mark], struck: Collection[str] = (), limit: int = 3
) -> tuple[WayUp, ...]:
    """提升路径: fewest indicators first, then fewest points; none at the top, without a total or under a veto."""
    raise NotImplementedError
