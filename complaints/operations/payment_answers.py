"""逐笔确认付款: of each payment by itself whether it came, and when: said by whoever complained, or seen by staff in the proof."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, Refused
from complaints.access.complaints import MAY
from complaints.choices.complaints import Method, ReportState
from complaints.choices.written import YES, WrittenKind
from complaints.models import Complaint, PaymentReport
from complaints.operations.cases import (
    lock_complaint,
    lock_for_complainant,
    tell_complainant,
    tell_institution,
)
from complaints.operations.facts import review_facts
from complaints.operations.objection import contest
from complaints.operations.payments import kept_proof, refuse_day
from complaints.operations.received import came as it_came
from complaints.operations.received import standing_payment
from complaints.operations.written_down import tell_written, word_of

DENIED = "投诉人否认这笔付款到账。"


@transaction.atomic
def answer_payment(
    *,
    actor: Actor,
    payment_id: int,
    came: bool,
    received_fen: int | None = None,
    arrived_on: date | None = None,
    text: str = "",
    paper: UploadedFile | None = None,
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> PaymentReport:
    """答复一笔付款, by the code or written down by staff. What did not come is owed again, as after an objection.

    ``received_fen``: what came of a payment that did not come whole. ``arrived_on``: when it came, where it is
    remembered; without it the day is only what the institution said. ``paper``: what was signed, where staff write it
    down. The other payments stay as they are.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    if came:
        return _confirm(actor, complaint, payment_id, arrived_on, (method, by), paper)
    contest(
        actor=actor,
        text=text or DENIED,
        received_fen=received_fen,
        payment_id=payment_id,
        paper=paper,
        complaint_id=complaint_id,
        receipt_code=receipt_code,
    )
    return PaymentReport.objects.get(pk=payment_id, complaint=complaint)


def _confirm(
    actor: Actor,
    complaint: Complaint,
    payment_id: int,
    arrived_on: date | None,
    said_by: tuple[Method, int | None],
    paper: UploadedFile | None,
) -> PaymentReport:
    """That it came is not yet that all is well: the case is asked after on its own."""
    report = standing_payment(complaint, payment_id)
    if report.state != ReportState.REPORTED and (arrived_on is None or report.confirmed_on is not None):
        raise Refused(_("这笔付款已经确认到账。"))
    refuse_day(complaint, arrived_on, "arrived_on")
    word = word_of(actor, complaint, said_by, paper, WrittenKind.PAYMENT, YES)
    it_came(report, arrived_on, word.written)
    review_facts(actor, complaint, word.written)
    record(actor, "answer_payment", report, complaint=complaint.pk, came=True, **word.trail)
    tell_institution(
        complaint,
        f"came-{report.pk}",
        gettext_noop("投诉%(number)s的一笔付款已确认到账"),
        gettext_noop("投诉人确认收到了报告的一笔付款。"),
    )
    tell_written(complaint, word)
    return report


@transaction.atomic
def see_proof(
    *,
    actor: Actor,
    complaint_id: int,
    payment_id: int,
    arrived_on: date,
    proof: UploadedFile | None = None,
) -> PaymentReport:
    """核实付款凭证: staff read the day from the proof that was handed in, or from one they upload; then it is confirmed.

    Whoever complained may still deny it. Raises Refused where the day is known already, InvalidInput without a proof.
    """
    actor.require(MAY, "see_proof")
    complaint = lock_complaint(actor, complaint_id)
    report = standing_payment(complaint, payment_id)
    if report.confirmed_on is not None:
        raise Refused(_("这笔付款的到账日已经确认。"))
    refuse_day(complaint, arrived_on, "arrived_on")
    if report.proof_id is None:
        report.proof_id = kept_proof(actor, complaint, proof)
    if report.proof_id is None:
        sentence = _("这笔付款没有凭证，请上传核实过的凭证。")
        raise InvalidInput(sentence, {"proof": sentence})
    report.seen_by_id = actor.person_id
    report.save(update_fields=["proof_id", "seen_by_id"])
    it_came(report, arrived_on)
    review_facts(actor, complaint)
    record(actor, "see_proof", report, complaint=complaint.pk, arrived_on=arrived_on.isoformat())
    tell_institution(
        complaint,
        f"seen-{report.pk}",
        gettext_noop("投诉%(number)s的一笔付款已核实"),
        gettext_noop("协会核实了付款凭证，到账日见投诉页面。"),
    )
    tell_complainant(complaint, f"seen-{report.pk}")
    return report
