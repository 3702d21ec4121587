"""指标录入: what a person enters for each scoring method, normalised to plain strings that a row can keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from common.said import Said
from credit_rating.rules import numerals, parameters
from credit_rating.rules.exact import plain
from credit_rating.rules.numerals import EntryRefused
from credit_rating.rules.specification import IndicatorSpec, Method

__all__ = ["Entry", "EntryField", "EntryRefused", "fields_for", "parse_entry"]

YES, NO = "yes", "no"
_YES_WORDS = frozenset({"yes", "true", "1", "on", "是", "符合", "合格", "达标"})
_NO_WORDS = frozenset({"no", "false", "0", "off", "否", "不符合", "不合格", "未达标"})


@dataclass(frozen=True, slots=True)
class Entry:
    """录入值: ``values`` has exactly the names of ``fields_for``, as canonical strings."""

    method: Method
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EntryField:
    """录入项: enough for a form to draw it. ``kind`` is choice, whole or decimal."""

    name: str
    label: str
    kind: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    maximum: Decimal | None = None
    required: bool = True


def fields_for(indicator: IndicatorSpec) -> tuple[EntryField, ...]:
    """录入项 of an indicator, in the order of the form; none for a heading."""
    match indicator.method:
        case Method.PASS_FAIL:
            fields = (EntryField("passed", "是否符合", "choice", choices=((YES, "符合"), (NO, "不符合"))),)
        case Method.DEDUCT_EACH:
            unit = parameters.deduction(indicator.params).unit
            fields = (EntryField("count", Said("扣分%(unit)s数", unit=unit), "whole", unit),)
        case Method.BAND:
            labels = tuple((tier.label, _tier_text(tier)) for tier in parameters.tiers(indicator))
            fields = (EntryField("tier", "档次", "choice", choices=labels),)
        case Method.RATIO:
            shape = parameters.curve(indicator)
            fields = (EntryField("value", "实际值", "decimal", shape.unit, maximum=shape.maximum),)
        case _:
            return _counted_fields(indicator)
    return fields


def _counted_fields(indicator: IndicatorSpec) -> tuple[EntryField, ...]:
    match indicator.method:
        case Method.SAMPLE_RATE:
            return (EntryField("sampled", "抽查数", "whole"), EntryField("passed", "合格数", "whole"))
        case Method.SURVEY:
            return _survey_fields(indicator)
        case Method.EXPERT:
            return (EntryField("points", "评分", "decimal", "分", maximum=indicator.points),)
    return ()


def _tier_text(tier: parameters.Tier) -> str:
    """The name with its points, then each clause on a line of its own."""
    return "\n".join((f"{tier.label}（{plain(tier.points)} 分）", *tier.clauses))


def _survey_fields(indicator: IndicatorSpec) -> tuple[EntryField, ...]:
    shape = parameters.curve(indicator)
    mean = EntryField("mean", "平均得分", "decimal", "分", maximum=max(shape.full, shape.zero))
    return (mean, EntryField("responses", "有效问卷数", "whole", "份", required=shape.minimum_sample > 0))


def parse_entry(indicator: IndicatorSpec, raw: Mapping[str, str]) -> Entry:
    """录入: normalises 全角 digits; refuses NaN, negatives, exponents and what is over a ceiling, in a sentence."""
    if indicator.method is None:
        raise EntryRefused(Said("“%(title)s”不是计分指标，不能直接填写。", title=indicator.title))
    readers = {
        Method.PASS_FAIL: _passed,
        Method.DEDUCT_EACH: _count,
        Method.BAND: _tier,
        Method.RATIO: _ratio,
        Method.SAMPLE_RATE: _sample,
        Method.SURVEY: _survey,
        Method.EXPERT: _expert,
    }
    return Entry(indicator.method, readers[indicator.method](indicator, raw))


def _passed(_indicator: IndicatorSpec, raw: Mapping[str, str]) -> dict[str, str]:
    text = numerals.half_width(raw.get("passed", "")).lower()
    if text in _YES_WORDS:
        return {"passed": YES}
    if text in _NO_WORDS:
        return {"passed": NO}
    raise EntryRefused("请选择“符合”或“不符合”。")


def _count(indicator: IndicatorSpec, raw: Mapping[str, str]) -> dict[str, str]:
    unit = parameters.deduction(indicator.params).unit
    return {"count": str(numerals.whole_number(raw.get("count", ""), Said("扣分%(unit)s数", unit=unit)))}


def _tier(indicator: IndicatorSpec, raw: Mapping[str, str]) -> dict[str, str]:
    wanted = numerals.half_width(raw.get("tier", ""))
    for tier in parameters.tiers(indicator):
        if numerals.half_width(tier.label) == wanted:
            return {"tier": tier.label}
    known = "、".join(tier.label for tier in parameters.tiers(indicator))
    raise EntryRefused(Said("请从以下档次中选择：%(known)s。", known=known))


def _ratio(indicator: IndicatorSpec, raw: Mapping[str, str]) -> dict[str, str]:
    text = numerals.half_width(raw.get("value", "")).removesuffix("%")
    value, shape = numerals.number(text, "实际值"), parameters.curve(indicator)
    if shape.maximum is not None and value > shape.maximum:
        raise EntryRefused(
            Said(
                "实际值不能超过 %(maximum)s%(unit)s，收到的是 %(value)s%(unit)s。",
                maximum=plain(shape.maximum),
                unit=shape.unit,
                value=value,
            )
        )
    return {"value": str(value)}


def _sample(indicator: IndicatorSpec, raw: Mapping[str, str]) -> dict[str, str]:
    sampled = numerals.whole_number(raw.get("sampled", ""), "抽查数")
    passed = numerals.whole_number(raw.get("passed", ""), "合格数")
    if sampled == 0:
        raise EntryRefused("抽查数须大于 0。")
    if passed > sampled:
        raise EntryRefused(
            Said("合格数（%(passed)s）不能多于抽查数（%(sampled)s）。", passed=passed, sampled=sampled)
        )
    minimum = parameters.curve(indicator).minimum_sample
    if sampled < minimum:
        raise EntryRefused(
            Said("抽查数不得少于 %(minimum)s，收到的是 %(sampled)s。", minimum=minimum, sampled=sampled)
        )
    return {"sampled": str(sampled), "passed": str(passed)}


def _survey(indicator: IndicatorSpec, raw: Mapping[str, str]) -> dict[str, str]:
    shape = parameters.curve(indicator)
    low, high = sorted((shape.full, shape.zero))
    mean = numerals.number(raw.get("mean", ""), "平均得分")
    if not low <= mean <= high:
        raise EntryRefused(
            Said(
                "平均得分须在 %(low)s 至 %(high)s 之间，收到的是 %(mean)s。",
                low=plain(low),
                high=plain(high),
                mean=mean,
            )
        )
    responses = numerals.half_width(raw.get("responses", ""))
    if not responses and shape.minimum_sample == 0:
        return {"mean": str(mean), "responses": ""}
    count = numerals.whole_number(responses, "有效问卷数")
    if count == 0:
        raise EntryRefused("没有有效问卷，不能填写平均得分。")
    if count < shape.minimum_sample:
        raise EntryRefused(
            Said(
                "有效问卷数不得少于 %(minimum_sample)s 份，收到的是 %(count)s 份。",
                minimum_sample=shape.minimum_sample,
                count=count,
            )
        )
    return {"mean": str(mean), "responses": str(count)}


def _expert(indicator: IndicatorSpec, raw: Mapping[str, str]) -> dict[str, str]:
    return {"points": str(numerals.points(raw.get("points", ""), "评分", indicator.points))}
