"""综合评定 as its page takes it: opinions side by side, and which decisions are open to this person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from association.actors import Actor
from association.kept_forms import KeptForm, in_place
from association.language import translated
from association.reckoning import explained
from association.rules.explanation import as_parts
from association.shown import carried
from common.numbers import shown
from credit_rating.access import MAY
from credit_rating.choices import DeterminationState, ObjectionState, Stage
from credit_rating.forms.desk import (
    DecisionForm,
    DefenceAnswerForm,
    ExtendForm,
    OverruleForm,
    SuspensionForm,
)
from credit_rating.forms.rows import inputs_of, points_shown, said
from credit_rating.queries.committee import other_grades
from credit_rating.queries.desk import Dossier
from credit_rating.queries.involved import Hands, hands_for_deciding, hands_for_objections
from credit_rating.queries.panel import PanelRow, PanelSheet
from credit_rating.queries.review import leaf_ids
from credit_rating.queries.standards import spec_of, title_of
from credit_rating.queries.waiting_decisions import overruling_shown, suspension_shown
from credit_rating.queries.windows import longer_answer
from credit_rating.rules.entries import fields_for
from credit_rating.rules.review import PanelResult
from credit_rating.views.rows import row_shown

OPEN = frozenset({Stage.REVIEWED, Stage.DETERMINED})


@dataclass(frozen=True, slots=True)
class PanelLine:
    """One indicator: the self-assessment and every opinion; each score is (points, words, reason)."""

    code: str
    title: str
    points: str
    self_points: str
    scores: tuple[tuple[str, str, str], ...]
    final: str
    discussed: str


def panel_context(panel: PanelSheet) -> dict[str, Any]:
    standard = panel.assessment.round.standard
    ids = leaf_ids(standard.pk, spec_of(standard))
    return {
        "panel": panel,
        "panel_lines": [_line(row) for row in panel.rows],
        "correctable": [(ids[row.leaf.code], row.leaf) for row in panel.rows],
    }


def decision_forms(kept: KeptForm | None, context: Mapping[str, Any]) -> dict[str, Any]:
    """The forms of the page, with the refused one in its place; ``offered`` while the page still has a place for it."""
    objections = [
        (one, _decision_form(kept, one, context), _extend_form(kept, one, context))
        if one in context["open_objections"]
        else (one, None, None)
        for one in context["dossier"].objections
    ]
    may = context["may"]
    if isinstance(kept, DecisionForm):
        kept.codes = {pk: leaf.code for pk, leaf in context["correctable"]}
    places = {
        "confirm": may["determine"],
        "decide_objection": any(form is kept for _one, form, _longer in objections),
        "extend_objection": any(longer is kept for _one, _form, longer in objections),
    }
    return {
        "forms": {
            OverruleForm.name: in_place(kept, OverruleForm, grades=context["overrule_to"]),
            DefenceAnswerForm.name: in_place(kept, DefenceAnswerForm),
            SuspensionForm.name: in_place(kept, SuspensionForm),
        },
        "objections": objections,
        "kept": kept,
        "offered": kept is not None and places.get(kept.name, may.get(kept.name, False)),
    }


def _decision_form(kept: KeptForm | None, objection: Any, context: Mapping[str, Any]) -> Any:
    """With a line for each indicator that may be corrected: as it was typed, and why it cannot be taken."""
    if not context["may"]["decide_objection"]:
        return None
    form: Any = in_place(kept, DecisionForm, key=objection.pk)
    form.lines = [
        (replace(row_shown(pk, leaf, None), inputs=inputs_of(fields_for(leaf), form.corrections.get(pk, {}))),
         form.wrong.get(pk, ""))
        for pk, leaf in context["correctable"]
    ]  # fmt: skip
    return form


def _extend_form(kept: KeptForm | None, objection: Any, context: Mapping[str, Any]) -> Any:
    """While it may be taken; with the new end, which is told before it is asked for."""
    due = longer_answer(objection) if context["may"]["extend_objection"] else None
    if due is None:
        return None
    form: Any = in_place(kept, ExtendForm, key=objection.pk)
    form.due, form.arithmetic = due, explained(as_parts(due.reckoning))
    return form


def _line(row: PanelRow) -> PanelLine:
    panel = row.panel
    return PanelLine(
        code=row.leaf.code,
        title=title_of(row.leaf),
        points=shown(row.leaf.points),
        self_points=points_shown(row.self_points) or "—",
        scores=tuple(
            (points_shown(item.points) or "—", said(row.leaf, item), item.gap_reason)
            if item is not None
            else ("—", "", "")
            for item in row.scores
        ),
        final=_final(panel) if panel is not None else "",
        discussed=translated(panel.sentence) if panel is not None and panel.needs_discussion else "",
    )


def _final(panel: PanelResult) -> str:
    return _("不适用") if panel.is_na else points_shown(panel.points) or "—"


def decision_context(actor: Actor, dossier: Dossier, decided: Any) -> dict[str, Any]:
    """Which forms the page offers; the operations decide again."""
    assessment = dossier.assessment
    notice = dossier.prior_notices[-1] if dossier.prior_notices else None
    waits = notice is not None and notice.defended_at is not None and notice.answered_at is None
    state = decided.state if decided is not None else ""
    hands = _hands(actor, dossier, waits=waits, state=state)
    decides = actor.may(MAY, "determine")
    free = decides and not hands["determine"].why_not
    return {
        "why_not": {name: one.why_not for name, one in hands.items() if decides},
        "nobody": _nobody(hands, decided),
        "dossier": dossier,
        "assessment": assessment,
        "decided": decided,
        **_carried(dossier, decided),
        "overrule_to": other_grades(assessment.round.standard, decided),
        "may": {
            "compute": actor.may(MAY, "compute_round") and assessment.stage in OPEN,
            "determine": free and state == DeterminationState.PROPOSED and assessment.stage in OPEN,
            "countersign": free
            and state == DeterminationState.COUNTERSIGN
            and decided.decided_by_id != actor.user_id,
            "answer_defence": free and waits and assessment.stage == Stage.NOTICED,
            "decide_objection": decides and not hands["objection"].why_not,
            "extend_objection": actor.may(MAY, "extend_objection") and not hands["objection"].why_not,
            **_suspension(actor, dossier),
        },
        "open_objections": _open(dossier),
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (assessment.round.title, reverse("committee_round", args=[assessment.round_id])),
            (str(assessment.institution), ""),
        ],
    }


def _carried(dossier: Dossier, decided: Any) -> dict[str, str]:
    """What the forms of a second signature carry back: what this page shows."""
    found, row = {}, dossier.publication
    if decided is not None and decided.state == DeterminationState.COUNTERSIGN:
        found["overruling"] = carried(overruling_shown(decided))
    if row is not None and row.suspension_asked_at is not None:
        found["suspension"] = carried(suspension_shown(row))
    return found


NOTHING_WAITS = Hands("", frozenset())
TO_SIGN = frozenset({DeterminationState.PROPOSED, DeterminationState.COUNTERSIGN})


def _open(dossier: Dossier) -> list[Any]:
    return [one for one in dossier.objections if one.state == ObjectionState.FILED]


def _hands(actor: Actor, dossier: Dossier, *, waits: bool, state: str) -> dict[str, Hands]:
    """Who may take in hand what waits; nothing is asked about what does not."""
    found = dict.fromkeys(("determine", "objection"), NOTHING_WAITS)
    assessment = dossier.assessment
    if (waits and assessment.stage == Stage.NOTICED) or (state in TO_SIGN and assessment.stage in OPEN):
        found["determine"] = hands_for_deciding(actor, assessment)
    if _open(dossier):
        found["objection"] = hands_for_objections(actor, assessment)
    return found


def _nobody(hands: Mapping[str, Hands], decided: Any) -> bool:
    """Something waits, and every member of the committee took part or has an interest."""
    signed = (
        decided.decided_by_id
        if decided is not None and decided.state == DeterminationState.COUNTERSIGN
        else None
    )
    return any(one is not NOTHING_WAITS and not one.left - {signed} for one in hands.values())


def _suspension(actor: Actor, dossier: Dossier) -> dict[str, bool]:
    """暂停: who may ask, who may decide, and whether it can be resumed."""
    row, stage = dossier.publication, dossier.assessment.stage
    if row is None:
        return {}
    asked, decides = row.suspension_asked_at is not None, actor.may(MAY, "suspend_publication")
    return {
        "propose_suspension": stage == Stage.PUBLISHED and not asked and actor.may(MAY, "propose_suspension"),
        "sign_suspension": stage == Stage.PUBLISHED
        and asked
        and decides
        and row.suspension_asked_by_id != actor.user_id,
        "resume": stage == Stage.SUSPENDED and decides,
        "suspend": stage in {Stage.PUBLISHED, Stage.SUSPENDED},
    }
