"""听取意见 at the desk: one page for the institution and for staff, each with the own deeds."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from association.choices import Role
from association.downloads import download
from association.guards import signed_in
from association.middleware import PortalRequest
from association.shown import FIELD, carried
from common.errors import NotFound
from complaints.forms.hearings import FORMS, ReviewHearingForm
from complaints.forms.parts import CaseForm
from complaints.operations.lead_hearings import serve_hearing, state_hearing
from complaints.operations.lead_objections import review_hearing
from complaints.queries.hearings import HearingFile, hearing_of, hearings_of, review_shown

ROWS = 50
DEEDS: dict[str, Callable[..., Any]] = {
    "serve_hearing": serve_hearing,
    "state_hearing": state_hearing,
    "paper_hearing": state_hearing,
    "review_hearing": review_hearing,
}


@signed_in
@require_safe
def hearings(request: PortalRequest) -> HttpResponse:
    page = Paginator(hearings_of(request.actor), ROWS).get_page(request.GET.get("page"))
    crumbs = [(_("工作台"), reverse("desk")), (_("投诉"), reverse("cases")), (_("听取机构的意见"), "")]
    context = {"page": page, "crumbs": crumbs, "own": request.actor.institution_ids}
    return render(request, "complaints/hearings.html", context)


@signed_in
@require_safe
def hearing(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, hearing_of(request.actor, pk))


def _page(request: PortalRequest, shown: HearingFile, kept: CaseForm | None = None) -> HttpResponse:
    forms = [kept if kept and kept.name == name else FORMS[name]() for name in shown.deeds]
    for form in forms:
        if isinstance(form, ReviewHearingForm):
            form.carry(FIELD, carried(review_shown(shown.hearing)))
    context = {
        "shown": shown,
        "hearing": shown.hearing,
        "forms": forms,
        "kept": kept,
        "offered": kept in forms,
        "opens_files": request.actor.opens_files,
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("听取机构的意见"), reverse("hearings")),
            (shown.hearing.number, ""),
        ],
    }
    return render(request, "complaints/hearing.html", context, status=kept.status if kept else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def do_in_hearing(request: PortalRequest, pk: int) -> HttpResponse:
    """One deed. A refused form comes back on the page, with what was typed."""
    if request.method != "POST":
        return redirect("hearing", pk=pk)
    name, shown = request.POST.get("deed", ""), hearing_of(request.actor, pk)
    if name not in FORMS:
        raise NotFound(_("没有这个办理事项。"))
    form = FORMS[name](request.POST, request.FILES)
    if not form.attempt(lambda _given: DEEDS[name](actor=request.actor, hearing_id=pk, **form.given())):
        return _page(request, shown, form)
    messages.success(request, _("已办理：%(what)s") % {"what": form.title})
    return redirect("hearing", pk=pk)


@signed_in
@require_safe
def hearing_file(request: PortalRequest, pk: int, file_id: int) -> HttpResponse:
    """告知书 or 书面意见; an auditor reads the page and opens no file."""
    shown = hearing_of(request.actor.without(Role.AUDITOR), pk)
    found = next((one for one in shown.files if one.pk == file_id), None)
    if found is None:
        raise NotFound(_("没有这份文件。"))
    return download(found)
