"""隐去: where words stand, and the list of what is hidden with its scope, its reason and who did what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from association.actors import Actor
from complaints.access.complaints import MAY, redactions_visible_to
from complaints.choices.complaints import SAID_BY_CODE, RedactionState, Target
from complaints.models import Complaint, Evidence, Redaction
from complaints.queries.shown import TEXTS


@dataclass(frozen=True, slots=True)
class Place:
    """Words in a text: its first and last character."""

    target: Target
    target_id: int | None
    first: int
    last: int


def places_of(complaint: Complaint, words: str, *, own: bool = False) -> list[Place]:
    """Every place where these words stand, as they were typed; ``own``: in what the complainant wrote alone."""
    texts: list[tuple[Target, int | None, str]] = [
        (Target.FACTS, None, complaint.facts),
        (Target.DEMAND, None, complaint.demand),
    ]
    for target, (model, column) in TEXTS.items():
        rows = model.objects.filter(complaint=complaint)
        if own:
            rows = rows.filter(kind__in=SAID_BY_CODE) if target == Target.DECISION else rows.none()
        texts += [(target, pk, text) for pk, text in rows.values_list("pk", column)]
    return [
        Place(target, target_id, found.start(), found.end() - 1)
        for target, target_id, text in texts
        for found in re.finditer(re.escape(words), text)
    ]


@dataclass(frozen=True, slots=True)
class Hidden:
    """One row of the list: the hidden words alone, or the kind of the file; what stands around them is in the case."""

    redaction: Redaction
    words: str
    own: bool
    may_review: bool


def redactions_of(actor: Actor, view: str) -> QuerySet[Redaction]:
    """Those that wait for a second person, the oldest first; or all, the newest first."""
    rows = redactions_visible_to(actor).select_related("complaint", "proposed_by", "decided_by")
    if view == "waiting":
        return rows.filter(state=RedactionState.PROPOSED).order_by("pk")
    return rows.order_by("-pk")


def hidden_rows(actor: Actor, rows: Sequence[Redaction]) -> list[Hidden]:
    """A fixed number of queries, however many rows."""
    texts = {target: _texts(rows, target) for target in TEXTS}
    files = {
        row.pk: str(row.get_kind_display())
        for row in Evidence.objects.filter(pk__in=_ids(rows, Target.EVIDENCE))
    }
    may = actor.may(MAY, "confirm_redaction")
    return [_hidden(actor, row, _text_of(row, texts), files, may=may) for row in rows]


def _ids(rows: Sequence[Redaction], target: Target) -> list[int]:
    return [row.target_id for row in rows if row.target == target and row.target_id is not None]


def _texts(rows: Sequence[Redaction], target: Target) -> dict[int, str]:
    model, column = TEXTS[target]
    ids = _ids(rows, target)
    return dict(model.objects.filter(pk__in=ids).values_list("pk", column)) if ids else {}


def _text_of(row: Redaction, texts: dict[Target, dict[int, str]]) -> str:
    if row.target == Target.FACTS:
        return row.complaint.facts
    if row.target == Target.DEMAND:
        return row.complaint.demand
    return texts.get(Target(row.target), {}).get(row.target_id or 0, "")


def _hidden(actor: Actor, row: Redaction, text: str, files: dict[int, str], *, may: bool) -> Hidden:
    own = row.proposed_by_id is not None and row.proposed_by_id == actor.person_id
    open_ = row.state != RedactionState.LIFTED
    if row.first is None or row.last is None:
        return Hidden(row, files.get(row.target_id or 0, ""), own, may and open_ and not own)
    return Hidden(row, text[row.first : row.last + 1], own, may and open_ and not own)
