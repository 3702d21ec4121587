"""会费 at the desk of the institution: the standard, its bills, and what each still comes to."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from association.downloads import sent_pdf
from association.guards import signed_in
from association.middleware import PortalRequest
from members.access import MAY
from members.documents.dues import receipt_name, receipt_pdf
from members.queries.dues import dues_page, receipt_of


@signed_in
@require_safe
def own_dues(request: PortalRequest) -> HttpResponse:
    request.actor.require(MAY, "see_dues")
    context = {
        "page": dues_page(request.actor),
        "crumbs": [(_("工作台"), reverse("desk")), (_("会费"), "")],
    }
    return render(request, "members/dues.html", context)


@signed_in
@require_safe
def receipt(request: PortalRequest, pk: int) -> HttpResponse:
    """会费收款确认单 as a PDF."""
    request.actor.require(MAY, "see_dues")
    found = receipt_of(request.actor, pk)
    return sent_pdf(receipt_pdf(found), f"{receipt_name(found.receipt)}.pdf")
