"""Pages of the platform and the parts of the desk that belong to no single app."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association import access, appointments, clock_queue, endings, operations, queries
from association import originals as sealed
from association.clock_rows import rows_html
from association.downloads import sent_as
from association.forms import PracticeClockForm
from association.guards import signed_in
from association.middleware import PortalRequest
from association.step_up import freshly_proven
from association.throttle import client_address
from common.errors import NotFound


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


@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """界面语言, by a link that works without a script and leads back: public pages need no form and set no cookie.

    It changes nothing but the browser's own cookie, and that only to a language that there is.
    """
    if code not in dict(settings.LANGUAGES):
        raise Http404
    response = redirect(_came_from(request) or reverse("home"))
    name, secure = settings.LANGUAGE_COOKIE_NAME, request.is_secure()
    response.set_cookie(name, code, secure=secure, httponly=True, samesite="Lax")
    response["X-Robots-Tag"] = "noindex"
    return response


def _came_from(request: HttpRequest) -> str:
    """Path and query of the page of this site that led here; empty when it was another site, or nobody says."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(before)
    own = f"{parts.path}?{parts.query}" if parts.query else parts.path
    leads_away = not url_has_allowed_host_and_scheme(own, None)  # "//other.example" is a host, not a path
    return "" if leads_away or "/i18n/" in parts.path else own


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For the operator's own watch: from this machine, or with the secret; to everybody else it does not exist."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = bool(settings.METRICS_TOKEN) and constant_time_compare(token, settings.METRICS_TOKEN)
    if not known and (settings.METRICS_TOKEN or client_address(request) not in LOOPBACK):
        raise Http404
    lines = "".join(f"{name} {value:g}\n" for name, value in queries.measures().items())
    return HttpResponse(lines, content_type="text/plain; version=0.0.4")


LOOPBACK = {"127.0.0.1", "::1"}


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
def clocks(request: PortalRequest) -> HttpResponse:
    """今日钟表: everything that runs for this person, overdue first; nothing overdue is left out unless asked for."""
    found = clock_queue.queue(request.actor, clock_queue.asked_of(request.GET))
    return render(
        request,
        "association/clocks.html",
        {"queue": found, "rows": rows_html(found.rows), "parts": clock_queue.tabs(found)},
    )


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
    form = PracticeClockForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.attempt(
        lambda given: operations.move_practice_clock(actor=request.actor, **given)
    ):
        return redirect("desk")
    status = form.status if form.is_bound else 200
    return render(request, "association/practice_clock.html", {"form": form}, status=status)


@signed_in
@require_safe
def waiting_appointments(request: PortalRequest) -> HttpResponse:
    """任职确认: what somebody else appointed and waits for a second person."""
    request.actor.require(access.MAY, "confirm_appointment")
    rows = appointments.waiting_appointments(request.actor).select_related("institution", "appointed_by")
    me = request.actor.user_id
    shown = [(row, me not in {row.appointed_by_id, row.user_id}) for row in rows.order_by("pk")]
    ended = endings.waiting_endings(request.actor).select_related("institution", "ended_by").order_by("pk")
    ends = [(row, me not in {row.ended_by_id, row.user_id}) for row in ended]
    return render(request, "association/appointments.html", {"rows": shown, "ends": ends})


@signed_in
@require_POST
@freshly_proven(access.MAY, "confirm_appointment")
def confirm_appointment(request: PortalRequest, pk: int) -> HttpResponse:
    """确认 or 不予确认, by another person than the one who appointed."""
    agrees = request.POST.get("agree") == "yes"
    decide = appointments.confirm_appointment if agrees else appointments.decline_appointment
    decide(actor=request.actor, appointment_id=pk)
    messages.success(request, _("任职已确认，即时生效。") if agrees else _("任职未获确认，不生效。"))
    return redirect("waiting_appointments")


@signed_in
@require_POST
@freshly_proven(access.MAY, "confirm_appointment")
def confirm_ending(request: PortalRequest, pk: int) -> HttpResponse:
    """确认终止 or not, by another person than the one who proposed it and the one whose post it is."""
    agrees = request.POST.get("agree") == "yes"
    decide = endings.confirm_ending if agrees else endings.decline_ending
    decide(actor=request.actor, appointment_id=pk, until_on=request.POST.get("until_on", ""))
    messages.success(request, _("终止已确认。") if agrees else _("终止未获确认，任职继续。"))
    return redirect("waiting_appointments")


@signed_in
@require_safe
def originals(request: PortalRequest) -> HttpResponse:
    """启封申请: who asked for which sealed original and why, what waits for a second person."""
    actor = request.actor
    rows = queries.with_file(access.original_requests_visible_to(actor))
    if not actor.may(access.MAY, "approve_original") and not actor.is_staff:
        raise NotFound(_("没有这一页。"))
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    shown = [
        {
            "asked": row,
            "decides": actor.may(access.MAY, "approve_original")
            and row.state == "waiting"
            and row.requested_by_id != actor.user_id,
            "opens": row.requested_by_id == actor.user_id and sealed.is_open(row),
        }
        for row in page.object_list
    ]
    return render(request, "association/originals.html", {"page": page, "rows": shown})


@signed_in
@require_POST
@freshly_proven(access.MAY, "approve_original")
def decide_original(request: PortalRequest, pk: int) -> HttpResponse:
    """批准 or 不予启封, by another person than the one who asked."""
    decide = sealed.approve_original if request.POST.get("agree") == "yes" else sealed.refuse_original
    decide(actor=request.actor, request_id=pk)
    messages.success(request, _("已办理启封申请。"))
    return redirect("originals")


@signed_in
@require_safe
@freshly_proven(access.MAY, "read_original")
def original_file(request: PortalRequest, pk: int) -> HttpResponse:
    """启封: the original as it was sent, for the one who asked."""
    data = sealed.read_original(actor=request.actor, request_id=pk)
    row = queries.with_file(access.original_requests_visible_to(request.actor)).get(pk=pk)
    return sent_as(data, row.original.attachment)
