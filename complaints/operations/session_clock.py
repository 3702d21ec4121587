"""调解会的期限: the day of the next planned session runs as a clock, so that the list of clocks and the calendar agree."""

from django.utils.translation import gettext_noop

from association.actors import Actor
from association.choices import Side
from association.clocks import Owner
from association.rules.clock import beijing
from complaints.choices.complaints import MediatorState, State
from complaints.models import Complaint, MediatorAssignment, Session
from complaints.operations.cases import SESSION_ON, start_clock, stop_clock

HOLD = gettext_noop("按约定的时间主持调解会并记录")
TITLE = gettext_noop("调解会日期")


def planned_sessions(complaint: Complaint) -> list[Session]:
    """What is still to come, or was not recorded yet; the nearest first."""
    rows = Session.objects.filter(complaint=complaint, held_at__isnull=True, called_off_at__isnull=True)
    return list(rows.order_by("planned_at", "pk"))


def watch_sessions(actor: Actor, complaint: Complaint) -> None:
    """The clock of the nearest planned session, owned by who mediates now; none where nothing is planned."""
    stop_clock(actor, complaint, SESSION_ON, outcome="changed")
    planned = planned_sessions(complaint)
    if complaint.state != State.MEDIATING or not planned:
        return
    active = MediatorAssignment.objects.filter(complaint=complaint, state=MediatorState.ACTIVE).first()
    start_clock(
        actor,
        complaint,
        SESSION_ON,
        Owner(Side.STAFF, user_id=active.mediator_id if active else None),
        HOLD,
        # One whose day is over was not recorded in time: its clock began on its own day.
        start=min(planned[0].announced_at, planned[0].planned_at),
        ends_on=beijing(planned[0].planned_at).date(),
        title=TITLE,
    )
