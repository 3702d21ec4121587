"""保密: who told is read by the officer in charge alone, with a reason, each time on record."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record_read
from association.models import Attachment, OriginalRequest
from association.originals import request_original
from common.errors import Forbidden, NotFound, Refused
from complaints.access.leads import MAY, leads_visible_to, may_read_account
from complaints.models import Lead, LeadEvidence
from complaints.operations.lead_cases import lock_own, refuse_identity, refuse_retired, required
from complaints.queries.lead_boxes import IDENTITY, opened


@dataclass(frozen=True, slots=True)
class Informant:
    """线索提供人, in clear."""

    name: str
    phone: str
    mail: str


@dataclass(frozen=True, slots=True)
class Account:
    """What was told, in clear; who told is masked by whoever shows it."""

    facts: str
    when: str
    where: str


@transaction.atomic
def unmask_informant(*, actor: Actor, lead_id: int, reason: str) -> Informant:
    """查看提供人身份: the officer in charge, for a reason; the trail says who, when and why, not what."""
    actor.require(MAY, "unmask_informant")
    lead = lock_own(actor, lead_id)
    why = required(reason, "reason", _("请说明查看的理由。"))
    refuse_retired(lead)
    refuse_identity(lead, reason=why)
    if lead.is_anonymous:
        raise Refused(_("这是匿名线索，没有身份信息。"))
    record_read(
        actor, "lead_informant", lead, reason=why, fields=[box.removesuffix("_box") for box in IDENTITY]
    )
    return Informant(*(opened(lead, box) for box in IDENTITY))


@transaction.atomic
def read_account(*, actor: Actor, lead_id: int) -> Account | None:
    """查看线索内容, on record; nothing for staff who are not in charge of it."""
    actor.require(MAY, "read_lead_material")
    lead = _visible(actor, lead_id)
    if not may_read_account(actor, lead):
        return None
    record_read(actor, "lead_account", lead)
    return Account(opened(lead, "facts_box"), opened(lead, "when_box"), opened(lead, "where_box"))


@transaction.atomic
def read_lead_file(*, actor: Actor, lead_id: int, number: int) -> Attachment:
    """查阅材料: the working copy, on record."""
    actor.require(MAY, "read_lead_material")
    evidence = _evidence(actor, lead_id, number)
    record_read(actor, "lead_file", evidence.lead, number=number)
    return evidence.attachment


@transaction.atomic
def read_referral_letter(*, actor: Actor, lead_id: int, referral_id: int) -> Attachment:
    """移送函: for staff who see the lead; it names nobody."""
    actor.require(MAY, "read_lead_material")
    lead = _visible(actor, lead_id)
    referral = lead.referrals.select_related("letter").filter(pk=referral_id).first()
    if referral is None:
        raise NotFound(_("没有这次移送。"))
    return referral.letter


@transaction.atomic
def request_lead_original(*, actor: Actor, lead_id: int, number: int, reason: str) -> OriginalRequest:
    """申请启封 the original of one piece of material; a second person decides (``association.originals``)."""
    actor.require(MAY, "request_lead_original")
    lead = lock_own(actor, lead_id)
    refuse_identity(lead, reason=reason)
    evidence = _evidence(actor, lead_id, number)
    mine = Attachment.objects.filter(pk=evidence.attachment_id)
    return request_original(actor=actor, file_id=evidence.attachment_id, reason=reason, among=mine)


def _evidence(actor: Actor, lead_id: int, number: int) -> LeadEvidence:
    lead = _visible(actor, lead_id)
    if not may_read_account(actor, lead):
        raise Forbidden(_("只有这件线索的承办人可以查阅材料。"))
    evidence = lead.evidence.select_related("attachment", "lead").filter(number=number).first()
    if evidence is None:
        raise NotFound(_("没有这份材料。"))
    return evidence


def _visible(actor: Actor, lead_id: int) -> Lead:
    lead = leads_visible_to(actor).filter(pk=lead_id).first()
    if lead is None:
        raise NotFound(_("没有这件线索。"))
    return lead
