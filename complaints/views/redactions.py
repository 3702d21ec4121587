"""隐去的复核: staff see what is hidden, from whom, why and by whom, and somebody else decides."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from association.guards import signed_in
from association.kept_forms import in_place
from association.middleware import PortalRequest
from common.errors import NotFound
from complaints.access.complaints import MAY, redactions_visible_to
from complaints.forms.privacy import ReviewForm
from complaints.operations.privacy import review_redaction
from complaints.queries.redactions import hidden_rows, redactions_of

ROWS = 50


@signed_in
@require_safe
def redactions(request: PortalRequest) -> HttpResponse:
    return _page(request, None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: PortalRequest, pk: int) -> HttpResponse:
    """One decision; a refused form comes back in its row."""
    if not redactions_visible_to(request.actor).filter(pk=pk).exists():
        raise NotFound(_("没有这一条。"))
    request.actor.require(MAY, "confirm_redaction")
    if request.method != "POST":
        return redirect("redactions")
    form = ReviewForm(request.POST, key=pk)
    if not form.attempt(
        lambda _given: review_redaction(actor=request.actor, redaction_id=pk, **form.given())
    ):
        return _page(request, form)
    messages.success(request, _("复核已记录。"))
    return redirect("redactions")


def _page(request: PortalRequest, kept: ReviewForm | None) -> HttpResponse:
    request.actor.require(MAY, "see_redactions")
    view = "all" if request.GET.get("view") == "all" else "waiting"
    page = Paginator(redactions_of(request.actor, view), ROWS).get_page(request.GET.get("page"))
    rows = hidden_rows(request.actor, list(page.object_list))
    context = {
        "page": page,
        "rows": [(row, in_place(kept, ReviewForm, row.redaction.pk)) for row in rows],
        "kept": kept,
        "offered": kept is None or any(row.redaction.pk == kept.key for row in rows),
        "tabs": [("waiting", _("待复核")), ("all", _("全部"))],
        "view": view,
        "crumbs": [(_("工作台"), reverse("desk")), (_("投诉"), reverse("cases")), (_("隐去的复核"), "")],
    }
    return render(request, "complaints/redactions.html", context, status=kept.status if kept else 200)
