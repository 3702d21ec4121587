"""计分方法: the points that follow from an entry, exact to the hundredth (half up)."""

from decimal import Decimal
from fractions import Fraction

from credit_rating.rules import parameters
from credit_rating.rules.entries import YES, Entry
from credit_rating.rules.exact import POINT_PLACES, decimal_of
from credit_rating.rules.specification import IndicatorSpec, Method

ZERO = Decimal(0)


def points_for(indicator: IndicatorSpec, entry: Entry) -> Decimal:
    """得分: between 0 and the indicator's points, whatever was entered."""
    values = entry.values
    match indicator.method:
        case Method.PASS_FAIL:
            points = indicator.points if values["passed"] == YES else ZERO
        case Method.DEDUCT_EACH:
            per = parameters.deduction(indicator.params).per
            points = max(ZERO, indicator.points - per * int(values["count"]))
        case Method.BAND:
            points = next(tier.points for tier in parameters.tiers(indicator) if tier.label == values["tier"])
        case Method.EXPERT:
            points = Decimal(values["points"])
        case _:
            points = _on_curve(indicator, _measured(entry))
    return points


def _measured(entry: Entry) -> Fraction:
    """实际值: the ratio in per cent, the share of the sample that passed, or the survey's mean."""
    if entry.method is Method.SAMPLE_RATE:
        return Fraction(int(entry.values["passed"]) * 100, int(entry.values["sampled"]))
    return Fraction(entry.values["value" if entry.method is Method.RATIO else "mean"])


def _on_curve(indicator: IndicatorSpec, value: Fraction) -> Decimal:
    shape = parameters.curve(indicator)
    if shape.steps:
        return _on_steps(shape, value)
    full, zero = Fraction(shape.full), Fraction(shape.zero)
    share = (value - zero) / (full - zero)
    return decimal_of(Fraction(indicator.points) * min(max(share, Fraction(0)), Fraction(1)), POINT_PLACES)


def _on_steps(shape: parameters.Curve, value: Fraction) -> Decimal:
    fewer = parameters.fewer_is_better(shape)
    for step in shape.steps:
        if value <= step.at if fewer else value >= step.at:
            return step.points
    return ZERO
