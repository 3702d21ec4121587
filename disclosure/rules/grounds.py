"""命中理由 of a hit by its characters: which of its names contains the words, and how closely."""

from collections.abc import Iterable

from disclosure.choices import Ground
from disclosure.rules.keys import compared


def ground_of(name: str, former_names: Iterable[str], words: tuple[str, ...]) -> tuple[Ground, str]:
    """The reason and, where it is not the name itself, the name that it speaks of.

    A card that neither its name nor a former one explains was found by its short name.
    """
    text = compared(name)
    if _has_all(text, words):
        return _in_the_name(text, words), ""
    for former in former_names:
        if _has_all(compared(former), words):
            return Ground.FORMER_NAME, former
    return Ground.SHORT_NAME, ""


def _in_the_name(text: str, words: tuple[str, ...]) -> Ground:
    if text == words[0]:
        return Ground.SAME_NAME
    return Ground.NAME_BEGINS if text.startswith(words[0]) else Ground.NAME_CONTAINS


def _has_all(text: str, words: tuple[str, ...]) -> bool:
    return all(word in text for word in words)
