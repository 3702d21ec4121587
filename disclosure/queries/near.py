"""相近: what comes nearest when nothing is called as it was typed. One page of it, the closest first.

Only the cards under a few of the pieces typed are looked through, and of each piece only the first some thousand: what
is looked for has at least one of them right.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections

from disclosure.choices import Ground
from disclosure.models import RegisterCard
from disclosure.queries.hits import Columns, cards_of
from disclosure.rules import near
from disclosure.rules.keys import CODE, head

REACH = 20_000  # cards under one piece
COUNTED = 5_000
LONGEST = 30  # characters of a word; a name with a wrong one is not longer
HALF = 9  # signs of a code, of which one half is right when only one sign is wrong

HOW_MANY = """
SELECT wanted.gram, (SELECT count(*) FROM (
    SELECT 1 FROM disclosure_cardgram key
    WHERE key.association_id = ANY (%(associations)s::bigint[]) AND key.gram = wanted.gram LIMIT %(counted)s) counted)
FROM unnest(%(grams)s::text[]) AS wanted(gram)
"""
NEAR_WORDS = """
WITH tried AS MATERIALIZED (
  SELECT key.card_id, key.text, key.length
  FROM unnest(%(associations)s::bigint[]) AS owner(id) CROSS JOIN unnest(%(grams)s::text[]) AS piece(gram)
  CROSS JOIN LATERAL (
    SELECT card_id, text, length FROM disclosure_cardgram
    WHERE association_id = owner.id AND gram = piece.gram
    ORDER BY place, length, card_id LIMIT %(reach)s) key
  WHERE key.text LIKE ANY (%(patterns)s::text[]) AND key.text LIKE ALL (%(others)s::text[])),
hit AS (
  SELECT DISTINCT ON (card_id) card_id, (text NOT LIKE %(parts)s)::int AS place, length FROM tried
  ORDER BY card_id, 2, length)
SELECT {columns}, place, length FROM hit JOIN disclosure_registercard card ON card.id = hit.card_id
ORDER BY place, length, card_id LIMIT %(most)s
"""
NEAR_CODES = """
WITH tried AS MATERIALIZED (
  SELECT DISTINCT key.card_id FROM unnest(%(associations)s::bigint[]) AS owner(id)
  CROSS JOIN unnest(%(grams)s::text[], %(halves)s::text[]) AS piece(gram, half)
  CROSS JOIN LATERAL (
    SELECT card_id FROM disclosure_cardgram
    WHERE association_id = owner.id AND gram = piece.gram AND text LIKE piece.half LIMIT %(reach)s) key)
SELECT {columns}, 0, 0 FROM tried JOIN disclosure_registercard card ON card.id = tried.card_id
WHERE card.uscc LIKE ANY (%(patterns)s::text[]) ORDER BY card.uscc, card.id LIMIT %(most)s
"""


def near_words(
    associations: Sequence[int], words: tuple[str, ...], columns: Columns, most: int
) -> list[RegisterCard]:
    """Names with the same characters apart, then those with one character wrong, too much or out of its place."""
    word = max(words, key=len)[:LONGEST]
    if len(word) < near.SHORTEST:
        return []
    numbers = _how_many(associations, near.pieces(word))
    parts = near.parts(word)
    rows = _rows(
        NEAR_WORDS.format(columns=", ".join(columns)),
        associations=list(associations),
        grams=near.looked_through(word, numbers),
        patterns=[parts, *near.one_wrong(word)],
        others=[f"%{other}%" for other in words if other != word] or ["%"],
        parts=parts,
        reach=REACH,
        most=most,
    )
    together = sum(row[-2] == 0 for row in rows)
    return [
        *cards_of(columns, rows[:together], Ground.PARTS),
        *cards_of(columns, rows[together:], Ground.ONE_WRONG),
    ]


def near_codes(associations: Sequence[int], code: str, columns: Columns, most: int) -> list[RegisterCard]:
    """Codes with one sign another, or two beside each other changed, unless they stand on both sides of the middle."""
    first, second = code[:HALF], code[HALF:]
    rows = _rows(
        NEAR_CODES.format(columns=", ".join(columns)),
        associations=list(associations),
        grams=[head(CODE, first), head(CODE, second)],
        halves=[f"{first}%", second],
        patterns=near.near_codes(code),
        reach=REACH,
        most=most,
    )
    return cards_of(columns, rows, Ground.NEAR_CODE)


def _how_many(associations: Sequence[int], grams: list[str]) -> dict[str, int]:
    return dict(_rows(HOW_MANY, associations=list(associations), grams=grams, counted=COUNTED))


def _rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connections["public"].cursor() as session:
        session.execute(statement, values)
        return session.fetchall()
