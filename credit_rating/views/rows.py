"""评分行: how one row of a self-assessment or a review is drawn, saved or not; the one place that knows of stale rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from association.language import translated
from common.errors import InvalidInput, Refused, TooLarge
from common.numbers import shown
from credit_rating.choices import ItemState
from credit_rating.forms.rows import (
    ONE_CLICK,
    TOLD,
    RowInput,
    RowTrouble,
    Typed,
    inputs_of,
    points_shown,
    said,
)
from credit_rating.operations import StaleRow
from credit_rating.rules.entries import EntryField, fields_for
from credit_rating.rules.specification import IndicatorSpec, VetoEffect


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row as the templates take it; what was typed wins over what is stored, so that nothing is lost."""

    indicator_id: int
    leaf: IndicatorSpec
    points: str
    veto: str
    na_told: str
    inputs: tuple[RowInput, ...]
    item: Any
    version: int
    state: str
    na: bool
    na_reason: str
    comment: str
    got: str
    words: str
    one_click: bool
    style: str = ""
    evidence: Sequence[Any] = ()
    expired: Sequence[Any] = ()
    evidence_missing: bool = False
    origin: str = ""
    trouble: RowTrouble | None = None
    mine: str = ""
    theirs: str = ""
    upload: RowTrouble | None = None
    valid_until: str = ""


def row_shown(indicator_id: int, leaf: IndicatorSpec, item: Any) -> RowShown:
    """A stored row; ``item`` is None before anything was stored."""
    return RowShown(
        indicator_id=indicator_id,
        leaf=leaf,
        points=shown(leaf.points),
        veto=_veto(leaf),
        na_told=str(TOLD.get(leaf.na_policy, "")),
        inputs=inputs_of(fields_for(leaf), item.entry if item else {}),
        item=item,
        version=item.version if item else 0,
        state=item.state if item else ItemState.OPEN.value,
        na=bool(item) and item.state == ItemState.NA,
        na_reason=item.na_reason if item else "",
        comment=item.comment if item else "",
        got=points_shown(item.points) if item else "",
        words=said(leaf, item),
        one_click=leaf.method in ONE_CLICK,
    )


def _veto(leaf: IndicatorSpec) -> str:
    if leaf.veto is None:
        return ""
    caps = leaf.veto.effect is VetoEffect.CAP
    words = _("得零分时等级不高于%(grade)s") if caps else _("得零分时等级定为%(grade)s")
    return words % {"grade": leaf.veto.grade}


def as_typed(row: RowShown, typed: Typed, trouble: RowTrouble) -> RowShown:
    """The row with what was typed and why it was not saved. A stale row takes over the version it met."""
    fields, theirs = fields_for(row.leaf), trouble.theirs
    return replace(
        row,
        inputs=inputs_of(fields, typed.raw),
        version=theirs.version if theirs is not None else typed.version,
        na=typed.na,
        na_reason=typed.na_reason,
        comment=typed.comment,
        style="row-conflict" if theirs is not None else "row-error",
        trouble=trouble,
        mine=_typed_words(fields, typed),
        theirs=said(row.leaf, theirs),
    )


def _typed_words(fields: Sequence[EntryField], typed: Typed) -> str:
    if typed.na:
        return _("不适用：%(reason)s") % {"reason": typed.na_reason}
    values = [_typed_value(one, typed.raw.get(one.name, "")) for one in fields]
    if len(values) == 1:
        return values[0]
    return _("，").join(f"{translated(one.label)} {value}" for one, value in zip(fields, values, strict=True))


def _typed_value(one: EntryField, value: str) -> str:
    labels: Mapping[str, str] = dict(one.choices)
    return f"{translated(labels.get(value, value))} {translated(one.unit)}".strip() if value else "—"


def kept_or_trouble(save: Callable[[], Any], *, is_part: bool) -> tuple[Any, RowTrouble | None]:
    """The saved row, or why not: the one ``try`` of the desk, so that a refused row keeps what was typed.

    A part of a page that is refused as a whole (closed, submitted meanwhile) leaves the page as it stands, with what
    was typed; asked without a script, the sheet comes back with it.
    """
    try:
        return save(), None
    except StaleRow as stale:
        return None, RowTrouble(stale.status, translated(stale.sentence), theirs=stale.theirs)
    except InvalidInput as refused:
        return None, RowTrouble(refused.status, translated(refused.sentence), refused.fields)
    except (Refused, TooLarge) as refused:
        if is_part:
            raise
        return None, RowTrouble(refused.status, translated(refused.sentence))
