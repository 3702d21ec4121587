"""逐笔确认付款: whoever complained says of each payment by itself whether it came, and how much of it."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import Refused
from complaints.choices.complaints import ReportState
from complaints.models import Complaint, PaymentReport
from complaints.operations.cases import knows, lock_for_complainant, tell_institution
from complaints.operations.facts import review_facts
from complaints.operations.moves import move_report
from complaints.operations.objection import contest
from complaints.operations.payments import standing_payment

DENIED = "投诉人否认这笔付款到账。"


@transaction.atomic
def answer_payment(
    *,
    actor: Actor,
    payment_id: int,
    came: bool,
    received_fen: int | None = None,
    text: str = "",
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> PaymentReport:
    """答复一笔付款, by the code or written down by staff. What did not come is owed again, as after an objection.

    ``received_fen``: what came of a payment that did not come whole. The other payments stay as they are.
    """
    complaint, _method, _by = lock_for_complainant(actor, complaint_id, receipt_code)
    if came:
        return _confirm(actor, complaint, payment_id)
    contest(
        actor=actor,
        text=text or DENIED,
        received_fen=received_fen,
        payment_id=payment_id,
        complaint_id=complaint_id,
        receipt_code=receipt_code,
    )
    return PaymentReport.objects.get(pk=payment_id, complaint=complaint)


def _confirm(actor: Actor, complaint: Complaint, payment_id: int) -> PaymentReport:
    """That it came is not yet that all is well: the case is asked after on its own."""
    report = standing_payment(complaint, payment_id)
    if report.state != ReportState.REPORTED:
        raise Refused(_("这笔付款已经确认到账。"))
    move_report(report, ReportState.CONFIRMED, answered_at=clock.now())
    knows(actor, complaint)
    review_facts(actor, complaint)
    record(actor, "answer_payment", report, complaint=complaint.pk, came=True)
    tell_institution(
        complaint,
        f"came-{report.pk}",
        gettext_noop("投诉%(number)s的一笔付款已确认到账"),
        gettext_noop("投诉人确认收到了报告的一笔付款。"),
    )
    return report
