"""The language of the page, for words that were written without knowing it.

Pure rules and the drawer ``common`` say what is wrong in Chinese sentences; the catalogue holds them, so that a page
can show them in its own language. One that is put together from parts is a ``Said``: its pattern is in the catalogue,
its values are put in when the page is drawn. What is stored stays as it was written.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request, gettext, override

from common.said import Said

Answer = Callable[..., HttpResponse]


def translated(sentence: str) -> str:
    """A sentence or a word of the rules in the language of the page, where the catalogue knows it."""
    if isinstance(sentence, Said):
        return sentence.in_words_of(gettext)
    return gettext(sentence) if sentence else ""


def titled(title: str, title_en: str) -> str:
    """An indicator's title: the English one on English pages, where it has one."""
    return title_en if title_en and get_language() == "en" else title


def in_its_language(answer: Answer) -> Answer:
    """An answer to a request that was refused before anybody looked which language it asks for."""

    @wraps(answer)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if hasattr(request, "LANGUAGE_CODE"):
            return answer(request, *args, **kwargs)
        language = get_language_from_request(request)
        with override(language):
            response = answer(request, *args, **kwargs)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response

    return answered
