"""询问结果: whoever complained is asked when something came to its end, and has some days to say how."""

from datetime import datetime

from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from complaints.choices.complaints import Outcome, State
from complaints.models import Complaint, Instalment, Survey
from complaints.operations.cases import (
    COMPLAINANT,
    CONFIRM_BY,
    start_clock,
    stop_clock,
    tell_complainant,
)

CONFIRM = gettext_noop("确认问题是否已经解决")


def ask_outcome(actor: Actor, complaint: Complaint) -> Survey:
    """询问结果: something came to its end; whoever complained has some days to say whether it was put right."""
    turn = Survey.objects.filter(complaint=complaint).count() + 1
    asked = Survey.objects.create(complaint=complaint, turn=turn, asked_at=clock.now())
    stop_clock(actor, complaint, CONFIRM_BY, outcome="asked_again")
    if tell_complainant(complaint, f"survey-{turn}"):
        start_confirming(actor, complaint, clock.now())
    return asked


def start_confirming(actor: Actor, complaint: Complaint, asked_at: datetime) -> None:
    """确认期 from the moment the question reached whoever complained: silence of somebody not asked says nothing."""
    start_clock(actor, complaint, CONFIRM_BY, COMPLAINANT, CONFIRM, start=asked_at)


def ask_after_answer(actor: Actor, complaint: Complaint) -> None:
    """未履行以后否认的付款: when the institution has answered for it, or its term is over, the question is put again.

    Not while a further payment is still to come, and not twice.
    """
    if complaint.state != State.BREACHED or open_survey(complaint) is not None:
        return
    rows = Instalment.objects.filter(complaint=complaint, agreement__superseded_at__isnull=True)
    if not rows.filter(paid_on__isnull=True, due_on__gte=clock.today()).exists():
        ask_outcome(actor, complaint)


def open_survey(complaint: Complaint) -> Survey | None:
    """The last question, locked, while it has no answer."""
    last = Survey.objects.select_for_update().filter(complaint=complaint).order_by("-turn").first()
    return last if last and last.answered_at is None and last.outcome == Outcome.UNKNOWN else None
