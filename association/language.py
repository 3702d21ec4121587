"""The language of the page, for words that were written without knowing it.

Pure rules and the drawer ``common`` say what is wrong in Chinese sentences; the catalogue holds them, so that a page
can show them in its own language. One that is put together from parts is a ``Said``: its pattern is in the catalogue,
its values are put in when the page is drawn. What is stored stays as it was written.
"""

from django.utils.translation import get_language, gettext

from common.said import Said


def translated(sentence: str) -> str:
    """A sentence or a word of the rules in the language of the page, where the catalogue knows it."""
    if isinstance(sentence, Said):
        return sentence.in_words_of(gettext)
    return gettext(sentence) if sentence else ""


def titled(title: str, title_en: str) -> str:
    """An indicator's title: the English one on English pages, where it has one."""
    return title_en if title_en and get_language() == "en" else title
