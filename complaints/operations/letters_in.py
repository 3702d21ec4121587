"""机构的书面答复与方案: an institution without an account answers by letter; staff enter it with its scan and day.

Whether it was in time is measured by the day on which the letter was received, not by the day on which it was entered.
"""

from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.rules.clock import BEIJING, beijing
from common.errors import InvalidInput
from common.text import paragraphs
from complaints.access.complaints import MAY
from complaints.choices.complaints import EvidenceKind, Source
from complaints.models import Complaint, Offer, Reply
from complaints.operations.cases import lock_complaint
from complaints.operations.filing import Exhibit, keep_exhibit
from complaints.operations.mass_clock import follow_mass_case
from complaints.operations.replies import keep_answer, make_offer

NOON = 12


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
    came_at = _received(complaint, received_on)
    letter = _kept(actor, complaint, paper, received_on)
    return keep_answer(actor, complaint, kind, text, offered_fen, came_at=came_at, paper=letter)


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
    _received(complaint, received_on)
    letter = _kept(actor, complaint, paper, received_on)
    made = make_offer(actor, complaint, amount_fen, pay_by, open_until, paragraphs(terms), None, letter)
    follow_mass_case(actor, complaint)
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
