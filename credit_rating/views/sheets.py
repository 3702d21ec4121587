"""自评表 as its page and its parts take it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.numbers import shown
from credit_rating.choices import ItemState, Stage
from credit_rating.queries.self_sheet import SelfSheet, SheetHeading, SheetRow
from credit_rating.views.rows import RowShown, row_shown


@dataclass(frozen=True, slots=True)
class Heading:
    """一级指标 with the rows that are drawn."""

    code: str
    title: str
    points: str
    rows: tuple[RowShown, ...]


@dataclass(frozen=True, slots=True)
class Aspect:
    """方面 with its headings, and how far it is."""

    title: str
    headings: tuple[Heading, ...]
    done: int
    total: int


def self_row(row: SheetRow) -> RowShown:
    """One row of the self-assessment."""
    return replace(
        row_shown(row.indicator_id, row.leaf, row.item),
        evidence=row.evidence,
        expired=row.expired,
        evidence_missing=row.evidence_missing,
        origin=_origin(row),
        style=_style(row),
    )


def _origin(row: SheetRow) -> str:
    if row.origin is None:
        return row.note
    before = {"year": row.origin.year, "code": row.origin.code}
    if row.item.carried:
        return _("带入自 %(year)s 年自评的指标 %(code)s，请核对后确认，或直接修改。") % before
    return _("沿用自 %(year)s 年自评的指标 %(code)s。") % before


def _style(row: SheetRow) -> str:
    if row.item.carried or row.evidence_missing:
        return "row-missing"
    return {ItemState.SCORED: "row-saved", ItemState.NA: "row-na"}.get(ItemState(row.item.state), "")


def aspects_of(sheet: SelfSheet, changed: RowShown | None, *, only_open: bool) -> list[Aspect]:
    """The page's groups; ``changed`` takes the place of the stored row with the same indicator."""
    return [
        _aspect(title, list(group), changed, only_open=only_open)
        for title, group in groupby(sheet.headings, key=lambda heading: heading.aspect)
    ]


def _aspect(
    title: str, group: Sequence[SheetHeading], changed: RowShown | None, *, only_open: bool
) -> Aspect:
    headings = [_heading(one, changed, only_open=only_open) for one in group]
    return Aspect(
        title=title,
        headings=tuple(one for one in headings if one.rows),
        done=sum(one.done for one in group),
        total=sum(one.total for one in group),
    )


def _heading(heading: SheetHeading, changed: RowShown | None, *, only_open: bool) -> Heading:
    wanted = [row for row in heading.rows if not only_open or _needs_work(row)]
    rows = tuple(
        changed if changed is not None and changed.indicator_id == row.indicator_id else self_row(row)
        for row in wanted
    )
    return Heading(heading.code, heading.title, shown(heading.points), rows)


def _needs_work(row: SheetRow) -> bool:
    return not row.done or row.item.carried or row.evidence_missing


def sheet_page(
    request: HttpRequest, sheet: SelfSheet, *, changed: RowShown | None = None, status: int = 200
) -> HttpResponse:
    """The whole sheet; ``changed`` is a row that was not saved, as it was typed."""
    only_open = request.GET.get("show") == "open" and sheet.is_open
    context = sheet_context(sheet) | {
        "aspects": aspects_of(sheet, changed, only_open=only_open),
        "only_open": only_open,
        "closed_words": closed_words(sheet),
        "crumbs": crumbs(sheet.assessment, _("自评")),
    }
    return render(request, "credit_rating/self_assessment.html", context, status=status)


def sheet_context(sheet: SelfSheet) -> dict[str, Any]:
    left = sheet.total - sheet.done
    return {
        "sheet": sheet,
        "assessment": sheet.assessment,
        "is_open": sheet.is_open,
        "done": sheet.done,
        "total": sheet.total,
        "left_words": left_words(left),
    }


def left_words(left: int) -> str:
    return _("还差 %(left)s 项") % {"left": left} if left else _("全部填写，可以做提交前检查")


def closed_words(sheet: SelfSheet) -> str:
    """Why nothing can be typed."""
    stage = sheet.assessment.stage
    if stage == Stage.INVITED:
        return _("自评还没有开始填写。")
    if stage == Stage.SELF_ASSESSING:
        return _("现在不在自评的填报时间内，内容只能查看。")
    return _("自评已提交或已截止，内容只能查看。现在的进度：%(stage)s。") % {
        "stage": sheet.assessment.get_stage_display()
    }


def crumbs(assessment: Any, last: str) -> list[tuple[str, str]]:
    return [
        (_("工作台"), reverse("desk")),
        (str(assessment.round.title), reverse("assessment", args=[assessment.pk])),
        (last, ""),
    ]
