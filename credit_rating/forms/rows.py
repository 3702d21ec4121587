"""评分行 on screen: what was typed into one row, and what the row shows when it is drawn again."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.language import translated
from common.errors import InvalidInput
from common.numbers import shown, whole_or_none
from common.text import one_line
from credit_rating.choices import ItemState
from credit_rating.rules.entries import EntryField
from credit_rating.rules.specification import IndicatorSpec, Method, NaPolicy

LONGEST_ENTRY = 200  # more than any entry may have, so that what is refused is refused as it was typed
LARGEST_VERSION = 2**31 - 1
ENTRY_NAMES = ("passed", "count", "tier", "value", "sampled", "mean", "responses", "points")
CORRECTED = frozenset({*ENTRY_NAMES, "na_reason"})
# Rows answered with one click are saved with it.
ONE_CLICK = frozenset({Method.PASS_FAIL, Method.BAND})
TOLD = {
    NaPolicy.EXCLUDE_AND_RESCALE: gettext_lazy("选“不适用”时，分值转给同级指标。"),
    NaPolicy.FULL_MARKS: gettext_lazy("选“不适用”时，按满分计。"),
    NaPolicy.ZERO_WITH_REASON: gettext_lazy("选“不适用”时，按零分计。"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into one row, kept as it is until the row is saved."""

    version: int
    raw: Mapping[str, str]
    na: bool = False
    na_reason: str = ""
    comment: str = ""
    gap_reason: str = ""


@dataclass(frozen=True, slots=True)
class RowInput:
    """录入项 with its value; choices are (value, label, clauses)."""

    name: str
    label: str
    kind: str
    value: str
    unit: str = ""
    choices: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    maximum: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class RowTrouble:
    """Why a row was not saved: a refused entry, or ``theirs``, the row as somebody else saved it meanwhile."""

    status: int
    sentence: str
    fields: Mapping[str, str] = field(default_factory=dict)
    theirs: Any = None


def typed_row(posted: Mapping[str, str]) -> Typed:
    """One posted row; a reason for 不适用 counts only while 不适用 is ticked."""
    version = whole_or_none(posted.get("version", ""), most=LARGEST_VERSION)
    if version is None:
        raise InvalidInput(_("页面不完整，请刷新后再填写。"))
    return Typed(
        version=version,
        raw={name: posted[name][:LONGEST_ENTRY] for name in ENTRY_NAMES if name in posted},
        na="na" in posted,
        na_reason=posted.get("na_reason", ""),
        comment=posted.get("comment", ""),
        gap_reason=posted.get("gap_reason", ""),
    )


def entered(typed: Typed) -> dict[str, Any]:
    """The arguments of the operation that saves a row; while 不适用 is ticked the entry does not count."""
    return {
        "version": typed.version,
        "raw": {} if typed.na else typed.raw,
        "na_reason": required_reason(typed) if typed.na else "",
        "comment": typed.comment,
    }


def required_reason(typed: Typed) -> str:
    if not one_line(typed.na_reason):
        sentence = _("选“不适用”须说明理由。")
        raise InvalidInput(sentence, {"na_reason": sentence})
    return typed.na_reason


def posted_date(posted: Mapping[str, str], name: str) -> date | None:
    """A day as browsers send it, or none."""
    text = posted.get(name, "").strip()
    if not text:
        return None
    day = _day(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    if day is None:
        sentence = _("日期应写作 2026-12-31 这样。")
        raise InvalidInput(sentence, {name: sentence})
    return day


def _day(text: str) -> date | None:
    """The calendar's day, or none for one that is in no calendar, such as 30 February."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def numbered(posted: Iterable[str], prefix: str) -> Iterator[tuple[str, int]]:
    """The posted names ``prefix-<number>``, each with its number."""
    for name in posted:
        head, _dash, digits = name.partition("-")
        number = whole_or_none(digits)
        if head == prefix and number is not None:
            yield name, number


def corrections_of(posted: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """更正: the fields ``fix-<indicator>-<name>`` that were filled in, by indicator."""
    found: dict[int, dict[str, str]] = {}
    for name, value in posted.items():
        head, _dash, rest = name.partition("-")
        digits, _dash, entry = rest.partition("-")
        number = whole_or_none(digits)
        if head == "fix" and number is not None and entry in CORRECTED and value.strip():
            found.setdefault(number, {})[entry] = value.strip()
    return found


def inputs_of(fields: Sequence[EntryField], values: Mapping[str, str]) -> tuple[RowInput, ...]:
    return tuple(
        RowInput(
            name=one.name,
            label=translated(one.label),
            kind=one.kind,
            value=str(values.get(one.name, "")),
            unit=translated(one.unit),
            choices=tuple(_choice(value, label) for value, label in one.choices),
            maximum=shown(one.maximum) if one.maximum is not None else "",
            required=one.required,
        )
        for one in fields
    )


def _choice(value: str, label: str) -> tuple[str, str, tuple[str, ...]]:
    """A tier's label, and its clauses apart: all of them are needed for it."""
    name, *clauses = label.split("\n")
    return value, translated(name), tuple(clauses)


def said(leaf: IndicatorSpec, item: Any) -> str:
    """What a saved row says, in words."""
    if item is None or item.state == ItemState.OPEN:
        return ""
    if item.state == ItemState.NA:
        return _("不适用：%(reason)s") % {"reason": item.na_reason}
    return _entry_words(leaf, item.entry)


def _entry_words(leaf: IndicatorSpec, entry: Mapping[str, str]) -> str:
    match leaf.method:
        case Method.PASS_FAIL:
            words = _("符合") if entry.get("passed") == "yes" else _("不符合")
        case Method.DEDUCT_EACH:
            words = f"{entry.get('count', '')} {leaf.params.get('unit', '次')}"
        case Method.BAND:
            words = entry.get("tier", "")
        case Method.RATIO:
            words = f"{entry.get('value', '')} {leaf.params.get('unit', '%')}"
        case Method.SAMPLE_RATE:
            words = _("抽查 %(sampled)s，合格 %(passed)s") % dict(entry)
        case Method.SURVEY:
            words = _("平均 %(mean)s 分，%(responses)s 份") % dict(entry)
        case _:
            words = _("%(points)s 分") % dict(entry)
    return words


def points_shown(points: Decimal | None) -> str:
    return "" if points is None else shown(points)
