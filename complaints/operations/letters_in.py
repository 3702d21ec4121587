"""机构的书面答复与方案: an institution without an administrator who signs in answers by letter; staff enter it with its
scan and day, and whom the institution has at the desk hears of it at once.

Whether it was in time is measured by the day on which the letter was received, not by the day on which it was entered.
"""

from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.rules.clock import BEIJING, beijing
from common.errors import InvalidInput
from common.text import paragraphs
from complaints.access.complaints import MAY
from complaints.choices.complaints import EvidenceKind, Source
from complaints.models import Complaint, Offer, Reply
from complaints.operations.cases import lock_complaint, tell_institution
from complaints.operations.filing import Exhibit, keep_exhibit
from complaints.operations.mass_clock import follow_mass_case
from complaints.operations.own_voice import refuse_own_voice
from complaints.operations.replies import keep_answer, make_offer
from complaints.rules.money import in_yuan

NOON = 12
WRITTEN = gettext_noop("协会按书面意见为贵机构登记了投诉%(number)s的答复或者方案")
WRITTEN_ANSWER = gettext_noop("登记的是贵机构的答复。不是贵机构出具的，请立即联系协会。")
WRITTEN_OFFER = gettext_noop(
    "登记的是贵机构退还%(amount)s、%(day)s以前付款的方案；投诉人接受后须按期付款。不是贵机构出具的，请在投诉人接受以前立即联系协会。"
)


@transaction.atomic
def answer_on_paper(
    *,
    actor: Actor,
    complaint_id: int,
    kind: str,
    text: str,
    received_on: date,
    paper: UploadedFile | None,
    offered_fen: int | None = None,
) -> Reply:
    """登记机构的书面答复: as the institution wrote it; in time when the letter was received in time."""
    actor.require(MAY, "speak_for_institution")
    complaint = lock_complaint(actor, complaint_id)
    refuse_own_voice(complaint.institution_id)
    came_at = _received(complaint, received_on)
    letter = _kept(actor, complaint, paper, received_on)
    reply = keep_answer(actor, complaint, kind, text, offered_fen, came_at=came_at, paper=letter)
    tell_institution(complaint, f"answer-paper-{reply.pk}", WRITTEN, WRITTEN_ANSWER)
    return reply


@transaction.atomic
def offer_on_paper(
    *,
    actor: Actor,
    complaint_id: int,
    amount_fen: int,
    pay_by: date,
    open_until: date,
    received_on: date,
    paper: UploadedFile | None,
    terms: str = "",
) -> Offer:
    """登记机构的书面方案: the complainant answers it as one that was made with an account."""
    actor.require(MAY, "speak_for_institution")
    complaint = lock_complaint(actor, complaint_id)
    refuse_own_voice(complaint.institution_id)
    _received(complaint, received_on)
    letter = _kept(actor, complaint, paper, received_on)
    made = make_offer(actor, complaint, amount_fen, pay_by, open_until, paragraphs(terms), None, letter)
    follow_mass_case(actor, complaint)
    sums = {"amount": in_yuan(amount_fen), "day": pay_by.isoformat()}
    tell_institution(complaint, f"offer-paper-{made.pk}", WRITTEN, WRITTEN_OFFER, **sums)
    return made


def _received(complaint: Complaint, day: date) -> datetime:
    """Today it is now; of an earlier day noon. Raises InvalidInput for a day on which it cannot have come."""
    asked = complaint.served_at or complaint.accepted_at
    if day > clock.today() or (asked is not None and day < beijing(asked).date()):
        sentence = _("收到的日期不能早于送达之日，也不能晚于今天。")
        raise InvalidInput(sentence, {"received_on": sentence})
    if day == clock.today():
        return clock.now()
    noon = datetime(day.year, day.month, day.day, NOON, tzinfo=BEIJING)
    return max(noon, asked) if asked is not None else noon


def _kept(actor: Actor, complaint: Complaint, paper: UploadedFile | None, day: date) -> dict[str, Any]:
    """The scan, among the evidence of the case; for the trail which one and when it came."""
    if paper is None:
        sentence = _("请上传机构书面意见的扫描件或照片。")
        raise InvalidInput(sentence, {"paper": sentence})
    kept = keep_exhibit(actor, complaint, Exhibit(EvidenceKind.ANSWER, paper), Source.STAFF)
    return {"paper": kept.pk, "received_on": day.isoformat()}
