"""违法违规线索: which article a category rests on, and whether a text would give an informant away."""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent / "shipped" / "lead_anchors.csv"
SHORTEST_TOLD = 2
NOT_COMPARED = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Anchor:
    """法律依据 of a category from a day on; an unverified one is shown as such."""

    category: str
    valid_from: date
    citation: str
    is_sourced: bool
    source: str


def anchors_of(text: str) -> tuple[Anchor, ...]:
    """The rows of the table; raises ValueError on a row that is not whole."""
    rows = []
    for row in csv.DictReader(io.StringIO(text)):
        if not all(row.get(name) for name in ("category", "valid_from", "anchor", "certainty", "source")):
            raise ValueError(f"not a whole row: {row}")
        since = date.fromisoformat(row["valid_from"])
        sourced = row["certainty"] == "sourced"
        rows.append(Anchor(row["category"], since, row["anchor"], sourced, row["source"]))
    return tuple(rows)


def shipped_anchors() -> tuple[Anchor, ...]:
    return anchors_of(SHIPPED.read_text(encoding="utf-8"))


def with_confirmed(rows: Iterable[Anchor], read: Collection[tuple[str, date, str]]) -> tuple[Anchor, ...]:
    """The rows; those whose category, day and citation somebody has confirmed count as sourced."""
    return tuple(
        replace(row, is_sourced=row.is_sourced or (row.category, row.valid_from, row.citation) in read)
        for row in rows
    )


def anchor_of(rows: Iterable[Anchor], category: str, on: date) -> Anchor | None:
    """The newest row of the category that is valid on that day; none for a category without an article."""
    valid = [row for row in rows if row.category == category and row.valid_from <= on]
    return max(valid, key=lambda row: row.valid_from, default=None)


def law_of(rows: Iterable[Anchor], category: str, on: date) -> str:
    """The article that a lead, a finding or a letter may name: one that nobody has verified is never cited as law."""
    anchor = anchor_of(rows, category, on)
    return anchor.citation if anchor is not None and anchor.is_sourced else ""


def gives_away(text: str, known: Iterable[str]) -> bool:
    """Whether the text holds the name, number or address of somebody, however it is spaced or written."""
    said = _compared(text)
    return any(len(word) >= SHORTEST_TOLD and word in said for word in map(_compared, known))


def _compared(text: str) -> str:
    return NOT_COMPARED.sub("", unicodedata.normalize("NFKC", text)).casefold()
