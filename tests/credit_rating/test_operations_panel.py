"""合议: whose opinion counts, and when a review may end."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from association.choices import Role
from association.models import User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import AssignmentState, Stage, StageKind
from credit_rating.models import Assessment, Assignment, Opinion
from credit_rating.queries.panel import panel_sheet
from credit_rating.queries.review import assignments_of, counted_opinions
from credit_rating.queries.waiting import to_review
from credit_rating.rules.specification import NaPolicy
from tests.factories.people import actor_with, appoint, make_association
from tests.factories.rating import reviewing_round
from tests.factories.review import assign, review, score_all

pytestmark = pytest.mark.django_db
CODE = "B1.2"
NONE = {CODE: {"points": "0"}}


@pytest.fixture
def assessment():
    with acting_for(make_association().pk):
        yield Assessment.objects.get(round=reviewing_round())


@pytest.fixture
def clerk(assessment):
    return actor_with(Role.SECRETARIAT)


def assessors(count):
    return [actor_with(Role.ASSESSOR) for _ in range(count)]


def assignment_of(reviewer):
    return Assignment.objects.get(assessor_id=reviewer.user_id)


def come_to_work_there(reviewer, assessment):
    appoint(User.objects.get(pk=reviewer.user_id), Role.ASSESSOR, employer=assessment.institution)


# 是否适用


def na_code(assessment):
    spec = assessment.round.standard.indicators.exclude(na_policy=NaPolicy.FORBIDDEN)
    return spec.filter(method__isnull=False).exclude(method="").first().code


def test_one_of_three_does_not_decide_what_the_others_hold_for_not_applicable(assessment, clerk):
    code = na_code(assessment)
    first, second, third = assessors(3)
    for one in (first, second):
        review(assessment, one, {code: {}}, na={code: "未开展"})
    review(assessment, third)
    (row,) = [row for row in panel_sheet(clerk, assessment.pk).rows if row.leaf.code == code]
    assert row.panel.is_na
    assert panel_sheet(clerk, assessment.pk).disagreements == (code,)
    with pytest.raises(InvalidInput, match="合议"):
        operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    operations.finish_review(actor=clerk, assessment_id=assessment.pk, discussion="经合议：未开展")
    operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    computation = assessment.computations.get()
    assert computation.grade != "D"


# 结束评审


def test_a_review_is_not_finished_over_those_who_are_still_at_it(assessment, clerk):
    for one in assessors(3):
        review(assessment, one)
    late = actor_with(Role.ASSESSOR)
    assign(assessment, late)
    score_all(assessment, late, NONE)
    with pytest.raises(Refused, match="还有评审员没有提交意见"):
        operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    operations.submit_review(actor=late, assessment_id=assessment.pk)
    done = operations.finish_review(actor=clerk, assessment_id=assessment.pk, discussion="分歧已合议")
    assert done.stage == Stage.REVIEWED


def test_who_does_not_deliver_is_released_with_a_reason_and_told(assessment, clerk):
    for one in assessors(3):
        review(assessment, one)
    silent = actor_with(Role.ASSESSOR)
    assign(assessment, silent, declared=False)
    ask = {"assignment_id": assignment_of(silent).pk}
    with pytest.raises(InvalidInput):
        operations.end_assignment(actor=clerk, **ask, reason=" ")
    for stranger in (silent, actor_with(Role.COMMITTEE_CHAIR), actor_with(Role.AUDITOR)):
        with pytest.raises(Forbidden):
            operations.end_assignment(actor=stranger, **ask, reason="长期未办")
    operations.end_assignment(actor=clerk, **ask, reason="长期未办")
    assert not assignments_of(silent).exists()
    with pytest.raises(Refused):
        operations.end_assignment(actor=clerk, **ask, reason="长期未办")
    with pytest.raises(Refused, match="已解除"):
        assign(assessment, silent)
    assert operations.finish_review(actor=clerk, assessment_id=assessment.pk).stage == Stage.REVIEWED
    notice = User.objects.get(pk=silent.user_id).notices.latest("pk")
    assert "长期未办" in notice.body


def test_an_assignment_of_another_association_is_not_found(assessment):
    elsewhere = make_association("elsewhere")
    reviewer = actor_with(Role.ASSESSOR)
    found = assign(assessment, reviewer)
    with acting_for(elsewhere.pk), pytest.raises(NotFound):
        operations.end_assignment(
            actor=actor_with(Role.SECRETARIAT), assignment_id=found.pk, reason="不是本会"
        )


def test_the_secretariat_cannot_choose_among_the_opinions(assessment, clerk):
    reviewer = actor_with(Role.ASSESSOR)
    review(assessment, reviewer, NONE)
    with pytest.raises(Refused, match="不能解除"):
        operations.end_assignment(actor=clerk, assignment_id=assignment_of(reviewer).pk, reason="意见偏低")
    assert counted_opinions(assessment.pk, StageKind.REVIEW).count() == 1


def test_an_interest_found_after_the_opinion_keeps_it_from_counting(assessment, clerk):
    tied, *others = assessors(4)
    review(assessment, tied, NONE)
    for one in others:
        review(assessment, one)
    come_to_work_there(tied, assessment)
    ask = {"actor": clerk, "assessment_id": assessment.pk, "discussion": "分歧已合议"}
    with pytest.raises(Refused, match="现在与机构有利害关系"):
        operations.finish_review(**ask)
    operations.end_assignment(actor=clerk, assignment_id=assignment_of(tied).pk, reason="已在该机构任职")
    operations.finish_review(**ask)
    operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    assert assessment.computations.get().total == 100
    assert Opinion.objects.filter(author_id=tied.user_id, submitted_at__isnull=False).exists()


def test_a_reviewer_stands_aside_after_submitting_as_long_as_the_review_runs(assessment, clerk):
    first, *others = assessors(4)
    review(assessment, first, NONE)
    operations.recuse(actor=first, assignment_id=assignment_of(first).pk, reason="近亲属入职")
    for one in others:
        review(assessment, one)
    operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    assert assessment.computations.get().total == 100
    with pytest.raises(Refused, match="已经结束"):
        operations.recuse(actor=others[0], assignment_id=assignment_of(others[0]).pk, reason="晚了")


def test_the_database_wants_a_reason_for_a_release(assessment):
    reviewer = actor_with(Role.ASSESSOR)
    found = assign(assessment, reviewer)
    with pytest.raises(IntegrityError, match="assignment_ended"), transaction.atomic():
        Assignment.objects.filter(pk=found.pk).update(state=AssignmentState.ENDED)


# 补正以后


def supplemented(assessment, asking, answer="名册见档案"):
    indicator = assessment.round.standard.indicators.get(code=CODE)
    operations.request_supplement(
        actor=asking, assessment_id=assessment.pk, items={indicator.pk: "请补充名册"}
    )
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    operations.answer_supplement(actor=manager, assessment_id=assessment.pk, answers={indicator.pk: answer})
    assessment.refresh_from_db()


def test_what_was_supplied_reaches_those_who_have_given_their_opinion_before(assessment, clerk):
    first, second, third = assessors(3)
    for one in (first, second):
        review(assessment, one, NONE)
    assign(assessment, third)
    supplemented(assessment, third)
    assert [row.assessor_id for row in to_review(first)] == [first.user_id]
    score_all(assessment, third)
    operations.submit_review(actor=third, assessment_id=assessment.pk)
    with pytest.raises(Refused, match="还有评审员没有提交意见"):
        operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    for one in (first, second):
        score_all(assessment, one)
        operations.submit_review(actor=one, assessment_id=assessment.pk)
    operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    assert assessment.computations.get().total == 100
    renewed = Opinion.objects.filter(kind=StageKind.REVIEW, supersedes__author=F("author"))
    assert renewed.count() == 2


def test_who_sees_no_reason_to_change_submits_the_same_again(assessment, clerk):
    first, second, third = assessors(3)
    for one in (first, second, third):
        review(assessment, one, {CODE: {"points": "18"}})
    supplemented(assessment, clerk)
    for one in (first, second, third):
        operations.submit_review(actor=one, assessment_id=assessment.pk)
    operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    (row,) = [row for row in panel_sheet(clerk, assessment.pk).rows if row.leaf.code == CODE]
    assert [item.points for item in row.scores] == [18, 18, 18]
