"""到点办理: everything that happens in a round because time passes."""

from datetime import timedelta

import pytest

from association import clock, watch
from association.actors import system
from association.choices import Role
from association.deadlines import rule_in_force
from association.models import Notice, OutboxJob
from association.moments import minute
from association.operations import move_practice_clock
from association.rules.clock import beijing
from association.tenancy import acting_for
from common.errors import NotFound, Refused
from credit_rating import operations
from credit_rating.choices import RoundState, Stage, StageKind
from credit_rating.models import (
    Assessment,
    RoundStage,
    Supplement,
)
from credit_rating.operations.moves import move_assessment
from credit_rating.operations.rounds import window_of
from tests.factories.people import actor_with, make_association, make_institution, make_user
from tests.factories.rating import (
    assessment_of,
    begun_assessment,
    close_windows,
    open_round,
    reviewing_round,
    submitted_assessment,
    windows,
)
from tests.factories.review import standing_result

pytestmark = pytest.mark.django_db
SELF, DISTRICT, REVIEW, DETERMINATION = StageKind


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def clerk(here):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def timekeeper(here):
    return system(here.pk)


def planned(clerk, standard, **changes):
    values = {"year": 2026, "title": "2026年度评估", "standard_id": standard.pk, "stages": windows()}
    return operations.plan_round(actor=clerk, **(values | changes))


def pass_days(here, days):
    move_practice_clock(actor=system(here.pk), days=days)


def test_who_does_not_file_is_not_filed_and_never_graded(here, timekeeper):
    invited, begun, filed = make_institution(), make_institution(), make_institution()
    round_ = open_round(institutions=[invited, begun, filed])
    begun_assessment(assessment_of(round_, begun))
    submitted_assessment(round_, filed)
    admin = actor_with(Role.INSTITUTION_ADMIN, invited)
    operations.keep_the_clock(actor=timekeeper)
    assert operations.close_self_assessment(actor=timekeeper, round_id=round_.pk) == 0
    assert assessment_of(round_, invited).stage == Stage.INVITED

    pass_days(here, 19)
    operations.keep_the_clock(actor=timekeeper)
    operations.keep_the_clock(actor=timekeeper)
    stages = {row.institution_id: (row.stage, row.grade, row.total) for row in Assessment.objects.all()}
    assert stages == {
        invited.pk: (Stage.NOT_FILED, "", None),
        begun.pk: (Stage.NOT_FILED, "", None),
        filed.pk: (Stage.SUBMITTED, "", None),
    }
    round_.refresh_from_db()
    assert round_.state == RoundState.REVIEWING
    told = Notice.objects.filter(user_id=admin.user_id, event__endswith="-not-filed", channel="desk")
    assert "不是等级" in told.get().body


def test_the_closing_moment_itself_is_closed(here, timekeeper):
    round_ = open_round()
    stage = RoundStage.objects.get(round=round_, kind=SELF)
    stage.closes_at = clock.now()
    stage.save()
    assert operations.close_self_assessment(actor=timekeeper, round_id=round_.pk) == 1


def test_reminders_go_out_before_the_closing_once_each_to_those_who_have_not_filed(here, timekeeper):
    """Five and one working days before, at ten in the morning; the clock of all terms sees to it."""
    waiting, filed = make_institution(), make_institution()
    round_ = open_round(institutions=[waiting, filed])
    admin, other = (actor_with(Role.INSTITUTION_ADMIN, one) for one in (waiting, filed))
    submitted_assessment(round_, filed)
    closes_at = window_of(round_, SELF).closes_at
    days = (closes_at - clock.now()).days
    first = beijing(clock.now()).replace(hour=10, minute=0) + timedelta(days=1)
    for place in range(days):
        with clock.rehearsing(first + timedelta(days=place)):
            for _beat in range(2):
                watch.keep_clocks(actor=timekeeper)
    told = Notice.objects.filter(subject="期限将至", channel="desk")
    assert list(told.values_list("user_id", flat=True)) == [admin.user_id, admin.user_id]
    assert "填写并提交自评" in told[0].body
    assert not told.filter(user_id=other.user_id).exists()


def test_a_supplement_that_ran_out_goes_on_with_what_is_there(here, timekeeper):
    round_ = reviewing_round()
    assessment = assessment_of(round_)
    Supplement.objects.create(
        assessment=assessment,
        returns_to=Stage.SUBMITTED,
        requested_by=make_user(),
        requested_at=clock.now(),
        rule=rule_in_force("ROUND-SUPPLEMENT", clock.today()),
        due_at=clock.now() + timedelta(days=5),
        explanation="5个工作日",
    )
    move_assessment(assessment, Stage.SUPPLEMENT)
    operations.keep_the_clock(actor=timekeeper)
    assert assessment_of(round_).stage == Stage.SUPPLEMENT
    pass_days(here, 6)
    operations.keep_the_clock(actor=timekeeper)
    assert assessment_of(round_).stage == Stage.SUBMITTED


def test_determination_begins_with_its_window_and_when_no_review_is_left(here, timekeeper):
    round_ = reviewing_round()
    assert round_.state == RoundState.REVIEWING
    close_windows(round_, until=REVIEW)
    assert round_.state == RoundState.REVIEWING  # one is still under review
    move_assessment(assessment_of(round_), Stage.REVIEWED)
    operations.keep_the_clock(actor=timekeeper)
    round_.refresh_from_db()
    assert round_.state == RoundState.DETERMINING


def test_a_reviewed_round_waits_for_the_window_of_the_determination(here, timekeeper, clerk):
    round_ = reviewing_round()
    begins = clock.now() + timedelta(days=3)
    RoundStage.objects.filter(round=round_, kind=DETERMINATION).update(opens_at=begins)
    move_assessment(assessment_of(round_), Stage.REVIEWED)
    operations.keep_the_clock(actor=timekeeper)
    round_.refresh_from_db()
    assert round_.state == RoundState.REVIEWING
    words = f"综合评定.*{minute(begins)}"
    with pytest.raises(Refused, match=words):
        operations.compute_round(actor=clerk, round_id=round_.pk)
    with pytest.raises(Refused, match=words):
        operations.compute_assessment(actor=clerk, assessment_id=assessment_of(round_).pk)
    with pytest.raises(Refused, match=words):
        operations.determine(actor=actor_with(Role.COMMITTEE), assessment_id=assessment_of(round_).pk)


def test_a_quiet_minute_is_cheap(here, timekeeper, django_assert_max_num_queries):
    open_round(institutions=[make_institution() for _number in range(3)])
    with django_assert_max_num_queries(10):
        operations.keep_the_clock(actor=timekeeper)


def test_the_clock_leaves_the_neighbour_association_alone(here, timekeeper):
    neighbour = make_association()
    with acting_for(neighbour.pk):
        theirs = open_round()
        RoundStage.objects.filter(round=theirs, kind=SELF).update(closes_at=clock.now())
    operations.keep_the_clock(actor=timekeeper)
    with acting_for(neighbour.pk):
        assert assessment_of(theirs).stage == Stage.INVITED
        with pytest.raises(NotFound):
            operations.close_self_assessment(actor=timekeeper, round_id=-1)


@pytest.mark.parametrize("stage", [Stage.PUBLISHED, Stage.SUSPENDED])
def test_a_result_expires_after_its_last_valid_day_and_the_register_is_told_once(here, timekeeper, stage):
    assessment = standing_result(clock.today() + timedelta(days=2), stage)
    stages = []
    for _day in range(3):
        pass_days(here, 1)
        for _time in range(2):
            operations.keep_the_clock(actor=timekeeper)
        assessment.refresh_from_db()
        stages.append(assessment.stage)
    assert stages == [stage, stage, Stage.EXPIRED]
    assert assessment.grade == "B"
    job = OutboxJob.objects.get(task="disclosure.refresh_institution")
    assert job.payload == {"institution_id": assessment.institution_id}
