"""评审表 as its page and its rows take it: what the institution says beside what the reviewer finds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from association.kept_forms import KeptForm, in_place
from credit_rating.forms.desk import SubmitReviewForm, SupplementRequestForm
from credit_rating.forms.rows import RowTrouble, Typed, points_shown, said
from credit_rating.queries.conduct import conduct_beside
from credit_rating.queries.review import ReviewHeading, ReviewRow, ReviewSheet, leaf_ids
from credit_rating.queries.standards import spec_of, title_of
from credit_rating.views.rows import RowShown, as_typed, row_shown


@dataclass(frozen=True, slots=True)
class ReviewRowShown:
    """One row: ``row`` is the reviewer's own, the rest is what the institution said."""

    row: RowShown
    stated: str
    stated_points: str
    stated_comment: str
    evidence: Sequence[Any]
    gap_reason: str
    wants_reason: bool


@dataclass(frozen=True, slots=True)
class ReviewAspect:
    """方面 with its headings: code, title and rows."""

    title: str
    headings: tuple[tuple[str, str, tuple[ReviewRowShown, ...]], ...]
    done: int
    total: int


def review_row(
    found: ReviewRow, typed: Typed | None = None, trouble: RowTrouble | None = None
) -> ReviewRowShown:
    """A stored row, or what was typed and why it was not saved."""
    row = row_shown(found.indicator_id, found.leaf, found.own)
    row = replace(row, style={"scored": "row-saved", "na": "row-na"}.get(row.state, ""))
    gap_reason = found.own.gap_reason if found.own is not None else ""
    wants_reason = found.gap or bool(gap_reason)
    if typed is not None and trouble is not None:
        row = as_typed(row, typed, trouble)
        gap_reason = typed.gap_reason
        wants_reason = wants_reason or bool(gap_reason) or "gap_reason" in trouble.fields
    stated = found.self_item
    return ReviewRowShown(
        row=row,
        stated=said(found.leaf, stated),
        stated_points=points_shown(stated.points) if stated is not None else "",
        stated_comment=stated.comment if stated is not None else "",
        evidence=found.evidence,
        gap_reason=gap_reason,
        wants_reason=wants_reason,
    )


def review_context(sheet: ReviewSheet, changed: ReviewRowShown | None = None) -> dict[str, Any]:
    """The page's context; ``changed`` takes the place of the stored row."""
    return {
        "sheet": sheet,
        "assessment": sheet.assessment,
        "is_open": sheet.is_open,
        "done": sheet.done,
        "total": sheet.total,
        "left_words": left_words(sheet.total - sheet.done),
        "aspects": [
            _aspect(title, list(group), changed)
            for title, group in groupby(sheet.headings, key=lambda heading: heading.aspect)
        ],
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("我的评审"), reverse("assignments")),
            (str(sheet.assessment.institution), ""),
        ],
    }


def lines_of(sheet: ReviewSheet) -> list[tuple[int, str, str]]:
    """Id, code and title of each indicator, for the list of a 补正; also where the sheet shows no rows."""
    if sheet.headings:
        rows = [row for heading in sheet.headings for row in heading.rows]
        return [(row.indicator_id, row.leaf.code, title_of(row.leaf)) for row in rows]
    standard = sheet.assessment.round.standard
    spec = spec_of(standard)
    return [(pk, code, title_of(spec.by_code[code])) for code, pk in leaf_ids(standard.pk, spec).items()]


def sheet_page(
    request: HttpRequest,
    sheet: ReviewSheet,
    *,
    changed: ReviewRowShown | None = None,
    kept: KeptForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole sheet; ``changed`` is a row that was not saved, ``kept`` a form that was refused."""
    context = review_context(sheet, changed) | {
        "forms": {
            SubmitReviewForm.name: in_place(kept, SubmitReviewForm),
            SupplementRequestForm.name: in_place(kept, SupplementRequestForm, rows=lines_of(sheet)),
        },
        "kept": kept,
        "offered": sheet.is_open,
        "conduct": conduct_beside(sheet.assessment),
    }
    return render(
        request,
        "credit_rating/review_sheet.html",
        context,
        status=kept.status if kept is not None else status,
    )


def left_words(left: int) -> str:
    return _("还差 %(left)s 项") % {"left": left} if left else _("全部评分，可以提交")


def _aspect(title: str, group: Sequence[ReviewHeading], changed: ReviewRowShown | None) -> ReviewAspect:
    headings = tuple((one.code, one.title, tuple(_row(row, changed) for row in one.rows)) for one in group)
    rows = [row for _code, _title, found in headings for row in found]
    done = sum(1 for row in rows if row.row.state != "open")
    return ReviewAspect(title, headings, done, len(rows))


def _row(found: ReviewRow, changed: ReviewRowShown | None) -> ReviewRowShown:
    same = changed is not None and changed.row.indicator_id == found.indicator_id
    return changed if same and changed is not None else review_row(found)
