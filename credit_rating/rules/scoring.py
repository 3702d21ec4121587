"""综合计分: a rating is a pure function of the standard, the marks and the vetoes that were struck."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from common.said import Said
from credit_rating.rules.aggregation import Aggregate, Dimension, aggregate
from credit_rating.rules.exact import decimal_of, rounded
from credit_rating.rules.marks import Mark, check_marks, missing_marks
from credit_rating.rules.nodes import NodeResult, node_results
from credit_rating.rules.specification import IndicatorSpec, StandardSpec
from credit_rating.rules.vetoes import AppliedVeto, explained, grade_after, struck_vetoes

ENGINE_VERSION = "1"
"""Part of every hash: raise it when the same inputs may give other numbers."""


@dataclass(frozen=True, slots=True)
class Result:
    """评定结果: without a total when it is not assessable; ``grade`` is after, ``grade_by_total`` before vetoes."""

    assessable: bool
    reason: str
    raw_total: Decimal | None
    total: Decimal | None
    grade_by_total: str | None
    grade: str | None
    nodes: tuple[NodeResult, ...] = ()
    vetoes: tuple[AppliedVeto, ...] = ()
    factor: Decimal | None = None
    dimensions: tuple[Dimension, ...] = ()
    missing: tuple[str, ...] = ()
    engine_version: str = ENGINE_VERSION

    @property
    def aspects(self) -> tuple[NodeResult, ...]:
        return tuple(node for node in self.nodes if node.parent_code is None)


def rate(spec: StandardSpec, marks: Mapping[str, Mark], struck: Collection[str] = ()) -> Result:
    """综合计分. ``struck`` are the codes of the veto items found to be breached.

    Raises ``MarksRefused`` for an unknown indicator, a mark over its ceiling or NA where it is forbidden. A
    missing mark gives no total; neither does an aspect that the aggregation needs and that is all NA.
    """
    check_marks(spec, marks, struck)
    vetoes = struck_vetoes(spec, marks, struck)
    missing = missing_marks(spec, marks)
    if missing:
        return _not_assessable(spec, _missing_sentence(missing), vetoes, missing=missing)
    nodes, shares = node_results(spec, marks)
    outcome = aggregate(spec, shares)
    if outcome.total is None:
        return _not_assessable(spec, outcome.reason, vetoes, nodes=nodes)
    return _assessed(spec, outcome, outcome.total, nodes, vetoes)


def _assessed(
    spec: StandardSpec,
    outcome: Aggregate,
    exact: Fraction,
    nodes: tuple[NodeResult, ...],
    vetoes: tuple[IndicatorSpec, ...],
) -> Result:
    total = rounded(exact, spec.rounding)
    by_total = spec.band_of(total).grade
    return Result(
        assessable=True,
        reason="",
        raw_total=decimal_of(exact),
        total=total,
        grade_by_total=by_total,
        grade=grade_after(spec, by_total, vetoes),
        nodes=nodes,
        vetoes=explained(spec, by_total, vetoes),
        factor=None if outcome.factor is None else decimal_of(outcome.factor),
        dimensions=outcome.dimensions,
    )


def _not_assessable(
    spec: StandardSpec,
    reason: str,
    vetoes: tuple[IndicatorSpec, ...],
    *,
    nodes: tuple[NodeResult, ...] = (),
    missing: tuple[IndicatorSpec, ...] = (),
) -> Result:
    return Result(
        assessable=False,
        reason=reason,
        raw_total=None,
        total=None,
        grade_by_total=None,
        grade=grade_after(spec, None, vetoes),
        nodes=nodes,
        vetoes=explained(spec, None, vetoes),
        missing=tuple(leaf.code for leaf in missing),
    )


NAMED = 5


def _missing_sentence(missing: tuple[IndicatorSpec, ...]) -> str:
    shown = "、".join(leaf.code for leaf in missing[:NAMED])
    return Said(
        "还有 %(missing)s 项指标没有记分（%(shown)s%(more)s），不产生总分。",
        missing=len(missing),
        shown=shown,
        more=Said("等") if len(missing) > NAMED else "",
    )
