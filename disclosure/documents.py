"""查询结果 as it is drawn: one hit costs its template once, however often it is found.

The drawing is kept under everything that it shows, so that it cannot be older than what was read.
"""

from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import add, attrgetter
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from association.links import path_to
from disclosure.models import RegisterCard

KEPT = 5000  # hits of two or three thousand characters each
# What a hit shows of a card, and the former names.
SHOWN = (
    "institution_id", "uscc", "name", "region", "is_member", "is_demo", "source", "state", "grade", "grade_year", "official"
)  # fmt: skip
# The state as of this moment is drawn, so that a last day that has passed counts at once.
shown = attrgetter(*("state_now" if name == "state" else name for name in SHOWN))


def hits_html(cards: Iterable[RegisterCard], mount: str) -> SafeString:
    """A page of hits, each leading to its card under ``mount``."""
    language = get_language()
    drawn = [_drawn(language, mount, "", tuple(card.former_names), shown(card)) for card in cards]
    return reduce(add, drawn, SafeString())


def hit_html(card: RegisterCard, mount: str, association: str) -> SafeString:
    """One hit, with the association's short name: the platform's page shows hits of all."""
    return _drawn(get_language(), mount, association, tuple(card.former_names), shown(card))


@lru_cache(maxsize=KEPT)
def _drawn(
    _language: str | None,
    mount: str,
    association: str,
    former_names: tuple[str, ...],
    values: tuple[Any, ...],
) -> SafeString:
    card = RegisterCard(**dict(zip(SHOWN, values, strict=True)), former_names=former_names)
    href = f"{mount}{path_to('institution', card.key)}"
    return render_to_string("disclosure/_hit.html", {"card": card, "href": href, "association": association})
