"""评估的期限 on the one clock: which begin with which step, whose turn it is, how they end, and copies that follow."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from association import calendars, clock
from association.actors import system
from association.choices import Role, Side
from association.clocks import deadlines_of, whose_turn
from association.models import AuditEntry, Deadline, OutboxJob
from association.rules.clock import beijing
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden
from credit_rating import operations
from credit_rating.choices import Stage
from credit_rating.models import Assessment, Objection, PriorNotice, PublicNotice, Supplement
from tests.credit_rating.desk_pages import Desk
from tests.credit_rating.test_language import LOW
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import (
    assessment_of,
    begun_assessment,
    close_windows,
    open_round,
    reviewing_round,
    submitted_assessment,
)
from tests.factories.review import determined, move_clock, on_notice, published, run_jobs, standing_result

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


def robot():
    return system(current_association_id())


def ended(row, code):
    """Outcome and lateness of the last term of a case."""
    kind = (
        "objection"
        if isinstance(row, Objection)
        else "public_notice"
        if isinstance(row, PublicNotice)
        else "rating"
    )
    found = deadlines_of(kind, row.pk).filter(code=code).last()
    return found.outcome, found.was_late


def noticed():
    assessment = determined(Assessment.objects.get(round=reviewing_round()), LOW)
    operations.send_prior_notice(actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk)
    return assessment


def supplemented():
    assessment = Assessment.objects.get(round=reviewing_round())
    leaf = assessment.round.standard.indicators.exclude(method="").first()
    return operations.request_supplement(
        actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk, items={leaf.pk: "补一份合同"}
    )


def objected():
    assessment = on_notice()
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    return operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")


# -- turns and ends -------------------------------------------------------------------------------------------


def test_each_invited_institution_has_its_turn_until_the_window_closes(here):
    filed, silent, left = make_institution(), make_institution(), make_institution()
    round_ = open_round(institutions=[filed, silent])
    operations.invite(actor=actor_with(Role.SECRETARIAT), round_id=round_.pk, institution_ids=[left.pk])
    turns = [whose_turn("rating", assessment_of(round_, one).pk) for one in (filed, silent, left)]
    closes = round_.stages.first().closes_at
    assert [(turn.owner, turn.action, turn.ends_at) for turn in turns] == [
        (Side.INSTITUTION, "填写并提交自评", closes)
    ] * 3
    submitted_assessment(round_, filed)
    begun_assessment(assessment_of(round_, left))
    operations.withdraw(
        actor=actor_with(Role.INSTITUTION_ADMIN, left), assessment_id=assessment_of(round_, left).pk
    )
    assert ended(assessment_of(round_, filed), "ROUND-SELF-ASSESSMENT") == ("submitted", False)
    assert ended(assessment_of(round_, left), "ROUND-SELF-ASSESSMENT") == ("withdrawn", False)
    close_windows(round_)
    assert ended(assessment_of(round_, silent), "ROUND-SELF-ASSESSMENT")[0] == "not_filed"


def test_a_supplement_is_the_institutions_turn_until_it_is_answered_or_over(here):
    supplement = supplemented()
    turn = whose_turn("rating", supplement.assessment_id)
    assert (turn.owner, turn.ends_at, turn.explanation) == (
        Side.INSTITUTION,
        supplement.due_at,
        supplement.explanation,
    )
    move_clock(20)
    assert ended(supplement.assessment, "ROUND-SUPPLEMENT") == ("submitted", True)


def test_a_defence_hands_the_turn_back_and_silence_is_not_late(here):
    assessment = noticed()
    notice = PriorNotice.objects.get()
    assert whose_turn("rating", assessment.pk).ends_at == notice.due_at
    operations.file_defence(
        actor=actor_with(Role.INSTITUTION_ADMIN, assessment.institution),
        assessment_id=assessment.pk,
        text="已整改",
    )
    assert ended(assessment, "ROUND-DEFENCE") == ("defended", False)
    silent = Assessment.objects.exclude(pk=assessment.pk).filter(stage=Stage.NOTICED)
    assert not silent.exists()


def test_a_right_that_nobody_used_runs_out(here):
    assessment = noticed()
    move_clock(20)
    assert ended(assessment, "ROUND-DEFENCE") == ("lapsed", False)


def test_a_public_notice_runs_its_full_length(here):
    assessment = on_notice()
    notice = PublicNotice.objects.get()
    turn = whose_turn("public_notice", notice.pk)
    assert (turn.owner, turn.ends_at, turn.explanation) == (Side.STAFF, notice.closes_at, notice.explanation)
    move_clock(15)
    assert ended(notice, "ROUND-PUBLIC-NOTICE") == ("lapsed", False)
    assert Assessment.objects.get(pk=assessment.pk).stage == Stage.PUBLIC_NOTICE


def test_two_objections_to_one_result_have_each_their_clock(here):
    objection = objected()
    second = operations.file_objection(
        actor=actor_with(Role.SECRETARIAT),
        assessment_id=objection.assessment_id,
        text="来函",
        document_number="1号",
    )
    assert [whose_turn("objection", row.pk).owner for row in (objection, second)] == [Side.COMMITTEE] * 2
    operations.decide_objection(
        actor=actor_with(Role.COMMITTEE), objection_id=objection.pk, upheld=False, decision="维持"
    )
    assert ended(objection, "ROUND-OBJECTION") == ("rejected", False)
    assert whose_turn("objection", second.pk) is not None


def test_a_result_is_valid_until_the_day_of_its_certificate(here):
    publication = published()
    turn = whose_turn("rating", publication.assessment_id)
    assert (turn.owner, turn.due_on) == (Side.INSTITUTION, publication.valid_until)
    move_clock(400)
    assert ended(publication.assessment, "ROUND-VALIDITY") == ("lapsed", False)


def test_what_began_before_the_clock_goes_on_without_it(here):
    """Rows of an earlier version have no deadline: their steps are taken all the same."""
    assessment = standing_result(clock.today() - timedelta(days=1))
    move_clock(1)
    assert Assessment.objects.get(pk=assessment.pk).stage == Stage.EXPIRED
    assert not Deadline.objects.filter(code="ROUND-VALIDITY").exists()


# -- copies ---------------------------------------------------------------------------------------------------


def holiday_inside(deadline):
    """A day off more in the middle of the term."""
    day = deadline.due_on
    while not clock.calendar().is_working_day(day):
        day -= timedelta(days=1)
    calendars.set_calendar_day(
        actor=actor_with(Role.SECRETARIAT), on=day, kind="off", holiday="抗洪", source="演示通知"
    )


def count_again():
    calendars.recompute_open_deadlines(actor=robot())
    return run_jobs("credit_rating.follow_deadline", operations.follow_deadline)


@pytest.mark.parametrize(
    ("begin", "code"),
    [
        (lambda: (noticed(), PriorNotice.objects.get())[1], "ROUND-DEFENCE"),
        (lambda: supplemented(), "ROUND-SUPPLEMENT"),
        (lambda: objected(), "ROUND-OBJECTION"),
    ],
    ids=["defence", "supplement", "objection"],
)
def test_the_copy_follows_the_clock_and_says_nothing_else(here, begin, code):
    row = begin()
    deadline = Deadline.objects.get(code=code)
    assert (row.due_at, row.explanation, row.reckoning) == (
        deadline.ends_at,
        deadline.told,
        deadline.reckoning,
    )
    with pytest.raises(IntegrityError, match="what the clock says"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(due_at=row.due_at + timedelta(days=1))
    holiday_inside(deadline)
    assert count_again() >= 1
    deadline.refresh_from_db()
    again = type(row).objects.get(pk=row.pk)
    assert again.due_at > row.due_at
    assert (again.due_at, again.explanation, again.reckoning) == (
        deadline.ends_at,
        deadline.told,
        deadline.reckoning,
    )
    assert AuditEntry.objects.filter(action="follow_deadline").count() == 1
    assert not operations.follow_deadline(actor=robot(), deadline_id=deadline.pk)


def test_a_notice_that_is_shown_follows_and_its_institutions_hear(here):
    on_notice()
    notice = PublicNotice.objects.get()
    deadline = Deadline.objects.get(code="ROUND-PUBLIC-NOTICE")
    holiday_inside(deadline)
    count_again()
    assert PublicNotice.objects.get().closes_at > notice.closes_at
    assert AuditEntry.objects.filter(action="recount_notice").count() == 1
    assert OutboxJob.objects.filter(task="disclosure.refresh_round", key__contains="recounted").exists()
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        PublicNotice.objects.update(closes_at=notice.closes_at)


def test_a_date_on_a_certificate_does_not_move(here):
    publication = published()
    holiday_inside(Deadline.objects.get(code="ROUND-VALIDITY"))
    count_again()
    assert Deadline.objects.get(code="ROUND-VALIDITY").due_on == publication.valid_until


def test_only_the_clock_makes_copies_follow(here):
    supplemented()
    deadline = Deadline.objects.get(code="ROUND-SUPPLEMENT")
    with pytest.raises(Forbidden):
        operations.follow_deadline(actor=actor_with(Role.SECRETARIAT), deadline_id=deadline.pk)
    with acting_for(make_association().pk):
        assert not operations.follow_deadline(actor=robot(), deadline_id=deadline.pk)


def test_pages_tell_the_arithmetic_in_their_language(here):
    supplement = supplemented()
    with translation.override("en"):
        assert (
            f"{beijing(supplement.requested_at).year} plus 5 working days (first day not counted)"
            in supplement.arithmetic
        )
    assert supplement.arithmetic == supplement.explanation
    Supplement.objects.filter(pk=supplement.pk).update(reckoning=None)
    with translation.override("en"):
        assert Supplement.objects.get().arithmetic == supplement.explanation
    desk = Desk(here, actor_with(Role.INSTITUTION_ADMIN, supplement.assessment.institution))
    assert "补正材料" in desk.get("clocks/").content.decode()
