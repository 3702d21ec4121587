"""不适用项的分值调整: where the points of an excluded indicator go.

They go to its siblings in proportion to their points, level by level: when all children of a node are excluded,
the node itself is, and its points go to its own siblings, up to the aspects and so to the whole. For
``factor_product`` and ``dimension_count`` an aspect is a scale of its own: points never leave it.
"""

from collections.abc import Collection, Iterable
from fractions import Fraction

from credit_rating.rules.specification import Aggregation, IndicatorSpec, StandardSpec


def adjusted_ceilings(spec: StandardSpec, excluded: Collection[str]) -> dict[str, Fraction]:
    """调整后满分 of every node; an excluded node has 0."""
    alive = _alive(spec, excluded)
    ceilings: dict[str, Fraction] = {}
    roots = spec.aspects
    if spec.aggregation is Aggregation.SUM:
        _share(sum((Fraction(root.points) for root in roots), Fraction(0)), roots, alive, ceilings)
    else:
        ceilings |= {root.code: Fraction(root.points) * (root.code in alive) for root in roots}
    for node in spec.in_order:
        _share(ceilings[node.code], spec.children_of(node.code), alive, ceilings)
    return ceilings


def _alive(spec: StandardSpec, excluded: Collection[str]) -> frozenset[str]:
    """Nodes that can still carry points: some leaf below them is neither excluded nor worth nothing."""
    found: set[str] = set()
    for node in reversed(spec.in_order):
        children = spec.children_of(node.code)
        carries = any(child.code in found for child in children) if children else node.code not in excluded
        if carries and node.points > 0:
            found.add(node.code)
    return frozenset(found)


def _share(
    whole: Fraction, nodes: Iterable[IndicatorSpec], alive: Collection[str], ceilings: dict[str, Fraction]
) -> None:
    weights = {node.code: Fraction(node.points) if node.code in alive else Fraction(0) for node in nodes}
    total = sum(weights.values(), Fraction(0))
    for code, weight in weights.items():
        ceilings[code] = whole * weight / total if total else Fraction(0)
