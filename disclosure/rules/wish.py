"""What somebody who typed into the search box wants."""

from dataclasses import dataclass

from common import uscc
from common.searchkeys import pairs, search_text
from common.text import folded
from disclosure.rules.ways import Way, part_of_code, ways_of

MOST_TYPED = 400
MOST_WORDS = 6
MOST_CHARACTERS = 64
MOST_PAIRS = 32
# Digits that make a long run of letters and digits a code that somebody copied, not a name.
DIGITS_OF_A_CODE = 8
SHORTEST_CODE = 15


@dataclass(frozen=True, slots=True)
class Wish:
    """Either a code, or words that a name must all contain; neither when nothing usable was typed.

    ``ways``: by what else a card may be meant, the closest first.
    """

    code: str = ""
    hint: str = ""
    words: tuple[str, ...] = ()
    grams: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.code or self.words)


def wish_of(typed: str) -> Wish:
    """A code is looked up whole first; a word needs its pairs of characters, a single character itself."""
    typed = typed[:MOST_TYPED]
    code = uscc.normalised(typed)
    if _looks_like_a_code(code):
        return Wish(code=code, hint=uscc.problem(code) or "", ways=part_of_code(code))
    words = [search_text(word)[:MOST_CHARACTERS] for word in folded(typed).split()]
    kept = tuple(dict.fromkeys(word for word in words if word))[:MOST_WORDS]
    return Wish(words=kept, grams=_grams(kept), ways=ways_of(kept))


def _looks_like_a_code(code: str) -> bool:
    plain = code.isascii() and code.isalnum()
    return plain and len(code) >= SHORTEST_CODE and sum(map(str.isdigit, code)) >= DIGITS_OF_A_CODE


def _grams(words: tuple[str, ...]) -> tuple[str, ...]:
    long = [pair for word in words for pair in pairs(word)]
    return tuple(dict.fromkeys(long))[:MOST_PAIRS] if long else words[:1]
