"""违反公约 at the desk of the institution: what it was told, its defence, what was decided."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from association.downloads import sent_pdf
from association.guards import signed_in
from association.kept_forms import KeptForm
from association.middleware import PortalRequest
from members import operations
from members.access import MAY
from members.documents.breach import decision_name, decision_pdf
from members.forms.breach import DefenceForm
from members.queries.breach import breach_page, decision_of


@signed_in
@require_safe
def breach(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, pk)


def _page(request: PortalRequest, pk: int, kept: KeptForm | None = None) -> HttpResponse:
    shown = breach_page(request.actor, pk)
    context = {
        "page": shown,
        "breach": shown.breach,
        "form": (kept or DefenceForm()) if shown.may_defend else None,
        "kept": kept,
        "offered": kept is not None and shown.may_defend,
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("自律公约"), reverse("pledge_desk")),
            (shown.breach.number, ""),
        ],
    }
    return render(request, "members/breach.html", context, status=kept.status if kept else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def defend(request: PortalRequest, pk: int) -> HttpResponse:
    """陈述申辩. A refused one comes back on the page with what was typed."""
    breach_page(request.actor, pk)
    request.actor.require(MAY, "defend_breach")
    if request.method != "POST":
        return redirect("pledge_breach", pk=pk)
    form = DefenceForm(request.POST)
    if not form.attempt(
        lambda given: operations.defend_breach(actor=request.actor, breach_id=pk, defence=given["defence"])
    ):
        return _page(request, pk, form)
    messages.success(request, _("陈述申辩已提交。"))
    return redirect("pledge_breach", pk=pk)


@signed_in
@require_safe
def decision(request: PortalRequest, pk: int, turn: int) -> HttpResponse:
    """决定书 of one turn, as a PDF."""
    found = decision_of(request.actor, pk, turn)
    return sent_pdf(decision_pdf(found), f"{decision_name(found)}.pdf")
