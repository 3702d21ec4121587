"""数字录入: what people type as exact numbers of 0 and above, or refused with the name of what was asked for."""

import unicodedata
from decimal import Decimal

from common.errors import InvalidInput
from common.numbers import parse_decimal
from common.said import Said
from credit_rating.rules.exact import POINT_PLACES, plain

LARGEST = Decimal(10) ** 12
PLACES = 12


class EntryRefused(InvalidInput):
    """录入不予接受: carries the sentence for the person."""


def half_width(text: str) -> str:
    """全角转半角: digits, points, signs and letters as typed with a Chinese input method."""
    return unicodedata.normalize("NFKC", text).replace("。", ".").replace("−", "-").strip()


def number(raw: str, name: str) -> Decimal:
    """A number from 0 up, with at most twelve places."""
    return _read(raw, name, PLACES)


def whole_number(raw: str, name: str) -> int:
    return int(_read(raw, name, 0))


def _read(raw: str, name: str, places: int) -> Decimal:
    try:
        return plain(parse_decimal(raw, minimum=Decimal(0), maximum=LARGEST, digits=places))
    except InvalidInput as refusal:
        raise EntryRefused(Said("%(name)s：%(why)s", name=name, why=refusal.sentence)) from None


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
