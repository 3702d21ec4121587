"""由线索立案: a proven lead whose named informant agrees becomes a complaint of that person."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, Refused
from complaints.access.leads import MAY
from complaints.models import Lead, LeadFinding
from complaints.operations.filing import Filed, file_for_caller
from complaints.operations.lead_cases import lock_own, refuse_retired
from complaints.queries.lead_boxes import IDENTITY, opened
from complaints.queries.leads import is_set_aside
from complaints.rules.intake import Applicant, Filing


@transaction.atomic
def file_from_lead(
    *,
    actor: Actor,
    lead_id: int,
    subject: str,
    facts: str,
    demand: str,
    address: str,
    harmed_on: date | None,
    respondent_address: str = "",
    claimed_fen: int = 0,
    paid_fen: int | None = None,
    agreed: bool = False,
) -> Filed:
    """The informant, asked by the officer, agrees to stand as complainant; the institution will learn the name.

    It is filed like the complaint of a caller: nothing in it says that there was a lead before. The code that comes
    back is told to the person. Amounts are in fen; what was paid may be registered later too (``register_paid``). Raises InvalidInput (by field), Refused.
    """
    actor.require(MAY, "file_from_lead")
    lead = lock_own(actor, lead_id)
    _refuse_unfit(lead, agreed=agreed)
    filing = Filing(
        people=(_complainant(lead, address),),
        respondent_name=lead.institution_name,
        respondent_address=respondent_address or lead.institution_address,
        institution_id=lead.institution_id,
        subject=subject,
        facts=facts,
        demand=demand,
        harmed_on=harmed_on,
        claimed_fen=claimed_fen,
        paid_fen=paid_fen,
    )
    filed = _filed(actor, filing)
    lead.complaint = filed.complaint
    lead.save(update_fields=["complaint"])
    record(actor, "file_from_lead", lead)
    return filed


def _filed(actor: Actor, filing: Filing) -> Filed:
    """What is wrong with the one person of the filing is named as the officer's form names it."""
    try:
        return file_for_caller(actor=actor, filing=filing)
    except InvalidInput as wrong:
        fields = {name.removeprefix("people.0."): sentence for name, sentence in wrong.fields.items()}
        raise InvalidInput(wrong.sentence, fields) from wrong


def _refuse_unfit(lead: Lead, *, agreed: bool) -> None:
    refuse_retired(lead)
    if not LeadFinding.objects.filter(lead=lead).exists():
        raise Refused(_("查实的线索才能由此立案。"))
    if is_set_aside(lead.pk):
        raise Refused(_("这件线索的认定经复核不再作数，不能由此立案。"))
    if lead.is_anonymous:
        raise Refused(_("匿名线索没有投诉人，不能由此立案。"))
    if lead.complaint_id is not None:
        raise Refused(_("这件线索已经立案。"))
    if not agreed:
        sentence = _("须经线索提供人同意以投诉人身份提出，机构会知道其姓名。")
        raise InvalidInput(sentence, {"agreed": sentence})


def _complainant(lead: Lead, address: str) -> Applicant:
    name, phone, mail = (opened(lead, box) for box in IDENTITY)
    return Applicant(name=name, phone=phone, address=address, email=mail)
