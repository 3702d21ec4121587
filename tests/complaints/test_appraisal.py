"""鉴定中止: on its paper, until a day within the rule, told with the arithmetic; a further one with a second person."""

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from association.choices import Role
from association.models import AuditEntry, Deadline, DeadlinePause, Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.appraisal import PauseState
from complaints.choices.complaints import State
from complaints.models import AppraisalPause, Evidence
from complaints.queries.case import case_of, deeds_of
from tests.complaints.material import (
    DAY,
    accepted,
    again,
    appraised,
    mediating,
    queued,
    state_of,
    tick,
)
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(here):
    return mediating(here)


@pytest.fixture
def which(here, made):
    return {"actor": here.mediator, "complaint_id": made.complaint.pk}


def asked_again(here, which):
    """One that ran and is over, and a second that waits for somebody."""
    operations.pause_for_appraisal(**which, **appraised())
    operations.resume(**which)
    return operations.pause_for_appraisal(**which, **appraised(reason="补充鉴定"))


def decide(here, pause, actor=None, granted=True):
    return operations.decide_pause(
        actor=actor or here.officer,
        complaint_id=pause.complaint_id,
        pause_id=pause.pk,
        granted=granted,
        decision="已核对文件。",
    )


def term(made):
    return Deadline.objects.get(case_id=made.complaint.pk, code="MED-END", stopped_at__isnull=True)


def test_without_the_paper_nothing_stands_still(here, made, which):
    with pytest.raises(InvalidInput, match="请上传") as refused:
        operations.pause_for_appraisal(**which, **appraised(paper=None))
    assert set(refused.value.fields) == {"paper"}
    assert not AppraisalPause.objects.exists()
    assert term(made).paused_on is None


@pytest.mark.parametrize("days", [-1, 0, 90])
def test_the_expected_day_lies_within_the_rule(which, days):
    with pytest.raises(InvalidInput, match="预计完成日") as refused:
        operations.pause_for_appraisal(**which, **appraised(expected_on=clock.today() + days * DAY))
    assert set(refused.value.fields) == {"expected_on"}


def test_both_are_told_until_when_and_what_it_means(here, made, which, association):
    due = term(made).due_on
    pause = operations.pause_for_appraisal(**which, **appraised())
    assert (pause.state, pause.paper.kind, pause.paper.complaint_id) == (
        PauseState.RUNNING,
        "appraisal",
        made.complaint.pk,
    )
    told = Notice.objects.get(event=f"complaint-{made.complaint.pk}-pause-{pause.pk}", channel="desk")
    assert told.user_id == here.school.user_id
    for words in (clock.today(), pause.expected_on, due):
        assert words.isoformat() in told.body
    assert [job.key for job in queued("complaints.mail_complainant")][-1].endswith(f"pause-{pause.pk}")
    page = Desk(association, here.school).get(f"complaints/{made.complaint.pk}/").content.decode()
    assert "演示鉴定所" in page
    assert f"/files/{pause.paper.attachment_id}/" in page


def test_on_the_expected_day_the_clock_goes_on_by_itself(here, made, which, time):
    before = term(made).due_on
    pause = operations.pause_for_appraisal(**which, **appraised())
    time.to(pause.expected_on + DAY)
    tick(here)
    tick(here)
    pause.refresh_from_db()
    assert pause.state == PauseState.ENDED
    after = term(made)
    assert after.paused_on is None
    # Ten working days from the Monday on which it began to the one after the second week.
    assert (after.due_on - before).days >= 10
    told = Notice.objects.filter(event=f"complaint-{made.complaint.pk}-resumed-{pause.pk}", channel="desk")
    assert after.told in told.get(user_id=here.school.user_id).body
    assert Deadline.objects.get(code="MED-APPRAISAL").was_late is False
    assert state_of(made) == State.MEDIATING


def test_a_second_pause_waits_for_a_second_person(here, made, which, time):
    pause = asked_again(here, which)
    assert (pause.state, term(made).paused_on) == (PauseState.ASKED, None)
    with pytest.raises(Refused):
        operations.pause_for_appraisal(**which, **appraised())
    assert "decide_pause" in deeds_of(here.officer, case_of(here.officer, made.complaint.pk))
    assert "decide_pause" not in deeds_of(here.mediator, case_of(here.mediator, made.complaint.pk))
    assert case_of(here.school, made.complaint.pk).pauses.asked is None
    for actor in (here.mediator, here.school, here.auditor):
        with pytest.raises((Forbidden, NotFound)):
            decide(here, pause, actor)
    asked_on = clock.today()
    time.pass_days(1)
    assert decide(here, pause).state == PauseState.RUNNING
    # From the day on which it was asked for: whoever decides takes no time from the mediation.
    assert term(made).paused_on == asked_on
    assert AuditEntry.objects.get(action="decide_pause").user_id == here.officer.user_id
    with pytest.raises(Refused):
        decide(here, pause, here.colleague)


def test_who_asked_for_it_in_the_mediators_place_does_not_decide_either(here, made, which):
    operations.pause_for_appraisal(**which, **appraised())
    operations.resume(**which)
    pause = operations.pause_for_appraisal(**(which | {"actor": here.officer}), **appraised())
    with pytest.raises(Forbidden):
        decide(here, pause)
    assert decide(here, pause, here.colleague).state == PauseState.RUNNING


def test_refused_the_term_runs_on(here, made, which):
    pause = asked_again(here, which)
    assert decide(here, pause, granted=False).state == PauseState.REFUSED
    assert term(made).paused_on is None
    told = Notice.objects.filter(event__endswith=f"pause-{pause.pk}-decided", channel="desk")
    assert set(told.values_list("user_id", flat=True)) == {here.mediator.user_id}


def test_what_nobody_decided_lapses_with_the_mediation(here, made, which, time):
    pause = asked_again(here, which)
    time.to(term(made).due_on + DAY)
    tick(here)
    pause.refresh_from_db()
    assert (pause.state, state_of(made)) == (PauseState.LAPSED, State.TERMINATED)


def test_another_case_and_another_association_decide_nothing(here, made, which):
    pause = asked_again(here, which)
    other = accepted(here).complaint
    with pytest.raises(NotFound):
        operations.decide_pause(
            actor=here.officer, complaint_id=other.pk, pause_id=pause.pk, granted=True, decision="x"
        )
    with acting_for(make_association("away").pk), pytest.raises(NotFound):
        decide(here, pause, actor_with(Role.SECRETARIAT))


# -- the database -----------------------------------------------------------------------------------------------


def refused(statement, *values):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def row(here, made, **fields):
    values = {
        "complaint": made.complaint,
        "appraiser": "演示鉴定所",
        "reason": "课时",
        "asked_at": clock.now(),
        "expected_on": clock.today() + DAY,
        "begun_by_id": here.mediator.user_id,
    }
    return AppraisalPause(**(values | fields))


def test_the_database_wants_a_paper_of_the_same_case(here, made, which):
    pause = operations.pause_for_appraisal(**which, **appraised())
    other = accepted(here)
    for fields in ({}, {"paper": pause.paper}, {"paper": pause.paper, "expected_on": clock.today()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            row(here, other, **fields).save()
    refused("UPDATE complaints_appraisalpause SET paper_id = NULL")
    refused("UPDATE complaints_appraisalpause SET expected_on = expected_on + 30")
    assert Evidence.objects.filter(kind="appraisal").count() == 1


def test_the_database_wants_a_second_person_for_the_second(here, made, which):
    pause = asked_again(here, which)
    refused("UPDATE complaints_appraisalpause SET state = 'running', from_at = now() WHERE id = %s", pause.pk)
    refused(
        "UPDATE complaints_appraisalpause SET state = 'running', from_at = now(), decided_by_id = begun_by_id,"
        " decided_at = now(), decision = 'x' WHERE id = %s",
        pause.pk,
    )
    refused("UPDATE complaints_appraisalpause SET state = 'ended', until_at = now() WHERE id = %s", pause.pk)
    refused("UPDATE complaints_appraisalpause SET state = 'asked', until_at = NULL WHERE state = 'ended'")


def test_the_term_of_a_mediation_stands_still_for_nothing_else(made):
    with pytest.raises(IntegrityError), transaction.atomic():
        DeadlinePause.objects.create(deadline=term(made), first_on=clock.today(), reason="x")
    assert again(made).state == State.MEDIATING


def test_the_forms_of_the_case_page(here, made, which, association):
    desk = Desk(association, here.mediator)
    address = f"complaints/{made.complaint.pk}/"
    sent = {"deed": "pause_for_appraisal"} | appraised(expected_on=(clock.today() + 14 * DAY).isoformat())
    without = {name: value for name, value in sent.items() if name != "paper"}
    kept = desk.client.post(desk.path(f"{address}do/"), without)
    assert kept.status_code == 400
    assert "设备是否合格" in kept.content.decode()
    assert desk.client.post(desk.path(f"{address}do/"), sent).status_code == 302
    operations.resume(**which)
    operations.pause_for_appraisal(**which, **appraised())
    clerk = Desk(association, here.officer)
    assert "决定是否再次中止计期" in clerk.get(address).content.decode()
    pause = AppraisalPause.objects.get(state=PauseState.ASKED)
    said = {"deed": "decide_pause", "pause_id": pause.pk, "granted": "yes", "decision": "已核对文件。"}
    assert clerk.client.post(clerk.path(f"{address}do/"), said).status_code == 302
    page = clerk.get(address).content.decode()
    assert "计期中止中" in page
    assert "已核对文件。" in page
