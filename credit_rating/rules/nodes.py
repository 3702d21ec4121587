"""指标得分: the numbers of every node, before and after NA moved points between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from credit_rating.rules.exact import decimal_of, plain
from credit_rating.rules.marks import Mark, MarkState, counted_points, excluded_codes
from credit_rating.rules.redistribution import adjusted_ceilings
from credit_rating.rules.specification import IndicatorSpec, NaPolicy, StandardSpec


class NodeState(StrEnum):
    """计分情况."""

    SCORED = "scored"
    FULL_MARKS = "full_marks"
    ZEROED = "zeroed"
    EXCLUDED = "excluded"
    INNER = "inner"


@dataclass(frozen=True, slots=True)
class NodeResult:
    """指标得分: ``points`` of ``ceiling`` as scored, ``contribution`` of ``adjusted_ceiling`` after NA moved points.

    ``factor`` is adjusted_ceiling / ceiling; it and ``contribution`` show six places of an exact fraction.
    """

    code: str
    parent_code: str | None
    level: int
    title: str
    state: NodeState
    points: Decimal
    ceiling: Decimal
    adjusted_ceiling: Decimal
    factor: Decimal
    contribution: Decimal


def node_results(
    spec: StandardSpec, marks: Mapping[str, Mark]
) -> tuple[tuple[NodeResult, ...], dict[str, Fraction | None]]:
    """指标得分 of every node, and the exact points of each aspect."""
    excluded = excluded_codes(spec, marks)
    ceilings = adjusted_ceilings(spec, excluded) if excluded else _own_ceilings(spec)
    points: dict[str, Decimal] = {}
    exact: dict[str, Fraction] = {}
    for node in reversed(spec.in_order):
        children = spec.children_of(node.code)
        if children:
            points[node.code] = sum((points[child.code] for child in children), Decimal(0))
            exact[node.code] = sum((exact[child.code] for child in children), Fraction(0))
        else:
            points[node.code] = counted_points(node, marks[node.code])
            exact[node.code] = _moved(points[node.code], ceilings[node.code], node.points)
    nodes = tuple(
        _node_result(
            node, _state(node, marks.get(node.code)), points[node.code], ceilings[node.code], exact[node.code]
        )
        for node in spec.in_order
    )
    return nodes, {root.code: exact[root.code] if ceilings[root.code] else None for root in spec.aspects}


def _own_ceilings(spec: StandardSpec) -> dict[str, Fraction]:
    return {node.code: Fraction(node.points) for node in spec.indicators}


def _moved(points: Decimal, ceiling: Fraction, own: Decimal) -> Fraction:
    return Fraction(points) * ceiling / Fraction(own) if own else Fraction(0)


def _node_result(
    node: IndicatorSpec, state: NodeState, points: Decimal, ceiling: Fraction, exact: Fraction
) -> NodeResult:
    return NodeResult(
        code=node.code,
        parent_code=node.parent_code,
        level=node.level,
        title=node.title,
        state=state,
        points=plain(points),
        ceiling=plain(node.points),
        adjusted_ceiling=decimal_of(ceiling),
        factor=decimal_of(ceiling / Fraction(node.points)) if node.points else Decimal(0),
        contribution=decimal_of(exact),
    )


_NA_STATES = {
    NaPolicy.EXCLUDE_AND_RESCALE: NodeState.EXCLUDED,
    NaPolicy.FULL_MARKS: NodeState.FULL_MARKS,
    NaPolicy.ZERO_WITH_REASON: NodeState.ZEROED,
}


def _state(node: IndicatorSpec, mark: Mark | None) -> NodeState:
    if mark is None:
        return NodeState.INNER
    if mark.state is MarkState.NOT_APPLICABLE:
        return _NA_STATES[node.na_policy]
    return NodeState.SCORED
