"""Text that strangers typed, made safe to show, to search and to export."""

import re
import unicodedata

# zero width and soft hyphen, direction marks, bidi embeddings and isolates, variation of nothing, BOM
INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SURROGATE = re.compile("[\ud800-\udfff]")
BLANKS = re.compile(r"\s+")
LINE_BLANKS = re.compile(r"[^\S\n]+")
FORMULA_STARTS = frozenset("=+-@\t\r\n\0＝＋－＠|%")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def without_invisible(text: str) -> str:
    """Drop control, zero-width and direction characters; line ends and tabs stay."""
    return SURROGATE.sub("", CONTROL.sub("", INVISIBLE.sub("", text)))


def one_line(text: str) -> str:
    """A name or title: no invisible characters, blanks simplified."""
    # Most texts are: nothing that cannot be printed, and no blank beside another.
    if text.isprintable() and "  " not in text:
        return text.strip()
    return BLANKS.sub(" ", without_invisible(BLANKS.sub(" ", text))).strip()


def paragraphs(text: str) -> str:
    """A longer text: lines are kept, at most one empty line in a row."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = LINE_BLANKS.sub(" ", without_invisible(lines))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in clean.split("\n"))).strip()


def folded(text: str) -> str:
    """For comparing and searching: NFKC, lower case, no invisible characters, no blanks at the ends."""
    return one_line(unicodedata.normalize("NFKC", without_invisible(text))).casefold()


def safe_cell(value: object) -> str:
    """Text for a cell of an export that no spreadsheet takes for a formula.

    Also where it has an apostrophe of its own before that: the first one is ours, and only that is taken away again.
    """
    text = "" if value is None else str(value)
    bare = text.lstrip("'")
    if bare.lstrip(" \u3000")[:1] in FORMULA_STARTS and bare and not PLAIN_NUMBER.fullmatch(bare):
        return "'" + text.replace("\0", "")
    return text.replace("\0", "")


def plain_cell(text: str) -> str:
    """The reverse of ``safe_cell``, so that what was exported can be imported unchanged."""
    return text[1:] if text[:1] == "'" and safe_cell(text[1:]) == text else text
