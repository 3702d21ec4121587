"""评审 pages: what is assigned, the declaration before it, the sheet of one reviewer."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.guards import signed_in
from association.kept_forms import KeptForm, in_place
from association.middleware import PortalRequest
from common.errors import NotFound
from credit_rating import operations
from credit_rating.access import MAY
from credit_rating.choices import UNDER_REVIEW
from credit_rating.forms.desk import RecuseForm, SubmitReviewForm, SupplementRequestForm, UnsavedRowForm
from credit_rating.forms.rows import RowTrouble, Typed, entered, typed_row
from credit_rating.queries.review import ReviewRow, ReviewSheet, assignments_of, review_progress, saved_row
from credit_rating.queries.review import review_sheet as sheet_of
from credit_rating.views.review_sheets import ReviewRowShown, left_words, lines_of, review_row, sheet_page
from credit_rating.views.rows import kept_or_trouble


@signed_in
@require_safe
def assignments(request: PortalRequest) -> HttpResponse:
    """我的评审: what is assigned, with the conflict check to declare upon."""
    return _assignments(request)


def _assignments(request: PortalRequest, kept: KeptForm | None = None) -> HttpResponse:
    rows = [
        (row, in_place(kept, RecuseForm, key=row.pk), row.assessment.stage in UNDER_REVIEW)
        for row in assignments_of(request.actor)
    ]
    places: list[Any] = [runs for _row, form, runs in rows if form is kept]
    if kept is not None and not places:
        raise NotFound(_("没有这项指派。"))
    offered = any(places)
    context = {"assignments": rows, "kept": kept, "offered": offered}
    status = kept.status if kept is not None else 200
    return render(request, "credit_rating/assignments.html", context, status=status)


@signed_in
@require_POST
def declare(request: PortalRequest, pk: int) -> HttpResponse:
    """声明无利害关系, and on to the dossier."""
    assignment = operations.declare_no_conflict(actor=request.actor, assignment_id=pk)
    return redirect("review_sheet", pk=assignment.assessment_id)


@signed_in
@require_POST
def recuse(request: PortalRequest, pk: int) -> HttpResponse:
    request.actor.require(MAY, "recuse")
    form = RecuseForm(request.POST, key=pk)
    if not form.attempt(lambda given: operations.recuse(actor=request.actor, assignment_id=pk, **given)):
        return _assignments(request, form)
    messages.success(request, _("已回避，秘书处将另行指派。"))
    return redirect("assignments")


@signed_in
@require_safe
def review_sheet(request: PortalRequest, pk: int) -> HttpResponse:
    """评审表: 自评 beside the own score."""
    return sheet_page(request, sheet_of(request.actor, pk))


@signed_in
@require_POST
def begin_review(request: PortalRequest, pk: int) -> HttpResponse:
    operations.open_review(actor=request.actor, assessment_id=pk)
    return redirect("review_sheet", pk=pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def save_review_row(request: PortalRequest, pk: int, indicator: int) -> HttpResponse:
    """保存一行评分; asked with GET it is the row as it stands."""
    if request.method != "POST":
        return _answer(request, pk, indicator)
    typed = typed_row(request.POST)
    item, trouble = kept_or_trouble(
        lambda: operations.save_review_row(
            actor=request.actor,
            assessment_id=pk,
            indicator_id=indicator,
            gap_reason=typed.gap_reason,
            **entered(typed),
        ),
        is_part=bool(request.headers.get("HX-Request")),
    )
    if trouble is not None:
        return _answer(request, pk, indicator, typed, trouble)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('review_sheet', args=[pk])}#row-{item.indicator.code}")
    return _part(request, pk, review_row(saved_row(item)), review_progress(item.opinion_id))


def _answer(
    request: PortalRequest,
    pk: int,
    indicator: int,
    typed: Typed | None = None,
    trouble: RowTrouble | None = None,
) -> HttpResponse:
    """The row for htmx; else the way back to it, or the whole sheet with what was refused."""
    sheet, status = sheet_of(request.actor, pk), trouble.status if trouble else 200
    if sheet.waits_for is not None and trouble is not None:
        return sheet_page(request, sheet, kept=UnsavedRowForm.of(request.POST, trouble.sentence))
    shown = review_row(_row(sheet, indicator), typed, trouble)
    if request.headers.get("HX-Request"):
        return _part(request, pk, shown, (sheet.done, sheet.total), status)
    if trouble is None:
        return redirect(f"{reverse('review_sheet', args=[pk])}#row-{shown.row.leaf.code}")
    return sheet_page(request, sheet, changed=shown, status=status)


def _part(
    request: PortalRequest, pk: int, shown: ReviewRowShown, progress: tuple[int, int], status: int = 200
) -> HttpResponse:
    done, total = progress
    context = {
        "one": shown,
        "assessment": {"pk": pk},
        "is_open": True,
        "done": done,
        "total": total,
        "left_words": left_words(total - done),
    }
    return render(request, "credit_rating/_saved_review_row.html", context, status=status)


def _row(sheet: ReviewSheet, indicator: int) -> ReviewRow:
    rows = (row for heading in sheet.headings for row in heading.rows)
    found = next((row for row in rows if row.indicator_id == indicator), None)
    if found is None:
        raise NotFound(_("没有这项指标。"))
    return found


@signed_in
@require_POST
def submit_review(request: PortalRequest, pk: int) -> HttpResponse:
    request.actor.require(MAY, "review")
    form = SubmitReviewForm(request.POST)
    if not form.attempt(
        lambda given: operations.submit_review(actor=request.actor, assessment_id=pk, **given)
    ):
        return sheet_page(request, sheet_of(request.actor, pk), kept=form)
    messages.success(request, _("评审意见已提交。"))
    return redirect("assignments")


@signed_in
@require_POST
def request_supplement(request: PortalRequest, pk: int) -> HttpResponse:
    """要求补正, once, with everything that is missing."""
    request.actor.require(MAY, "request_supplement")
    form = SupplementRequestForm(request.POST, rows=lines_of(sheet_of(request.actor, pk)))
    if not form.attempt(
        lambda _given: operations.request_supplement(
            actor=request.actor, assessment_id=pk, items=form.requests()
        )
    ):
        return sheet_page(request, sheet_of(request.actor, pk), kept=form)
    messages.success(request, _("已要求机构补正，期限内答复。"))
    return redirect("assignments")
