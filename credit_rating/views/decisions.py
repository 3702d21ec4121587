"""综合评定 as its page takes it: opinions side by side, and which decisions are open to this person."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from association.actors import Actor
from common.numbers import shown
from credit_rating.access import MAY
from credit_rating.choices import DeterminationState, ObjectionState, Stage
from credit_rating.forms import points_shown, said
from credit_rating.queries.desk import Dossier
from credit_rating.queries.panel import PanelRow, PanelSheet
from credit_rating.queries.review import leaf_ids
from credit_rating.queries.standards import spec_of, title_of
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
        "correctable": [row_shown(ids[row.leaf.code], row.leaf, None) for row in panel.rows],
    }


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
        final=points_shown(panel.points) if panel is not None else "",
        discussed=panel.sentence if panel is not None and panel.needs_discussion else "",
    )


def decision_context(actor: Actor, dossier: Dossier, decided: Any) -> dict[str, Any]:
    """Which forms the page offers; the operations decide again."""
    assessment = dossier.assessment
    notice = dossier.prior_notices[-1] if dossier.prior_notices else None
    waits = notice is not None and notice.defended_at is not None and notice.answered_at is None
    state = decided.state if decided is not None else ""
    decides = actor.may(MAY, "determine")
    return {
        "dossier": dossier,
        "assessment": assessment,
        "decided": decided,
        "grades": spec_of(assessment.round.standard).bands,
        "may": {
            "compute": actor.may(MAY, "compute_round") and assessment.stage in OPEN,
            "determine": decides and state == DeterminationState.PROPOSED and assessment.stage in OPEN,
            "countersign": decides
            and state == DeterminationState.COUNTERSIGN
            and decided.decided_by_id != actor.user_id,
            "answer_defence": decides and waits and assessment.stage == Stage.NOTICED,
            "decide_objection": decides,
        },
        "open_objections": [one for one in dossier.objections if one.state == ObjectionState.FILED],
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (assessment.round.title, reverse("committee_round", args=[assessment.round_id])),
            (str(assessment.institution), ""),
        ],
    }
