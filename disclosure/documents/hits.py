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
from disclosure.choices import Ground
from disclosure.models import RegisterCard
from disclosure.rules.grounds import ground_of
from disclosure.rules.wish import Wish

KEPT = 5000  # hits of two or three thousand characters each
# What a hit shows of a card, and the former names.
SHOWN = (
    "institution_id", "uscc", "name", "region", "is_member", "is_demo", "source", "state", "grade", "grade_year", "official"
)  # fmt: skip
# The state as of this moment is drawn, so that a last day that has passed counts at once.
shown = attrgetter(*("state_now" if name == "state" else name for name in SHOWN))


def hits_html(cards: Iterable[RegisterCard], mount: str, wish: Wish | None = None) -> SafeString:
    """A page of hits, each leading to its card under ``mount``, with the reason when something was looked for."""
    language = get_language()
    drawn = [
        _drawn(language, mount, "", tuple(card.former_names), shown(card), _reason(card, wish))
        for card in cards
    ]
    return reduce(add, drawn, SafeString())


def hit_html(card: RegisterCard, mount: str, association: str, wish: Wish) -> SafeString:
    """One hit, with the association's short name: the platform's page shows hits of all."""
    return _drawn(
        get_language(), mount, association, tuple(card.former_names), shown(card), _reason(card, wish)
    )


def with_reason(card: RegisterCard, wish: Wish) -> RegisterCard:
    """The card that knows by what it was found, and by which of its former names."""
    ground, card.meant = _reason(card, wish)
    card.ground = Ground(ground)
    return card


def _reason(card: RegisterCard, wish: Wish | None) -> tuple[str, str]:
    """命中理由, and the former name it speaks of; nothing when everybody was listed."""
    if wish is None:
        return "", ""
    if card.ground is not None:
        return card.ground.value, ""
    return ground_of(card.name, card.former_names, wish.words)


@lru_cache(maxsize=KEPT)
def _drawn(
    _language: str | None,
    mount: str,
    association: str,
    former_names: tuple[str, ...],
    values: tuple[Any, ...],
    reason: tuple[str, str],
) -> SafeString:
    card = RegisterCard(**dict(zip(SHOWN, values, strict=True)), former_names=former_names)
    href = f"{mount}{path_to('institution', card.key)}"
    ground, meant = reason
    context = {
        "card": card,
        "href": href,
        "association": association,
        "ground": Ground(ground).label if ground else "",
        "meant": meant,
    }
    return render_to_string("disclosure/_hit.html", context)
