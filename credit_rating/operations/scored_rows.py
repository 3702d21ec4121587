"""评分行: what a person entered for one indicator, as it is stored; and the refusal of a row that has moved on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from common.errors import InvalidInput, Refused
from common.text import one_line
from credit_rating.choices import ItemState
from credit_rating.models import OpinionItem
from credit_rating.rules.entries import parse_entry
from credit_rating.rules.methods import points_for
from credit_rating.rules.specification import IndicatorSpec, NaPolicy

MOST_REASON = 300


@dataclass(frozen=True, slots=True)
class Scored:
    """One row as entered: points when scored, a reason when not applicable."""

    state: ItemState
    entry: Mapping[str, str] = field(default_factory=dict)
    points: Decimal | None = None
    na_reason: str = ""


class StaleRow(Refused):
    """Somebody saved the row first: ``mine`` is what was entered now, ``theirs`` the row as it stands."""

    code = "stale_row"

    def __init__(self, sentence: str, *, mine: Any, theirs: OpinionItem) -> None:
        super().__init__(sentence)
        self.mine = mine
        self.theirs = theirs


def scored(leaf: IndicatorSpec, raw: Mapping[str, str], na_reason: str = "") -> Scored:
    """A reason makes the row 不适用, where the standard allows that; otherwise the entry gives the points."""
    reason = one_line(na_reason)
    if not reason:
        entry = parse_entry(leaf, raw)
        return Scored(ItemState.SCORED, dict(entry.values), points_for(leaf, entry))
    if leaf.na_policy is NaPolicy.FORBIDDEN:
        sentence = _("这项指标不允许选“不适用”。")
        raise InvalidInput(sentence, {"na_reason": sentence})
    refuse_too_long(reason, MOST_REASON, "na_reason")
    return Scored(ItemState.NA, na_reason=reason)


def refuse_too_long(text: str, longest: int, field: str) -> None:
    """Never cut: whoever wrote too much is told how much there is room for."""
    if len(text) > longest:
        sentence = _("最多%(longest)d个字，现在是%(length)d个字。") % {
            "longest": longest,
            "length": len(text),
        }
        raise InvalidInput(sentence, {field: sentence})
