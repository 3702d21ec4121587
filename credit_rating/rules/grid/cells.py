"""单元格: how the cells of a scored indicator are read and written."""

import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from common.said import Said
from credit_rating.rules import numerals
from credit_rating.rules.exact import POINT_PLACES
from credit_rating.rules.grid import columns
from credit_rating.rules.grid.columns import CellError, meaning
from credit_rating.rules.grid.params_text import text_from_params
from credit_rating.rules.specification import IndicatorSpec, Method, NaPolicy, Veto


def _points(text: str) -> Decimal:
    try:
        value = numerals.number(text, "分值")
    except numerals.EntryRefused as refusal:
        raise CellError(refusal.sentence) from None
    if value != round(value, POINT_PLACES):
        raise CellError(Said("分值最多保留 %(point_places)s 位小数。", point_places=POINT_PLACES))
    return value


def _method(text: str) -> Method:
    return meaning(columns.METHOD_WORDS, text, "计分方法")


def _na_policy(text: str) -> NaPolicy:
    return meaning(columns.NA_WORDS, text, "不适用处理") if text else NaPolicy.FORBIDDEN


def _veto(text: str) -> Veto | None:
    """``封顶 D``, ``直接定级 D``, or as in plain files ``cap_D``, ``force_D``; empty for none."""
    if not text:
        return None
    for effect, word in columns.VETO_WORDS.items():
        for start in (word, f"{effect.value}_"):
            if text.startswith(start) and text.removeprefix(start).strip():
                return Veto(effect, text.removeprefix(start).strip())
    raise CellError(Said("一票否决“%(text)s”无法识别，应写作“封顶 D”或“直接定级 D”。", text=text))


def _truth(text: str) -> bool:
    return bool(text) and meaning(columns.TRUTH_WORDS, text, "须佐证")


def _identity(text: str) -> str:
    if not text:
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise CellError("身份标识须为 UUID，新指标请留空。") from None


READERS: Mapping[str, Callable[[str], Any]] = {
    "points": _points,
    "scoring_method": _method,
    "na_policy": _na_policy,
    "veto": _veto,
    "evidence_required": _truth,
    "identity": _identity,
}


def written(leaf: IndicatorSpec, method: Method) -> dict[str, str]:
    """The cells of a scored indicator, under their plain names."""
    return {
        "points": f"{leaf.points:f}",
        "scoring_method": columns.METHOD_WORDS[method],
        "params": text_from_params(method, leaf.params),
        "na_policy": columns.NA_WORDS[leaf.na_policy],
        "veto": f"{columns.VETO_WORDS[leaf.veto.effect]} {leaf.veto.grade}" if leaf.veto else "",
        "evidence": leaf.evidence_hint,
        "evidence_required": columns.TRUTH_WORDS[leaf.evidence_required],
        "basis": leaf.basis,
        "data_source": leaf.data_source,
        "identity": leaf.identity,
    }
