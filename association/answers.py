"""Answers to what cannot be done: a page in the person's language, never a stack trace."""

from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import get_script_prefix
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from association.context import is_demo
from association.language import in_its_language, translated
from common.errors import DomainError, InvalidInput, TooMany

PAGES = {400, 403, 404, 405, 409, 413, 429, 500, 503}


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
    known = _standing(request)
    draw = part if request.headers.get("HX-Request") else page
    return draw(None, status, sentence, known)


def part(
    request: HttpRequest | None, status: int, sentence: str = "", context: dict[str, Any] | None = None
) -> HttpResponse:
    """The same for a request of a part: it goes into the desk's own place for refusals, never over a form."""
    values = {"sentence": sentence, **_standing(request), **(context or {})}
    response = render(request, "errors/_part.html", values, status=status)
    response["HX-Retarget"] = "#desk-refusal"
    response["HX-Reswap"] = "innerHTML"
    return response


def page(
    request: HttpRequest | None, status: int, sentence: str = "", context: dict[str, Any] | None = None
) -> HttpResponse:
    shown = status if status in PAGES else 400
    known = {"sentence": sentence, "home_url": get_script_prefix(), **_standing(request)}
    return render(request, f"errors/{shown}.html", {**known, **(context or {})}, status=status)


def _standing(request: HttpRequest | None) -> dict[str, Any]:
    """What the request knows by itself, so that nothing is asked."""
    association = getattr(request, "association", None)
    known = {"request_id": getattr(request, "request_id", ""), "is_demo": is_demo(association)}
    if association is None:
        return known
    name = association.name_en if get_language() == "en" else association.name
    return {**known, "site_name": name, "accent": association.accent}


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


_TITLES = {
    400: gettext_lazy("请求有误"),
    401: gettext_lazy("需要登录"),
    403: gettext_lazy("没有权限"),
    404: gettext_lazy("没有找到"),
    405: gettext_lazy("方法不支持"),
    409: gettext_lazy("现在不能办理"),
    413: gettext_lazy("内容过大"),
    415: gettext_lazy("格式不支持"),
    429: gettext_lazy("请求过于频繁"),
    500: gettext_lazy("系统出错"),
}


@in_its_language
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Also what is refused at the door, before a view is asked: a host that is not ours, more than is taken at once."""
    if isinstance(exception, DisallowedHost):
        return _plain(request, 400, _("本平台不用这个域名。请核对网址，或者从协会公布的网址进入。"))
    if isinstance(exception, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
        told = _("一次最多提交%(most)s MB 文字，刚才的超过了，没有办理。请返回上一页，缩短后再提交。")
        return _plain(request, 413, told % {"most": most})
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        fields = isinstance(exception, TooManyFieldsSent)
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS if fields else settings.DATA_UPLOAD_MAX_NUMBER_FILES
        told = _("一次最多提交%(most)s项，刚才的超过了，没有办理。请返回上一页，分几次提交。")
        return _plain(request, 413, told % {"most": most})
    return _plain(request, 400, _("请求有误，没有办理。"))


def not_allowed(request: HttpRequest, methods: str) -> HttpResponse:
    """方法不支持, with the methods that are."""
    response = _plain(request, 405, _("这个地址不能这样打开，没有办理，也没有改动任何内容。"))
    response["Allow"] = methods
    return response


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 403, _("您没有权限打开这一页。"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 404, _("没有找到这一页。"))


def too_many(request: HttpRequest) -> HttpResponse:
    return _plain(request, 429, _("请求太频繁，请过几分钟再试。"))


@in_its_language
def server_error(request: HttpRequest) -> HttpResponse:
    """系统出错, without one query: an error of the database breaks the transaction for whoever asks next."""
    sentence = _("系统出错，刚才的操作没有保存。")
    return problem(500, sentence, "http_500") if is_api(request) else _drawn_alone(request, 500, sentence)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _plain(request, 403, _("页面已过期，请返回后刷新再提交；您填写的内容没有丢失。"))


def _plain(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if is_api(request):
        return problem(status, sentence, f"http_{status}")
    if request.headers.get("HX-Request"):
        return part(request, status, sentence)
    return page(request, status, sentence)
