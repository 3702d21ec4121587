"""评估规范: the standard as a plain value, the same for a draft on screen, a frozen row and a file.

``params`` and ``aggregation_params`` are plain JSON values; numbers in them are decimal strings ("2.5"), never
floats, so that they can be stored in a JSON column and hashed without surprises.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

Params = Mapping[str, Any]


class Method(StrEnum):
    """计分方法."""

    PASS_FAIL = "pass_fail"  # noqa: S105 - a scoring method, not a secret
    DEDUCT_EACH = "deduct_each"
    BAND = "band"
    RATIO = "ratio"
    SAMPLE_RATE = "sample_rate"
    SURVEY = "survey"
    EXPERT = "expert"


class NaPolicy(StrEnum):
    """不适用的处理."""

    FORBIDDEN = "forbidden"
    EXCLUDE_AND_RESCALE = "exclude_and_rescale"
    FULL_MARKS = "full_marks"
    ZERO_WITH_REASON = "zero_with_reason"


class Aggregation(StrEnum):
    """汇总方式."""

    SUM = "sum"
    FACTOR_PRODUCT = "factor_product"
    DIMENSION_COUNT = "dimension_count"


class VetoEffect(StrEnum):
    """一票否决: a cap leaves a worse grade alone, a force sets the grade whatever the total."""

    CAP = "cap"
    FORCE = "force"


class RoundingMode(StrEnum):
    """取舍规则."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


class Combine(StrEnum):
    """合议取值."""

    MEDIAN = "median"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Veto:
    """一票否决项."""

    effect: VetoEffect
    grade: str


@dataclass(frozen=True, slots=True)
class IndicatorSpec:
    """指标: ``level`` 0 is the aspect (方面), 1 to 3 the indicators; a node without children is scored."""

    code: str
    parent_code: str | None
    level: int
    title: str
    points: Decimal
    title_en: str = ""
    method: Method | None = None
    params: Params = field(default_factory=dict)
    na_policy: NaPolicy = NaPolicy.FORBIDDEN
    veto: Veto | None = None
    evidence_required: bool = False
    evidence_hint: str = ""
    basis: str = ""
    data_source: str = ""
    position: int = 0
    identity: str = ""


@dataclass(frozen=True, slots=True)
class BandSpec:
    """等级分数段: ``lower`` belongs to the band, ``upper`` does not; no ``upper`` means up to the full total."""

    grade: str
    label: str
    lower: Decimal
    upper: Decimal | None
    adverse: bool = False


@dataclass(frozen=True, slots=True)
class Rounding:
    """取舍: applied once, to the exact total."""

    digits: int = 1
    mode: RoundingMode = RoundingMode.HALF_UP


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """复评规则: shares of an indicator's points over which a gap or a spread must be explained, and the panel."""

    gap_share: Decimal = Decimal("0.2")
    spread_share: Decimal = Decimal("0.3")
    panel_minimum: int = 3
    combine: Combine = Combine.MEDIAN


@dataclass(frozen=True)
class StandardSpec:
    """评估规范: not slotted, so that the indexes below are built once."""

    code: str
    version: str
    title: str
    official: bool
    total_points: Decimal
    bands: tuple[BandSpec, ...]
    indicators: tuple[IndicatorSpec, ...]
    aggregation: Aggregation = Aggregation.SUM
    aggregation_params: Params = field(default_factory=dict)
    rounding: Rounding = field(default_factory=Rounding)
    review: ReviewRule = field(default_factory=ReviewRule)
    legal_basis: str = ""
    source: str = ""

    @cached_property
    def by_code(self) -> dict[str, IndicatorSpec]:
        return {indicator.code: indicator for indicator in self.indicators}

    @cached_property
    def _children(self) -> dict[str | None, tuple[IndicatorSpec, ...]]:
        found: dict[str | None, list[IndicatorSpec]] = {}
        for indicator in sorted(self.indicators, key=lambda one: (one.position, one.code)):
            found.setdefault(indicator.parent_code, []).append(indicator)
        return {parent: tuple(children) for parent, children in found.items()}

    def children_of(self, code: str | None) -> tuple[IndicatorSpec, ...]:
        return self._children.get(code, ())

    @property
    def aspects(self) -> tuple[IndicatorSpec, ...]:
        return self.children_of(None)

    @cached_property
    def in_order(self) -> tuple[IndicatorSpec, ...]:
        """Depth first, by position: the order of every page, hash and export."""
        ordered: list[IndicatorSpec] = []
        waiting = list(reversed(self.aspects))
        while waiting:
            indicator = waiting.pop()
            ordered.append(indicator)
            waiting.extend(reversed(self.children_of(indicator.code)))
        return tuple(ordered)

    @cached_property
    def leaves(self) -> tuple[IndicatorSpec, ...]:
        return tuple(indicator for indicator in self.in_order if not self.children_of(indicator.code))

    def aspect_of(self, code: str) -> IndicatorSpec:
        indicator = self.by_code[code]
        while indicator.parent_code is not None:
            indicator = self.by_code[indicator.parent_code]
        return indicator

    @cached_property
    def grades(self) -> tuple[str, ...]:
        """Best first."""
        return tuple(band.grade for band in sorted(self.bands, key=lambda band: band.lower, reverse=True))

    def band_of(self, total: Decimal) -> BandSpec:
        """等级: the band with the highest floor that the rounded total reaches (89.9 is a B, not an A)."""
        reached = [band for band in self.bands if total >= band.lower]
        return max(reached, key=lambda band: band.lower)
