"""复评: when a gap must be explained, and what a panel's opinions come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.said import Said, listed
from credit_rating.rules.canonical import CENT
from credit_rating.rules.panel import NOT_APPLICABLE, combined, is_mixed
from credit_rating.rules.specification import Combine, ReviewRule


@dataclass(frozen=True, slots=True)
class PanelResult:
    """合议结果: no ``points`` as long as the panel is too small, and none for what it holds for 不适用."""

    points: Decimal | None
    is_na: bool
    spread: Decimal
    opinions: int
    needs_discussion: bool
    sentence: str


def gap_needs_reason(self_points: Decimal, own_points: Decimal, ceiling: Decimal, threshold: Decimal) -> bool:
    """差异说明: the reviewer's score is further from the self-score than ``threshold`` (a share of the ceiling)."""
    return abs(self_points - own_points) > threshold * ceiling


def spread(column: Sequence[int]) -> Decimal:
    """分歧: highest less lowest of those who scored, in points."""
    scored = [points for points in column if points >= 0]
    return (max(scored) - min(scored)) * CENT if scored else Decimal(0)


def panel_result(column: Sequence[int], ceiling: Decimal, rule: ReviewRule) -> PanelResult:
    """合议 of one indicator: ``column`` holds each opinion in hundredths of a point, -1 where it says 不适用.

    What it comes to is ``combined``, the same as in the computation, once enough reviewers have given an opinion.
    """
    apart, mixed = spread(column), is_mixed(column)
    too_far = apart > rule.spread_share * ceiling
    count = len(column)
    if count < rule.panel_minimum:
        sentence = Said(
            "需要至少 %(panel_minimum)s 名评审员的意见，现有 %(count)s 名。",
            panel_minimum=rule.panel_minimum,
            count=count,
        )
        return PanelResult(None, False, apart, count, too_far or mixed, sentence)
    value = combined(column, rule.combine)
    parts = [_counted(column, value, rule.combine)]
    if mixed:
        parts.append(Said("是否适用意见不一，须经合议说明。"))
    if too_far:
        parts.append(Said("最高与最低相差 %(apart)s 分，须经合议说明。", apart=apart))
    points = value * CENT if value >= 0 else None
    return PanelResult(points, value == NOT_APPLICABLE, apart, count, too_far or mixed, listed(parts, ""))


def _counted(column: Sequence[int], value: int, combine: Combine) -> Said:
    if value < 0:
        return Said("多数评审员认为不适用。")
    named = Said("中位数") if combine is Combine.MEDIAN else Said("平均分")
    scored = sum(points >= 0 for points in column)
    return Said("%(count)s 名评审员评分的%(named)s。", count=scored, named=named)
