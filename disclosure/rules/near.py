"""相近: patterns of what somebody may have meant who left characters out or got one wrong.

One wrong character leaves two pieces that do not overlap at least one right.
"""

from collections.abc import Mapping
from itertools import combinations

from common import uscc

SHORTEST = 3  # of two characters one right one would say nothing


def parts(word: str) -> str:
    """All characters in the same order, with anything between them."""
    return "%".join(["", *word, ""])


def one_wrong(word: str) -> list[str]:
    """One character another, too much, or changed places with the next."""
    places = range(len(word))
    others = [f"%{word[:place]}_{word[place + 1 :]}%" for place in places]
    spare = [f"%{word[:place]}{word[place + 1 :]}%" for place in places]
    return list(dict.fromkeys([*others, *spare, *(f"%{swapped}%" for swapped in _swapped(word))]))


def pieces(word: str) -> list[str]:
    """The single characters and pairs of a word."""
    both = [word[place : place + 2] for place in range(len(word) - 1)]
    return list(dict.fromkeys([*both, *word]))


def looked_through(word: str, numbers: Mapping[str, int]) -> list[str]:
    """Under which pieces to look: the two that fewest cards have of all that share no character of the word.

    Besides, where characters are only apart from each other, none is wrong: the rarest character.
    """
    spans = [
        (place, place + length, word[place : place + length])
        for length in (1, 2)
        for place in range(len(word) - length + 1)
    ]
    apart = [
        (numbers[one[2]] + numbers[two[2]], one[2], two[2])
        for one, two in combinations(sorted(spans), 2)
        if one[1] <= two[0]
    ]
    rarest = min(word, key=numbers.__getitem__)
    return list(dict.fromkeys([rarest, *min(apart)[1:]]))


def near_codes(code: str) -> list[str]:
    """A whole code with one sign another, or two beside each other changed."""
    others = [f"{code[:place]}_{code[place + 1 :]}" for place in range(uscc.LENGTH)]
    return list(dict.fromkeys([*others, *_swapped(code)]))


def _swapped(word: str) -> list[str]:
    return [
        word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(len(word) - 1)
    ]
