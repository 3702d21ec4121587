"""规范检查: what keeps a standard from being used, in sentences."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from common.said import Said
from credit_rating.rules import parameters
from credit_rating.rules.aggregation_checks import aggregation_problems
from credit_rating.rules.band_table import band_problems
from credit_rating.rules.exact import POINT_PLACES, plain
from credit_rating.rules.limits import limit_problems
from credit_rating.rules.parameters import ParamsError
from credit_rating.rules.problem import Problem
from credit_rating.rules.specification import IndicatorSpec, Method, StandardSpec, Veto

DEEPEST = 3


def problems(spec: StandardSpec) -> tuple[Problem, ...]:
    """规范检查: empty when the standard may be frozen. A broken tree, and what is out of all range,
    is reported before what stands on it.
    """
    shape = (*_codes(spec), *_parents(spec), *limit_problems(spec))
    if shape or not spec.indicators:
        return shape or (Problem("", "规范中没有指标。"),)
    return (
        *_levels(spec),
        *_points(spec),
        *_indicators(spec),
        *band_problems(spec),
        *aggregation_problems(spec),
    )


def _codes(spec: StandardSpec) -> Iterator[Problem]:
    for code, times in Counter(indicator.code for indicator in spec.indicators).items():
        if not code:
            yield Problem("", "有指标没有编号。")
        elif times > 1:
            yield Problem(code, Said("指标编号“%(code)s”重复 %(times)s 次。", code=code, times=times))
    for identity, times in Counter(one.identity for one in spec.indicators if one.identity).items():
        if times > 1:
            yield Problem(
                "", Said("身份标识“%(identity)s”被 %(times)s 项指标使用。", identity=identity, times=times)
            )


def _parents(spec: StandardSpec) -> Iterator[Problem]:
    for indicator in spec.indicators:
        if indicator.parent_code is not None and indicator.parent_code not in spec.by_code:
            yield Problem(
                indicator.code,
                Said(
                    "指标“%(code)s”的上级“%(parent_code)s”不存在。",
                    code=indicator.code,
                    parent_code=indicator.parent_code,
                ),
            )
    reached = {indicator.code for indicator in spec.in_order}
    for indicator in spec.indicators:
        if indicator.code not in reached and indicator.parent_code in spec.by_code:
            yield Problem(
                indicator.code,
                Said("指标“%(code)s”没有归入任何方面（上级关系成环或中断）。", code=indicator.code),
            )


def _levels(spec: StandardSpec) -> Iterator[Problem]:
    for indicator in spec.indicators:
        parent = spec.by_code.get(indicator.parent_code or "")
        wanted = 0 if parent is None else parent.level + 1
        if indicator.level != wanted or wanted > DEEPEST:
            yield Problem(
                indicator.code,
                Said(
                    "指标“%(code)s”的层级为 %(level)s，应为 %(wanted)s。",
                    code=indicator.code,
                    level=indicator.level,
                    wanted=wanted,
                ),
            )


def _points(spec: StandardSpec) -> Iterator[Problem]:
    for indicator in spec.indicators:
        if indicator.points < 0 or indicator.points != round(indicator.points, POINT_PLACES):
            yield Problem(
                indicator.code, Said("指标“%(code)s”的分值须不小于 0，且最多两位小数。", code=indicator.code)
            )
        children = spec.children_of(indicator.code)
        below = sum((child.points for child in children), Decimal(0))
        if children and below != indicator.points:
            yield Problem(
                indicator.code,
                Said(
                    "“%(code)s %(title)s”为 %(points)s 分，下级合计 %(below)s 分，须相等。",
                    code=indicator.code,
                    title=indicator.title,
                    points=plain(indicator.points),
                    below=plain(below),
                ),
            )


def _indicators(spec: StandardSpec) -> Iterator[Problem]:
    for indicator in spec.indicators:
        if not indicator.title.strip():
            yield Problem(indicator.code, Said("指标“%(code)s”没有名称。", code=indicator.code))
        if spec.children_of(indicator.code):
            if indicator.method is not None:
                yield Problem(
                    indicator.code, Said("指标“%(code)s”有下级，不能直接计分。", code=indicator.code)
                )
        else:
            yield from _method(indicator)
        if indicator.veto is not None:
            yield from _veto(spec, indicator, indicator.veto)


def _method(indicator: IndicatorSpec) -> Iterator[Problem]:
    if indicator.method is None:
        yield Problem(indicator.code, Said("指标“%(code)s”没有计分方法。", code=indicator.code))
        return
    try:
        check_params(indicator)
    except ParamsError as refusal:
        yield Problem(
            indicator.code,
            Said(
                "指标“%(code)s”的计分参数不完整：%(refusal)s。", code=indicator.code, refusal=refusal.args[0]
            ),
        )


def check_params(indicator: IndicatorSpec) -> None:
    """计分参数检查: raises ``ParamsError`` with what is missing or not monotone."""
    match indicator.method:
        case Method.DEDUCT_EACH:
            parameters.deduction(indicator.params)
        case Method.BAND:
            parameters.tiers(indicator)
        case Method.RATIO | Method.SAMPLE_RATE | Method.SURVEY:
            parameters.curve(indicator)


def _veto(spec: StandardSpec, indicator: IndicatorSpec, veto: Veto) -> Iterator[Problem]:
    if veto.grade not in spec.grades:
        yield Problem(
            indicator.code,
            Said("指标“%(code)s”的否决等级“%(grade)s”不在等级表中。", code=indicator.code, grade=veto.grade),
        )
    if spec.children_of(indicator.code):
        yield Problem(
            indicator.code,
            Said("指标“%(code)s”有下级，不能一票否决；请把否决写在计分的指标上。", code=indicator.code),
        )
    elif not _can_come_to_nothing(indicator):
        yield Problem(
            indicator.code,
            Said(
                "指标“%(code)s”的否决永远不会触发：得 0 分时触发，所以满分须大于 0，分档的最低一档须为 0 分。",
                code=indicator.code,
            ),
        )


def _can_come_to_nothing(leaf: IndicatorSpec) -> bool:
    """Every method but the tiers comes down to no points; where there are none to lose nothing is struck."""
    if leaf.method is Method.BAND:
        try:
            return parameters.tiers(leaf)[-1].points == 0 < leaf.points
        except ParamsError:
            return True  # the tiers are named as the problem
    return leaf.points > 0
