"""移送、查实、反馈、归档: how a lead ends, and what of it stays."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import stop_all, stop_deadline
from association.deadlines import start_clock
from association.in_turn import take_turn
from association.locker import store_document
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line
from complaints.access.leads import MAY
from complaints.choices.leads import DECIDED, FindingBasis, LeadState, MessageKind
from complaints.documents.leads import referral_letter_pdf
from complaints.models import Lead, LeadEvidence, LeadFinding, LeadMessage, LeadReferral
from complaints.operations.lead_cases import (
    FEEDBACK,
    case_of,
    lock_lead,
    lock_own,
    refuse_identity,
    required,
)
from complaints.operations.lead_handling import say, settle
from complaints.operations.moves import move_lead

RETENTION = "RETENTION-LEAD"
PDF = "application/pdf"


@transaction.atomic
def refer_lead(
    *,
    actor: Actor,
    lead_id: int,
    authority: str,
    document_number: str,
    summary: str,
    grounds: str,
    passed: Collection[int] = (),
    with_identity: bool = False,
) -> LeadReferral:
    """移送主管部门 by a numbered letter: ``passed`` are the numbers of the material that goes along.

    The letter never names the informant; with the informant's consent the identity goes along apart from it, sealed.
    Raises InvalidInput, Refused.
    """
    actor.require(MAY, "refer_lead")
    lead = lock_own(actor, lead_id)
    letter = {
        "authority": required(one_line(authority), "authority", _("请填写主管部门。"), 80),
        "document_number": required(one_line(document_number), "document_number", _("请填写文号。"), 60),
        "summary": required(summary, "summary", _("请写明移送的事实。")),
    }
    why = required(grounds, "grounds", _("请写明处理理由。"))
    refuse_identity(lead, **letter)
    if with_identity and not lead.may_pass_identity:
        sentence = _("线索提供人没有同意提供身份。")
        raise InvalidInput(sentence, {"with_identity": sentence})
    take_turn("lead_referral", letter["document_number"])
    if LeadReferral.objects.filter(document_number=letter["document_number"]).exists():
        sentence = _("这个文号已经用过。")
        raise InvalidInput(sentence, {"document_number": sentence})
    settle_after = _referral(actor, lead, letter, _material(lead, passed), with_identity=with_identity)
    settle(actor, lead, LeadState.REFERRED, why)
    record(actor, "refer_lead", lead, referral=settle_after.pk, passed=sorted(passed), identity=with_identity)
    return settle_after


def _material(lead: Lead, passed: Collection[int]) -> list[LeadEvidence]:
    rows = list(lead.evidence.filter(number__in=passed).select_related("attachment"))
    if len(rows) != len(set(passed)):
        raise NotFound(_("没有这份材料。"))
    return rows


def _referral(
    actor: Actor, lead: Lead, letter: dict[str, str], passed: list[LeadEvidence], *, with_identity: bool
) -> LeadReferral:
    on = clock.today()
    data = referral_letter_pdf(lead, letter | {"identity_passed": with_identity}, passed, on)
    name = gettext_noop("移送函%(number)s.pdf") % {"number": letter["document_number"]}
    kept = store_document(
        actor=actor, data=data, name=name, media_type=PDF, institution_id=None, case=f"{lead.case}-letter"
    )
    return LeadReferral.objects.create(
        lead=lead,
        **letter,
        passed=sorted(row.number for row in passed),
        identity_passed=with_identity,
        letter=kept,
        sent_on=on,
        sent_by_id=actor.person_id,
    )


@transaction.atomic
def record_referral_receipt(
    *, actor: Actor, lead_id: int, referral_id: int, received_on: date, receipt: str
) -> LeadReferral:
    """登记签收: the authority's receipt, once."""
    actor.require(MAY, "record_referral_receipt")
    lead = lock_own(actor, lead_id)
    referral = lead.referrals.select_for_update().filter(pk=referral_id).first()
    if referral is None:
        raise NotFound(_("没有这次移送。"))
    if referral.received_on is not None:
        raise Refused(_("签收已经登记。"))
    if not referral.sent_on <= received_on <= clock.today():
        sentence = _("签收日期须在移送之后、今天之前。")
        raise InvalidInput(sentence, {"received_on": sentence})
    written = required(one_line(receipt), "receipt", _("请填写回执编号或者签收人。"), 120)
    referral.received_on, referral.receipt = received_on, written
    referral.save(update_fields=["received_on", "receipt"])
    record(actor, "record_referral_receipt", lead, referral=referral.pk)
    return referral


@transaction.atomic
def record_lead_finding(
    *, actor: Actor, lead_id: int, facts: str, document_number: str, measure: str = ""
) -> LeadFinding:
    """登记认定: an authority has decided that a lead referred to it is true, by this document."""
    actor.require(MAY, "record_lead_finding")
    lead = lock_own(actor, lead_id)
    if lead.outcome != LeadState.REFERRED:
        raise Refused(_("只有移送主管部门的线索，才登记主管部门的认定。"))
    if LeadFinding.objects.filter(lead=lead).exists():
        raise Refused(_("这件线索的认定已经登记。"))
    proven = required(facts, "facts", _("请写明查实的事实。"))
    number = required(one_line(document_number), "document_number", _("请填写认定文书的文号。"), 80)
    refuse_identity(lead, facts=proven, document_number=number, measure=measure)
    finding = LeadFinding.objects.create(
        lead=lead,
        basis=FindingBasis.AUTHORITY,
        category=lead.category,
        anchor=lead.anchor,
        facts=proven,
        measure=measure.strip(),
        document_number=number,
        found_on=clock.today(),
        found_by_id=actor.person_id,
    )
    record(actor, "record_lead_finding", lead, finding=finding.pk)
    return finding


@transaction.atomic
def give_lead_feedback(*, actor: Actor, lead_id: int, text: str) -> LeadMessage:
    """反馈处理结果: owed to a named informant within days, open to an anonymous one by the receipt code."""
    actor.require(MAY, "give_lead_feedback")
    lead = lock_own(actor, lead_id)
    if lead.state not in DECIDED:
        raise Refused(_("作出处理之后才能反馈，反馈只有一次。"))
    message = say(actor, lead, MessageKind.FEEDBACK, required(text, "text", _("请填写反馈内容。")))
    move_lead(lead, LeadState.FED_BACK, fed_back_on=clock.today())
    stop_deadline(actor=actor, case=case_of(lead), code=FEEDBACK)
    record(actor, "give_lead_feedback", lead, message=message.pk)
    return message


@transaction.atomic
def archive_lead(*, actor: Actor, lead_id: int) -> Lead:
    """归档: from today its purpose is over, and after the term of retention who told and what was told go.

    A named informant has been answered first.
    """
    actor.require(MAY, "archive_lead")
    lead = lock_lead(actor, lead_id)
    if not lead.is_anonymous and lead.fed_back_on is None:
        raise Refused(_("实名提供的线索，反馈之后才能归档。"))
    return put_away(actor, lead)


def put_away(actor: Actor, lead: Lead) -> Lead:
    """归档 of a lead that is locked and done with: the term of retention begins."""
    rule, due = start_clock(RETENTION)
    move_lead(
        lead,
        LeadState.ARCHIVED,
        archived_on=clock.today(),
        retention_rule_id=rule.pk,
        retire_on=due.on,
    )
    stop_all(actor=actor, case=case_of(lead), outcome="archived")
    record(actor, "archive_lead", lead, retire_on=due.on.isoformat())
    return lead
