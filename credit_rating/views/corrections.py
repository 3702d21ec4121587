"""历史结果, brought in or corrected by one person: what waits for a second one, and what was decided."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from association.actors import Actor
from association.guards import signed_in
from association.middleware import PortalRequest
from association.step_up import freshly_proven
from credit_rating import operations
from credit_rating.access import MAY
from credit_rating.choices import CorrectionState, ImportState
from credit_rating.queries.corrections import changes_of, corrections_for, imports_for
from credit_rating.queries.past_register import against, known_today, rows_of
from credit_rating.rules.past_sheet import Known

PER_PAGE = 20
LATEST_IMPORTS = 20


@signed_in
@require_safe
def corrections(request: PortalRequest) -> HttpResponse:
    """更正: the waiting ones first, with what would change."""
    request.actor.require(MAY, "confirm_correction")
    page = Paginator(corrections_for(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    imports = list(imports_for(request.actor)[:LATEST_IMPORTS])
    waits = any(row.state == ImportState.WAITING for row in imports)
    known = known_today() if waits else None
    context = {
        "page": page,
        "rows": [_shown(request.actor, row) for row in page.object_list],
        "imports": [_shown_import(request.actor, row, known) for row in imports],
    }
    return render(request, "credit_rating/corrections.html", context)


def _shown_import(actor: Actor, row: Any, known: Known | None) -> dict[str, Any]:
    """``against``: what the register of today says against its lines; with any of them it cannot be confirmed."""
    waits, own = row.state == ImportState.WAITING, row.proposed_by_id == actor.user_id
    return {
        "row": row,
        "lines": rows_of(row) if waits else (),
        "against": against(row, known) if waits and known is not None else (),
        "decides": waits and not own and actor.may(MAY, "confirm_historical_results"),
        "withdraws": waits and own and actor.may(MAY, "withdraw_historical_results"),
        "waits": waits,
    }


def _shown(actor: Actor, row: Any) -> dict[str, Any]:
    waits, own = row.state == CorrectionState.WAITING, row.proposed_by_id == actor.user_id
    return {
        "row": row,
        "changes": changes_of(row) if waits else (),
        "decides": waits and not own and actor.may(MAY, "confirm_correction"),
        "withdraws": waits and own and actor.may(MAY, "withdraw_correction"),
        "waits": waits,
    }


@signed_in
@require_POST
@freshly_proven(MAY, "confirm_correction")
def confirm_correction(request: PortalRequest, pk: int) -> HttpResponse:
    """确认 or 不予更正, by another person than the one who proposed it."""
    agrees = request.POST.get("agree") == "yes"
    decide = operations.confirm_correction if agrees else operations.decline_correction
    decide(actor=request.actor, correction_id=pk)
    messages.success(request, _("已更正，公众页面随即更新。") if agrees else _("不予更正，公众页面不变。"))
    return redirect("corrections")


@signed_in
@require_POST
def withdraw_correction(request: PortalRequest, pk: int) -> HttpResponse:
    """撤回 by whoever proposed it."""
    operations.withdraw_correction(actor=request.actor, correction_id=pk)
    messages.success(request, _("更正已撤回。"))
    return redirect("corrections")


@signed_in
@require_POST
@freshly_proven(MAY, "confirm_historical_results")
def confirm_past_import(request: PortalRequest, pk: int) -> HttpResponse:
    """确认 or 不予导入, by another person than the one who brought the lines."""
    if request.POST.get("agree") == "yes":
        new = operations.confirm_historical_results(actor=request.actor, import_id=pk)
        messages.success(request, _("已导入%(new)d项历史结果，公众页面随即列出。") % {"new": new})
    else:
        operations.decline_historical_results(actor=request.actor, import_id=pk)
        messages.success(request, _("不予导入，公众页面不变。"))
    return redirect("corrections")


@signed_in
@require_POST
def withdraw_past_import(request: PortalRequest, pk: int) -> HttpResponse:
    """撤回 by whoever brought it."""
    operations.withdraw_historical_results(actor=request.actor, import_id=pk)
    messages.success(request, _("导入已撤回。"))
    return redirect("corrections")
