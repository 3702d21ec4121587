"""异议不成立: an objection that was written down and never said. What it took from the institution is given back."""

from django.db.models import F, QuerySet, Sum

from association import clock
from association.actors import Actor
from complaints.choices.complaints import DecisionKind, FactKind, ReportState, State
from complaints.models import Complaint, Decision, Fact, Instalment, PaymentReport, WrittenDown
from complaints.operations.asking import ask_after_answer, ask_outcome
from complaints.operations.cases import PAY_BY, REPLY_BY, institution_turn, start_clock, stop_clock
from complaints.operations.facts import review_facts, set_aside
from complaints.operations.moves import move_complaint
from complaints.operations.payments import (
    PAY,
    PAY_TITLE,
    count_returned,
    unpaid_of,
    watch_next_payment,
)
from complaints.operations.standstill import stop_working_clocks
from complaints.queries.unpaid import last_settlement, settled_until, settlement_reports

NEVER_SAID = "投诉人否认提出过这项异议。"
VOID = "denied"


def undo_objection(actor: Actor, complaint: Complaint, row: WrittenDown) -> bool:
    """Whether what was written down was an objection: of money, then the payments stand again, and so does what they ended."""
    said = Decision.objects.filter(complaint=complaint, kind=DecisionKind.CONTEST, written=row).first()
    if said is None:
        return False
    facts = Fact.objects.filter(complaint=complaint, kind=FactKind.CONTESTED, set_aside__isnull=True)
    of_it = list(facts.filter(at__gte=row.recorded_at, at__lte=said.decided_at))
    if of_it:
        _give_back(complaint, _denied_by(complaint, row, said))
        _stand_again(actor, complaint, said)
        late = Fact.objects.filter(
            complaint=complaint,
            kind__in=[FactKind.REPLY_MISSED, FactKind.REPLY_LATE],
            at__gte=said.decided_at,
            set_aside__isnull=True,
        )
        for fact in [*of_it, *late]:
            set_aside(actor, fact, NEVER_SAID)
        review_facts(actor, complaint)
    return True


def _denied_by(complaint: Complaint, row: WrittenDown, said: Decision) -> QuerySet[PaymentReport]:
    rows = PaymentReport.objects.filter(complaint=complaint, state=ReportState.DENIED)
    return rows.filter(answered_at__gte=row.recorded_at, answered_at__lte=said.decided_at)


def _give_back(complaint: Complaint, denied: QuerySet[PaymentReport]) -> None:
    """A row is denied for good: what was missing of it is reported anew, as it was, but where it was paid again since."""
    of_settlement = not settlement_reports(complaint).exists()
    for old in denied.filter(amount_fen__gt=F("received_fen")).order_by("pk"):
        if old.instalment_id is None:
            if of_settlement:
                _again(old)
        elif Instalment.objects.filter(pk=old.instalment_id, paid_on__isnull=True).update(
            paid_on=old.paid_on
        ):
            _again(old)
    count_returned(complaint)


def _again(old: PaymentReport) -> None:
    seen = old.seen_by_id is not None
    PaymentReport.objects.create(
        complaint_id=old.complaint_id,
        instalment_id=old.instalment_id,
        amount_fen=old.amount_fen - old.received_fen,
        paid_on=old.paid_on,
        proof_id=old.proof_id,
        reported_by_id=old.reported_by_id,
        reported_at=clock.now(),
        state=ReportState.CONFIRMED if seen else ReportState.REPORTED,
        seen_by_id=old.seen_by_id,
        answered_at=clock.now() if seen else None,
        confirmed_on=old.confirmed_on if seen else None,
    )


def _stand_again(actor: Actor, complaint: Complaint, said: Decision) -> None:
    """What the objection reopened has ended again, and the question is put to whoever complained; else the terms go on
    without the answer that was asked for.
    """
    settled = last_settlement(complaint)
    if complaint.state in {State.AWAIT_REPLY, State.MEDIATING}:
        if (
            settled is not None
            and settled.decided_at <= said.decided_at
            and complaint.settled_fen is not None
        ):
            _settled_again(actor, complaint, settled)
    elif complaint.state == State.AGREED and not unpaid_of(complaint):
        stop_working_clocks(actor, complaint, VOID)
        move_complaint(complaint, State.PERFORMED)
        ask_outcome(actor, complaint)
    elif complaint.state == State.AGREED:
        stop_clock(actor, complaint, REPLY_BY, PAY_BY, outcome=VOID)
        watch_next_payment(actor, complaint)
    elif complaint.state == State.BREACHED:
        stop_clock(actor, complaint, REPLY_BY, outcome=VOID)
        ask_after_answer(actor, complaint)


def _settled_again(actor: Actor, complaint: Complaint, settled: Decision) -> None:
    """Not where a part came of what nobody reported: that part is confirmed, and the rest is dealt with in the case."""
    stands = settlement_reports(complaint).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    came = PaymentReport.objects.filter(complaint=complaint, instalment=None).aggregate(
        fen=Sum("received_fen")
    )
    owed = (complaint.settled_fen or 0) - stands - (came["fen"] or 0)
    if owed > 0 and stands:
        return
    stop_working_clocks(actor, complaint, VOID)
    move_complaint(complaint, State.SETTLED)
    if owed > 0:
        day = settled_until(complaint, settled) or clock.today()
        start_clock(
            actor,
            complaint,
            PAY_BY,
            institution_turn(complaint),
            PAY,
            ends_on=max(day, clock.today()),
            title=PAY_TITLE,
        )
    else:
        ask_outcome(actor, complaint)
