"""汇总参数的写法: one readable line, which reads back to the same parameters.

逐项相加 has none. 系数相乘 ``影响因子=II;基础分=I;附加分=III;上浮起点=75;上浮基点=74;上浮除数=200;持平起点=60;下浮除数=100``.
按达标维度计 ``维度=D1:60:重要/D2:60:一般;档次=0:0/0:1``: each aspect with its pass mark and weight, then from the best rung
down how many important and how many ordinary dimensions may be missed. The plain names are read too.
"""

import re
from typing import Any

from common.said import Said
from credit_rating.rules import numerals
from credit_rating.rules.grid.columns import CellError
from credit_rating.rules.grid.params_text import pairs_of
from credit_rating.rules.parameters import NAMES
from credit_rating.rules.specification import Aggregation, Params

_ASPECTS = ("factor_aspect", "base_aspect", "bonus_aspect")
_NUMBERS = ("good_from", "good_pivot", "good_divisor", "neutral_from", "poor_divisor")
KEYS = {
    Aggregation.SUM: (),
    Aggregation.FACTOR_PRODUCT: (*_ASPECTS, *_NUMBERS),
    Aggregation.DIMENSION_COUNT: ("dimensions", "rungs"),
}
_WEIGHTS = {True: "重要", False: "一般"}
_PLAIN_WEIGHTS = {"important": True, "ordinary": False}
_DIMENSION_PARTS = 3
_RUNG = ("important", "ordinary")
_STEPS, _COLON = re.compile("[/／]"), re.compile("[:：]")


def aggregation_from_text(aggregation: Aggregation, text: str) -> dict[str, Any]:
    """汇总参数 of one cell or field; raises ``CellError`` with a sentence."""
    names = {NAMES[key]: key for key in KEYS[aggregation]}
    keys = names | {key: key for key in KEYS[aggregation]}
    found: dict[str, Any] = {}
    for name, value, part in pairs_of(text):
        if not keys:
            raise CellError("逐项相加不需要汇总参数，请留空。")
        if name not in keys or keys[name] in found:
            raise CellError(
                Said(
                    "参数“%(part)s”无法识别或重复，可写：%(value)s。", part=part[:20], value="、".join(names)
                )
            )
        found[keys[name]] = _value(keys[name], value)
    absent = [name for name, key in names.items() if key not in found]
    if absent:
        raise CellError(Said("汇总参数缺少：%(absent)s。", absent="、".join(absent)))
    return found


def text_from_aggregation(aggregation: Aggregation, params: Params) -> str:
    return ";".join(f"{NAMES[key]}={_text(key, params[key])}" for key in KEYS[aggregation] if key in params)


def _value(key: str, text: str) -> Any:
    if key == "dimensions":
        return dict(_dimension(part) for part in _STEPS.split(text))
    if key == "rungs":
        return [_rung(part) for part in _STEPS.split(text)]
    return text if key in _ASPECTS else _number(text, NAMES[key])


def _dimension(text: str) -> tuple[str, dict[str, Any]]:
    parts = [part.strip() for part in _COLON.split(text)]
    weights = {word: important for important, word in _WEIGHTS.items()} | _PLAIN_WEIGHTS
    if len(parts) != _DIMENSION_PARTS or parts[2] not in weights:
        raise CellError(Said("维度应写作“D1:60:重要”或“D1:60:一般”，收到的是“%(text)s”。", text=text[:20]))
    return parts[0], {"pass_mark": _number(parts[1], NAMES["pass_mark"]), "important": weights[parts[2]]}


def _rung(text: str) -> dict[str, int]:
    parts = _COLON.split(text)
    if len(parts) != len(_RUNG):
        raise CellError(Said("档次应写作“0:1”，收到的是“%(text)s”。", text=text[:20]))
    try:
        limits = [numerals.whole_number(part, NAMES["rungs"]) for part in parts]
    except numerals.EntryRefused as refusal:
        raise CellError(refusal.sentence) from None
    return dict(zip(_RUNG, limits, strict=True))


def _number(text: str, name: str) -> str:
    try:
        return f"{numerals.number(text, name):f}"
    except numerals.EntryRefused as refusal:
        raise CellError(refusal.sentence) from None


def _text(key: str, value: Any) -> str:
    if key == "dimensions":
        return "/".join(
            f"{code}:{one['pass_mark']}:{_WEIGHTS[bool(one['important'])]}" for code, one in value.items()
        )
    if key == "rungs":
        return "/".join(f"{one['important']}:{one['ordinary']}" for one in value)
    return str(value)
