"""检索键 of a card: characters, pairs, syllables, initials and pieces of its code, with the place that ranks a hit.

Those that are not characters carry a sign that no folded name contains, so that one index serves all of them. What
stands beside such a key is the rest from there on: whoever typed a beginning of it finds it by a range of the index.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from common.searchkeys import grams, search_text
from common.sounds import Units, sounds_of

# Raised whenever the same names get other keys: cards with older ones are written again by the next sweep.
VERSION = 1
MOST = 80  # characters of a name that are compared
KEPT = 20_000  # names
SOUND, INITIALS, CODE = "~", "^", "#"
# Signs of a key that follow its mark; what is shorter is no key.
HEADS = {SOUND: 3, INITIALS: 2, CODE: 4}


class Key(NamedTuple):
    """One gram of one text. ``best`` marks the text of the card on which this gram ranks highest."""

    place: int
    length: int
    text: str
    gram: str
    best: bool


def keys_of(names: Iterable[str], code: str | None = None) -> list[Key]:
    """The keys of a card that is known under these names and this code."""
    texts = dict.fromkeys(compared(name) for name in names)
    found = {(text.index(gram), len(text), text, gram) for text in texts for gram in grams(text)[: 2 * MOST]}
    for text in texts:
        for units in sounds_of(text):
            found.update(_rests(SOUND, units))
            found.update(_rests(INITIALS, tuple(unit[0] for unit in units)))
    found.update(_rests(CODE, tuple(code or "")))
    seen: set[str] = set()
    keys = []
    for place, length, text, gram in sorted(found):
        keys.append(Key(place, length, text, gram, best=gram not in seen))
        seen.add(gram)
    return keys


def _rests(mark: str, units: Units) -> Iterable[tuple[int, int, str, str]]:
    """From every unit on: what remains, under its first signs."""
    whole, start, count = "".join(units), 0, len(units)
    shortest = HEADS[mark]
    for place, unit in enumerate(units):
        rest = whole[start : start + MOST]
        if len(rest) < shortest:
            return
        yield place, count, rest, mark + rest[:shortest]
        start += len(unit)


def head(mark: str, rest: str) -> str:
    return mark + rest[: HEADS[mark]]


@lru_cache(maxsize=KEPT)
def compared(name: str) -> str:
    """A name as it is compared and stored; folding may make it longer than it was."""
    return search_text(name)[:MOST]
