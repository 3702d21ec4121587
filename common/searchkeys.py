"""Search keys of names: single characters and pairs, so that a two-character word meets an index."""

import re

from common.text import folded

NOT_A_KEY = re.compile(r"[\W_]+")


def search_text(name: str) -> str:
    """The name as it is compared: folded, only letters, digits and characters."""
    return NOT_A_KEY.sub("", folded(name))


def grams(name: str) -> tuple[str, ...]:
    """Every single character and every pair of the name once, in order."""
    text = search_text(name)
    return tuple(dict.fromkeys([*pairs(text), *text]))


def pairs(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)]
