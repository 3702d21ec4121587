"""查看与保存: who looked at which datum of whom, when and why; what was de-identified, when and by which rule."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from association.guards import signed_in
from association.middleware import PortalRequest
from common.errors import NotFound
from complaints.access.complaints import MAY
from complaints.queries.watching import looks_of, retirements_of, shown_looks

ROWS = 50
LISTS = {"looks": looks_of, "retired": retirements_of}


@signed_in
@require_safe
def personal_data_watch(request: PortalRequest) -> HttpResponse:
    """For staff and the auditor; no datum stands on it."""
    request.actor.require(MAY, "watch_personal_data")
    view = request.GET.get("view", "looks")
    if view not in LISTS:
        raise NotFound(_("没有这一页。"))
    page = Paginator(LISTS[view](request.actor), ROWS).get_page(request.GET.get("page"))
    rows = shown_looks(page.object_list) if view == "looks" else page.object_list
    context = {
        "rows": rows,
        "page": page,
        "view": view,
        "tabs": [("looks", _("查看记录")), ("retired", _("去标识化报告"))],
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("投诉"), reverse("cases")),
            (_("个人信息的查看和保存"), ""),
        ],
    }
    return render(request, "complaints/watching.html", context)
