"""指标得分: the numbers of every node, before and after NA moved points between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from credit_rating.rules.exact import decimal_of, plain
from credit_rating.rules.marks import Mark, MarkState, counted_points, excluded_codes
from credit_rating.rules.redistribution import adjusted_ceilings
from credit_rating.rules.specification import IndicatorSpec, NaPolicy, StandardSpec

Number = TypeVar("Number", Decimal, Fraction)
ZERO = Fraction(0)


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
    points = _summed(
        spec, {leaf.code: counted_points(leaf, marks[leaf.code]) for leaf in spec.leaves}, Decimal(0)
    )
    excluded = excluded_codes(spec, marks)
    if not excluded:
        nodes = tuple(_as_scored(node, marks.get(node.code), points[node.code]) for node in spec.in_order)
        return nodes, {
            root.code: Fraction(points[root.code]) if root.points else None for root in spec.aspects
        }
    ceilings = adjusted_ceilings(spec, excluded)
    exact = _summed(
        spec,
        {leaf.code: _moved(points[leaf.code], ceilings[leaf.code], leaf.points) for leaf in spec.leaves},
        ZERO,
    )
    nodes = tuple(
        _after_moving(
            _as_scored(node, marks.get(node.code), points[node.code]), ceilings[node.code], exact[node.code]
        )
        for node in spec.in_order
    )
    return nodes, {root.code: exact[root.code] if ceilings[root.code] else None for root in spec.aspects}


def _summed(spec: StandardSpec, of_leaves: dict[str, Number], nothing: Number) -> dict[str, Number]:
    """The leaves' numbers, and of every heading the sum of what is below it."""
    sums = dict(of_leaves)
    for node in reversed(spec.in_order):
        if node.parent_code is not None:
            sums[node.parent_code] = sums.get(node.parent_code, nothing) + sums[node.code]
    return sums


def _moved(points: Decimal, ceiling: Fraction, own: Decimal) -> Fraction:
    return Fraction(points) * ceiling / Fraction(own) if own else ZERO


def _as_scored(node: IndicatorSpec, mark: Mark | None, points: Decimal) -> NodeResult:
    """Where nothing moves, the contribution is what was scored."""
    ceiling, counted = plain(node.points), plain(points)
    return NodeResult(
        code=node.code,
        parent_code=node.parent_code,
        level=node.level,
        title=node.title,
        state=_state(node, mark),
        points=counted,
        ceiling=ceiling,
        adjusted_ceiling=ceiling,
        factor=Decimal(1) if ceiling else Decimal(0),
        contribution=counted,
    )


def _after_moving(node: NodeResult, ceiling: Fraction, exact: Fraction) -> NodeResult:
    empty = node.state is NodeState.INNER and node.ceiling and not ceiling
    return replace(
        node,
        state=NodeState.EXCLUDED if empty else node.state,
        adjusted_ceiling=decimal_of(ceiling),
        factor=decimal_of(ceiling / Fraction(node.ceiling)) if node.ceiling else Decimal(0),
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
