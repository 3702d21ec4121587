"""提供线索: without an account, saved as one types, sent when the informant says so, added to by the receipt code.

Nobody is asked for a role and nothing is put on record here: the trail keeps moments and the numbers of requests, and
both would lead to whoever sat at a computer then. Notices go out with the daily round (``keep_leads``) for the same
reason.
"""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.locker import forget_case_file, store_for_case
from association.sealed import seal_text
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line, paragraphs
from complaints.choices.leads import LEAD_OPEN, LeadCategory, LeadState, MessageKind, Speaker
from complaints.models import Lead, LeadEvidence, LeadMessage
from complaints.operations.lead_anchors import hold_articles, law_now
from complaints.operations.lead_cases import LONGEST, required
from complaints.operations.moves import move_lead
from complaints.queries.lead_boxes import MESSAGE, by_receipt, opened, receipt_key, sealed, start_of
from complaints.rules.receipts import is_well_formed, new_code, normalised
from members.queries import institutions

MOST_FILES = 10
MOST_MESSAGES_A_DAY = 20
SHORTEST_FACTS = 10
LONG_LINE = 120
# What stands in the form, and in which box it goes.
TEXTS = {"facts": "facts_box", "when": "when_box", "where": "where_box"}
PERSON = {"name": "name_box", "phone": "phone_box", "mail": "mail_box"}


@transaction.atomic
def save_lead_draft(*, actor: Actor, code: str, values: Mapping[str, Any]) -> tuple[Lead, str]:
    """保存草稿: half filled or whole; the draft and its code, a new one when there is none under the given code.

    ``values``: category, institution_id, institution_name, institution_address, facts, when, where, named, name,
    phone, mail, may_pass_identity. What is named is kept, whatever is missing. Raises Refused after it was sent.
    """
    lead, kept = _draft(code)
    _fill(lead, values)
    lead.save()
    return lead, kept


def _draft(code: str) -> tuple[Lead, str]:
    found = by_receipt(code, lock=True) if is_well_formed(normalised(code)) else None
    if found is None:
        fresh = new_code()
        return Lead(receipt_key=receipt_key(fresh), saved_on=clock.today()), fresh
    if found.state != LeadState.DRAFT:
        raise Refused(_("这件线索已经提交，不能再改；可以凭回执码补充。"))
    return found, normalised(code)


def _fill(lead: Lead, values: Mapping[str, Any]) -> None:
    lead.saved_on = clock.today()
    lead.category = values.get("category", "") if values.get("category") in LeadCategory.values else ""
    lead.institution_name = one_line(values.get("institution_name", ""))[:LONG_LINE]
    lead.institution_address = one_line(values.get("institution_address", ""))[:160]
    lead.institution = _named_institution(values.get("institution_id"), lead.institution_name)
    if lead.institution is not None:
        lead.institution_name = lead.institution.name
    for field, box in TEXTS.items():
        setattr(lead, box, sealed(paragraphs(values.get(field, ""))[:LONGEST], box))
    lead.is_anonymous = not values.get("named")
    for field, box in PERSON.items():
        given = "" if lead.is_anonymous else one_line(values.get(field, ""))[:LONG_LINE]
        setattr(lead, box, sealed(given, box))
    lead.may_pass_identity = bool(values.get("may_pass_identity")) and not lead.is_anonymous


def _named_institution(institution_id: Any, name: str) -> Any:
    """Chosen from the register, or called exactly as there."""
    if institution_id:
        return institutions().filter(pk=institution_id).first()
    same = list(institutions().filter(name=name)[:2]) if name else []
    return same[0] if len(same) == 1 else None


@transaction.atomic
def submit_lead(*, actor: Actor, code: str) -> Lead:
    """提交线索; asked for twice it is there once. Raises InvalidInput naming what is missing."""
    hold_articles()
    lead = _known(code, lock=True)
    if lead.state != LeadState.DRAFT:
        return lead
    _refuse_incomplete(lead)
    day = clock.today()
    move_lead(lead, LeadState.SUBMITTED, submitted_on=day, anchor=law_now(lead.category))
    return lead


def _refuse_incomplete(lead: Lead) -> None:
    wrong = {}
    if not lead.category:
        wrong["category"] = _("请选择类别。")
    if not lead.institution_name:
        wrong["institution_name"] = _("请写明是哪家机构。")
    if len(opened(lead, "facts_box")) < SHORTEST_FACTS:
        wrong["facts"] = _("请写明事实，至少%(least)d个字。") % {"least": SHORTEST_FACTS}
    if not lead.is_anonymous and not lead.name_box:
        wrong["name"] = _("实名提供的，请填写姓名；也可以改为匿名。")
    if not lead.is_anonymous and not (lead.phone_box or lead.mail_box):
        wrong["phone"] = _("实名提供的，请留下电话或者邮箱。")
    if wrong:
        raise InvalidInput(_("还不能提交，请补充以下内容。"), wrong)


@transaction.atomic
def add_lead_evidence(*, actor: Actor, code: str, upload: UploadedFile | None) -> LeadEvidence:
    """提交材料 to a draft or to a lead that is still open: kept under a number, without its name and metadata.

    The same file twice is one. Raises InvalidInput, TooLarge, Refused.
    """
    lead = _known(code, lock=True)
    _refuse_closed(lead)
    if lead.evidence.count() >= MOST_FILES:
        raise Refused(_("一件线索最多%(most)d份材料。") % {"most": MOST_FILES})
    number = (lead.evidence.aggregate(last=Max("number"))["last"] or 0) + 1
    day = clock.today()
    name = gettext_noop("材料%(number)d") % {"number": number}
    attachment = store_for_case(upload=upload, case=lead.case, name=name, at=start_of(day))
    evidence, _is_new = LeadEvidence.objects.get_or_create(
        lead=lead,
        attachment=attachment,
        defaults={"number": number, "given_on": day, "is_told": lead.state == LeadState.DRAFT},
    )
    return evidence


@transaction.atomic
def remove_lead_evidence(*, actor: Actor, code: str, number: int) -> None:
    """移除材料 from a draft: the file and its sealed original go at once."""
    lead = _known(code, lock=True)
    if lead.state != LeadState.DRAFT:
        raise Refused(_("已经提交的材料不能移除。"))
    for evidence in lead.evidence.filter(number=number):
        file_id = evidence.attachment_id
        evidence.delete()
        forget_case_file(file_id=file_id, case=lead.case, at=start_of(clock.today()))


@transaction.atomic
def answer_question(*, actor: Actor, code: str, text: str) -> LeadMessage:
    """回复或补充 by the receipt code. Raises InvalidInput, NotFound, Refused."""
    lead = _known(code, lock=True)
    if lead.state == LeadState.DRAFT:
        raise Refused(_("这件线索还没有提交。"))
    _refuse_closed(lead)
    written = required(text, "text", _("请填写要说的话。"))
    day = clock.today()
    today = lead.messages.filter(speaker=Speaker.INFORMANT, sent_on=day)
    if today.count() >= MOST_MESSAGES_A_DAY:
        raise Refused(_("今天补充的次数已经很多，请明天再补充。"))
    return LeadMessage.objects.create(
        lead=lead,
        speaker=Speaker.INFORMANT,
        kind=MessageKind.ANSWER,
        text_box=seal_text(written, purpose=MESSAGE),
        sent_on=day,
    )


def _refuse_closed(lead: Lead) -> None:
    if lead.state not in {*LEAD_OPEN, LeadState.DRAFT}:
        raise Refused(_("这件线索已经办结，不能再补充；有新的情况，请另行提供线索。"))


def _known(code: str, *, lock: bool = False) -> Lead:
    """The same refusal for a wrong code, an unknown one and one that is no longer valid."""
    lead = by_receipt(code, lock=lock)
    if lead is None:
        raise NotFound(not_found_sentence())
    return lead


def not_found_sentence() -> str:
    """One for all reasons: it gives no hint whether a code was ever good."""
    return _("没有找到。请核对回执码；草稿逾期未提交的、已办结并过了保存期的，都不能再查到。")


@transaction.atomic
def check_lead(*, actor: Actor, code: str) -> Lead:
    """预览前的核对: whether it could be sent as it is. Raises InvalidInput naming what is missing."""
    lead = _known(code)
    if lead.state == LeadState.DRAFT:
        _refuse_incomplete(lead)
    return lead
