"""招生人次: entered one by one or from a file, with source and who entered it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from association import clock
from association.guards import signed_in
from association.kept_forms import KeptForm
from association.middleware import PortalRequest
from complaints.access.complaints import MAY
from complaints.forms.figures import EnrolmentFileForm, EnrolmentForm
from complaints.operations.enrolment import FiguresLoaded, set_enrolment
from complaints.operations.enrolment import import_enrolments as load
from complaints.queries.enrolments import enrolment_rows, institution_choices
from complaints.rules.enrolments import COLUMNS

ROWS = 100


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def enrolments(request: PortalRequest) -> HttpResponse:
    """The list; a POST enters one figure."""
    if request.method != "POST":
        return _page(request)
    request.actor.require(MAY, "set_enrolment")
    form = EnrolmentForm(request.POST, institutions=institution_choices())
    if not form.attempt(lambda given: set_enrolment(actor=request.actor, **given)):
        return _page(request, form)
    messages.success(request, _("招生人次已登记。"))
    return redirect("enrolments")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def import_enrolments(request: PortalRequest) -> HttpResponse:
    """All rows of a file or none; what is wrong is listed line by line."""
    request.actor.require(MAY, "set_enrolment")
    if request.method != "POST":
        return redirect("enrolments")
    form = EnrolmentFileForm(request.POST, request.FILES)
    if not form.attempt(
        lambda given: load(actor=request.actor, data=given["file"].read(), filename=given["file"].name)
    ):
        return _page(request, form)
    done: FiguresLoaded = form.outcome
    if done.faults:
        form.add_error(None, _("文件中有%(count)s处错误，没有导入。") % {"count": len(done.faults)})
        return _page(request, form, done)
    messages.success(request, _loaded(done))
    return redirect("enrolments")


def _loaded(done: FiguresLoaded) -> str:
    return ngettext(
        "已导入%(count)d个数字，%(same)d个与原来相同。",
        "已导入%(count)d个数字，%(same)d个与原来相同。",
        done.loaded,
    ) % {"count": done.loaded, "same": done.same}


def _page(
    request: PortalRequest, kept: KeptForm | None = None, done: FiguresLoaded | None = None
) -> HttpResponse:
    request.actor.require(MAY, "see_statistics")
    entering: Any = EnrolmentForm(
        institutions=institution_choices(), initial={"year": clock.today().year - 1}
    )
    page = Paginator(enrolment_rows(request.actor), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entering": kept if isinstance(kept, EnrolmentForm) else entering,
        "loading": kept if isinstance(kept, EnrolmentFileForm) else EnrolmentFileForm(),
        "may_enter": request.actor.may(MAY, "set_enrolment"),
        "columns": "、".join(called[0] for called in COLUMNS.values()),
        "kept": kept,
        "offered": True,
        "faults": done.faults if done else [],
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("投诉统计"), reverse("complaint_statistics")),
            (_("招生人次"), ""),
        ],
    }
    return render(request, "complaints/enrolments.html", context, status=kept.status if kept else 200)
