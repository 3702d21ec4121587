"""再次确认身份: deeds of two people want a fresh proof that it is the person, not an open computer.

Who has a second factor proves it by a code, others by the password, at most five minutes ago (allauth's
reauthentication and its time-out). A form sent too late is kept for the session and offered again after the proof:
nothing that was typed is lost, and nothing is done that was not pressed.
"""

import functools
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from association.actors import May
from association.guards import page_behind

KEPT = "waits_for_proof"
KEPT_SECONDS = 15 * 60
NOT_KEPT = {"csrfmiddlewaretoken"}


def require_fresh_proof(request: Any) -> None:
    """Raises what the middleware below answers with the page that asks for the proof.

    Somebody signed in without any means to prove (no password, no factor) cannot have signed in by a page.
    """
    if request.user.is_authenticated and not did_recently_reauthenticate(request):
        raise ReauthenticationRequired
    _use_up(request)


def _use_up(request: Any) -> None:
    """A form that is sent after the proof is not offered again: what is refused comes back on its own page."""
    kept = request.session.get(KEPT)
    if request.method == "POST" and kept is not None and kept["path"] == request.get_full_path():
        del request.session[KEPT]


View = Callable[..., HttpResponse]


def freshly_proven(table: May, action: str) -> Callable[[View], View]:
    """For views of deeds; stands inside ``signed_in``. Whoever may not do it at all is told so, not asked who it is."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            request.actor.require(table, action)
            require_fresh_proof(request)
            return view(request, *args, **kwargs)

        return guarded

    return wrap


class StepUpMiddleware:
    """Answers for allauth's own pages too: its way of resuming does not know associations mounted by path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _ask(request) if isinstance(exception, ReauthenticationRequired) else None


def _ask(request: Any) -> HttpResponse:
    methods = get_adapter().get_reauthentication_methods(request.user)
    place = methods[0]["url"] if methods else reverse("account_login")
    back = request.get_full_path()
    if request.method not in {"GET", "HEAD"}:
        request.session[KEPT] = {
            "path": back,
            "page": page_behind(request),
            "fields": [(name, values) for name, values in request.POST.lists() if name not in NOT_KEPT],
            "at": time.time(),
        }
        back = reverse("continue_deed")
    address = f"{place}?{urlencode({REDIRECT_FIELD_NAME: back})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


@login_required
@require_safe
def continue_deed(request: HttpRequest) -> HttpResponse:
    """What was sent before the proof, to be sent again by a press; old or used up, it leads home."""
    kept = request.session.get(KEPT)
    if kept is None or time.time() - kept["at"] > KEPT_SECONDS:
        request.session.pop(KEPT, None)
        return HttpResponseRedirect(get_adapter().get_login_redirect_url(request))
    return render(request, "account/continue_deed.html", {"kept": kept})
