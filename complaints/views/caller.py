"""代录与查询码: what staff write down for somebody on the phone or at the counter, and the code that person is told once."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association import clock
from association.guards import signed_in
from association.middleware import PortalRequest
from association.step_up import freshly_proven
from common.errors import DomainError, Forbidden, InvalidInput, NotFound
from complaints.access.complaints import MAY
from complaints.choices.complaints import EvidenceKind
from complaints.forms.caller import CallerForm, ReceiptForm
from complaints.forms.intake import AT_ONCE, rows_wanted
from complaints.operations.acceptance import doubts_about
from complaints.operations.filing import Exhibit, Filed, file_for_caller, new_draft_key
from complaints.operations.receipts import decide_receipt, issue_receipt
from complaints.queries.case import case_of
from complaints.queries.receipts import identity_of, waiting_receipts

PER_PAGE = 20


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def caller_complaint(request: PortalRequest) -> HttpResponse:
    """代录投诉: one page; a refused one comes back with everything that was typed."""
    request.actor.require(MAY, "file_for_caller")
    if request.method != "POST":
        return _typing(request, CallerForm(initial={"filing_key": new_draft_key()}))
    rows = rows_wanted(request.POST.get("rows", ""))
    if "more" in request.POST:
        typed = CallerForm(request.POST, joined=rows)
        return _typing(request, CallerForm(initial=typed.typed(), joined=rows + AT_ONCE))
    form = CallerForm(request.POST, files=request.FILES, joined=rows)
    filed = _filed(request, form) if form.is_valid() else None
    if filed is None:
        return _typing(request, form)
    return _code(request, filed.complaint, filed.receipt_code, is_new=True)


def _typing(request: PortalRequest, form: CallerForm) -> HttpResponse:
    context = {"form": form, "crumbs": _crumbs((_("代录投诉"), ""))}
    status = form.status if form.errors else HTTPStatus.OK
    return render(request, "complaints/caller.html", context, status=status)


def _filed(request: PortalRequest, form: CallerForm) -> Filed | None:
    exhibits = _exhibits(form)
    has_authority = any(one.kind == EvidenceKind.AUTHORITY for one in exhibits)
    filing = form.filing(has_authority=has_authority)
    try:
        return file_for_caller(actor=request.actor, filing=filing, exhibits=exhibits, **form.delegation())
    except (NotFound, Forbidden):
        raise
    except InvalidInput as wrong:
        form.refuse(InvalidInput(wrong.sentence, form.where(wrong.fields)))
    except DomainError as refusal:
        form.refuse(refusal)
    return None


def _exhibits(form: CallerForm) -> list[Exhibit]:
    given = form.cleaned_data
    found = [Exhibit(given["kind"] or EvidenceKind.OTHER, given["file"])] if given["file"] else []
    authority = given["agent_authority"]
    return [*found, Exhibit(EvidenceKind.AUTHORITY, authority)] if authority else found


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_receipt(request: PortalRequest, pk: int) -> HttpResponse:
    """申请补发查询码 after the identity was checked; it opens the case when a colleague has confirmed it."""
    request.actor.require(MAY, "speak_for_complainant")
    shown = case_of(request.actor, pk)
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.attempt(
        lambda given: issue_receipt(actor=request.actor, complaint_id=pk, **given)
    ):
        return _code(request, shown.complaint, form.outcome, is_new=False)
    crumbs = _crumbs((shown.complaint.number, reverse("case", args=[pk])), (_("补发查询码"), ""))
    context = {"form": form, "case": shown, "complaint": shown.complaint, "crumbs": crumbs}
    status = form.status if form.errors else HTTPStatus.OK
    return render(request, "complaints/new_receipt.html", context, status=status)


@signed_in
@never_cache
@require_safe
def receipts_desk(request: PortalRequest) -> HttpResponse:
    """补发的查询码 that wait for a second person."""
    request.actor.require(MAY, "confirm_receipt")
    page = Paginator(waiting_receipts(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row, identity_of(row), row.asked_by_id != request.actor.person_id) for row in page.object_list]
    crumbs = _crumbs((_("补发查询码"), ""))
    return render(request, "complaints/receipts.html", {"page": page, "rows": rows, "crumbs": crumbs})


@signed_in
@require_POST
@freshly_proven(MAY, "confirm_receipt")
def settle_receipt(request: PortalRequest, pk: int) -> HttpResponse:
    """确认 or 不予发放, by another person than the one who asked for it."""
    agrees = request.POST.get("agree") == "yes"
    decide_receipt(actor=request.actor, request_id=pk, agrees=agrees)
    messages.success(
        request, _("已确认，新的查询码可以使用。") if agrees else _("不予发放，以前的查询码仍然有效。")
    )
    return redirect("receipts_desk")


def _code(request: PortalRequest, complaint: Any, code: str, *, is_new: bool) -> HttpResponse:
    """The code stands on this answer once, to be read out or printed; no browser keeps it."""
    context = {
        "complaint": complaint,
        "code": code,
        "at": clock.now(),
        "is_new": is_new,
        "doubts": doubts_about(complaint) if is_new else [],
        "crumbs": _crumbs((complaint.number, reverse("case", args=[complaint.pk])), (_("查询码"), "")),
    }
    return render(request, "complaints/desk_receipt.html", context, status=HTTPStatus.CREATED)


def _crumbs(*last: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("工作台"), reverse("desk")), (_("投诉"), reverse("cases")), *last]
