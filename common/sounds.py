"""读音: how a name is pronounced, so that it is found by pinyin, by initials and by a character that sounds the same.

The readings are tables under ``reference/`` (docs/reference-data.md says from where). A word of two or three characters
settles which reading a character has in it; where none does, a name has as many sounds as its characters have readings.
"""

import csv
import unicodedata
from functools import cache
from itertools import islice, product
from pathlib import Path

from common.searchkeys import search_text

TABLES = Path(__file__).resolve().parent.parent / "reference"
MOST_SOUNDS = 4
LONGEST_WORD, SHORTEST_WORD = 3, 2
Units = tuple[str, ...]


@cache
def _readings() -> dict[str, Units]:
    """Of each character all usual readings without tones, the most usual first."""
    return {row["character"]: tuple(_latin(row["readings"]).split()) for row in _rows("hanzi_readings.csv")}


@cache
def _words() -> dict[str, Units]:
    return {row["word"]: tuple(_latin(row["readings"]).split()) for row in _rows("hanzi_words.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def sounds_of(name: str) -> list[Units]:
    """The sounds of a name, the likeliest first: one syllable for each character, a letter or digit for itself."""
    text = search_text(name)
    choices: list[Units] = []
    while len(choices) < len(text):
        place = len(choices)
        known = _word_at(text, place)
        choices += [(unit,) for unit in known] or [_readings().get(text[place], (_latin(text[place]),))]
    return list(dict.fromkeys(islice(product(*choices), MOST_SOUNDS))) if text else []


def _word_at(text: str, place: int) -> Units:
    for length in range(LONGEST_WORD, SHORTEST_WORD - 1, -1):
        if found := _words().get(text[place : place + length]):
            return found
    return ()


def as_typed(letters: str) -> str:
    """Pinyin as it is compared: without tones and apostrophes; ü, v and u are one."""
    return _latin(search_text(letters))


def _latin(text: str) -> str:
    plain = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("v", "u")
