"""复评: when a gap must be explained, and what a panel's opinions come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from common.said import Said, listed
from credit_rating.rules.exact import POINT_PLACES, decimal_of
from credit_rating.rules.specification import Combine, ReviewRule


@dataclass(frozen=True, slots=True)
class PanelResult:
    """合议结果: no ``points`` as long as the panel is too small."""

    points: Decimal | None
    spread: Decimal
    opinions: int
    needs_discussion: bool
    sentence: str


def gap_needs_reason(self_points: Decimal, own_points: Decimal, ceiling: Decimal, threshold: Decimal) -> bool:
    """差异说明: the reviewer's score is further from the self-score than ``threshold`` (a share of the ceiling)."""
    return abs(self_points - own_points) > threshold * ceiling


def spread(opinions: Sequence[Decimal]) -> Decimal:
    """分歧: highest less lowest."""
    return max(opinions) - min(opinions) if opinions else Decimal(0)


def panel_result(opinions: Sequence[Decimal], ceiling: Decimal, rule: ReviewRule) -> PanelResult:
    """合议: the median or the mean, as the standard says, once enough reviewers have scored."""
    apart = spread(opinions)
    too_far = apart > rule.spread_share * ceiling
    count = len(opinions)
    if count < rule.panel_minimum:
        sentence = Said(
            "需要至少 %(panel_minimum)s 名评审员的意见，现有 %(count)s 名。",
            panel_minimum=rule.panel_minimum,
            count=count,
        )
        return PanelResult(None, apart, count, too_far, sentence)
    named = Said("中位数") if rule.combine is Combine.MEDIAN else Said("平均分")
    sentence = Said("%(count)s 名评审员评分的%(named)s。", count=count, named=named)
    if too_far:
        further = Said("最高与最低相差 %(apart)s 分，须经合议说明。", apart=apart)
        sentence = listed((sentence, further), "")
    return PanelResult(_combined(opinions, rule.combine), apart, count, too_far, sentence)


def _combined(opinions: Sequence[Decimal], combine: Combine) -> Decimal:
    exact = [Fraction(points) for points in opinions]
    value = median(exact) if combine is Combine.MEDIAN else sum(exact, Fraction(0)) / len(exact)
    return decimal_of(Fraction(value), POINT_PLACES)
