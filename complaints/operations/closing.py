"""办结: a file is closed with what the complainant said of it, or with their silence."""

from association import clock
from association.actors import Actor
from association.audit import record
from association.deadlines import start_clock as term_from_now
from complaints.choices.complaints import Outcome, State
from complaints.models import Complaint, FollowUp, Survey
from complaints.operations.cases import (
    CONFIRM_BY,
    FOLLOW_UP_AFTER,
    ORDER_BY,
    stop_clock,
)
from complaints.operations.moves import move_complaint
from complaints.operations.standstill import stop_working_clocks
from complaints.operations.written_down import Word


def answer_survey(asked: Survey, outcome: Outcome, word: Word) -> None:
    """The open question is answered by what was said elsewhere."""
    asked.outcome, asked.answered_at = outcome, clock.now()
    asked.method, asked.recorded_by_id, asked.written = word.method, word.by, word.written
    asked.save(update_fields=["outcome", "answered_at", "method", "recorded_by", "written"])


def close(actor: Actor, complaint: Complaint, outcome: Outcome) -> None:
    """办结: the last clocks stop, and four weeks later it is asked whether it still holds."""
    moment = clock.now()
    stop_working_clocks(actor, complaint, "closed")
    stop_clock(actor, complaint, CONFIRM_BY, ORDER_BY, outcome="closed")
    move_complaint(
        complaint,
        State.CLOSED,
        closed_from=complaint.state,
        outcome=outcome,
        confirmed_at=complaint.confirmed_at,
        satisfaction=complaint.satisfaction,
        ended_at=moment,
    )
    rule, due = term_from_now(FOLLOW_UP_AFTER, moment)
    turn = FollowUp.objects.filter(complaint=complaint).count() + 1
    FollowUp.objects.create(complaint=complaint, turn=turn, rule=rule, due_at=due.ends_at)
    record(actor, "close", complaint, outcome=outcome)
