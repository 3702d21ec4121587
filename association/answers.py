"""Answers to what cannot be done: a page in the person's language, never a stack trace."""

from typing import Any

from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from association.language import translated
from association.scope import selected_association_id
from common.errors import DomainError, InvalidInput, TooMany

PAGES = {400, 403, 404, 409, 413, 429, 500, 503}
# lock_not_available (somebody held the row for longer than lock_timeout), deadlock_detected, serialization_failure.
CONTENDED = {"55P03", "40P01", "40001"}


def is_api(request: HttpRequest) -> bool:
    """Whether a machine asks: before the association is mounted its slug still stands in front."""
    return "api" in request.path.split("/")[1:3]


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page for a ``DomainError``; for htmx a notice beside the page, so that what was typed stays."""
    sentence = translated(error.sentence)
    context: dict[str, Any] = {"sentence": sentence}
    if isinstance(error, InvalidInput):
        context["fields"] = {name: translated(wrong) for name, wrong in error.fields.items()}
    if is_api(request):
        return problem(error.status, sentence, error.code)
    if request.headers.get("HX-Request"):
        response = part(request, error.status, sentence, context)
    else:
        response = page(request, error.status, sentence, context)
    if isinstance(error, TooMany) and error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    return response


def is_contended(error: Exception) -> bool:
    """Whether the database gave up because somebody else was at the same row."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in CONTENDED


def contended(request: HttpRequest) -> HttpResponse:
    """别人正在办理: the whole scope is rolled back, and not one query more is asked, also not by the session."""
    return _contended(request, _("别人正在办理同一件事，请稍后再试；您填写的内容没有丢失。"))


def contended_at_commit(request: HttpRequest) -> HttpResponse:
    """The same, told only when everything was done and should have been kept: nothing was."""
    return _contended(request, _("别人同时办理了同一件事，这一次什么也没有改动，可以放心重试。"))


def _contended(request: HttpRequest, sentence: str) -> HttpResponse:
    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    session = getattr(request, "session", None)
    if session is not None:
        session.modified = False
    if is_api(request):
        return problem(409, sentence, "contended")
    return _drawn_alone(request, 409, sentence)


def _drawn_alone(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """Without the request no context processor runs, and nothing is asked."""
    known = {"request_id": getattr(request, "request_id", ""), "home_url": reverse("home")}
    draw = part if request.headers.get("HX-Request") else page
    return draw(None, status, sentence, known)


def part(
    request: HttpRequest | None, status: int, sentence: str = "", context: dict[str, Any] | None = None
) -> HttpResponse:
    """The same for a request of a part: it goes into the desk's own place for refusals, never over a form."""
    values = {"sentence": sentence, "request_id": getattr(request, "request_id", ""), **(context or {})}
    response = render(request, "errors/_part.html", values, status=status)
    response["HX-Retarget"] = "#desk-refusal"
    response["HX-Reswap"] = "innerHTML"
    return response


def page(
    request: HttpRequest | None, status: int, sentence: str = "", context: dict[str, Any] | None = None
) -> HttpResponse:
    shown = status if status in PAGES else 400
    values = {"sentence": sentence, "request_id": getattr(request, "request_id", ""), **(context or {})}
    return render(request, f"errors/{shown}.html", values, status=status)


def problem(status: int, detail: str, code: str, **more: Any) -> JsonResponse:
    """Problem details (RFC 9457)."""
    body = {
        "type": f"urn:portal:{code}",
        "title": str(_TITLES.get(status, _("请求未办理"))),
        "status": status,
    }
    return JsonResponse(
        {**body, "detail": detail, **more}, status=status, content_type="application/problem+json"
    )


_TITLES = {400: "请求有误", 401: "需要登录", 403: "没有权限", 404: "没有找到", 405: "方法不支持", 409: "现在不能办理", 413: "内容过大", 415: "格式不支持", 429: "请求过于频繁", 500: "系统出错"}  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, 400, _("请求有误，没有办理。"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 403, _("您没有权限打开这一页。"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 404, _("没有找到这一页。"))


def too_many(request: HttpRequest) -> HttpResponse:
    return _plain(request, 429, _("请求太频繁，请过几分钟再试。"))


def server_error(request: HttpRequest) -> HttpResponse:
    sentence = _("系统出错，刚才的操作没有保存。")
    if getattr(request, "association", None) is None or selected_association_id() is not None:
        return _plain(request, 500, sentence)
    # Refused at COMMIT: the scope is over, and nothing that asks the database can be drawn.
    return problem(500, sentence, "http_500") if is_api(request) else _drawn_alone(request, 500, sentence)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _plain(request, 403, _("页面已过期，请返回后刷新再提交；您填写的内容没有丢失。"))


def _plain(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if is_api(request):
        return problem(status, sentence, f"http_{status}")
    if request.headers.get("HX-Request"):
        return part(request, status, sentence)
    return page(request, status, sentence)
