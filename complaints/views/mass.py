"""群体性投诉: joined by staff, negotiated once, offered to each, answered by each; one page shows how all of them stand."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.guards import signed_in
from association.kept_forms import KeptForm, in_place
from association.middleware import PortalRequest
from common.numbers import whole_or_none
from complaints.access.complaints import MAY
from complaints.forms.mass import EndMassForm, OfferToAllForm, OpenMassForm
from complaints.operations.mass import end_mass_case, look_over_offers, offer_to_all, open_mass_case
from complaints.queries.mass import (
    MOST_AT_ONCE,
    MassPage,
    institutions_to_choose,
    mass_cases,
    mass_page,
    to_choose,
    who_gets_what,
)

ROWS = 50


@signed_in
@require_safe
def mass_case_list(request: PortalRequest) -> HttpResponse:
    page = Paginator(mass_cases(request.actor), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "may_open": request.actor.may(MAY, "open_mass_case"), "crumbs": _crumbs()}
    return render(request, "complaints/mass_cases.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_mass_case(request: PortalRequest) -> HttpResponse:
    """First the institution, then which of the complaints about it."""
    request.actor.require(MAY, "open_mass_case")
    posted = request.method == "POST"
    typed = request.POST if posted else request.GET
    institution_id = whole_or_none(typed.get("institution", "")) or 0
    rows = to_choose(request.actor, institution_id) if institution_id else []
    form = OpenMassForm(request.POST if posted else None)
    form.offer([(row.complaint.pk, row.complaint.number) for row in rows])
    if posted and form.attempt(lambda given: open_mass_case(actor=request.actor, **given)):
        messages.success(request, _("已合并协商，机构已收到通知，投诉人逐一告知。"))
        return redirect("mass_case", pk=form.outcome.pk)
    context = {
        "form": form,
        "rows": rows,
        "chosen": set(form["complaint_ids"].value() or []) if posted else {str(r.complaint.pk) for r in rows},
        "institution_id": institution_id,
        "is_cut": len(rows) >= MOST_AT_ONCE,
        "most": MOST_AT_ONCE,
        "institutions": institutions_to_choose(request.actor),
        "crumbs": _crumbs((_("合并投诉"), "")),
    }
    return render(request, "complaints/open_mass.html", context, status=form.status if form.errors else 200)


@signed_in
@require_safe
def mass_case(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, mass_page(request.actor, pk))


def _page(request: PortalRequest, shown: MassPage, kept: KeptForm | None = None) -> HttpResponse:
    """A refused form stands in its place with what was typed."""
    offers = None
    if shown.may_offer:
        offers = kept if isinstance(kept, OfferToAllForm) else _offer_form(shown)
    ends = in_place(kept, EndMassForm) if shown.may_end else None
    amounts = offers.amount_fields() if isinstance(offers, OfferToAllForm) else {}
    context = {
        "shown": shown,
        "case": shown.case,
        "rows": [(row, amounts.get(row.complaint.pk)) for row in shown.rows],
        "offers": offers,
        "ends": ends,
        "kept": kept if kept is not None and kept.errors else None,
        "offered": kept in (offers, ends),
        "crumbs": _crumbs((shown.case.title, "")),
    }
    status = kept.status if kept is not None and kept.errors else 200
    return render(request, "complaints/mass_case.html", context, status=status)


def _offer_form(shown: MassPage, data: Any = None) -> OfferToAllForm:
    open_rows = {row.complaint.pk: row.complaint.number for row in shown.rows if row.open_to_offers}
    return OfferToAllForm(data, complaints=open_rows)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mass_offer(request: PortalRequest, pk: int) -> HttpResponse:
    """预览谁得多少, then 发出; a refusal of either comes back with every amount typed."""
    request.actor.require(MAY, "offer")
    if request.method != "POST":
        return redirect("mass_case", pk=pk)
    shown = mass_page(request.actor, pk)
    form = _offer_form(shown, request.POST)
    if "change" in request.POST:
        form.is_valid()
        return _page(request, shown, form)
    deed = offer_to_all if "send" in request.POST else look_over_offers
    if not form.attempt(lambda _given: deed(actor=request.actor, mass_case_id=pk, **form.given())):
        return _page(request, shown, form)
    if deed is offer_to_all:
        messages.success(request, _("已向%(many)d位投诉人提出方案。") % {"many": len(form.outcome)})
        return redirect("mass_case", pk=pk)
    return _preview(request, shown, form)


def _preview(request: PortalRequest, shown: MassPage, form: OfferToAllForm) -> HttpResponse:
    given = form.given()
    context = {
        "shown": shown,
        "case": shown.case,
        "form": form,
        "given": given,
        "lines": who_gets_what(shown, given["amounts_fen"]),
        "total_fen": sum(given["amounts_fen"].values()),
        "hidden": [(field.html_name, field.value() or "") for field in form],
        "crumbs": _crumbs(
            (shown.case.title, reverse("mass_case", args=[shown.case.pk])), (_("预览方案"), "")
        ),
    }
    return render(request, "complaints/mass_preview.html", context)


@signed_in
@require_POST
def end_mass(request: PortalRequest, pk: int) -> HttpResponse:
    """结束协商; the complaints go on one by one."""
    request.actor.require(MAY, "open_mass_case")
    form = EndMassForm(request.POST)
    if form.attempt(lambda given: end_mass_case(actor=request.actor, mass_case_id=pk, **given)):
        messages.success(request, _("协商已结束，没有和解的投诉逐件继续办理。"))
        return redirect("mass_case", pk=pk)
    return _page(request, mass_page(request.actor, pk), form)


def _crumbs(*last: tuple[Any, str]) -> list[tuple[Any, str]]:
    first = [(_("工作台"), reverse("desk")), (_("投诉"), reverse("cases"))]
    here = (_("群体性投诉"), reverse("mass_cases") if last else "")
    return [*first, here, *last]
