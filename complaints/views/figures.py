"""年度投诉统计: what was published of each year and in which versions, for everybody; and its correction by two people."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.actors import Actor
from association.guards import signed_in
from association.middleware import PortalRequest
from association.step_up import freshly_proven
from common.errors import NotFound
from common.numbers import whole_or_none
from complaints import operations
from complaints.access.complaints import MAY
from complaints.choices.figures import FiguresState
from complaints.forms.figures import FiguresForm
from complaints.queries.figures import (
    Decidable,
    amounts_of,
    cells_of,
    changes_of,
    decidable_years,
    labels,
    proposals_for,
)
from complaints.queries.published import published_statistics, published_years, version_asked, versions_of_all

PER_PAGE = 20


@require_safe
def year_figures(request: PortalRequest) -> HttpResponse:
    """One year as it was fixed, the last version or the one asked for, and what became of every version."""
    years = published_years()
    asked, version = request.GET.get("year", ""), version_asked(request.GET.get("version", ""))
    year = whole_or_none(asked) if asked else max(years, default=None)
    if asked and year not in years:
        raise NotFound(_("没有公布这一年度的统计。"))
    told = published_statistics(year, version)
    if version and told["version"] is None:
        raise NotFound(_("这一年度没有这一版。"))
    context = {
        "told": told,
        "labels": labels(),
        "rows": _rows(told),
        "amounts": amounts_of(told),
        "crumbs": [
            (_("首页"), reverse("home")),
            (_("投诉与退费"), reverse("complaints")),
            (_("投诉统计"), ""),
        ],
    }
    return render(request, "complaints/year_figures.html", context)


def _rows(told: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """All together first; nobody else is named whose complaints are too few."""
    total = [(_("全部"), cells_of(told["total"]))] if told["total"] else []
    return [*total, *((row["name"], cells_of(row)) for row in told["institutions"])]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def figures_desk(request: PortalRequest) -> HttpResponse:
    """更正: the waiting ones first, with what would change; a POST asks for one."""
    if request.method != "POST":
        return _page(request, None)
    request.actor.require(MAY, "propose_figures")
    form = FiguresForm(request.POST, years=_choices(decidable_years()))
    if not form.attempt(lambda given: operations.propose_figures(actor=request.actor, **given)):
        return _page(request, form)
    messages.success(request, _("已重新统计，等待另一人确认。"))
    return redirect("figures_desk")


@signed_in
@require_POST
@freshly_proven(MAY, "confirm_figures")
def confirm_figures(request: PortalRequest, pk: int) -> HttpResponse:
    """确认 or 不予公布, by another person than the one who asked for it."""
    agrees = request.POST.get("agree") == "yes"
    decide = operations.confirm_figures if agrees else operations.decline_figures
    decide(actor=request.actor, proposal_id=pk)
    messages.success(request, _("已公布，以前的版本仍可查看。") if agrees else _("不予公布，已公布的不变。"))
    return redirect("figures_desk")


@signed_in
@require_POST
def withdraw_figures(request: PortalRequest, pk: int) -> HttpResponse:
    """撤回 by whoever asked for it."""
    operations.withdraw_figures(actor=request.actor, proposal_id=pk)
    messages.success(request, _("更正已撤回。"))
    return redirect("figures_desk")


def _page(request: PortalRequest, kept: FiguresForm | None) -> HttpResponse:
    request.actor.require(MAY, "see_figures")
    years = decidable_years()
    page = Paginator(proposals_for(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_shown(request.actor, row) for row in page.object_list],
        "years": years,
        "versions": versions_of_all(),
        "form": kept or FiguresForm(years=_choices(years)),
        "may_propose": request.actor.may(MAY, "propose_figures"),
        "crumbs": [(_("工作台"), reverse("desk")), (_("投诉"), reverse("cases")), (_("年度统计"), "")],
    }
    return render(
        request, "complaints/figures.html", context, status=kept.status if kept is not None else 200
    )


def _choices(years: list[Decidable]) -> list[tuple[int, str]]:
    """Those on whose day we are; the others are told below the form."""
    return [
        (one.year, (_("%(year)s（更正）") if one.replaces else _("%(year)s（补定）")) % {"year": one.year})
        for one in years
        if one.is_open
    ]


def _shown(actor: Actor, row: Any) -> dict[str, Any]:
    waits, own = row.state == FiguresState.WAITING, row.proposed_by_id == actor.user_id
    return {
        "row": row,
        "version": row.replaces + 1,
        "changes": changes_of(row) if waits else (),
        "decides": waits and not own and actor.may(MAY, "confirm_figures"),
        "withdraws": waits and own and actor.may(MAY, "withdraw_figures"),
        "waits": waits,
    }
