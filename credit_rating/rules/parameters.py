"""计分参数: the JSON parameters of each scoring method as typed values, or the sentence saying what is missing."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from common.said import Said
from credit_rating.rules import numerals, separators
from credit_rating.rules.exact import POINT_PLACES
from credit_rating.rules.specification import IndicatorSpec, Method, Params

LONGEST_LABEL = 60
LONGEST_UNIT = 20
MOST_SAMPLES = 1_000_000

HUNDRED = Decimal(100)

NAMES = {
    "per": "每次扣分",
    "points": "分值",
    "at": "分段界限",
    "full": "满分",
    "zero": "零分",
    "unit": "单位",
    "maximum": "上限",
    "minimum_sample": "最少样本",
    "steps": "分段",
    "factor_aspect": "影响因子",
    "base_aspect": "基础分",
    "bonus_aspect": "附加分",
    "good_from": "上浮起点",
    "good_pivot": "上浮基点",
    "good_divisor": "上浮除数",
    "neutral_from": "持平起点",
    "poor_divisor": "下浮除数",
    "dimensions": "维度",
    "rungs": "档次",
    "pass_mark": "合格线",
}
"""What people call the parameters, in sheets, forms and sentences."""


class ParamsError(ValueError):
    """参数不完整."""


@dataclass(frozen=True, slots=True)
class Deduction:
    """每项扣分: so many points off per case, down to zero."""

    per: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Tier:
    """分档: all its clauses are necessary; one miss drops to the next tier."""

    label: str
    points: Decimal
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """分段: from this value on (or down to it, when less is better) so many points."""

    at: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Curve:
    """折算: linear between ``zero`` (no points) and ``full`` (all points), or in ``steps``, best first.

    ``full`` below ``zero`` means that less is better. ``maximum`` is the highest value there can be, if there is one.
    """

    full: Decimal
    zero: Decimal
    steps: tuple[Step, ...]
    unit: str
    minimum_sample: int
    maximum: Decimal | None = None


def read_number(params: Params, key: str, default: str | None = None) -> Decimal:
    raw, name = params.get(key, default), NAMES[key]
    if raw is None:
        raise ParamsError(Said("缺少参数“%(key)s”", key=name))
    if not isinstance(raw, str):
        raise ParamsError(Said("参数“%(key)s”须写成文本形式的数字", key=name))
    try:
        return numerals.number(raw, Said("参数“%(key)s”", key=name))
    except numerals.EntryRefused:
        raise ParamsError(Said("参数“%(key)s”须是0以上的数字", key=name)) from None


def read_points(params: Params, key: str) -> Decimal:
    """分值: at most two decimal places, like every mark."""
    value = read_number(params, key)
    if value != round(value, POINT_PLACES):
        raise ParamsError(Said("参数“%(key)s”最多保留两位小数", key=NAMES[key]))
    return value


def deduction(params: Params) -> Deduction:
    per = read_points(params, "per")
    if per == 0:
        raise ParamsError(Said("每次扣分须大于 0"))
    return Deduction(per, _unit(params, "次"))


def tiers(indicator: IndicatorSpec) -> tuple[Tier, ...]:
    """分档, best first: the first one carries the full points."""
    rows = indicator.params.get("tiers") or ()
    found = tuple(_tier(row) for row in rows)
    if not found:
        raise ParamsError(Said("缺少分档"))
    if len({tier.label for tier in found}) != len(found):
        raise ParamsError(Said("分档名称重复"))
    if any(better.points <= worse.points for better, worse in pairwise(found)):
        raise ParamsError(Said("分档分值须由高到低"))
    if found[0].points != indicator.points:
        raise ParamsError(Said("最高一档的分值须等于该指标满分"))
    return found


def _tier(row: Params) -> Tier:
    label = str(row.get("label", "")).strip()
    if not label:
        raise ParamsError(Said("分档缺少名称"))
    if len(label) > LONGEST_LABEL:
        raise ParamsError(Said("分档名称最多%(longest)s个字", longest=LONGEST_LABEL))
    clauses = tuple(row.get("clauses", ()))
    if _separates(label, separators.IN_LABELS) or any(
        _separates(clause, separators.IN_CLAUSES) for clause in clauses
    ):
        raise ParamsError(Said("分档名称不能含有等号、分号和方括号，条款不能含有方括号和竖线"))
    return Tier(label, read_points(row, "points"), clauses)


def _separates(text: str, signs: str) -> bool:
    """Such a text could be written to a sheet and not be read back."""
    return not text.strip() or any(sign in text for sign in signs)


def curve(indicator: IndicatorSpec) -> Curve:
    """折算参数 of ``ratio``, ``sample_rate`` and ``survey``."""
    params = indicator.params
    low, high = _default_ends(indicator.method)
    full, zero = read_number(params, "full", high), read_number(params, "zero", low)
    if full == zero:
        raise ParamsError(Said("满分值与零分值不能相同"))
    steps = tuple(Step(read_number(row, "at"), read_points(row, "points")) for row in params.get("steps", ()))
    _check_steps(steps, indicator.points)
    shape = Curve(full, zero, steps, _unit(params, "%"), _sample(params), _maximum(indicator))
    _check_maximum(shape)
    return shape


def _unit(params: Params, usual: str) -> str:
    unit = str(params.get("unit", usual))
    if len(unit) > LONGEST_UNIT:
        raise ParamsError(Said("单位最多%(longest)s个字", longest=LONGEST_UNIT))
    if _separates(unit, separators.IN_UNITS):
        raise ParamsError(Said("单位不能为空，也不能含有空格、等号、分号和“扣”字"))
    return unit


def _sample(params: Params) -> int:
    sample = read_number(params, "minimum_sample", "0")
    if sample != int(sample) or sample > MOST_SAMPLES:
        raise ParamsError(Said("最少样本须是不超过%(most)s的整数", most=MOST_SAMPLES))
    return int(sample)


def _maximum(indicator: IndicatorSpec) -> Decimal | None:
    """上限 of a ratio: as the standard says; else no share of a whole is over 100 per cent."""
    params = indicator.params
    if "maximum" in params:
        return read_number(params, "maximum")
    per_cent = indicator.method is Method.RATIO and params.get("unit", "%") == "%"
    return HUNDRED if per_cent else None


def _check_maximum(shape: Curve) -> None:
    reached = (shape.full, shape.zero, *(step.at for step in shape.steps))
    if shape.maximum is not None and max(reached) > shape.maximum:
        raise ParamsError(
            Said(
                "满分值、零分值和分段界限不能超过上限 %(most)s，可以超过的请写明“上限”",
                most=f"{shape.maximum:f}",
            )
        )


def _default_ends(method: Method | None) -> tuple[str | None, str | None]:
    if method is Method.SURVEY:
        return None, None
    return "0", "100"


def _check_steps(steps: tuple[Step, ...], ceiling: Decimal) -> None:
    if not steps:
        return
    if any(better.points <= worse.points for better, worse in pairwise(steps)):
        raise ParamsError(Said("分段分值须由高到低"))
    values = [step.at for step in steps]
    if values not in (sorted(set(values)), sorted(set(values), reverse=True)):
        raise ParamsError(Said("分段界限须单调"))
    if steps[0].points != ceiling:
        raise ParamsError(Said("最高一段的分值须等于该指标满分"))


def fewer_is_better(shape: Curve) -> bool:
    """Steps say it by their order, one step and a line by their ends."""
    if len(shape.steps) > 1:
        return shape.steps[0].at < shape.steps[1].at
    return shape.full < shape.zero
