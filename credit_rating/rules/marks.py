"""记分: one mark per scored indicator, as it reaches the computation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from common.errors import InvalidInput
from common.said import Said
from credit_rating.rules.exact import POINT_PLACES, plain
from credit_rating.rules.specification import IndicatorSpec, NaPolicy, StandardSpec


class MarkState(StrEnum):
    """记分状态."""

    SCORED = "scored"
    NOT_APPLICABLE = "na"


@dataclass(frozen=True, slots=True)
class Mark:
    """记分: points when scored, a reason when not applicable."""

    state: MarkState
    points: Decimal = Decimal(0)
    na_reason: str = ""

    @classmethod
    def scored(cls, points: Decimal) -> "Mark":
        return cls(MarkState.SCORED, points)

    @classmethod
    def not_applicable(cls, reason: str) -> "Mark":
        return cls(MarkState.NOT_APPLICABLE, na_reason=reason)


class MarksRefused(InvalidInput):
    """记分不予接受: an unknown indicator, points over the ceiling, NA where it is forbidden."""


def check_marks(spec: StandardSpec, marks: Mapping[str, Mark], struck: Collection[str]) -> None:
    """Refuses what cannot be computed; a mark that is merely missing is not refused here."""
    leaves = {leaf.code: leaf for leaf in spec.leaves}
    for code, mark in marks.items():
        if code not in leaves:
            raise MarksRefused(Said("规范中没有计分指标“%(code)s”。", code=code))
        _check_mark(leaves[code], mark)
    for code in struck:
        if code not in spec.by_code or spec.by_code[code].veto is None:
            raise MarksRefused(Said("指标“%(code)s”不是一票否决项。", code=code))


def _check_mark(leaf: IndicatorSpec, mark: Mark) -> None:
    if mark.state is MarkState.NOT_APPLICABLE:
        if leaf.na_policy is NaPolicy.FORBIDDEN:
            raise MarksRefused(
                Said("指标“%(code)s %(title)s”不允许填写“不适用”。", code=leaf.code, title=leaf.title)
            )
        return
    if not mark.points.is_finite() or mark.points < 0:
        raise MarksRefused(
            Said("指标“%(code)s %(title)s”的得分须为不小于 0 的数字。", code=leaf.code, title=leaf.title)
        )
    if mark.points > leaf.points:
        raise MarksRefused(
            Said(
                "指标“%(code)s %(title)s”得 %(points)s 分，超过满分 %(points_2)s 分。",
                code=leaf.code,
                title=leaf.title,
                points=plain(mark.points),
                points_2=plain(leaf.points),
            )
        )
    if mark.points != round(mark.points, POINT_PLACES):
        raise MarksRefused(
            Said("指标“%(code)s %(title)s”的得分最多保留两位小数。", code=leaf.code, title=leaf.title)
        )


def missing_marks(spec: StandardSpec, marks: Mapping[str, Mark]) -> tuple[IndicatorSpec, ...]:
    return tuple(leaf for leaf in spec.leaves if leaf.code not in marks)


def excluded_codes(spec: StandardSpec, marks: Mapping[str, Mark]) -> frozenset[str]:
    """不计入的指标: not applicable, and the standard says that its points go elsewhere."""
    return frozenset(
        code
        for code, mark in marks.items()
        if mark.state is MarkState.NOT_APPLICABLE
        and spec.by_code[code].na_policy is NaPolicy.EXCLUDE_AND_RESCALE
    )


def counted_points(leaf: IndicatorSpec, mark: Mark) -> Decimal:
    """计入的得分 before redistribution; an excluded or zeroed NA counts nothing here."""
    if mark.state is MarkState.SCORED:
        return mark.points
    return leaf.points if leaf.na_policy is NaPolicy.FULL_MARKS else Decimal(0)


def struck_by_marks(spec: StandardSpec, marks: Mapping[str, Mark]) -> frozenset[str]:
    """触发的否决项: a veto indicator that was scored with nothing; NA never strikes."""
    return frozenset(
        leaf.code
        for leaf in spec.leaves
        if leaf.veto is not None and leaf.points > 0 and _scored_nothing(marks.get(leaf.code))
    )


def _scored_nothing(mark: Mark | None) -> bool:
    return mark is not None and mark.state is MarkState.SCORED and mark.points == 0
