"""Sign-in, as far as we use it: people do not sign themselves up, and their address is the association's record.

An address that a person could change alone would be an account that somebody else's appointment lands in.
"""

from typing import NoReturn

from allauth.account import urls as account
from django.http import Http404, HttpRequest
from django.urls import URLPattern, include, path

from association.step_up import continue_deed

CLOSED = frozenset(
    {
        "account_signup",
        "account_email",
        "account_email_verification_sent",
        "account_confirm_email",
        "account_confirm_login_code",
        "account_set_password",
    }
)


def closed(_request: HttpRequest, **_kwargs: str) -> NoReturn:
    """The library asks for these names; here they lead nowhere."""
    raise Http404


def _ours(one: URLPattern) -> URLPattern:
    return URLPattern(one.pattern, closed, {}, one.name) if one.name in CLOSED else one


urlpatterns = [
    path("continue/", continue_deed, name="continue_deed"),
    *[_ours(one) for one in account.urlpatterns],
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
