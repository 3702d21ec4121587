"""会费 at the desk of the institution: the standard, its bills, and what each still comes to."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from association.guards import signed_in
from association.middleware import PortalRequest
from members.access import MAY
from members.queries.dues import dues_page


@signed_in
@require_safe
def own_dues(request: PortalRequest) -> HttpResponse:
    request.actor.require(MAY, "see_dues")
    context = {
        "page": dues_page(request.actor),
        "crumbs": [(_("工作台"), reverse("desk")), (_("会费"), "")],
    }
    return render(request, "members/dues.html", context)
