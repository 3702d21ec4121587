"""等级说明: the parts that make up a stored total, indicator by indicator."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from credit_rating.rules.scoring import Result
from credit_rating.rules.specification import StandardSpec
from credit_rating.rules.vetoes import AppliedVeto


class PartKind(StrEnum):
    """组成部分."""

    INDICATOR = "indicator"
    FACTOR = "factor"
    JUDGEMENT = "judgement"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True)
class Part:
    """组成部分: only ``contribution`` adds up; the other points are shown beside it.

    ``self_points`` and ``review_points`` are the points as scored in those stages, ``final_points`` as determined.
    An indicator that acts through the factor or a dimension contributes 0 itself and says so in ``note``.
    """

    kind: PartKind
    code: str
    title: str
    contribution: Decimal
    ceiling: Decimal | None = None
    self_points: Decimal | None = None
    review_points: Decimal | None = None
    final_points: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """等级说明: the contributions of ``parts`` add up to ``total`` exactly; vetoes stand apart."""

    parts: tuple[Part, ...]
    total: Decimal
    grade_by_total: str
    grade: str
    vetoes: tuple[AppliedVeto, ...]


def waterfall(
    spec: StandardSpec, final: Result, *, self_rated: Result | None = None, reviewed: Result | None = None
) -> Waterfall:
    """等级说明 of an assessable result."""
    raise NotImplementedError
