"""理事会表决 at the desk: the list, and one vote with what was handed in."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from association.choices import STAFF_ROLES, Role
from association.guards import signed_in
from association.kept_forms import KeptForm
from association.middleware import PortalRequest
from common.errors import Forbidden, NotFound
from members import operations
from members.access import MAY
from members.forms.desk import VOTE_FORMS
from members.queries.desk import VotePage, council_votes, vote_page

ROWS = 50
OPEN_TO = STAFF_ROLES | {Role.COUNCIL}


def _refuse_others(request: PortalRequest) -> None:
    if not request.actor.roles & OPEN_TO:
        raise Forbidden(_("您的角色不能办理此事。"))


@signed_in
@require_safe
def votes(request: PortalRequest) -> HttpResponse:
    _refuse_others(request)
    page = Paginator(council_votes(request.actor), ROWS).get_page(request.GET.get("page"))
    return render(request, "members/votes.html", {"page": page})


@signed_in
@require_safe
def vote(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, vote_page(request.actor, pk))


def _page(request: PortalRequest, shown: VotePage, kept: KeptForm | None = None) -> HttpResponse:
    forms = [kept if kept and kept.name == name else VOTE_FORMS[name]() for name in shown.deeds]
    context: dict[str, Any] = {
        "page": shown,
        "vote": shown.vote,
        "forms": forms,
        "kept": kept,
        "offered": kept in forms,
        "opens_files": request.actor.opens_files,
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("理事会表决"), reverse("council_votes")),
            (str(shown.vote), ""),
        ],
    }
    return render(request, "members/vote.html", context, status=kept.status if kept else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def do_in_vote(request: PortalRequest, pk: int) -> HttpResponse:
    """One ballot, or standing aside. A refused form comes back on the page of the vote."""
    vote_page(request.actor, pk)
    request.actor.require(MAY, "cast_ballot")
    if request.method != "POST":
        return redirect("council_vote", pk=pk)
    name = request.POST.get("deed", "")
    if name not in VOTE_FORMS:
        raise NotFound(_("没有这个办理事项。"))
    form = VOTE_FORMS[name](request.POST)
    deed = operations.cast_ballot if name == "cast" else operations.stand_aside
    if not form.attempt(lambda given: deed(actor=request.actor, vote_id=pk, **given)):
        return _page(request, vote_page(request.actor, pk), form)
    messages.success(request, _("已办理：%(what)s") % {"what": form.title})
    return redirect("council_vote", pk=pk)
