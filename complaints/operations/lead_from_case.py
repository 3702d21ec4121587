"""由投诉登记线索: what the association found in a case itself. Numbers, amounts and days; not a word of who complained."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.rules.clock import beijing
from common.errors import InvalidInput, Refused
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.choices.complaints import FactKind
from complaints.choices.leads import LeadCategory, LeadState
from complaints.models import Complaint, Fact, Lead
from complaints.operations.cases import lock_complaint, refuse_personal, required_text, tell_staff
from complaints.operations.facts import standing_facts
from complaints.operations.lead_anchors import hold_articles, law_now
from complaints.operations.lead_handling import take_in
from complaints.operations.moves import move_lead
from complaints.queries.lead_boxes import sealed
from complaints.queries.leads import may_open_lead
from complaints.rules.money import in_yuan

LONGEST_LINE = 200


@transaction.atomic
def open_lead_from_complaint(
    *, actor: Actor, complaint_id: int, category: str = LeadCategory.REFUND, note: str = ""
) -> Lead:
    """登记线索 from a breach, or from what ``note`` says was found; the screening begins, by its own clock.

    The complaint names the lead to staff, the lead its complaint; the institution sees neither.
    """
    actor.require(MAY, "open_lead_from_complaint")
    hold_articles()
    complaint = lock_complaint(actor, complaint_id)
    if not may_open_lead(complaint):
        raise Refused(_("受理以后才能据此登记线索；同一投诉同时只有一件办理中的线索。"))
    if category not in LeadCategory.values:
        sentence = _("请选择类别。")
        raise InvalidInput(sentence, {"category": sentence})
    found, breaches = one_line(note), standing_facts(complaint, FactKind.BREACH)
    if not breaches:
        found = required_text(found, "note", _("请写明在这件投诉中发现的情况。"), LONGEST_LINE)
    refuse_personal(complaint, note=found)
    lead = _written(complaint, LeadCategory(category), _account(complaint, breaches, found))
    take_in(actor, lead)
    record(actor, "open_lead_from_complaint", lead, complaint=complaint.pk, category=category)
    tell_staff(
        complaint,
        f"lead-{lead.pk}",
        gettext_noop("已据投诉%(number)s登记线索"),
        gettext_noop("请筛查并指定承办人；线索见违法违规线索。"),
    )
    return lead


def _account(complaint: Complaint, breaches: list[Fact], found: str) -> str:
    """What stands in the lead, in Chinese as it is kept: the case by its number, the facts with days and amounts."""
    lines = [f"协会在办理投诉{complaint.number}时发现。"]
    lines += [
        f"{beijing(fact.at):%Y-%m-%d}认定未履行调解协议或者和解，到期未付{in_yuan(fact.amount_fen)}。"
        for fact in breaches
    ]
    return "\n".join([*lines, found] if found else lines)


def _written(complaint: Complaint, category: LeadCategory, account: str) -> Lead:
    day, institution = clock.today(), complaint.institution
    lead = Lead.objects.create(
        category=category,
        institution=institution,
        institution_name=institution.name if institution is not None else "",
        facts_box=sealed(account, "facts_box"),
        is_anonymous=True,
        from_complaint=complaint,
        saved_on=day,
    )
    move_lead(lead, LeadState.SUBMITTED, submitted_on=day, anchor=law_now(category))
    return lead
