"""调解会改期和取消: with a reason, both are told, and the clock of the day follows the calendar."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from association.choices import Channel, Role
from association.clocks import deadlines_of
from association.models import Deadline, Notice
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import SessionMode
from complaints.models import Session
from complaints.queries.road import events_of
from complaints.queries.tracking import track
from tests.complaints.material import NAME, PHONE, appraised, mediating, queued
from tests.factories.people import actor_with

DAY = timedelta(days=1)


@pytest.fixture
def planned(here):
    made = mediating(here)
    session = plan(here, made)
    return made, session


def plan(here, made, days=3):
    return operations.plan_session(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        mode=SessionMode.ON_SITE,
        place="协会会议室",
        planned_at=clock.now() + days * DAY,
    )


def running(made):
    """Days of the clocks of sessions that run."""
    rows = deadlines_of("complaint", made.complaint.pk).filter(code="MED-SESSION", stopped_at=None)
    return [(row.due_on, row.owner_user_id) for row in rows]


def told(here, words):
    return Notice.objects.filter(
        user_id=here.school.user_id, channel=Channel.DESK, subject__contains=words
    ).first()


def test_a_moved_session_names_its_successor_and_both_are_told(here, planned):
    made, first = planned
    assert running(made) == [(clock.today() + 3 * DAY, here.mediator.user_id)]
    before = len(queued("complaints.mail_complainant"))
    moved = operations.move_session(
        actor=here.mediator, session_id=first.pk, planned_at=clock.now() + 5 * DAY, reason="场地停电"
    )
    first.refresh_from_db()
    assert (first.moved_to_id, moved.place, moved.mode) == (moved.pk, first.place, first.mode)
    assert running(made) == [(clock.today() + 5 * DAY, here.mediator.user_id)]
    assert "场地停电" in told(here, "改期").body
    assert len(queued("complaints.mail_complainant")) == before + 1
    seen = track(made.receipt_code)
    assert seen.next_session == moved
    assert ["改期" in event.title and event.text == "场地停电" for event in events_of(seen)].count(True) == 1


def test_a_cancelled_session_is_over_and_its_clock_stops(here, planned):
    made, first = planned
    second = plan(here, made, days=8)
    operations.cancel_session(actor=here.officer, session_id=first.pk, reason="双方另约")
    assert running(made) == [(clock.today() + 8 * DAY, here.mediator.user_id)]
    assert track(made.receipt_code).next_session == second
    assert "双方另约" in told(here, "取消").body
    operations.cancel_session(actor=here.officer, session_id=second.pk, reason="双方另约")
    assert (running(made), track(made.receipt_code).next_session) == ([], None)
    changed = {"actor": here.mediator, "session_id": first.pk}
    for deed, more in (
        (operations.cancel_session, {"reason": "再次"}),
        (operations.move_session, {"reason": "再次", "planned_at": clock.now() + DAY}),
        (operations.record_session, {"complainant_came": True, "institution_came": True, "minutes": "无"}),
    ):
        with pytest.raises(Refused, match="改期或者取消"):
            deed(**changed, **more)


def test_the_clock_ends_with_the_record_and_with_the_mediation(here, planned, time):
    made, first = planned
    later = plan(here, made, days=20)
    time.pass_days(3)
    operations.record_session(
        actor=here.mediator, session_id=first.pk, complainant_came=True, institution_came=True, minutes="谈过"
    )
    assert [day for day, _owner in running(made)] == [later.planned_at.date()]
    operations.terminate(
        actor=here.mediator, complaint_id=made.complaint.pk, ground="no_agreement", reason="分歧过大。"
    )
    assert running(made) == []
    assert track(made.receipt_code).next_session is None


def test_whoever_mediates_next_has_the_clock(here, planned):
    made, _first = planned
    operations.recuse(actor=here.mediator, complaint_id=made.complaint.pk, ground="interest", reason="认识")
    assert [owner for _day, owner in running(made)] == [None]
    other = actor_with(Role.MEDIATOR)
    operations.assign_mediator(actor=here.officer, complaint_id=made.complaint.pk, mediator_id=other.user_id)
    assert [owner for _day, owner in running(made)] == [other.user_id]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "长" * 201}, "reason"),
        ({"planned_at": -DAY}, "planned_at"),
        ({"planned_at": 90 * DAY}, "planned_at"),
        ({"mode": "?"}, "mode"),
    ],
)
def test_what_cannot_be_is_refused_and_the_session_stands(here, planned, fields, wrong):
    made, first = planned
    values = {"reason": "场地停电", "planned_at": 5 * DAY} | fields
    values["planned_at"] = clock.now() + values["planned_at"]
    with pytest.raises(InvalidInput) as refused:
        operations.move_session(actor=here.mediator, session_id=first.pk, **values)
    assert set(refused.value.fields) == {wrong}
    assert Session.objects.get().is_planned
    assert running(made) == [(clock.today() + 3 * DAY, here.mediator.user_id)]


def test_no_session_after_the_term_of_mediation_unless_it_stands_still(here, planned):
    made, _first = planned
    term = Deadline.objects.get(case_id=made.complaint.pk, code="MED-END")
    days = (term.ends_at - clock.now()).days + 1
    with pytest.raises(InvalidInput, match=term.due_on.isoformat()):
        plan(here, made, days=days)
    operations.pause_for_appraisal(actor=here.mediator, complaint_id=made.complaint.pk, **appraised())
    assert plan(here, made, days=days).is_planned


def test_others_move_nothing(here, planned):
    _made, first = planned
    values = {"session_id": first.pk, "reason": "不来"}
    with pytest.raises(NotFound):
        operations.cancel_session(actor=actor_with(Role.MEDIATOR), **values)
    for actor in (here.school, here.auditor):
        with pytest.raises(Forbidden):
            operations.cancel_session(actor=actor, **values)
    assert Session.objects.get().is_planned


def test_a_reason_names_nobody(here, planned):
    _made, first = planned
    operations.cancel_session(actor=here.mediator, session_id=first.pk, reason=f"{NAME}生病，电话{PHONE}")
    first.refresh_from_db()
    assert NAME not in first.called_off_reason
    assert PHONE not in first.called_off_reason


@pytest.mark.parametrize(
    "change",
    [
        "called_off_at = now()",
        "called_off_reason = '无'",
        "called_off_at = now(), called_off_by_id = mediator_id",
        "moved_to_id = id",
    ],
)
def test_the_database_wants_who_and_why(here, planned, change):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE complaints_session SET {change}")


def test_what_was_called_off_stays_so(here, planned):
    _made, first = planned
    operations.cancel_session(actor=here.mediator, session_id=first.pk, reason="双方另约")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE complaints_session SET called_off_at = NULL, called_off_by_id = NULL, called_off_reason = ''"
        )
