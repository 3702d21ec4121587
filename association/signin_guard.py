"""登录与重设密码的限流: counted before allauth looks at the form, and closed while nothing can count.

Public pages go on without the cache server (``association/throttle.py``); guessing passwords does not.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from association.answers import refusal
from association.throttle import Allowance, allow, client_address
from common.errors import DomainError, TooMany


class SignInGuardMiddleware:
    """Asks before sign-in and reset; a cache server that dies under allauth's own limits is a sentence too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        if request.method != "POST" or request.resolver_match is None:
            return None
        limits = LIMITS.get(request.resolver_match.url_name or "", {})
        for kind, key_of in limits.items():
            allowance = allow(kind, key_of(request), *settings.THROTTLES[kind], fail_open=False)
            if not allowance.allowed:
                return _refused(request, allowance)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _closed(request) if isinstance(exception, RedisError) else None


def _account(request: HttpRequest) -> str:
    """The account asked for, known or not; the counter does not hold the address itself."""
    email = request.POST.get("email", "").strip().lower()
    return salted_hmac("association.signin_guard", email).hexdigest()


LIMITS: dict[str, dict[str, Callable[[HttpRequest], str]]] = {
    "account_login": {"sign_in": client_address},
    "account_reset_password": {"reset": client_address, "reset_account": _account},
}


def _refused(request: HttpRequest, allowance: Allowance) -> HttpResponse:
    if not allowance.counted:
        return _closed(request)
    sentence = _("尝试太频繁，请在%(seconds)s秒后再试。") % {"seconds": allowance.reset}
    return refusal(request, TooMany(sentence, retry_after=allowance.reset))


def _closed(request: HttpRequest) -> HttpResponse:
    sentence = _("登录和重设密码暂时停用，请过几分钟再试；公开页面和已登录的人不受影响。")
    return refusal(request, DomainError(sentence, status=503))
