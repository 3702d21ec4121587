"""核实依据: a person answers with name and reason for an article whose text was not at hand when it was shipped."""

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from association.in_turn import take_turn, wait_for_turns
from common.errors import Refused
from common.text import one_line
from complaints.access.leads import MAY
from complaints.choices.leads import LEAD_OPEN
from complaints.models import Lead, LeadAnchorConfirmation
from complaints.operations.lead_cases import lock_lead, refuse_identity, required
from complaints.queries.anchors import anchors_here, unverified_anchor
from complaints.rules.leads import law_of

LONGEST_REASON = 300
TURN = "lead_anchor"


@transaction.atomic
def confirm_lead_anchor(*, actor: Actor, lead_id: int, reason: str) -> LeadAnchorConfirmation:
    """From now on every lead of the category may name its article; open ones that could not yet do so at once.

    What was decided before stays as it was decided. Raises InvalidInput, NotFound, Refused.
    """
    actor.require(MAY, "confirm_lead_anchor")
    take_turn(TURN)
    lead = lock_lead(actor, lead_id)
    anchor = unverified_anchor(lead)
    if anchor is None or lead.state not in LEAD_OPEN:
        raise Refused(_("这件线索没有待核实的法律依据。"))
    why = required(one_line(reason), "reason", _("请写明核实的依据和理由。"), LONGEST_REASON)
    refuse_identity(lead, reason=why)
    confirmed = LeadAnchorConfirmation.objects.create(
        category=anchor.category,
        citation=anchor.citation,
        valid_from=anchor.valid_from,
        confirmed_by_id=actor.person_id,
        confirmed_at=clock.now(),
        confirmation=why,
    )
    waiting = Lead.objects.filter(category=anchor.category, anchor="", state__in=sorted(LEAD_OPEN))
    waiting.filter(submitted_on__gte=anchor.valid_from).update(anchor=anchor.citation)
    record(actor, "confirm_lead_anchor", lead, category=anchor.category, anchor=anchor.citation, reason=why)
    return confirmed


def hold_articles() -> None:
    """Before a lead is locked that is about to name an article: nobody confirms one between the look and the write.

    Otherwise a lead sent or screened at that moment would go without it, and be no longer among those that wait.
    """
    wait_for_turns(TURN)


def law_now(category: str) -> str:
    """The article that a lead put under this category today names; after ``hold_articles``."""
    return law_of(anchors_here(), category, clock.today())
