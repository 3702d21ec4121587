"""From the request to the association, its scope, its actor; and from a refusal to a sentence."""

import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.db import OperationalError, transaction
from django.db.models import QuerySet, Value
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.urls.base import get_script_prefix, set_script_prefix
from django.utils.functional import SimpleLazyObject

from association import actors
from association.answers import (
    bad_request,
    contended,
    contended_at_commit,
    not_allowed,
    refusal,
)
from association.choices import SECOND_FACTOR_ROLES
from association.contention import is_contended
from association.logging import set_request_id
from association.models import Association
from association.tenancy import acting_where
from common.errors import DomainError

Answer = Callable[[HttpRequest], HttpResponse]
SAFE_ID = re.compile(r"^[0-9a-zA-Z-]{8,32}$")


class PortalRequest(HttpRequest):
    """What the views below receive."""

    association: Association
    actor: actors.Actor


class RequestIdMiddleware:
    """请求编号: from the proxy when it sends a clean one, else new; on every log line and answer."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if SAFE_ID.match(given) else secrets.token_hex(8)  # type: ignore[attr-defined]
        set_request_id(request.request_id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


class HeadersMiddleware:
    """Headers that every answer carries; pages made for a person are never stored by anybody between."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("X-Content-Type-Options", "nosniff")
        response.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            name = settings.SESSION_COOKIE_NAME
            signed_in = name in request.COOKIES or name in response.cookies
            response.setdefault("Cache-Control", "private, no-store" if signed_in else "no-cache")
        return response


class AssociationMiddleware:
    """Finds the association (own host, or the first part of the path), mounts it and opens its scope.

    Scope and transaction are one, over the view and its rendering; an answer of 5xx rolls back.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            return bad_request(request)  # no column takes a NUL, so no filter may be asked for one
        places = _places(request)
        if not places:
            request.association = None  # type: ignore[attr-defined]
            return self.get_response(request)
        before = get_script_prefix()
        try:
            with acting_where(*places) as association:
                request.association = association  # type: ignore[attr-defined]
                if association is not None:
                    return self._in_scope(request, association.mount)
        except OperationalError as fault:
            if not is_contended(fault):
                raise
            return contended_at_commit(request)  # only COMMIT speaks up this far out
        finally:
            set_script_prefix(before)
        return self.get_response(request)

    def _in_scope(self, request: HttpRequest, mount: str) -> HttpResponse:
        if request.path_info == mount:
            return HttpResponsePermanentRedirect(f"{request.path}/")
        _mount(request, mount)
        response = self.get_response(request)
        if response.status_code >= 500:  # noqa: PLR2004 - the class of answers
            transaction.set_rollback(True)
        return response


def _places(request: HttpRequest) -> list[QuerySet[Association]]:
    """Where the association may be, its own host first; ``mount`` is the part of the path that names it.

    None for what the process answers without the database: no transaction is begun for it.
    """
    host = request.get_host().rsplit(":", 1)[0].lower().rstrip(".")
    if request.path_info in ON_EVERY_HOST:
        return []
    open_ones = Association.objects.filter(is_open=True)
    places: list[QuerySet[Association]] = []
    if host != settings.SHARED_HOST:
        places.append(open_ones.filter(hosts__host=host).annotate(mount=Value("")))
    slug = request.path_info.split("/", 2)[1]
    if slug and slug not in RESERVED:
        places.append(open_ones.filter(slug=slug).annotate(mount=Value(f"/{slug}")))
    return places


# The process answers for itself, by whatever name it is asked.
ON_EVERY_HOST = frozenset({"/healthz", "/readyz"})
RESERVED = frozenset({"accounts", "api", "healthz", "i18n", "metrics", "operator", "readyz", "static"})


def _mount(request: HttpRequest, mount: str) -> None:
    request.urlconf = settings.ASSOCIATION_URLCONF
    if mount:
        script = request.META.get("SCRIPT_NAME", "").rstrip("/") + mount
        request.META["SCRIPT_NAME"] = script
        request.path_info = request.META["PATH_INFO"] = request.path_info[len(mount) :]
        set_script_prefix(f"{script}/")


class ActorMiddleware:
    """Builds ``request.actor``; ends idle and old sessions; asks deciders for a second factor."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if _is_over(request):
            logout(request)
        if request.association is None:
            return self.get_response(request)
        request.actor = SimpleLazyObject(lambda: _actor(request))
        if _lacks_second_factor(request):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return self.get_response(request)


def _actor(request: Any) -> actors.Actor:
    if request.user.is_authenticated:
        return actors.actor_of_request(request.user, request.association.pk)
    return actors.visitor(request.association.pk)


def _is_over(request: Any) -> bool:
    """30 minutes without a click end the session, 12 hours end it in any case.

    The mark of the last click moves at most once a minute: reading pages does not write a row each time.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return False
    now = int(time.time())
    began, last = request.session.get("began", now), request.session.get("last_click", now)
    if now - last > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE:
        return True
    if now - last >= 60 or "began" not in request.session:  # noqa: PLR2004 - once a minute
        request.session["began"], request.session["last_click"] = began, now
    return False


def _lacks_second_factor(request: Any) -> bool:
    if settings.PORTAL_SKIP_SECOND_FACTOR or request.path_info.startswith("/accounts/"):
        return False
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return False
    return bool(request.actor.roles & SECOND_FACTOR_ROLES) and not is_mfa_enabled(request.user)


class SentenceMiddleware:
    """A refusal of an operation becomes a page (or a part for htmx) with its sentence and status.

    So does a method that an address does not take, which Django answers with an empty page.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return not_allowed(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return refusal(request, exception)
        return contended(request) if is_contended(exception) else None
