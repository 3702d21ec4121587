"""登记已付金额: offers and agreements are measured by what was paid; where nobody said it, staff find it out."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, Refused
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.choices.complaints import EvidenceKind, Source
from complaints.models import Complaint, PaidAmount
from complaints.operations.cases import (
    lock_complaint,
    refuse_personal,
    required_text,
    tell_complainant,
    tell_institution,
)
from complaints.operations.filing import Exhibit, keep_exhibit
from complaints.rules.intake import MOST_FEN

LONGEST_REASON = 200


@transaction.atomic
def register_paid(
    *, actor: Actor, complaint_id: int, paid_fen: int, reason: str, proof: UploadedFile | None = None
) -> PaidAmount:
    """登记已付金额 that the filing left open, in fen, with what it was taken from; once. Both sides are told.

    Raises Refused where an amount stands already (offers were measured by it) or the file is closed, InvalidInput.
    """
    actor.require(MAY, "register_paid")
    complaint = lock_complaint(actor, complaint_id)
    if complaint.paid_fen is not None:
        raise Refused(_("已付金额已经登记，不能再改。"))
    if complaint.ended_at is not None:
        raise Refused(_("这件投诉已经办结，不能再登记已付金额。"))
    if not 0 < paid_fen <= MOST_FEN:
        sentence = _("请填写已付金额。")
        raise InvalidInput(sentence, {"paid_fen": sentence})
    why = required_text(
        one_line(reason), "reason", _("请写明依据，例如合同、收据或者银行记录。"), LONGEST_REASON
    )
    refuse_personal(complaint, reason=why)
    exhibit = Exhibit(EvidenceKind.PAYMENT, proof)
    row = PaidAmount.objects.create(
        complaint=complaint,
        amount_fen=paid_fen,
        reason=why,
        evidence=keep_exhibit(actor, complaint, exhibit, Source.STAFF) if proof is not None else None,
        by_id=actor.person_id,
        at=clock.now(),
    )
    complaint.paid_fen = paid_fen
    complaint.save(update_fields=["paid_fen"])
    record(actor, "register_paid", row, complaint=complaint.pk, amount_fen=paid_fen, reason=why)
    _tell(complaint)
    return row


def _tell(complaint: Complaint) -> None:
    """Both, once the institution knows of the case at all: by this sum the offers are measured."""
    if complaint.accepted_at is None:
        return
    tell_institution(
        complaint,
        "paid-registered",
        gettext_noop("投诉%(number)s已登记已付金额"),
        gettext_noop("协会核对付款记录后登记了已付金额，方案和协议以此为限。有异议的请联系秘书处。"),
    )
    tell_complainant(complaint, "paid-registered")
