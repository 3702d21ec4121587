"""窗口与结束: what each window binds, how a round ends without results, and terms that are counted again."""

import logging
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from association import calendars, clock
from association.actors import system
from association.choices import DayKind, Role
from association.models import AuditEntry, CalendarDay, Notice
from association.rules.clock import BEIJING
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden, InvalidInput, Refused
from credit_rating import operations
from credit_rating.choices import CertificateStanding, PublicState, RoundState, Stage, StageKind
from credit_rating.models import Assessment, PublicNotice, Round, RoundStage
from credit_rating.operations import round_clock
from credit_rating.queries.results import certificate_standing
from credit_rating.queries.round_board import round_board
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import (
    assessment_of,
    close_windows,
    open_round,
    reviewing_round,
    submitted_assessment,
)
from tests.factories.review import (
    determined,
    move_clock,
    on_notice,
    proposed_now,
    public_state_of,
    published,
    replaced,
    reviewed,
    run_jobs,
    suspend,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def clerk():
    return actor_with(Role.SECRETARIAT)


def count_again():
    """What follows a change of the calendar."""
    calendars.recompute_open_deadlines(actor=system(current_association_id()))
    run_jobs("credit_rating.follow_deadline", operations.follow_deadline)


def tick():
    operations.keep_the_clock(actor=system(current_association_id()))


# ---------------------------------------------------------------- 评审与评定的窗口


def test_review_of_a_filed_assessment_begins_before_the_others_have_filed():
    round_ = open_round(institutions=[make_institution(), make_institution()])
    filed = submitted_assessment(round_, round_.assessments.first().institution)
    assert reviewed(filed).stage == Stage.REVIEWED
    with pytest.raises(Refused, match=r"综合评定.*开始"):
        operations.compute_assessment(actor=actor_with(Role.SECRETARIAT), assessment_id=filed.pk)


# ---------------------------------------------------------------- 公示期的边


NATIONAL_DAY = [datetime(2026, 10, day, tzinfo=BEIJING).date() for day in range(1, 8)]
FIFTH_DAY_ENDS = datetime(2026, 10, 13, tzinfo=BEIJING)


def test_the_fifth_working_day_of_the_notice_ends_at_midnight_and_not_before(clerk):
    """Opened on Tuesday 29 September: 30 September, 8, 9, Saturday 10 (调休) and 12 October are counted."""
    assessment = determined()
    CalendarDay.objects.filter(date__year=2026).delete()
    for day in NATIONAL_DAY:
        CalendarDay.objects.create(date=day, kind=DayKind.OFF, holiday="国庆节")
    saturday = datetime(2026, 10, 10, tzinfo=BEIJING).date()
    CalendarDay.objects.create(date=saturday, kind=DayKind.WORK, holiday="国庆节")
    with clock.rehearsing(datetime(2026, 9, 29, 10, tzinfo=BEIJING)):
        notice = operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    assert notice.closes_at == FIFTH_DAY_ENDS
    with (
        clock.rehearsing(FIFTH_DAY_ENDS - timedelta(seconds=1)),
        pytest.raises(Refused, match="公示期未满"),
    ):
        operations.propose_publication(actor=clerk, round_id=assessment.round_id)
    with clock.rehearsing(FIFTH_DAY_ENDS):
        assert len(operations.propose_publication(actor=clerk, round_id=assessment.round_id)) == 1


def test_a_provisional_notice_waits_for_the_holidays_and_is_counted_again(clerk):
    assessment = determined()
    CalendarDay.objects.all().delete()
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    notice = PublicNotice.objects.get()
    assert notice.provisional
    move_clock(20, clerk)
    with pytest.raises(Refused, match="暂定"):
        operations.propose_publication(actor=clerk, round_id=assessment.round_id)
    last = notice.closes_at.astimezone(BEIJING).date() - timedelta(days=1)
    CalendarDay.objects.create(date=last, kind=DayKind.OFF, holiday="演示假日")
    CalendarDay.objects.create(date=last.replace(year=last.year + 1, month=12, day=31), kind=DayKind.OFF)
    count_again()
    count_again()
    again = PublicNotice.objects.get()
    assert (again.provisional, again.closes_at > notice.closes_at) == (False, True)
    assert again.explanation != notice.explanation
    assert AuditEntry.objects.filter(action="recount_notice").count() == 1
    assert operations.propose_publication(actor=clerk, round_id=assessment.round_id)


LOW = {"B1.2": {"points": "0"}, "A1.3": {"tier": "差"}}  # 65, a C


def test_a_provisional_window_for_the_defence_ends_nobodys_right(clerk):
    """The holidays of the year in which it ends are not announced: it may still move on."""
    assessment = determined(Assessment.objects.get(round=reviewing_round()), LOW)
    CalendarDay.objects.all().delete()
    operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    move_clock(20, clerk)
    with pytest.raises(Refused, match="申辩期未满"):
        operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    assert operations.file_defence(actor=manager, assessment_id=assessment.pk, text="已整改").defence


def test_a_settled_end_does_not_become_provisional_again():
    on_notice()
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        PublicNotice.objects.update(provisional=True)


# ---------------------------------------------------------------- 没有结果的轮次


def test_a_round_in_which_nobody_filed_ends_without_results():
    round_ = open_round(institutions=[make_institution(), make_institution()])
    close_windows(round_)
    assert round_.state == RoundState.ENDED
    assert {row.stage for row in round_.assessments.all()} == {Stage.NOT_FILED}
    tick()
    assert AuditEntry.objects.filter(action="end_round").count() == 1


def test_an_institution_that_closes_down_is_taken_out_with_a_reason_and_the_round_ends(clerk):
    assessment = reviewed(assessment_of(reviewing_round()))
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    with pytest.raises(Forbidden):
        operations.discontinue_assessment(actor=manager, assessment_id=assessment.pk, reason="停办")
    with pytest.raises(InvalidInput):
        operations.discontinue_assessment(actor=clerk, assessment_id=assessment.pk, reason=" ")
    operations.discontinue_assessment(actor=clerk, assessment_id=assessment.pk, reason="机构已停办")
    with pytest.raises(Refused, match="不能终止"):
        operations.discontinue_assessment(actor=clerk, assessment_id=assessment.pk, reason="机构已停办")
    assert Assessment.objects.get().stage == Stage.WITHDRAWN
    assert AuditEntry.objects.get(action="discontinue_assessment").reason == "机构已停办"
    told = Notice.objects.filter(event=f"assessment-{assessment.pk}-discontinued", channel="desk")
    assert manager.user_id in told.values_list("user_id", flat=True)
    tick()
    assert Round.objects.get().state == RoundState.ENDED
    assert public_state_of(assessment.institution_id).state == PublicState.NOT_ASSESSED


def test_a_determined_result_cannot_be_taken_out(clerk):
    with pytest.raises(Refused, match="不能终止"):
        operations.discontinue_assessment(actor=clerk, assessment_id=determined().pk, reason="停办")


def test_the_last_one_taken_out_leaves_a_published_round(clerk):
    round_ = reviewing_round(institutions=[make_institution(), make_institution()])
    first, second = round_.assessments.order_by("pk")
    determined(first)
    operations.open_public_notice(actor=clerk, round_id=round_.pk, assessment_ids=[first.pk])
    move_clock(15, clerk)
    operations.propose_publication(actor=clerk, round_id=round_.pk)
    operations.approve_publication(
        actor=actor_with(Role.COMMITTEE_CHAIR), round_id=round_.pk, shown=proposed_now(round_.pk)
    )
    operations.discontinue_assessment(actor=clerk, assessment_id=second.pk, reason="停办")
    tick()
    round_.refresh_from_db()
    assert round_.state == RoundState.PUBLISHED


# ---------------------------------------------------------------- 到点办理


def test_a_refusal_in_one_round_leaves_the_others_done(monkeypatch, caplog):
    first, second = open_round(), open_round()
    RoundStage.objects.filter(kind=StageKind.SELF_ASSESSMENT).update(closes_at=clock.now())
    close = round_clock._close_self_assessment

    def refusing(actor, round_):
        done = close(actor, round_)
        if round_.pk == first.pk:
            raise Refused("不行")
        return done

    monkeypatch.setattr(round_clock, "_close_self_assessment", refusing)
    with caplog.at_level(logging.WARNING, logger="credit_rating.operations.round_clock"):
        tick()
    assert [assessment_of(one).stage for one in (first, second)] == [Stage.INVITED, Stage.NOT_FILED]
    assert "不行" in caplog.text


# ---------------------------------------------------------------- 公布之后


def test_a_suspended_result_that_expires_has_expired_everywhere():
    publication = published()
    suspend(publication)
    code, institution = publication.certificate.code, publication.assessment.institution_id
    assert certificate_standing(code).standing == CertificateStanding.SUSPENDED
    move_clock(380)
    assert certificate_standing(code).standing == CertificateStanding.EXPIRED
    assert public_state_of(institution).state == PublicState.EXPIRED
    assert round_board(publication.assessment.round_id).results[0]["state"] == "expired"


def test_the_list_of_a_past_round_keeps_what_a_later_result_replaced():
    publication = replaced()
    (row,) = round_board(publication.assessment.round_id).results
    assert (row["state"], row["grade"]) == ("superseded", publication.grade)
