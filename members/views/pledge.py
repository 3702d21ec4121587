"""自律公约 at the desk: read what is to be signed, sign it with a fresh proof, and the document with all signatures."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from association.downloads import download
from association.guards import signed_in
from association.kept_forms import KeptForm, in_place
from association.middleware import PortalRequest
from association.step_up import freshly_proven
from common.errors import NotFound
from members import operations
from members.access import MAY
from members.forms.desk import SignForm
from members.queries.breach import own_breaches
from members.queries.pledge import pledge_page, record_of


@signed_in
@require_safe
def pledge_desk(request: PortalRequest) -> HttpResponse:
    request.actor.require(MAY, "see_pledge_desk")
    return _page(request)


def _page(request: PortalRequest, kept: KeptForm | None = None) -> HttpResponse:
    shown = pledge_page(request.actor)
    sha256 = shown.version.sha256 if shown.version else ""
    forms = {
        row.institution.pk: in_place(kept, SignForm, row.institution.pk, initial={"sha256": sha256})
        for row in shown.rows
        if row.may_sign
    }
    context: dict[str, Any] = {
        "page": shown,
        "forms": forms,
        "kept": kept,
        "breaches": own_breaches(request.actor),
        "offered": kept is not None and any(form is kept for form in forms.values()),
    }
    return render(request, "members/pledge.html", context, status=kept.status if kept else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@freshly_proven(MAY, "sign_pledge")
def sign_pledge(request: PortalRequest, institution_id: int) -> HttpResponse:
    """签署. What was on the screen is what is signed, or nothing is."""
    if institution_id not in request.actor.institution_ids:
        raise NotFound(_("没有这家机构。"))
    if request.method != "POST":
        return redirect("pledge_desk")
    form = SignForm(request.POST, key=institution_id)
    if not form.attempt(
        lambda given: operations.sign_pledge(
            actor=request.actor, institution_id=institution_id, sha256=given["sha256"]
        )
    ):
        return _page(request, form)
    messages.success(request, _("已签署。签署记录了文本指纹、签署人、时间和贵机构当时的会籍。"))
    return redirect("pledge_desk")


@signed_in
@require_safe
def pledge_record(request: PortalRequest, pk: int) -> HttpResponse:
    found = record_of(request.actor, pk)
    if found.record is None or not request.actor.opens_files:
        raise NotFound(_("没有这份签署文本。"))
    return download(found.record)
