"""由查实的线索或者投诉中的事实提出违反公约: handed down to ``members``, without a word of who told or complained.

When what was found is set aside, what was alleged on it is withdrawn (``facts``, ``lead_objections``).
"""

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.rules.clock import beijing
from common.errors import Refused
from complaints.access.complaints import MAY
from complaints.choices.complaints import FactKind
from complaints.models import Agreement, Complaint, Fact
from complaints.operations.cases import lock_complaint
from complaints.operations.facts import standing_facts
from complaints.operations.lead_cases import lock_lead
from complaints.queries.leads import final_finding
from complaints.rules.money import in_yuan
from members import operations as members
from members.choices.breach import BreachSource


@transaction.atomic
def allege_from_lead(*, actor: Actor, lead_id: int, clause_place: int) -> int:
    """By one button from a lead that was proven: its finding becomes the facts. Returns the number of the breach.

    Raises Refused while the institution may still object to the finding, or when it was set aside.
    """
    actor.require(MAY, "allege_breach")
    lead = lock_lead(actor, lead_id)
    finding = final_finding(lead)
    if finding is None or lead.institution_id is None:
        raise Refused(
            _("只有已经查实的线索，在异议期满或者异议复核以后认定仍然作数的，才能据此提出违反公约。")
        )
    breach = members.allege_breach(
        actor=actor,
        institution_id=lead.institution_id,
        clause_place=clause_place,
        facts=finding.facts,
        source=BreachSource.LEAD,
        source_id=lead.pk,
    )
    return breach.pk


@transaction.atomic
def allege_from_complaint(*, actor: Actor, complaint_id: int, clause_place: int) -> int:
    """The same from what was found in a complaint: an agreement that was not performed, and still stands."""
    actor.require(MAY, "allege_breach")
    complaint = lock_complaint(actor, complaint_id)
    found = standing_facts(complaint, FactKind.BREACH)
    if not found or complaint.institution_id is None:
        raise Refused(_("这件投诉没有认定未履行协议的事实，不能据此提出违反公约。"))
    breach = members.allege_breach(
        actor=actor,
        institution_id=complaint.institution_id,
        clause_place=clause_place,
        facts=_told(complaint, found),
        source=BreachSource.COMPLAINT,
        source_id=complaint.pk,
    )
    return breach.pk


def _told(complaint: Complaint, found: list[Fact]) -> str:
    """In Chinese as it is kept: the case by its number, days and amounts."""
    signed = Agreement.objects.filter(complaint=complaint, signed_at__isnull=False).exists()
    promised = "调解协议" if signed else "和解约定"
    lines = [f"协会在办理投诉{complaint.number}时认定："]
    lines += [
        f"{beijing(fact.at):%Y-%m-%d}未履行{promised}，到期未付{in_yuan(fact.amount_fen)}。" for fact in found
    ]
    return "\n".join(lines)
