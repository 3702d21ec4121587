"""公开检索, as ``portal_public``: its cost depends on the page, not on how many institutions there are.

A word is met through its pairs of characters. One pair is a range of the index, already in the order in which hits
are shown: place in the name, length of the name. For a longer word the rarest pair is taken; when that is rare its
hits are few enough to sort, otherwise hits are so common that the range is read until the page is full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from disclosure.models import RegisterCard
from disclosure.rules import cursor as cursors
from disclosure.rules.wish import Wish

PAGE = 20
FEW = 500
COMMON, RARE = "c", "r"

COLUMNS = (
    "id", "association_id", "institution_id", "name", "short_name", "former_names", "uscc", "field", "region",
    "is_member", "is_demo", "source", "state", "grade", "grade_year", "standard", "official", "published_at",
    "valid_until", "as_of",
)  # fmt: skip
SHOWN = f"""
SELECT {", ".join(f"card.{column}" for column in COLUMNS)}, hit.place, hit.length
FROM hit JOIN disclosure_registercard card ON card.id = hit.card_id
ORDER BY hit.place, hit.length, hit.card_id
"""  # noqa: S608 - our own names
ALONG_THE_INDEX = f"""
WITH hit AS MATERIALIZED (
  SELECT found.* FROM unnest(%(associations)s::bigint[]) AS wanted(id) CROSS JOIN LATERAL (
    SELECT key.card_id, key.place, key.length FROM disclosure_cardgram key
    WHERE key.association_id = wanted.id AND key.gram = %(gram)s
      AND (key.place, key.length, key.card_id) > (%(place)s, %(length)s, %(card)s)
      AND key.text LIKE ALL (%(patterns)s::text[])
      AND (key.best OR NOT EXISTS (
        SELECT 1 FROM disclosure_cardgram other
        WHERE other.card_id = key.card_id AND other.gram = key.gram AND other.text LIKE ALL (%(patterns)s::text[])
          AND (other.place, other.length, other.text) < (key.place, key.length, key.text)))
    ORDER BY key.place, key.length, key.card_id LIMIT %(most)s) found
  ORDER BY found.place, found.length, found.card_id LIMIT %(most)s)
{SHOWN}"""  # noqa: S608 - two constants
SORTED = f"""
WITH hit AS MATERIALIZED (
  SELECT * FROM (
    SELECT DISTINCT ON (card_id) card_id, strpos(text, %(word)s) - 1 AS place, length FROM disclosure_cardgram
    WHERE association_id = ANY (%(associations)s::bigint[]) AND gram = %(gram)s
      AND text LIKE ALL (%(patterns)s::text[])
    ORDER BY card_id, 2, length) found
  WHERE (place, length, card_id) > (%(place)s, %(length)s, %(card)s)
  ORDER BY place, length, card_id LIMIT %(most)s)
{SHOWN}"""  # noqa: S608 - two constants
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


def search(associations: Sequence[int], wish: Wish, cursor: str = "", most: int = PAGE) -> Hits:
    """Cards of these associations that the words or the code of the wish name, the most exact first."""
    if wish.is_empty or not associations:
        return Hits(())
    if wish.code:
        cards = RegisterCard.objects.using("public").filter(association_id__in=associations, uscc=wish.code)
        return Hits(tuple(cards.defer("profile", "history")[:most]))
    mode, gram, *after = _start(associations, wish, cursor)
    with connections["public"].cursor() as session:
        session.execute(
            SORTED if mode == RARE else ALONG_THE_INDEX,
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
    return _hits(rows, most, mode, gram)


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


def _hits(rows: list[tuple[Any, ...]], most: int, mode: str, gram: str) -> Hits:
    """Cards made from their columns by hand: half of what a raw queryset takes for a page."""
    cards = [RegisterCard.from_db("public", COLUMNS, row[: len(COLUMNS)]) for row in rows[:most]]
    if len(rows) <= most:
        return Hits(cards)
    place, length = rows[most - 1][-2:]
    return Hits(cards, cursors.written(mode, gram, place, length, cards[-1].pk))
