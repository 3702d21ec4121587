"""退费计算 in a case: the public calculator's own form and function, on the mediator's screen, kept with the case."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from association import clock
from association.guards import signed_in
from association.middleware import PortalRequest
from common.errors import DomainError, Forbidden, NotFound
from complaints.access.complaints import MAY
from complaints.operations.refunds import save_refund
from complaints.queries.case import CaseFile, case_of, may_calculate
from prepaid_escrow.forms import KINDS, CalculatorForm
from prepaid_escrow.queries import calculate, rule_version_on
from prepaid_escrow.rules.facts import Kind


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def refund_of_case(request: PortalRequest, pk: int) -> HttpResponse:
    """Asked by the address, as in public; a POST of the same question keeps the answer with the case."""
    shown = case_of(request.actor, pk)
    request.actor.require(MAY, "mediate")
    if not may_calculate(request.actor, shown):
        raise NotFound(_("这件投诉已经办结，不能再计算。"))
    given = request.POST if request.method == "POST" else request.GET
    form = _form(given, shown)
    if not form.is_bound or not form.is_valid():
        return _page(request, shown, form, status=400 if form.errors else 200)
    if request.method != "POST":
        return _page(request, shown, form, answer=calculate(input=form.question))
    try:
        save_refund(actor=request.actor, complaint_id=pk, asked=form.question)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error(None, error.sentence)
        return _page(request, shown, form, status=error.status)
    messages.success(request, _("退费计算已保存，双方可以看到。"))
    return redirect(f"{reverse('case', args=[pk])}#refund")


def _form(given: Any, shown: CaseFile) -> CalculatorForm:
    """Bound as soon as something was asked; before, what the complaint says is filled in."""
    sent = given.get("kind", "")
    kind = Kind(sent) if sent in set(Kind) else Kind.LESSONS
    version = rule_version_on(clock.today())
    form = CalculatorForm(
        given if "paid" in given else None, kind=kind, has_pledge=bool(version and version.pledge)
    )
    complaint = shown.complaint
    if complaint.paid_fen is not None:
        form.initial["paid"] = f"{complaint.paid_fen // 100}.{complaint.paid_fen % 100:02d}"
    if complaint.contract_on is not None:
        form.initial["paid_on"] = complaint.contract_on.isoformat()
    return form


def _page(
    request: PortalRequest, shown: CaseFile, form: CalculatorForm, *, answer: Any = None, status: int = 200
) -> HttpResponse:
    here = reverse("refund_of_case", args=[shown.complaint.pk])
    context = {
        "case": shown,
        "complaint": shown.complaint,
        "form": form,
        "answer": answer,
        "question": [(name, value) for name, value in request.GET.items() if value] if answer else [],
        "here": here,
        "kinds": [(label, f"{here}?kind={kind.value}", kind == form.chosen) for kind, label in KINDS],
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("投诉"), reverse("cases")),
            (shown.complaint.number, reverse("case", args=[shown.complaint.pk])),
            (_("退费计算"), ""),
        ],
    }
    return render(request, "complaints/refund.html", context, status=status)
