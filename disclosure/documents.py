"""查询结果 as it is drawn: one hit costs its template once, however often it is found.

The drawing is kept under everything that it shows, so that it cannot be older than what was read.
"""

from functools import lru_cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import get_language

from association.links import path_to
from disclosure.models import RegisterCard

KEPT = 5000  # hits of two or three thousand characters each


class Shown(NamedTuple):
    """What a hit shows of a card."""

    key: str
    name: str
    former_names: tuple[str, ...]
    uscc: str | None
    region: str
    is_member: bool
    is_demo: bool
    source: str
    state: str
    grade: str
    grade_year: int | None
    official: bool


def hit_html(card: RegisterCard, mount: str, association: str = "") -> str:
    """One hit, leading to its card under ``mount``; the association's short name on the platform's page."""
    shown = Shown(
        card.key,
        card.name,
        tuple(card.former_names),
        card.uscc,
        card.region,
        card.is_member,
        card.is_demo,
        card.source,
        card.state,
        card.grade,
        card.grade_year,
        card.official,
    )
    return _drawn(get_language(), mount, association, shown)


@lru_cache(maxsize=KEPT)
def _drawn(_language: str | None, mount: str, association: str, card: Shown) -> str:
    href = f"{mount}{path_to('institution', card.key)}"
    return render_to_string("disclosure/_hit.html", {"card": card, "href": href, "association": association})
