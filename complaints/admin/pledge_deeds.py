"""The button of a proven lead that leads to the pledge, and what was alleged on it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.deeds import Cell, Deed, Done, Table, foretelling
from association.rules.clock import beijing
from complaints.access.complaints import MAY
from complaints.forms.leads import AllegeForm
from complaints.models import Lead
from complaints.operations.pledge import allege_from_lead
from complaints.queries.leads import final_finding
from members.choices.breach import BreachSource
from members.queries.breach import breaches_of_source


def _allege(request: Any, lead: Lead, form: Any) -> Done:
    breach = allege_from_lead(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("已提出，请告知机构。"), _page(breach))


def _page(breach_id: int) -> str:
    return reverse("admin:members_pledgebreach_change", args=[breach_id])


def _is_proven(lead: Lead) -> bool:
    return lead.institution_id is not None and final_finding(lead) is not None


def alleged_on(request: Any, lead: Lead) -> list[Table]:
    """Nothing where there is none."""
    found = breaches_of_source(request.actor, BreachSource.LEAD, lead.pk)
    rows = [
        (
            Cell(row.number, _page(row.pk)),
            str(row.clause),
            row.get_state_display(),
            beijing(row.alleged_at).date(),
        )
        for row in found
    ]
    headings = (_("编号"), _("条款"), _("状态"), _("提出日期"))
    return [Table(_("据此提出的公约违约"), headings, rows)] if rows else []


OF_LEAD = (
    Deed("allege", gettext_lazy("提出违反公约"), lambda actor: actor.may(MAY, "allege_breach"), _allege, form=AllegeForm, fits=_is_proven, foretells=foretelling(gettext_lazy("按查实的结果登记一件违约事项；告知以前机构不会知道。"))),
)  # fmt: skip
