"""Who may open a page at all; what they may do there is the operation's question."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.urls import reverse


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Sends visitors to the sign-in page of the same association, and back afterwards."""

    @functools.wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.actor.is_signed_in:
            return _to_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded


def _to_sign_in(request: Any) -> HttpResponse:
    """A request of a part is told to open the sign-in page, which it would else put into that part."""
    redirect = redirect_to_login(page_behind(request), settings.LOGIN_URL)
    if not request.headers.get("HX-Request"):
        return redirect
    return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": redirect["Location"]})


def page_behind(request: Any) -> str:
    """Where to come back to: this page, or for a part and for a form the page that it stands in."""
    is_part = bool(request.headers.get("HX-Request"))
    if request.method in {"GET", "HEAD"} and not is_part:
        return str(request.get_full_path())
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    return page.path if page.path and page.netloc == request.get_host() else reverse("desk")
