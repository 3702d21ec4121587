"""还回去: what a word took that was never said, or a finding that counts no more: confirmations, facts and days of payment."""

from association import clock
from association.actors import Actor
from association.choices import Side
from association.clocks import Owner, deadlines_of
from complaints.choices.complaints import ReportState, State
from complaints.models import Complaint, PaymentReport, WrittenDown
from complaints.operations.cases import KIND, PAY_BY, institution_turn, is_running, start_clock
from complaints.operations.facts import stand_again
from complaints.operations.moves import move_report
from complaints.operations.payments import (
    OPEN_TO_PAY,
    PAY,
    PAY_TITLE,
    count_returned,
    unpaid_of,
    watch_next_payment,
)
from complaints.queries.unpaid import broken_settlement

NOT_CONFIRMED = {"answered_at": None, "confirmed_on": None, "written": None}


def take_back(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    """What was written down confirms nothing: payments are as they were reported, and what it set aside stands again."""
    said = PaymentReport.objects.select_for_update(of=("self",)).filter(
        complaint=complaint, written=row, state=ReportState.CONFIRMED
    )
    for payment in said.order_by("pk"):
        _unconfirm(payment, row)
    count_returned(complaint)
    stand_again(actor, complaint, row)


def _unconfirm(payment: PaymentReport, row: WrittenDown) -> None:
    if payment.is_unreported:
        # Nobody but this word knows of it.
        move_report(payment, ReportState.DENIED, answered_at=clock.now())
    elif _was_confirmed_by(payment, row):
        move_report(payment, ReportState.REPORTED, **NOT_CONFIRMED)
    else:
        # Only its day was of this word.
        payment.confirmed_on, payment.written = None, None
        payment.save(update_fields=["confirmed_on", "written"])


def _was_confirmed_by(payment: PaymentReport, row: WrittenDown) -> bool:
    """Not by staff who saw the proof, and not by an earlier word."""
    return (
        payment.seen_by_id is None
        and payment.answered_at is not None
        and payment.answered_at >= row.recorded_at
    )


def watch_payment_again(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    """付款期限 that a false word stopped with the file runs again: of the same day, in the hands of whoever had it."""
    stopped = deadlines_of(KIND, complaint.pk).filter(
        code=PAY_BY, outcome="closed", stopped_at__gte=row.recorded_at
    )
    last = stopped.order_by("-pk").first()
    if last is None or is_running(complaint, PAY_BY):
        return
    start_clock(
        actor,
        complaint,
        PAY_BY,
        Owner(Side(last.owner_side), user_id=last.owner_user_id, institution_id=last.owner_institution_id),
        last.action,
        start=last.started_at,
        ends_on=last.due_on,
        title=last.title,
    )


def watch_again(actor: Actor, complaint: Complaint) -> None:
    """付款日 given back with a breach that counts no more: what is unpaid has a clock and an owner again.

    The day itself may be over: then the term ends today, and is handed to the staff as every such term is.
    """
    if is_running(complaint, PAY_BY):
        return
    if complaint.state in OPEN_TO_PAY:
        if unpaid_of(complaint):
            watch_next_payment(actor, complaint)
    elif complaint.state == State.SETTLED and broken_settlement(complaint) is not None:
        start_clock(
            actor,
            complaint,
            PAY_BY,
            institution_turn(complaint),
            PAY,
            ends_on=clock.today(),
            title=PAY_TITLE,
        )
