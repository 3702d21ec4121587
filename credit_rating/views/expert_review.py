"""规范评审 pages: drafts that wait for the expert, the text of one, and the opinion on it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from association.guards import signed_in
from association.kept_forms import KeptForm, in_place
from association.middleware import PortalRequest
from common.numbers import shown
from credit_rating import operations
from credit_rating.access import MAY
from credit_rating.forms.desk import ExpertOpinionForm
from credit_rating.queries.expert_review import JudgedText, in_review, judged_text
from credit_rating.rules.indicator_map import WORDS


@signed_in
@require_safe
def expert_reviews(request: PortalRequest) -> HttpResponse:
    """规范评审: what is before the experts, what this person has not judged first."""
    request.actor.require(MAY, "give_expert_opinion")
    rows = sorted(in_review(request.actor), key=lambda row: row.judged)  # type: ignore[attr-defined]
    return render(request, "credit_rating/expert_reviews.html", {"standards": rows})


@signed_in
@require_safe
def expert_review(request: PortalRequest, pk: int) -> HttpResponse:
    """One draft in full, with the form for the opinion."""
    request.actor.require(MAY, "give_expert_opinion")
    return _page(request, pk)


@signed_in
@require_POST
def give_expert_opinion(request: PortalRequest, pk: int) -> HttpResponse:
    request.actor.require(MAY, "give_expert_opinion")
    form = ExpertOpinionForm(request.POST)
    if not form.attempt(
        lambda given: operations.give_expert_opinion(actor=request.actor, standard_id=pk, **given)
    ):
        return _page(request, pk, form)
    messages.success(request, _("意见已提交，秘书处定稿前会看到。"))
    return redirect("expert_reviews")


def _page(request: PortalRequest, pk: int, kept: KeptForm | None = None) -> HttpResponse:
    text = judged_text(request.actor, pk)
    context = _told(text) | {
        "form": in_place(kept, ExpertOpinionForm),
        "kept": kept,
        "offered": text.is_open,
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("规范评审"), reverse("expert_reviews")),
            (str(text.standard), ""),
        ],
    }
    status = kept.status if kept is not None else 200
    return render(request, "credit_rating/expert_review.html", context, status=status)


def _told(text: JudgedText) -> dict[str, Any]:
    """Numbers as people write them; an opinion on an earlier text is marked as one."""
    sent_at = text.standard.sent_at  # type: ignore[attr-defined]
    return {
        "text": text,
        "standard": text.standard,
        "total": shown(text.standard.total_points),
        "bands": [
            (row, shown(row.lower), "" if row.upper is None else shown(row.upper)) for row in text.bands
        ],
        "indicators": [(row, shown(row.points)) for row in text.indicators],
        "changes": [
            (WORDS[row.kind], "、".join(row.from_codes), "、".join(row.to_codes)) for row in text.changes
        ],
        "said": [(row, sent_at is not None and row.created_at < sent_at) for row in text.said],
    }
