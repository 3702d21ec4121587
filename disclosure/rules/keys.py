"""检索键 of names: every single character and every pair, with the place that ranks a hit."""

from collections.abc import Iterable
from dataclasses import dataclass

from common.searchkeys import grams, search_text

MOST = 80  # characters of a name that are compared


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One gram of one name. ``best`` marks the name of the card on which this gram ranks highest."""

    place: int
    length: int
    text: str
    gram: str
    best: bool


def keys_of(names: Iterable[str]) -> list[Key]:
    """The keys of a card that is known under these names."""
    texts = dict.fromkeys(compared(name) for name in names)
    found = sorted(
        (text.index(gram), len(text), text, gram) for text in texts for gram in grams(text)[: 2 * MOST]
    )
    seen: set[str] = set()
    keys = []
    for place, length, text, gram in found:
        keys.append(Key(place, length, text, gram, best=gram not in seen))
        seen.add(gram)
    return keys


def compared(name: str) -> str:
    """A name as it is compared and stored; folding may make it longer than it was."""
    return search_text(name)[:MOST]
