"""自评 pages: the sheet, each of its rows, the evidence behind them, the check before submitting."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.guards import signed_in
from association.middleware import PortalRequest
from common.errors import NotFound
from credit_rating import operations
from credit_rating.choices import Stage
from credit_rating.forms.rows import RowTrouble, Typed, entered, posted_date, typed_row
from credit_rating.queries.desk import row_progress
from credit_rating.queries.self_check import preflight_of
from credit_rating.queries.self_sheet import SelfSheet, SheetRow, self_sheet, sheet_row
from credit_rating.views.rows import RowShown, as_typed, kept_or_trouble
from credit_rating.views.sheets import crumbs, left_words, self_row, sheet_context, sheet_page

LONGEST_DAY = 20
NEVER_FILED = frozenset({Stage.WITHDRAWN, Stage.NOT_FILED})


@signed_in
@require_safe
def self_assessment(request: PortalRequest, pk: int) -> HttpResponse:
    """自评表: every indicator on one page."""
    return sheet_page(request, self_sheet(request.actor, pk))


@signed_in
@require_POST
def begin_self_assessment(request: PortalRequest, pk: int) -> HttpResponse:
    operations.open_self_assessment(actor=request.actor, assessment_id=pk)
    return redirect("self_assessment", pk=pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def save_row(request: PortalRequest, pk: int, indicator: int) -> HttpResponse:
    """保存一行; asked with GET it is the row as it stands."""
    if request.method != "POST":
        return _stored_row(request, pk, indicator)
    typed = typed_row(request.POST)
    item, trouble = kept_or_trouble(
        lambda: operations.save_row(
            actor=request.actor, assessment_id=pk, indicator_id=indicator, **entered(typed)
        ),
        is_part=_is_part(request),
    )
    if trouble is not None:
        return _refused_row(request, pk, indicator, typed, trouble)
    if not _is_part(request):
        return redirect(_place(pk, item.indicator.code))
    return _row_part(request, pk, self_row(sheet_row(item)), row_progress(item))


def _stored_row(request: PortalRequest, pk: int, indicator: int) -> HttpResponse:
    sheet = self_sheet(request.actor, pk)
    row = _row(sheet, indicator)
    if not _is_part(request):
        return redirect(_place(pk, row.leaf.code))
    return _row_part(request, pk, self_row(row), (sheet.done, sheet.total))


def _refused_row(
    request: PortalRequest, pk: int, indicator: int, typed: Typed, trouble: RowTrouble
) -> HttpResponse:
    """What was typed stays in its row, with the reason; without script the whole sheet comes back with it."""
    sheet = self_sheet(request.actor, pk)
    row = as_typed(self_row(_row(sheet, indicator)), typed, trouble)
    if not _is_part(request):
        return sheet_page(request, sheet, changed=row, status=trouble.status)
    return _row_part(request, pk, row, (sheet.done, sheet.total), trouble.status)


def _row_part(
    request: PortalRequest, pk: int, row: RowShown, progress: tuple[int, int], status: int = 200
) -> HttpResponse:
    done, total = progress
    context = {
        "row": row,
        "assessment": {"pk": pk},
        "is_open": True,
        "done": done,
        "total": total,
        "left_words": left_words(total - done),
    }
    return render(request, "credit_rating/_saved_row.html", context, status=status)


@signed_in
@require_POST
def confirm_carried(request: PortalRequest, pk: int, indicator: int) -> HttpResponse:
    """确认沿用上年 of one row."""
    operations.confirm_carried(actor=request.actor, assessment_id=pk, indicator_id=indicator)
    return _stored_row(request, pk, indicator)


@signed_in
@require_POST
def confirm_all_carried(request: PortalRequest, pk: int) -> HttpResponse:
    count = operations.confirm_carried(actor=request.actor, assessment_id=pk)
    messages.success(request, _("已确认沿用 %(count)s 项。") % {"count": count})
    return redirect("self_assessment", pk=pk)


@signed_in
@require_POST
def add_evidence(request: PortalRequest, pk: int, indicator: int) -> HttpResponse:
    """上传佐证: a refused file is named in its row."""
    _evidence, trouble = kept_or_trouble(
        lambda: operations.add_evidence(
            actor=request.actor,
            assessment_id=pk,
            indicator_id=indicator,
            upload=request.FILES.get("file"),
            valid_until=posted_date(request.POST, "valid_until"),
        ),
        is_part=_is_part(request),
    )
    return _evidence_part(request, pk, indicator, trouble)


@signed_in
@require_POST
def remove_evidence(request: PortalRequest, pk: int, evidence: int) -> HttpResponse:
    item = operations.remove_evidence(actor=request.actor, assessment_id=pk, evidence_id=evidence)
    return _evidence_part(request, pk, item.indicator_id, None)


def _evidence_part(
    request: PortalRequest, pk: int, indicator: int, trouble: RowTrouble | None
) -> HttpResponse:
    sheet = self_sheet(request.actor, pk)
    row = self_row(_row(sheet, indicator))
    status = 200 if trouble is None else trouble.status
    if trouble is not None:
        row = replace(row, upload=trouble, valid_until=request.POST.get("valid_until", "")[:LONGEST_DAY])
    if _is_part(request):
        context = sheet_context(sheet) | {"row": row}
        return render(request, "credit_rating/_changed_evidence.html", context, status=status)
    if trouble is not None:
        return sheet_page(request, sheet, changed=row, status=status)
    return redirect(_place(pk, row.leaf.code))


@signed_in
@require_safe
def preflight(request: PortalRequest, pk: int) -> HttpResponse:
    """提交前检查, with the way to every row that needs work; of a dossier that will never be filed, nothing is reckoned."""
    sheet = self_sheet(request.actor, pk)
    check, ended = preflight_of(request.actor, pk), sheet.assessment.stage in NEVER_FILED
    context = sheet_context(sheet) | {
        "check": None if ended else check,
        "ended": str(sheet.assessment.get_stage_display()) if ended else "",
        "crumbs": crumbs(sheet.assessment, _("提交前检查")),
    }
    return render(request, "credit_rating/preflight.html", context)


@signed_in
@require_POST
def submit_self_assessment(request: PortalRequest, pk: int) -> HttpResponse:
    operations.submit_self_assessment(actor=request.actor, assessment_id=pk)
    messages.success(request, _("自评已提交。"))
    return redirect("assessment", pk=pk)


def _row(sheet: SelfSheet, indicator: int) -> SheetRow:
    found = next((row for row in sheet.rows if row.indicator_id == indicator), None)
    if found is None:
        raise NotFound(_("没有这项指标，或自评尚未开始。"))
    return found


def _place(pk: int, code: str) -> str:
    return f"{reverse('self_assessment', args=[pk])}#row-{code}"


def _is_part(request: PortalRequest) -> bool:
    return bool(request.headers.get("HX-Request"))
