"""以往公布的结果: results taken over from elsewhere, put together by evaluation and year as they were published."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from credit_rating.models import HistoricalResult
from credit_rating.queries.corrections import TakenOver, as_corrected


@dataclass(frozen=True, slots=True)
class PastBoard:
    """Plain values only: they are stored as they are. ``results`` holds the named institutions, never more.

    ``removed`` are those that a correction took down, with what had been told of them and why it went.
    """

    year: int
    scheme: str
    issuing_body: str
    sources: list[dict[str, str]]
    notes: list[str]
    results: list[dict[str, Any]]
    removed: list[dict[str, Any]]


def past_boards(year: int | None = None) -> list[PastBoard]:
    """Every evaluation of which results were taken over, or those of one year, newest first."""
    rows = HistoricalResult.objects.select_related("institution")
    if year is not None:
        rows = rows.filter(year=year)
    in_order = sorted(as_corrected(rows), key=_place)
    return [
        _board(key, list(group))
        for key, group in groupby(in_order, key=lambda row: (row.year, row.scheme, row.issuing_body))
    ]


def _place(row: TakenOver) -> tuple[Any, ...]:
    return (-row.year, row.scheme, row.issuing_body, row.grade, row.row.institution.name, row.row.pk)


def _board(key: tuple[int, str, str], rows: list[TakenOver]) -> PastBoard:
    year, scheme, issuing_body = key
    stand = [row for row in rows if not row.removed]
    sources = dict.fromkeys((row.source_title, row.source_url) for row in stand)
    return PastBoard(
        year=year,
        scheme=scheme,
        issuing_body=issuing_body,
        sources=[{"title": title, "url": url} for title, url in sources],
        notes=_distinct(row.note for row in stand),
        results=[_result(row) for row in stand],
        removed=[_result(row) for row in rows if row.removed],
    )


def _distinct(notes: Iterable[str]) -> list[str]:
    return [note for note in dict.fromkeys(notes) if note]


def _result(row: TakenOver) -> dict[str, Any]:
    institution = row.row.institution
    return {
        "institution": institution.pk,
        "key": institution.uscc or str(institution.pk),
        "name": institution.name,
        "uscc": institution.uscc,
        "grade": row.grade,
        "is_demo": institution.is_demo,
        "corrections": row.corrections,
    }
