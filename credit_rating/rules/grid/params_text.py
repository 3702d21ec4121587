"""计分参数的写法: one readable line per indicator, which reads back to the same parameters.

逐项扣分 ``每次扣 2`` · 分档 ``优=3[条款一|条款二];良=2`` · 比率、抽样合格率、问卷 ``满分=100;零分=60;单位=%;最少样本=10`` and,
in steps, ``分段=95:2/80:1``. 是否符合 and 专家评分 have none. The plain names (``per=2;unit=次``, ``full=100``) are read too.
"""

import re
from collections.abc import Iterator
from typing import Any

from common.said import Said
from credit_rating.rules import numerals
from credit_rating.rules.grid.columns import CellError
from credit_rating.rules.parameters import NAMES
from credit_rating.rules.specification import Method, Params

_DEDUCTION = re.compile(r"每(?P<unit>[^\s扣]+)扣(?P<per>.+?)分?")
# Both widths separate; what stands between them is kept as it was typed.
_TIER = re.compile(
    r"\s*(?P<label>[^=＝;；\[\]［］]+)[=＝](?P<points>[^;；\[\]［］]+)"
    r"(?:[\[［](?P<clauses>[^\]］]*)[\]］])?\s*(?:[;；]|$)"
)
_PARTS, _CLAUSES, _STEPS = re.compile("[;；]"), re.compile("[|｜]"), re.compile("[/／]")
_EQUALS, _COLON = re.compile("[=＝]"), re.compile("[:：]")
_CURVE = ("full", "zero", "unit", "maximum", "minimum_sample", "steps")
_NAMES = {key: NAMES[key] for key in _CURVE}


def params_from_text(method: Method, text: str) -> dict[str, Any]:
    """计分参数 of one cell; raises ``CellError`` with a sentence."""
    text = text.strip()
    match method:
        case Method.PASS_FAIL | Method.EXPERT:
            return _nothing(text)
        case Method.DEDUCT_EACH:
            return _deduction(text)
        case Method.BAND:
            return _tiers(text)
    return _curve(text)


def text_from_params(method: Method, params: Params) -> str:
    match method:
        case Method.PASS_FAIL | Method.EXPERT:
            return ""
        case Method.DEDUCT_EACH:
            return f"每{params.get('unit', '次')}扣 {params['per']}"
        case Method.BAND:
            return ";".join(_tier_text(tier) for tier in params["tiers"])
    return ";".join(
        f"{name}={_value_text(key, params[key])}" for key, name in _NAMES.items() if key in params
    )


def _nothing(text: str) -> dict[str, Any]:
    if text:
        raise CellError("该计分方法不需要参数，请留空。")
    return {}


def _number(text: str, name: str) -> str:
    try:
        return f"{numerals.number(text, name):f}"
    except numerals.EntryRefused as refusal:
        raise CellError(refusal.sentence) from None


def _deduction(text: str) -> dict[str, Any]:
    found = _DEDUCTION.fullmatch("".join(text.split()))
    if found is None and (plain := dict(pair[:2] for pair in pairs_of(text))).keys() == {"per", "unit"}:
        return plain | {"per": _number(plain["per"], NAMES["per"])}
    if found is None:
        raise CellError(Said("逐项扣分的参数应写作“每次扣 2”,收到的是“%(text)s”。", text=text))
    return {"per": _number(found["per"], "每次扣分"), "unit": found["unit"]}


def _tiers(text: str) -> dict[str, Any]:
    tiers, place = [], 0
    while place < len(text):
        found = _TIER.match(text, place)
        if found is None:
            raise CellError(
                Said("分档的参数应写作“优=3;良=2”,无法识别“%(text)s”。", text=text[place : place + 20])
            )
        tiers.append(_tier(found))
        place = found.end()
    if not tiers:
        raise CellError("分档缺少参数,应写作“优=3;良=2”。")
    return {"tiers": tiers}


def _tier(found: re.Match[str]) -> dict[str, Any]:
    tier: dict[str, Any] = {"label": found["label"].strip(), "points": _number(found["points"], "分档分值")}
    if found["clauses"]:
        tier["clauses"] = [clause.strip() for clause in _CLAUSES.split(found["clauses"])]
    return tier


def _tier_text(tier: Params) -> str:
    clauses = f"[{'|'.join(tier['clauses'])}]" if tier.get("clauses") else ""
    return f"{tier['label']}={tier['points']}{clauses}"


def _curve(text: str) -> dict[str, Any]:
    params: dict[str, Any] = {}
    keys = {name: key for key, name in _NAMES.items()} | {key: key for key in _NAMES}
    for name, value, part in pairs_of(text):
        if name not in keys or keys[name] in params:
            raise CellError(
                Said(
                    "参数“%(part)s”无法识别或重复，可写：%(value)s。",
                    part=part,
                    value="、".join(_NAMES.values()),
                )
            )
        params[keys[name]] = _value(keys[name], value)
    return params


def pairs_of(text: str) -> Iterator[tuple[str, str, str]]:
    """``名称=内容;名称=内容``: each name and value, and the part they stood in."""
    for part in filter(None, (piece.strip() for piece in _PARTS.split(text))):
        name, *value = _EQUALS.split(part, maxsplit=1)
        yield name.strip(), "".join(value).strip(), part


def _value(key: str, text: str) -> Any:
    if key == "unit":
        return text
    if key == "steps":
        return [_step(step) for step in _STEPS.split(text)]
    return _number(text, _NAMES[key])


def _step(text: str) -> dict[str, str]:
    at, *points = _COLON.split(text)
    return {"at": _number(at, "分段界限"), "points": _number("".join(points), "分段分值")}


def _value_text(key: str, value: Any) -> str:
    if key == "steps":
        return "/".join(f"{step['at']}:{step['points']}" for step in value)
    return str(value)
