"""调解会的期限: the day of the next planned session runs as a clock, so that the list of clocks and the calendar agree."""

from django.utils.translation import gettext_noop

from association.actors import Actor
from association.choices import Side
from association.clocks import Owner, deadlines_of, hand_over
from association.rules.clock import beijing
from complaints.choices.complaints import MediatorState, State
from complaints.models import Complaint, MediatorAssignment, Session
from complaints.operations.cases import (
    APPRAISAL_BY,
    KIND,
    MEDIATE_BY,
    SESSION_ON,
    case_of,
    start_clock,
    stop_clock,
)

HOLD = gettext_noop("按约定的时间主持调解会并记录")
TITLE = gettext_noop("调解会日期")


def planned_sessions(complaint: Complaint) -> list[Session]:
    """What is still to come, or was not recorded yet; the nearest first."""
    rows = Session.objects.filter(complaint=complaint, held_at__isnull=True, called_off_at__isnull=True)
    return list(rows.order_by("planned_at", "pk"))


def watch_sessions(actor: Actor, complaint: Complaint) -> None:
    """The clock of the nearest planned session, owned by who mediates now; none where nothing is planned.

    The term of the mediation goes to the mediator too, and back to the staff when there is none.
    """
    _hand_over_term(actor, complaint)
    stop_clock(actor, complaint, SESSION_ON, outcome="changed")
    planned = planned_sessions(complaint)
    if complaint.state != State.MEDIATING or not planned:
        return
    start_clock(
        actor,
        complaint,
        SESSION_ON,
        who_mediates(complaint),
        HOLD,
        # One whose day is over was not recorded in time: its clock began on its own day.
        start=min(planned[0].announced_at, planned[0].planned_at),
        ends_on=beijing(planned[0].planned_at).date(),
        title=TITLE,
    )


def who_mediates(complaint: Complaint) -> Owner:
    active = MediatorAssignment.objects.filter(complaint=complaint, state=MediatorState.ACTIVE).first()
    return Owner(Side.STAFF, user_id=active.mediator_id if active else None)


def _hand_over_term(actor: Actor, complaint: Complaint) -> None:
    """调解期限: in the queue of the mediator, who is reminded of it."""
    if complaint.state != State.MEDIATING:
        return
    owner = who_mediates(complaint)
    running = deadlines_of(KIND, complaint.pk).filter(code=MEDIATE_BY, stopped_at__isnull=True).first()
    if running is not None and running.owner_user_id != owner.user_id:
        hand_over(actor=actor, case=case_of(complaint), code=MEDIATE_BY, owner=owner)
    waiting = deadlines_of(KIND, complaint.pk).filter(code=APPRAISAL_BY, stopped_at__isnull=True)
    if waiting.exists():
        hand_over(actor=actor, case=case_of(complaint), code=APPRAISAL_BY, owner=owner)
