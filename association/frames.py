"""A visitor's page is drawn once under every value that it shows, and its holes are filled for every request.

The template gets the values of the key and nothing else (no request, no person), so that it cannot show what it is
not kept under: another association, another language or another minute is another page. A person's is never kept.
"""

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix, get_urlconf
from django.utils.html import conditional_escape
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

KEPT = 500  # pages without what was found, some five thousand characters each
FRAME = ("portal_name", "nav_items", "practice_now")
# No text that the database holds or a browser sends into a template contains this character.
HOLE = "\x00"
Values = tuple[tuple[str, Any], ...]


class Publisher(NamedTuple):
    """What a page shows of its association; unlike the row, equal only when all of it is equal."""

    name: str
    accent: str


def page_with_holes(
    request: HttpRequest, name: str, shown: Mapping[str, Any], filled: Mapping[str, str]
) -> HttpResponse:
    """The page: ``shown`` decides what it looks like, ``filled`` is put in as it is."""
    if not _is_visitor(request):
        return render(request, name, {**shown, **filled})
    values = tuple({**_frame(request), **shown}.items())
    holes = tuple([(hole, bool(text)) for hole, text in filled.items()])
    place = get_language(), get_script_prefix(), get_urlconf(), _minute()
    return HttpResponse(_filled(_pieces(name, *place, values, holes), filled), headers={"Vary": "Cookie"})


def part_with_holes(name: str, shape: Mapping[str, Any], filled: Mapping[str, str]) -> SafeString:
    """A piece of a page that comes many times: drawn once for every ``shape``, of which there are few, and filled."""
    holes = tuple([(hole, bool(text)) for hole, text in filled.items()])
    return _filled(_part(name, get_language(), tuple(shape.items()), holes), filled)


def _filled(pieces: tuple[str, ...], filled: Mapping[str, str]) -> SafeString:
    """Nothing that is put in is taken for HTML, unless it says that it is."""
    whole = list(pieces)
    whole[1::2] = [conditional_escape(filled[hole]) for hole in whole[1::2]]
    return SafeString("".join(whole))


def _is_visitor(request: HttpRequest) -> bool:
    """Nobody is signed in, and no message waits, without a cookie of ours."""
    cookies = request.COOKIES
    return settings.SESSION_COOKIE_NAME not in cookies and CookieStorage.cookie_name not in cookies


def _frame(request: HttpRequest) -> dict[str, Any]:
    """What stands around every public page, and nothing of the request or of a person."""
    said: dict[str, Any] = {}
    for processor in _processors():
        said |= processor(request)
    association = said["association"]
    frame = {key: said.get(key) for key in FRAME}
    frame["association"] = Publisher(association.name, association.accent) if association else None
    return frame


@lru_cache(maxsize=1)
def _processors() -> tuple[Callable[[HttpRequest], dict[str, Any]], ...]:
    return tuple(import_string(name) for name in settings.PUBLIC_FRAME)


def _minute() -> int:
    """As of when, in the foot of the page."""
    return int(time.time() // 60)


@lru_cache(maxsize=KEPT)
def _pieces(
    name: str,
    _language: str | None,
    _mount: str,
    _addresses: str | None,
    _as_of: int,
    values: Values,
    holes: tuple[tuple[str, bool], ...],
) -> tuple[str, ...]:
    return _cut(name, values, holes)


@lru_cache(maxsize=KEPT)
def _part(
    name: str, _language: str | None, values: Values, holes: tuple[tuple[str, bool], ...]
) -> tuple[str, ...]:
    return _cut(name, values, holes)


def _cut(name: str, values: Values, holes: tuple[tuple[str, bool], ...]) -> tuple[str, ...]:
    """Text, name of a hole, text, …; what is empty has no hole, the template may say something else then."""
    marks = {hole: f"{HOLE}{hole}{HOLE}" if is_there else "" for hole, is_there in holes}
    return tuple(render_to_string(name, {**dict(values), **marks}).split(HOLE))
