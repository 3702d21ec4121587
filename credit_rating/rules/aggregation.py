"""汇总: from the exact points of each aspect to the exact total, in the three published ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from common.said import Said
from credit_rating.rules.exact import plain, rounded
from credit_rating.rules.parameters import read_number
from credit_rating.rules.specification import Aggregation, Params, StandardSpec

Shares = Mapping[str, Fraction | None]
"""Exact points per aspect code; ``None`` when all of it is not applicable."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """维度: its points on the standard's scale, the pass mark and whether it passed."""

    code: str
    title: str
    points: Decimal
    pass_mark: Decimal
    important: bool
    passed: bool


@dataclass(frozen=True, slots=True)
class Aggregate:
    """汇总结果: ``total`` is exact and not yet rounded; ``None`` with a ``reason`` when there is none."""

    total: Fraction | None
    reason: str = ""
    factor: Fraction | None = None
    dimensions: tuple[Dimension, ...] = ()


def aggregate(spec: StandardSpec, shares: Shares) -> Aggregate:
    match spec.aggregation:
        case Aggregation.SUM:
            return _sum(shares)
        case Aggregation.FACTOR_PRODUCT:
            return _factor_product(spec, shares)
        case Aggregation.DIMENSION_COUNT:
            return _dimension_count(spec, shares)


def _sum(shares: Shares) -> Aggregate:
    present = [share for share in shares.values() if share is not None]
    if not present:
        return Aggregate(None, "全部指标均不适用，无法评定。")
    return Aggregate(sum(present, Fraction(0)))


def _factor_product(spec: StandardSpec, shares: Shares) -> Aggregate:
    """影响因子: factor × conditions + honours; the law score enters the factor unrounded."""
    params = spec.aggregation_params
    law, base = shares[params["factor_aspect"]], shares[params["base_aspect"]]
    if law is None:
        return Aggregate(
            None,
            Said(
                "“%(title)s”全部不适用，无法计算影响因子。", title=spec.by_code[params["factor_aspect"]].title
            ),
        )
    if base is None:
        return Aggregate(
            None, Said("“%(title)s”全部不适用，无法评定。", title=spec.by_code[params["base_aspect"]].title)
        )
    factor = factor_of(params, law)
    return Aggregate(factor * base + (shares[params["bonus_aspect"]] or Fraction(0)), factor=factor)


def factor_of(params: Params, law: Fraction) -> Fraction:
    """影响因子: 1+(s-74)/200 from 75 up, 1 from 60 up, s/100 below, with the standard's own numbers."""
    if law >= Fraction(read_number(params, "good_from")):
        pivot, divisor = read_number(params, "good_pivot"), read_number(params, "good_divisor")
        return 1 + (law - Fraction(pivot)) / Fraction(divisor)
    if law >= Fraction(read_number(params, "neutral_from")):
        return Fraction(1)
    return law / Fraction(read_number(params, "poor_divisor"))


def _dimension_count(spec: StandardSpec, shares: Shares) -> Aggregate:
    """维度判定: each dimension is rounded, then held against its pass mark; the total is a rung, top is best."""
    absent = [spec.by_code[code].title for code, share in shares.items() if share is None]
    if absent:
        return Aggregate(None, Said("“%(absent)s”全部不适用，无法评定。", absent="”、“".join(absent)))
    found = tuple(_dimension(spec, code, share) for code, share in shares.items() if share is not None)
    return Aggregate(Fraction(_rung(spec.aggregation_params, found)), dimensions=found)


def _dimension(spec: StandardSpec, code: str, share: Fraction) -> Dimension:
    wanted = spec.aggregation_params["dimensions"][code]
    points, pass_mark = rounded(share, spec.rounding), read_number(wanted, "pass_mark")
    title = spec.by_code[code].title
    return Dimension(code, title, points, pass_mark, bool(wanted["important"]), points >= pass_mark)


def _rung(params: Params, dimensions: tuple[Dimension, ...]) -> int:
    """The first rung, best first, whose limits on failed important and ordinary dimensions are both kept."""
    important = sum(not one.passed for one in dimensions if one.important)
    ordinary = sum(not one.passed for one in dimensions if not one.important)
    rungs = params["rungs"]
    for place, limits in enumerate(rungs):
        if important <= int(limits["important"]) and ordinary <= int(limits["ordinary"]):
            return len(rungs) - place
    return 0


def dimension_sentence(one: Dimension) -> str:
    verdict = "达标" if one.passed else "未达标"
    weight = "重要维度" if one.important else "一般维度"
    return f"{one.title}（{weight}）{plain(one.points)} 分，合格线 {plain(one.pass_mark)} 分，{verdict}"
