"""公开检索, as ``portal_public``: its cost depends on the page, not on how many institutions there are.

A word is met through its pairs of characters. One pair is a range of the index, already in the order in which hits
are shown: place in the name, length of the name. For a longer word the rarest pair is taken; when that is rare its
hits are few enough to sort, otherwise hits are so common that the range is read until the page is full.

Letters and digits may be pinyin, initials or a piece of a code: each such way is a range of the same index, one after
the other, without the cards of the ways before. When characters meet nothing, names that sound the same, have them
apart from each other, or differ by one are looked for.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.db import connections

from disclosure.choices import Ground
from disclosure.models import RegisterCard
from disclosure.queries.hits import OF_A_HIT, WHOLE, Columns, Hits, cards_of
from disclosure.queries.near import near_codes, near_words
from disclosure.rules import cursor as cursors
from disclosure.rules.ways import Way, same_sound
from disclosure.rules.wish import Wish

__all__ = ["PAGE", "WHOLE", "Hits", "search"]

PAGE = 20
FEW = 500
COMMON, RARE, WAY = "c", "r", "w"

# Hits are so common that the range is read until the page is full. The statements stand in the migrations: as a
# function of the database each is planned once for each connection, which costs more than to run it.
ALONG_THE_INDEX = """
SELECT {columns}, place, length FROM portal_search(
  %(associations)s::bigint[], %(gram)s, %(patterns)s::text[], %(place)s, %(length)s, %(card)s, %(most)s)
"""
ALONG_A_WAY = """
SELECT {columns}, place, length FROM portal_search_way(
  %(associations)s::bigint[], %(gram)s, %(pattern)s, %(earlier_grams)s::text[], %(earlier_patterns)s::text[],
  %(place)s, %(length)s, %(card)s, %(most)s)
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
START = (-1, 0, 0)
STATEMENTS = {COMMON: ALONG_THE_INDEX, RARE: SORTED, WAY: ALONG_A_WAY}


def search(
    associations: Sequence[int],
    wish: Wish,
    cursor: str = "",
    most: int = PAGE,
    columns: Columns = OF_A_HIT,
) -> Hits:
    """Cards of these associations that the words or the code of the wish name, the most exact first."""
    if wish.is_empty or not associations:
        return Hits(())
    if cursor:
        return _onward(associations, wish, cursor, most, columns)
    if wish.code:
        return _by_code(associations, wish, most, columns)
    hits = _by_ways(associations, wish.ways, (0, *START), most, columns) if wish.ways else Hits(())
    if not hits.cards:
        hits = _by_words(associations, wish, _start(associations, wish), most, columns)
    return hits if hits.cards or wish.ways else _nearly(associations, wish, most, columns)


def _onward(associations: Sequence[int], wish: Wish, cursor: str, most: int, columns: Columns) -> Hits:
    """The page behind this mark, of the same way that the page before it went."""
    mode, gram, *after = cursors.read(cursor, str, str, int, int, int)
    if mode == WAY and gram in {str(nth) for nth in range(len(wish.ways))}:
        return _by_ways(associations, wish.ways, (int(gram), *after), most, columns)
    if mode in {COMMON, RARE} and gram in wish.grams:
        return _by_words(associations, wish, (mode, gram, *after), most, columns)
    raise cursors.foreign()


def _by_code(associations: Sequence[int], wish: Wish, most: int, columns: Columns) -> Hits:
    """The whole code; else what begins or continues like it; else those that differ by a slip of the pen."""
    named = RegisterCard.objects.using("public").filter(association_id__in=associations, uscc=wish.code)
    cards = list(named.defer("profile", "history", "own_rule")[:most])
    for card in cards:
        card.ground = Ground.SAME_CODE
    if cards or not wish.ways:
        return Hits(cards or near_codes(associations, wish.code, columns, most))
    return _by_ways(associations, wish.ways, (0, *START), most, columns)


def _by_words(
    associations: Sequence[int], wish: Wish, mark: cursors.Mark, most: int, columns: Columns
) -> Hits:
    mode, gram, *after = mark
    rows = _rows(
        mode,
        columns,
        associations=list(associations),
        gram=gram,
        word=wish.words[0],
        patterns=[f"%{word}%" for word in wish.words],
        **_after(after, most),
    )
    cards = cards_of(columns, rows[:most])
    if len(rows) <= most:
        return Hits(cards)
    return Hits(cards, cursors.written(mode, gram, *rows[most - 1][-2:], cards[-1].pk))


def _by_ways(
    associations: Sequence[int], ways: Sequence[Way], mark: cursors.Mark, most: int, columns: Columns
) -> Hits:
    """From this way on and behind this place of it, until the page is full."""
    found: list[tuple[int, tuple[Any, ...]]] = []
    for nth, after in _steps(len(ways), mark):
        room = most + 1 - len(found)
        found += [(nth, row) for row in _of_a_way(associations, ways, nth, after, room, columns)]
        if len(found) > most:
            break
    cards = [card for nth, row in found[:most] for card in cards_of(columns, [row], ways[nth].ground)]
    if len(found) <= most:
        return Hits(cards)
    nth, row = found[most - 1]
    return Hits(cards, cursors.written(WAY, str(nth), *row[-2:], cards[-1].pk))


def _steps(number: int, mark: cursors.Mark) -> Iterator[tuple[int, Sequence[int]]]:
    """Every way from that of the mark on; the later ones from their beginning."""
    first, *after = mark
    for nth in range(first, number):
        yield nth, after if nth == first else START


def _of_a_way(
    associations: Sequence[int],
    ways: Sequence[Way],
    nth: int,
    after: Sequence[int],
    most: int,
    columns: Columns,
) -> list[tuple[Any, ...]]:
    return _rows(
        WAY,
        columns,
        associations=list(associations),
        gram=ways[nth].gram,
        pattern=ways[nth].pattern,
        earlier_grams=[way.gram for way in ways[:nth]],
        earlier_patterns=[way.pattern for way in ways[:nth]],
        **_after(after, most - 1),
    )


def _nearly(associations: Sequence[int], wish: Wish, most: int, columns: Columns) -> Hits:
    """Of characters that meet nothing: the same sound, else the nearest; one page, for what comes after is farther off."""
    hits = _by_ways(associations, same_sound(wish.words), (0, *START), most, columns)
    return Hits(hits.cards or near_words(associations, wish.words, columns, most))


def _after(after: Sequence[int], most: int) -> dict[str, int]:
    """Behind this place, and one row more than the page, to know whether another follows."""
    return {"place": after[0], "length": after[1], "card": after[2], "most": most + 1}


def _rows(mode: str, columns: Columns, **values: Any) -> list[tuple[Any, ...]]:
    with connections["public"].cursor() as session:
        session.execute(_statement(mode, columns), values)
        return session.fetchall()


@lru_cache
def _statement(mode: str, columns: Columns) -> str:
    return STATEMENTS[mode].format(columns=", ".join(columns))


def _start(associations: Sequence[int], wish: Wish) -> cursors.Mark:
    """How to walk and from where: the rarest pair and the beginning."""
    if len(wish.grams) == 1:
        return (COMMON, wish.grams[0], *START)
    with connections["public"].cursor() as session:
        session.execute(RAREST, {"associations": list(associations), "grams": list(wish.grams), "few": FEW})
        gram, number = session.fetchone()
    return (RARE, gram, *START) if number < FEW else (COMMON, wish.grams[0], *START)
