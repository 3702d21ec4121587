"""数字录入: what people type, in half or full width, as exact numbers or as a clear refusal."""

import re
import unicodedata
from decimal import Decimal

from common.errors import InvalidInput
from common.said import Said
from credit_rating.rules.exact import POINT_PLACES, plain

_PLAIN = re.compile(r"\d{1,12}(\.\d{1,12})?")
_EXPONENT = re.compile(r"[+-]?\d*\.?\d+[eE][+-]?\d+")
_NOT_NUMBERS = frozenset(
    {"nan", "snan", "inf", "infinity", "+inf", "-inf", "+infinity", "-infinity", "∞", "-∞"}
)


class EntryRefused(InvalidInput):
    """录入不予接受: carries the sentence for the person."""


def half_width(text: str) -> str:
    """全角转半角: digits, points, signs and letters as typed with a Chinese input method."""
    return unicodedata.normalize("NFKC", text).replace("。", ".").replace("−", "-").strip()


def number(raw: str, name: str) -> Decimal:
    """A number from 0 up, without exponent notation."""
    text = half_width(raw)
    if not text:
        raise EntryRefused(Said("请填写%(name)s。", name=name))
    if text.lower() in _NOT_NUMBERS:
        raise EntryRefused(Said("%(name)s须为具体数字，不接受“%(text)s”。", name=name, text=text))
    if text.startswith("-"):
        raise EntryRefused(Said("%(name)s不能为负数。", name=name))
    if _EXPONENT.fullmatch(text):
        raise EntryRefused(Said("%(name)s不接受科学计数法，请填写普通数字。", name=name))
    if not _PLAIN.fullmatch(text) or not text.isascii():
        raise EntryRefused(Said("%(name)s须为数字，收到的是“%(text)s”。", name=name, text=text[:20]))
    return plain(Decimal(text))


def whole_number(raw: str, name: str) -> int:
    value = number(raw, name)
    if value != value.to_integral_value():
        raise EntryRefused(Said("%(name)s须为整数。", name=name))
    return int(value)


def points(raw: str, name: str, ceiling: Decimal) -> Decimal:
    """分值: not over the ceiling, at most two places."""
    value = number(raw, name)
    if value > ceiling:
        raise EntryRefused(
            Said(
                "%(name)s不能超过满分 %(ceiling)s 分，收到的是 %(value)s 分。",
                name=name,
                ceiling=plain(ceiling),
                value=value,
            )
        )
    if value != round(value, POINT_PLACES):
        raise EntryRefused(Said("%(name)s最多保留两位小数。", name=name))
    return value
