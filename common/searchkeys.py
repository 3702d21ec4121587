"""Search keys of names: single characters and pairs, so that a two-character word meets an index."""

import csv
import re
from functools import cache
from pathlib import Path

from common.text import folded

NOT_A_KEY = re.compile(r"[\W_]+")
SIMPLIFIED = Path(__file__).resolve().parent.parent / "reference" / "hanzi_simplified.csv"


@cache
def _simplified() -> dict[int, str]:
    """繁简: one sign for one sign, whatever stands beside it, or a part of a name would fold otherwise than the name."""
    with SIMPLIFIED.open(encoding="utf-8", newline="") as table:
        return {ord(row["traditional"]): row["simplified"] for row in csv.DictReader(table)}


def search_text(name: str) -> str:
    """The name as it is compared: folded, simplified, only letters, digits and characters."""
    return NOT_A_KEY.sub("", folded(name)).translate(_simplified())


def grams(name: str) -> tuple[str, ...]:
    """Every single character and every pair of the name once, in order."""
    text = search_text(name)
    return tuple(dict.fromkeys([*pairs(text), *text]))


def pairs(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)]
