"""自律公约的文本: numbered clauses read from a text, what its hash is made of, and wording that needs a second look."""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

# Between title, preamble and clauses: a character that no typed text keeps.
SEPARATOR = "\x1e"
HEAD = re.compile(r"^第([一二三四五六七八九十百零〇两]{1,7}|[0-9]{1,3})条[ 　:：、]*")
DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100}
BLANKS = re.compile(r"\s+")
AROUND = 10
COLUMNS = ("code", "title", "pattern", "citation", "advice", "valid_from")


class OrderError(ValueError):
    """``wanted``: the number that should have come; ``found``: what stands there, 0 for a text without a clause."""

    def __init__(self, wanted: int, found: int) -> None:
        super().__init__(wanted, found)
        self.wanted, self.found = wanted, found


def number_of(words: str) -> int:
    """第「二十三」条 as a number."""
    if words.isdecimal():
        return int(words)
    total = last = 0
    for char in words:
        if char in UNITS:
            total, last = total + (last or 1) * UNITS[char], 0
        else:
            last = DIGITS[char]
    return total + last


def clauses_of(text: str) -> list[str]:
    """The clauses of a text whose lines 「第一条 …」 begin them; lines without a number go on with the clause before.

    Raises OrderError when they do not count 1, 2, 3 … or when something stands before the first.
    """
    found: list[list[str]] = []
    for line in text.splitlines():
        head = HEAD.match(line)
        if head is not None:
            number = number_of(head[1])
            if number != len(found) + 1:
                raise OrderError(len(found) + 1, number)
            found.append([line[head.end() :]])
        elif found:
            found[-1].append(line)
        elif line.strip():
            raise OrderError(1, 0)
    if not found:
        raise OrderError(1, 0)
    clauses = ["\n".join(lines).strip() for lines in found]
    if "" in clauses:
        raise OrderError(clauses.index("") + 1, 0)
    return clauses


def text_of(clauses: Iterable[str]) -> str:
    """What is typed again where they are changed."""
    return "\n\n".join(f"第{place}条 {clause}" for place, clause in enumerate(clauses, 1))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(title: str, preamble: str, clauses: Iterable[str]) -> str:
    """文本的指纹 (SHA-256): of title, preamble and clauses in their order; the database makes it again."""
    return digest(SEPARATOR.join((title, preamble, *clauses)))


@dataclass(frozen=True, slots=True)
class Wording:
    """反垄断用语 as shipped: what a clause must not say, or not without a reason, and the article behind it."""

    code: str
    title: str
    pattern: re.Pattern[str]
    citation: str
    advice: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class Found:
    """One place of one clause (its number) that a wording matches, with a few words around it."""

    place: int
    wording: Wording
    excerpt: str


def wordings_of(text: str) -> tuple[Wording, ...]:
    """The rows of the table; raises ValueError on one that is not whole."""
    rows = []
    for row in csv.DictReader(io.StringIO(text)):
        if not all(row.get(name) for name in COLUMNS):
            raise ValueError(f"not a whole row: {row}")
        since = date.fromisoformat(row["valid_from"])
        pattern = re.compile(row["pattern"])
        rows.append(Wording(row["code"], row["title"], pattern, row["citation"], row["advice"], since))
    return tuple(rows)


def wording_in(clauses: Sequence[str], wordings: Iterable[Wording], on: date) -> list[Found]:
    """Every match of the rows valid on that day, by clause; blanks and full-width letters make no difference."""
    valid = [row for row in wordings if row.valid_from <= on]
    return [
        Found(place, row, _around(plain, match))
        for place, clause in enumerate(clauses, 1)
        for plain in [BLANKS.sub("", unicodedata.normalize("NFKC", clause))]
        for row in valid
        for match in row.pattern.finditer(plain)
    ]


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(match.start() - AROUND, 0) : match.end() + AROUND]


def changed_clauses(now: Sequence[str], signed: Iterable[str]) -> list[int]:
    """Which clauses (by number) of a version were not signed in these words before: only they are signed again."""
    known = set(signed)
    return [place for place, clause in enumerate(now, 1) if clause not in known]
