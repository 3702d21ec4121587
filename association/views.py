"""Pages of the platform and the parts of the desk that belong to no single app."""

from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from association import access, operations, queries
from association.guards import signed_in
from association.middleware import PortalRequest
from common.errors import InvalidInput, NotFound
from common.numbers import whole_or_none


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, relay and outbox are in order."""
    try:
        problems = queries.readiness()
    except DatabaseError:
        problems = {"database": "unreachable"}
    return JsonResponse({"ready": not problems, "problems": problems}, status=503 if problems else 200)


@signed_in
@require_safe
def notices(request: PortalRequest) -> HttpResponse:
    """站内通知, newest first; opening the page marks read what it shows."""
    rows = Paginator(access.notices_visible_to(request.actor).filter(channel="desk"), 30)
    page = rows.get_page(request.GET.get("page"))
    shown = list(page.object_list)
    operations.mark_notices_read(actor=request.actor, notice_ids=[row.pk for row in shown])
    return render(request, "association/notices.html", {"page": page, "notices": shown})


@signed_in
@require_safe
def job(request: PortalRequest, pk: int) -> HttpResponse:
    """Progress of a long job; the page polls its part."""
    row = access.jobs_visible_to(request.actor).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有这件作业。"))
    template = "association/_job.html" if request.headers.get("HX-Request") else "association/job.html"
    return render(request, template, {"job": row})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def move_practice_clock(request: PortalRequest) -> HttpResponse:
    """演练时钟 forward; exists only in the demo."""
    if request.method != "POST":
        return render(request, "association/practice_clock.html")
    days = whole_or_none(request.POST.get("days", ""))
    if days is None:
        raise InvalidInput(_("请填写天数。"))
    operations.move_practice_clock(actor=request.actor, days=days)
    return redirect("desk")
