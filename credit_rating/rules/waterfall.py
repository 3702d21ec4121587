"""等级说明: the parts that make up a stored total, indicator by indicator."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from common.errors import Refused
from common.said import Said, listed
from credit_rating.rules.aggregation import dimension_sentence
from credit_rating.rules.exact import decimal_of
from credit_rating.rules.nodes import NodeResult, NodeState
from credit_rating.rules.scoring import Result
from credit_rating.rules.specification import Aggregation, RoundingMode, StandardSpec
from credit_rating.rules.vetoes import AppliedVeto

ZERO = Decimal(0)


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
    if final.total is None or final.grade_by_total is None or final.grade is None:
        raise Refused("没有总分，无法逐项说明。")
    leaves = tuple(_leaf(spec, node, self_rated, reviewed) for node in _scored(spec, final))
    parts = (*leaves, *_between(spec, final))
    rest = final.total - sum((part.contribution for part in parts), ZERO)
    ending = Part(PartKind.ROUNDING, "", "取舍", rest, note=_rounding_note(spec))
    return Waterfall((*parts, ending), final.total, final.grade_by_total, final.grade, final.vetoes)


def _scored(spec: StandardSpec, result: Result) -> tuple[NodeResult, ...]:
    leaves = {leaf.code for leaf in spec.leaves}
    return tuple(node for node in result.nodes if node.code in leaves)


def _leaf(spec: StandardSpec, node: NodeResult, self_rated: Result | None, reviewed: Result | None) -> Part:
    through = _acts_through(spec, node.code)
    return Part(
        kind=PartKind.INDICATOR,
        code=node.code,
        title=node.title,
        contribution=ZERO if through else node.contribution,
        ceiling=node.adjusted_ceiling,
        self_points=_points(self_rated, node.code),
        review_points=_points(reviewed, node.code),
        final_points=_shown(node),
        note=through or _note(node),
    )


def _acts_through(spec: StandardSpec, code: str) -> str:
    """Why an indicator adds nothing itself: it makes the factor, or decides whether a dimension passes."""
    aspect = spec.aspect_of(code)
    if spec.aggregation is Aggregation.DIMENSION_COUNT:
        return Said("计入维度“%(title)s”的合格判定", title=aspect.title)
    if (
        spec.aggregation is Aggregation.FACTOR_PRODUCT
        and aspect.code == spec.aggregation_params["factor_aspect"]
    ):
        return "计入影响因子"
    return ""


def _points(result: Result | None, code: str) -> Decimal | None:
    nodes = result.nodes if result else ()
    return next((_shown(node) for node in nodes if node.code == code), None)


def _shown(node: NodeResult) -> Decimal | None:
    return None if node.state is NodeState.EXCLUDED else node.points


def _note(node: NodeResult) -> str:
    notes = {
        NodeState.EXCLUDED: "不适用，分值已调整到其他指标",
        NodeState.FULL_MARKS: "不适用，按满分计",
        NodeState.ZEROED: "不适用，按零分计",
    }
    if node.state in notes:
        return notes[node.state]
    if node.factor != 1 and node.ceiling:
        return Said(
            "因有不适用项，满分由 %(before)s 分调整为 %(after)s 分",
            before=f"{node.ceiling:f}",
            after=f"{node.adjusted_ceiling:f}",
        )
    return ""


def _between(spec: StandardSpec, final: Result) -> tuple[Part, ...]:
    """What stands between the sum of the indicators and the total: the factor, or the judgement by dimensions."""
    if final.factor is not None:
        return (_factor_part(spec, final, final.factor),)
    if final.dimensions and final.raw_total is not None:
        sentence = listed((dimension_sentence(one) for one in final.dimensions), ";")
        return (Part(PartKind.JUDGEMENT, "", "维度判定", final.raw_total, note=sentence),)
    return ()


def _factor_part(spec: StandardSpec, final: Result, factor: Decimal) -> Part:
    """影响因子: what multiplying by it adds to, or takes from, the conditions."""
    base_code = spec.aggregation_params["base_aspect"]
    base = next(node.contribution for node in final.aspects if node.code == base_code)
    change = decimal_of(Fraction(base) * (Fraction(factor) - 1))
    return Part(
        PartKind.FACTOR, spec.aggregation_params["factor_aspect"], "影响因子", change, note=f"×{factor:f}"
    )


def _rounding_note(spec: StandardSpec) -> str:
    words = {
        RoundingMode.HALF_UP: "四舍五入",
        RoundingMode.HALF_EVEN: "四舍六入五成双",
        RoundingMode.DOWN: "舍去尾数",
    }
    digits = spec.rounding.digits
    one = {0: Said("取整数"), 1: Said("保留 1 位小数")}
    kept = one.get(digits) or Said("保留 %(digits)s 位小数", digits=digits)
    return Said("总分%(way)s，%(kept)s", way=Said(words[spec.rounding.mode]), kept=kept)
