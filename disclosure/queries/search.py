"""公开检索, as ``portal_public``: its cost depends on the page, not on how many institutions there are.

A word is met through its pairs of characters. One pair is a range of the index, already in the order in which hits
are shown: place in the name, length of the name. For a longer word the rarest pair is taken; when that is rare its
hits are few enough to sort, otherwise hits are so common that the range is read until the page is full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.models.base import ModelState

from disclosure.models import RegisterCard
from disclosure.rules import cursor as cursors
from disclosure.rules.wish import Wish

PAGE = 20
FEW = 500
COMMON, RARE = "c", "r"

# What a page of hits shows, and all that is public of a hit; the rest of a card is read when it is asked for.
OF_A_HIT = (
    "id", "association_id", "institution_id", "name", "former_names", "uscc", "region", "is_member", "is_demo",
    "source", "state", "grade", "grade_year", "official", "valid_until",
)  # fmt: skip
WHOLE = (*OF_A_HIT, "short_name", "field", "standard", "published_at", "as_of")
# Hits are so common that the range is read until the page is full. The statement stands in the migrations: as a
# function of the database it is planned once for each connection, which costs more than to run it.
ALONG_THE_INDEX = """
SELECT {columns}, place, length FROM portal_search(
  %(associations)s::bigint[], %(gram)s, %(patterns)s::text[], %(place)s, %(length)s, %(card)s, %(most)s)
"""
SORTED = """
WITH hit AS MATERIALIZED (
  SELECT * FROM (
    SELECT DISTINCT ON (card_id) card_id, strpos(text, %(word)s) - 1 AS place, length FROM disclosure_cardgram
    WHERE association_id = ANY (%(associations)s::bigint[]) AND gram = %(gram)s
      AND text LIKE ALL (%(patterns)s::text[])
    ORDER BY card_id, 2, length) found
  WHERE (place, length, card_id) > (%(place)s, %(length)s, %(card)s)
  ORDER BY place, length, card_id LIMIT %(most)s)
SELECT {columns}, place, length FROM hit JOIN disclosure_registercard card ON card.id = hit.card_id
ORDER BY place, length, card_id
"""
RAREST = """
SELECT wanted.gram, (SELECT count(*) FROM (
    SELECT 1 FROM disclosure_cardgram key
    WHERE key.association_id = ANY (%(associations)s::bigint[]) AND key.gram = wanted.gram LIMIT %(few)s) counted) AS number
FROM unnest(%(grams)s::text[]) WITH ORDINALITY AS wanted(gram, nth) ORDER BY number, nth LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of cards; ``next_cursor`` is empty on the last."""

    cards: Sequence[RegisterCard]
    next_cursor: str = ""


def search(
    associations: Sequence[int],
    wish: Wish,
    cursor: str = "",
    most: int = PAGE,
    columns: tuple[str, ...] = OF_A_HIT,
) -> Hits:
    """Cards of these associations that the words or the code of the wish name, the most exact first."""
    if wish.is_empty or not associations:
        return Hits(())
    if wish.code:
        named = RegisterCard.objects.using("public").filter(association_id__in=associations, uscc=wish.code)
        return Hits(tuple(named.defer("profile", "history", "own_rule")[:most]))
    mode, gram, *after = _start(associations, wish, cursor)
    with connections["public"].cursor() as session:
        session.execute(
            _statement(mode, columns),
            {
                "associations": list(associations),
                "gram": gram,
                "word": wish.words[0],
                "patterns": [f"%{word}%" for word in wish.words],
                "place": after[0],
                "length": after[1],
                "card": after[2],
                "most": most + 1,
            },
        )
        rows = session.fetchall()
    cards = [_card(columns, row) for row in rows[:most]]
    if len(rows) <= most:
        return Hits(cards)
    return Hits(cards, cursors.written(mode, gram, *rows[most - 1][-2:], cards[-1].pk))


@lru_cache
def _statement(mode: str, columns: tuple[str, ...]) -> str:
    return (SORTED if mode == RARE else ALONG_THE_INDEX).format(columns=", ".join(columns))


def _start(associations: Sequence[int], wish: Wish, cursor: str) -> cursors.Mark:
    """How to walk and from where: the mark of the last page, or the rarest pair and the beginning."""
    if cursor:
        mark = cursors.read(cursor, str, str, int, int, int)
        if mark[0] in {COMMON, RARE} and mark[1] in wish.grams:
            return mark
        raise cursors.foreign()
    if len(wish.grams) == 1:
        return (COMMON, wish.grams[0], -1, 0, 0)
    with connections["public"].cursor() as session:
        session.execute(RAREST, {"associations": list(associations), "grams": list(wish.grams), "few": FEW})
        gram, number = session.fetchone()
    return (RARE, gram, -1, 0, 0) if number < FEW else (COMMON, wish.grams[0], -1, 0, 0)


def _card(columns: tuple[str, ...], row: tuple[Any, ...]) -> RegisterCard:
    """The card of these columns, as the ORM leaves it, at a tenth of its cost."""
    card = RegisterCard.__new__(RegisterCard)
    state = ModelState()
    state.adding, state.db = False, "public"
    # Behind the columns stand place and length.
    card.__dict__.update(zip(columns, row, strict=False), _state=state)
    return card
