"""计算、评定、告知、公示、异议、公布: who decides, in which order, and what never changes afterwards."""

import pytest

from association.actors import actor_of
from association.choices import Role
from association.models import Job, OutboxJob, User
from association.operations import advance_job, fail_job
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import DeterminationState, RoundState, Stage
from credit_rating.models import (
    Assessment,
    Computation,
    Determination,
)
from credit_rating.queries.explanation import explanation_of
from credit_rating.queries.final_marks import final_marks, plan_of
from tests.factories.people import actor_with, appoint, make_association, make_institution
from tests.factories.rating import reviewing_round
from tests.factories.review import (
    computed,
    determined,
    overruling_now,
    review,
    reviewed,
    run_jobs,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def assessment(scope):
    return Assessment.objects.get(round=reviewing_round())


@pytest.fixture
def clerk(scope):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def member(scope):
    return actor_with(Role.COMMITTEE)


def also(actor, role):
    """The same person with one more role."""
    user = User.objects.get(pk=actor.user_id)
    appoint(user, role)
    return actor_of(user, actor.association_id)


# 计算


def test_the_median_of_the_panel_counts_and_the_self_score_never_does(assessment, clerk):
    for points in ("8", "12", "13.5"):
        review(assessment, actor_with(Role.ASSESSOR), {"B1.2": {"points": points}})
    operations.finish_review(actor=clerk, assessment_id=assessment.pk, discussion="已合议")
    computation = operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    assert (computation.total, computation.grade) == (92, "A")
    again = operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    assert (again.pk, again.result_hash) == (computation.pk, computation.result_hash)
    assert Computation.objects.count() == Determination.objects.count() == 1
    told = explanation_of(clerk, assessment.pk)
    part = next(part for part in told.waterfall.parts if part.code == "B1.2")
    assert (part.self_points, part.review_points, part.final_points) == (20, 12, 12)
    assert told.verified
    assert told.peers is None


@pytest.mark.parametrize(
    ("skipping", "points", "total"), [(1, 1000, 90), (2, None, 100)], ids=["a minority", "the greater number"]
)
def test_the_greater_number_decides_whether_an_indicator_applies(assessment, clerk, skipping, points, total):
    for place in range(3):
        skips = place < skipping
        answers = {} if skips else {"B1.1": {"mean": "3", "responses": "10"}}
        review(assessment, actor_with(Role.ASSESSOR), answers, na={"B1.1": "未开展"} if skips else {})
    with pytest.raises(InvalidInput, match="合议"):
        operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    operations.finish_review(actor=clerk, assessment_id=assessment.pk, discussion="经合议")
    (marks,) = final_marks(plan_of(assessment.round), [assessment.pk])
    wanted = (points, {}) if points is not None else (-1, {"B1.1": "未开展"})
    assert (marks.row[5], marks.na_reasons) == wanted
    assert operations.compute_assessment(actor=clerk, assessment_id=assessment.pk).total == total


def test_not_applicable_agreed_by_all_moves_the_points_and_keeps_a_reason(assessment, clerk):
    for _ in range(3):
        review(assessment, actor_with(Role.ASSESSOR), {"B1.2": {"points": "10"}}, na={"B1.1": "未开展"})
    operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    computation = operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    assert (computation.total, computation.na_reasons) == (80, {"B1.1": "未开展"})
    told = explanation_of(clerk, assessment.pk)
    assert told.verified
    assert sum(part.contribution for part in told.waterfall.parts) == computation.total


def test_veto_that_the_panel_finds_breached_caps_the_grade(assessment, clerk):
    reviewed(assessment, answers={"A1.1": {"passed": "no"}})
    computation = operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    assert (computation.total, computation.grade, computation.struck) == (90, "D", ["A1.1"])
    told = explanation_of(clerk, assessment.pk)
    assert told.verified
    assert told.waterfall.vetoes[0].grade == "D"


def test_round_is_computed_by_chunks_each_of_which_may_run_twice(scope, clerk, monkeypatch):
    monkeypatch.setattr("credit_rating.operations.computation.CHUNK", 2)
    held_in = reviewing_round(institutions=[make_institution() for _ in range(3)])
    with pytest.raises(Refused, match="没有可计算"):
        operations.compute_round(actor=clerk, round_id=held_in.pk)
    for row in Assessment.objects.filter(round=held_in):
        reviewed(row)
    job = operations.compute_round(actor=clerk, round_id=held_in.pk)
    jobs = OutboxJob.objects.filter(task="credit_rating.compute_chunk")
    assert [len(one.payload["assessment_ids"]) for one in jobs.order_by("pk")] == [2, 1]
    run_jobs("credit_rating.compute_chunk", operations.compute_chunk)
    before = list(Computation.objects.order_by("pk").values())
    assert Job.objects.get(pk=job.pk).done == len(before) == 3
    held_in.refresh_from_db()
    assert held_in.state == RoundState.DETERMINING
    second = operations.compute_round(actor=clerk, round_id=held_in.pk)
    run_jobs("credit_rating.compute_chunk", operations.compute_chunk)
    assert Job.objects.get(pk=second.pk).state == "done"
    assert list(Computation.objects.order_by("pk").values()) == before
    assert Determination.objects.count() == 3


def test_a_job_whose_part_was_given_up_makes_room_for_a_new_one(assessment, clerk):
    reviewed(assessment)
    stuck = operations.compute_round(actor=clerk, round_id=assessment.round_id)
    OutboxJob.objects.filter(task="credit_rating.compute_chunk").update(state="dead")
    fresh = operations.compute_round(actor=clerk, round_id=assessment.round_id)
    assert fresh.pk != stuck.pk
    assert Job.objects.get(pk=stuck.pk).state == "failed"
    run_jobs("credit_rating.compute_chunk", operations.compute_chunk)
    assert Job.objects.get(pk=fresh.pk).state == "done"


def test_parts_of_a_failed_job_end_quietly(assessment, clerk):
    reviewed(assessment)
    failed = operations.compute_round(actor=clerk, round_id=assessment.round_id)
    fail_job(failed.pk, message="停办")
    run_jobs("credit_rating.compute_chunk", operations.compute_chunk)
    assert not Computation.objects.exists()
    assert advance_job(failed.pk, by=1).state == "failed"  # one that was at work when the job failed
    failed.refresh_from_db()
    assert (failed.state, failed.message, failed.done) == ("failed", "停办", 0)


def test_institution_reads_its_explanation_once_told_and_peers_stay_nameless(scope, clerk, member):
    held_in = reviewing_round(institutions=[make_institution() for _ in range(5)])
    rows = list(Assessment.objects.filter(round=held_in).order_by("pk"))
    for place, row in enumerate(rows):
        determined(row, {"B1.2": {"points": str(place)}}, member)
    manager = actor_with(Role.INSTITUTION_ADMIN, rows[4].institution)
    with pytest.raises(Refused, match="尚未告知"):
        explanation_of(manager, rows[4].pk)
    operations.open_public_notice(actor=clerk, round_id=held_in.pk)
    told = explanation_of(manager, rows[4].pk)
    assert (told.peers.count, told.peers.median) == (5, 82)
    assert dict(told.peers.grades) == {"A": 0, "B": 5, "C": 0, "D": 0}
    assert told.ways_up[0].grade == "A"
    for stranger in (actor_with(Role.INSTITUTION_ADMIN), actor_with(Role.ASSESSOR)):
        with pytest.raises(NotFound):
            explanation_of(stranger, rows[4].pk)


def test_round_is_not_computed_by_assessors_nor_in_another_association(assessment, clerk):
    with pytest.raises(Forbidden):
        operations.compute_round(actor=actor_with(Role.ASSESSOR), round_id=assessment.round_id)
    with acting_for(make_association().pk), pytest.raises(NotFound):
        operations.compute_round(actor=actor_with(Role.SECRETARIAT), round_id=assessment.round_id)
    assert not Job.objects.exists()


# 评定


def test_who_scored_or_has_an_interest_does_not_determine(assessment, member):
    double = actor_with(Role.ASSESSOR)
    double = also(double, Role.COMMITTEE)
    computed_by = [double, actor_with(Role.ASSESSOR), actor_with(Role.ASSESSOR)]
    reviewed(assessment, computed_by)
    with pytest.raises(Refused, match="先计算"):
        operations.determine(actor=member, assessment_id=assessment.pk)
    operations.compute_assessment(actor=member, assessment_id=assessment.pk)
    with pytest.raises(Forbidden, match="评分"):
        operations.determine(actor=double, assessment_id=assessment.pk)
    insider = actor_with(Role.COMMITTEE, employer=assessment.institution)
    with pytest.raises(Refused, match="回避"):
        operations.determine(actor=insider, assessment_id=assessment.pk)
    operations.determine(actor=member, assessment_id=assessment.pk)
    assessment.refresh_from_db()
    assert (assessment.stage, assessment.grade, assessment.total) == (Stage.DETERMINED, "A", 100)
    with pytest.raises(Refused):
        operations.determine(actor=member, assessment_id=assessment.pk)


def test_overruling_needs_a_reason_and_a_second_signature(assessment, member):
    computed(assessment)
    ask = {"actor": member, "assessment_id": assessment.pk}
    for wrong in ({"grade": "B"}, {"grade": "Z", "reason": "x"}, {"grade": "A", "reason": "与计算相同"}):
        with pytest.raises(InvalidInput):
            operations.determine(**ask, **wrong)
    row = operations.determine(**ask, grade="B", reason="整改未完成")
    assert row.state == DeterminationState.COUNTERSIGN
    assessment.refresh_from_db()
    assert (assessment.stage, assessment.grade) == (Stage.REVIEWED, "")
    with pytest.raises(Forbidden, match="另一人"):
        operations.countersign(actor=member, determination_id=row.pk, shown=overruling_now(row.pk))
    other = actor_with(Role.COMMITTEE_CHAIR)
    back = operations.countersign(
        actor=other, determination_id=row.pk, agree=False, shown=overruling_now(row.pk)
    )
    assert (back.state, back.grade, back.decided_by_id) == (DeterminationState.PROPOSED, "A", None)
    operations.determine(**ask, grade="B", reason="整改未完成")
    operations.countersign(actor=other, determination_id=row.pk, shown=overruling_now(row.pk))
    assessment.refresh_from_db()
    assert (assessment.stage, assessment.grade, assessment.total) == (Stage.DETERMINED, "B", 100)
    with pytest.raises(Refused):
        operations.countersign(actor=other, determination_id=row.pk, shown=overruling_now(row.pk))
