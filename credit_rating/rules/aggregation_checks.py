"""汇总参数检查: complete, monotone, and the full total is what the aggregation can reach."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from common.said import Said
from credit_rating.rules import parameters
from credit_rating.rules.exact import plain
from credit_rating.rules.parameters import ParamsError
from credit_rating.rules.problem import Problem
from credit_rating.rules.specification import Aggregation, Params, StandardSpec


def aggregation_problems(spec: StandardSpec) -> Iterator[Problem]:
    checks = {
        Aggregation.SUM: _sum,
        Aggregation.FACTOR_PRODUCT: _factor_product,
        Aggregation.DIMENSION_COUNT: _dimension_count,
    }
    try:
        yield from checks[spec.aggregation](spec)
    except (ParamsError, KeyError, TypeError, AttributeError, ValueError) as missing:
        yield Problem("", Said("汇总参数不完整：%(missing)s。", missing=_why(missing)))


def _why(missing: Exception) -> str:
    """Our own sentence keeps its parts; of the others only a missing key has a name."""
    if isinstance(missing, ParamsError):
        return missing.args[0]
    key = missing.args[0] if isinstance(missing, KeyError) else None
    name = parameters.NAMES.get(key) if isinstance(key, str) else None
    return Said("缺少参数“%(key)s”", key=name) if name else Said("写法无法识别")


def _reaches(spec: StandardSpec, highest: Decimal) -> Iterator[Problem]:
    if spec.total_points != highest:
        yield Problem(
            "",
            Said(
                "满分为 %(total_points)s 分，按汇总方式最高可得 %(highest)s 分，须相等。",
                total_points=plain(spec.total_points),
                highest=plain(highest),
            ),
        )


def _sum(spec: StandardSpec) -> Iterator[Problem]:
    yield from _reaches(spec, sum((aspect.points for aspect in spec.aspects), Decimal(0)))


def _factor_product(spec: StandardSpec) -> Iterator[Problem]:
    params = spec.aggregation_params
    codes = [params["factor_aspect"], params["base_aspect"], params["bonus_aspect"]]
    if sorted(codes) != sorted(aspect.code for aspect in spec.aspects):
        yield Problem("", "影响因子、基础分、附加分三部分须恰好对应三个方面。")
        return
    neutral, good, pivot = (
        parameters.read_number(params, key) for key in ("neutral_from", "good_from", "good_pivot")
    )
    good_divisor, poor_divisor = (
        parameters.read_number(params, key) for key in ("good_divisor", "poor_divisor")
    )
    if not 0 < neutral <= good or pivot > good or not good_divisor or poor_divisor < neutral:
        yield Problem("", "影响因子的分段须由低到高，且分数越高因子不得越小。")
        return
    law, base, bonus = (spec.by_code[code].points for code in codes)
    yield from _reaches(spec, (1 + (law - pivot) / good_divisor) * base + bonus)


def _dimension_count(spec: StandardSpec) -> Iterator[Problem]:
    dimensions: Params = spec.aggregation_params["dimensions"]
    rungs = spec.aggregation_params["rungs"]
    if set(dimensions) != {aspect.code for aspect in spec.aspects}:
        yield Problem("", "每个方面都须有合格线，且不能多出。")
        return
    for code, wanted in dimensions.items():
        if parameters.read_number(wanted, "pass_mark") > spec.by_code[code].points:
            yield Problem(code, Said("“%(title)s”的合格线超过其满分。", title=spec.by_code[code].title))
        if not isinstance(wanted["important"], bool):
            yield Problem(code, Said("“%(title)s”须说明是否为重要维度。", title=spec.by_code[code].title))
    limits = [(int(rung["important"]), int(rung["ordinary"])) for rung in rungs]
    if any(better[0] > worse[0] or better[1] > worse[1] for better, worse in pairwise(limits)):
        yield Problem("", "判定档次须由严到宽。")
    yield from _reaches(spec, Decimal(len(rungs)))
