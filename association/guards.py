"""Who may open a page at all; what they may do there is the operation's question."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt


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


def own_forms_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For public forms that act on nobody's account: no token and so no cookie, and yet no other site sends them.

    Browsers say by themselves where a form stands; what says nothing is no browser with somebody's rights in it.
    """

    @functools.wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and _is_foreign(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return csrf_exempt(guarded)


def _is_foreign(request: Any) -> bool:
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site not in {"same-origin", "none"} or (
        bool(origin) and urlsplit(origin).netloc != request.get_host()
    )
