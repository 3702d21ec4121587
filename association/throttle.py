"""限流: how often one caller may ask, counted in one round trip to the cache server."""

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from redis import Redis
from redis.exceptions import RedisError

from association.sealed import search_key
from common.errors import TooMany

logger = logging.getLogger(__name__)

# A window that begins with the first request: the count, and the milliseconds until it ends. A step of -1 takes one back.
COUNT = """
local step = tonumber(ARGV[2])
if step < 0 and redis.call('EXISTS', KEYS[1]) == 0 then return {0, 0} end
local n = redis.call('INCRBY', KEYS[1], step)
if n == 1 and step == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}
"""
ANSWER_WITHIN = 0.3  # seconds; the cache server is near, or it is down
LEAVE_ALONE = 5.0  # seconds without asking a server that did not answer


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the limit; ``reset`` in whole seconds. Not ``counted``: nobody could be asked."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    counted: bool = True

    def headers(self) -> dict[str, str]:
        """The limits, for machines that keep to them."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


class _Silence:
    """Until when a server that did not answer is left alone."""

    until = 0.0


def allow(kind: str, key: str, limit: int, seconds: int, *, fail_open: bool) -> Allowance:
    """Count one request. Without the cache server reads go on (``fail_open``), sign-in and the like do not."""
    without = Allowance(fail_open, limit, limit if fail_open else 0, seconds, counted=False)
    if time.monotonic() < _Silence.until:
        return without
    try:
        count, left = script(settings.REDIS_URL)(keys=[f"throttle:{kind}:{key}"], args=[seconds * 1000, 1])
    except RedisError as error:
        _Silence.until = time.monotonic() + LEAVE_ALONE
        logger.warning("throttle without its server: %s", type(error).__name__)
        return without
    return Allowance(count <= limit, limit, max(0, limit - count), max(1, -(-int(left) // 1000)))


def allow_reading(request: HttpRequest, kind: str) -> Allowance:
    """Public reading by one address; the numbers stand in ``settings.THROTTLES``."""
    limit, seconds = settings.THROTTLES[kind]
    return allow(kind, client_address(request), limit, seconds, fail_open=True)


def check_reading(request: HttpRequest, kind: str) -> Allowance:
    """The same, and a sentence for the person when it is too much."""
    allowance = allow_reading(request, kind)
    if not allowance.allowed:
        raise TooMany(
            _("查询太频繁，请在%(seconds)s秒后再试。") % {"seconds": allowance.reset},
            retry_after=allowance.reset,
        )
    return allowance


def check_writing(request: HttpRequest, kind: str) -> Allowance:
    """Forms that anybody may send. Without the cache server they are closed: nobody could stop a flood."""
    limit, seconds = settings.THROTTLES[kind]
    allowance = allow(kind, client_address(request), limit, seconds, fail_open=False)
    if not allowance.allowed:
        raise too_often(allowance)
    return allowance


def allow_code(request: HttpRequest, kind: str) -> Allowance:
    """One use of a code that may be guessed. Of the address's uses altogether, and of its guesses, until ``found`` says
    that it was none: over either limit a right code is refused like a wrong one, so the answer tells nothing.
    """
    limit, seconds = settings.THROTTLES[f"{kind}_used"]
    used = allow(f"{kind}_used", client_address(request), limit, seconds, fail_open=False)
    if not used.allowed:
        return used
    limit, seconds = settings.THROTTLES[kind]
    return allow(kind, client_address(request), limit, seconds, fail_open=False)


def found(request: HttpRequest, kind: str) -> None:
    """The code was right: no guess. A server that went away meanwhile counts one too many."""
    _limit, seconds = settings.THROTTLES[kind]
    with suppress(RedisError):
        script(settings.REDIS_URL)(
            keys=[f"throttle:{kind}:{client_address(request)}"], args=[seconds * 1000, -1]
        )


def too_often(allowance: Allowance) -> TooMany:
    sentence = _("提交太频繁，请在%(seconds)s秒后再试；已经保存的内容不会丢失。") % {
        "seconds": allowance.reset
    }
    return TooMany(sentence, retry_after=allowance.reset)


def client_address(request: HttpRequest) -> str:
    """The address seen by the outermost proxy that we trust; what a stranger claims beyond it is not believed."""
    hops = settings.TRUSTED_PROXY_COUNT
    if hops:
        named = [
            part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
        ]
        if len(named) >= hops:
            return named[-hops][:64]
    return request.META.get("REMOTE_ADDR", "")[:64]


@lru_cache(maxsize=1)
def script(address: str) -> Any:
    """The counting script at one server, over one kept connection, in turns: a pool costs as much as the question."""
    within = {"socket_timeout": ANSWER_WITHIN, "socket_connect_timeout": ANSWER_WITHIN}
    return Redis.from_url(address, single_connection_client=True, **within).register_script(COUNT)


def check_secret(request: HttpRequest, kind: str, *, fail_open: bool = False) -> None:
    """The same for pages whose visitors are not to be traced: the address is counted under a keyed hash only.

    Guessing a code is closed while nothing can count; handing something in (``fail_open``) goes on.
    """
    limit, seconds = settings.THROTTLES[kind]
    key = search_key(client_address(request), purpose="throttle").hex()
    allowance = allow(kind, key, limit, seconds, fail_open=fail_open)
    if not allowance.allowed:
        sentence = _("操作太频繁，请在%(seconds)s秒后再试。") % {"seconds": allowance.reset}
        raise TooMany(sentence, retry_after=allowance.reset)
