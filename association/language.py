"""The language of the page, for words that were written without knowing it.

Pure rules and the drawer ``common`` say what is wrong in plain Chinese sentences; the catalogue holds those that
stand by themselves, so that a page can show them in its own language. A sentence put together from parts has no
translation and stays as it is.
"""

from django.utils.translation import get_language, gettext


def translated(sentence: str) -> str:
    """A sentence or a word of the rules in the language of the page, where the catalogue knows it."""
    return gettext(sentence) if sentence else ""


def titled(title: str, title_en: str) -> str:
    """An indicator's title: the English one on English pages, where it has one."""
    return title_en if title_en and get_language() == "en" else title
