"""计算、评定、告知、公示、异议、公布: who decides, in which order, and what never changes afterwards."""

from decimal import Decimal

import pytest
from django.db import connections, transaction
from django.db.utils import DatabaseError

from association.actors import actor_of
from association.choices import Role
from association.models import Job, Notice, OutboxJob, User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import DeterminationState, ObjectionState, PublicState, RoundState, Stage
from credit_rating.models import (
    Assessment,
    Computation,
    Determination,
    Objection,
    Opinion,
    OpinionItem,
    PriorNotice,
    Publication,
)
from credit_rating.queries.explanation import explanation_of
from credit_rating.queries.final_marks import final_marks, plan_of
from credit_rating.queries.results import public_state_of
from tests.factories.people import actor_with, appoint, make_association, make_institution
from tests.factories.rating import frozen_standard, reviewing_round
from tests.factories.review import (
    computed,
    determined,
    move_clock,
    on_notice,
    published,
    review,
    reviewed,
    run_jobs,
)

pytestmark = pytest.mark.django_db
LOW = {"B1.2": {"points": "0"}, "A1.3": {"tier": "差"}}  # 65, a C


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


def test_not_applicable_needs_every_reviewer(assessment, clerk):
    held = [
        ({}, {"B1.1": "无学员"}),
        ({}, {"B1.1": "未开展"}),
        ({"B1.1": {"mean": "3", "responses": "10"}}, {}),
    ]
    for answers, na in held:
        review(assessment, actor_with(Role.ASSESSOR), answers, na=na)
    operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    (marks,) = final_marks(plan_of(assessment.round), [assessment.pk])
    assert (marks.row[5], marks.na_reasons) == (1000, {})
    assert operations.compute_assessment(actor=clerk, assessment_id=assessment.pk).total == 90


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
    for wrong in ({"grade": "B"}, {"grade": "Z", "reason": "x"}):
        with pytest.raises(InvalidInput):
            operations.determine(**ask, **wrong)
    row = operations.determine(**ask, grade="B", reason="整改未完成")
    assert row.state == DeterminationState.COUNTERSIGN
    assessment.refresh_from_db()
    assert (assessment.stage, assessment.grade) == (Stage.REVIEWED, "")
    with pytest.raises(Forbidden, match="另一人"):
        operations.countersign(actor=member, determination_id=row.pk)
    other = actor_with(Role.COMMITTEE_CHAIR)
    back = operations.countersign(actor=other, determination_id=row.pk, agree=False)
    assert (back.state, back.grade, back.decided_by_id) == (DeterminationState.PROPOSED, "A", None)
    operations.determine(**ask, grade="B", reason="整改未完成")
    operations.countersign(actor=other, determination_id=row.pk)
    assessment.refresh_from_db()
    assert (assessment.stage, assessment.grade, assessment.total) == (Stage.DETERMINED, "B", 100)
    with pytest.raises(Refused):
        operations.countersign(actor=other, determination_id=row.pk)


def test_defence_is_filed_once_in_time_and_may_reopen_the_determination(assessment, clerk, member):
    determined(assessment, LOW, member)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    with pytest.raises(NotFound):
        operations.file_defence(actor=manager, assessment_id=assessment.pk, text="x")
    operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    assert explanation_of(manager, assessment.pk).waterfall.total == 65
    with pytest.raises(NotFound):
        operations.file_defence(
            actor=actor_with(Role.INSTITUTION_ADMIN), assessment_id=assessment.pk, text="x"
        )
    operations.file_defence(actor=manager, assessment_id=assessment.pk, text="已整改")
    with pytest.raises(Refused):
        operations.file_defence(actor=manager, assessment_id=assessment.pk, text="再说")
    operations.answer_defence(actor=member, assessment_id=assessment.pk, answer="采纳", reconsider=True)
    assessment.refresh_from_db()
    assert assessment.stage == Stage.DETERMINED
    fresh = Determination.objects.get(state=DeterminationState.PROPOSED)
    assert fresh.computation_id == Computation.objects.get().pk
    with pytest.raises(Refused, match="尚未确认"):
        operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    operations.determine(actor=member, assessment_id=assessment.pk, grade="B", reason="申辩成立")
    operations.countersign(actor=actor_with(Role.COMMITTEE), determination_id=fresh.pk)
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)


def test_silence_after_a_prior_notice_is_no_defence(assessment, clerk, member):
    determined(assessment, LOW, member)
    operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    with pytest.raises(Refused, match="申辩期未满"):
        operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    move_clock(15, clerk)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    with pytest.raises(Refused, match="期限已过"):
        operations.file_defence(actor=manager, assessment_id=assessment.pk, text="晚了")
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    assert PriorNotice.objects.get().defence == ""


def test_a_good_grade_gets_no_prior_notice(assessment, clerk):
    determined(assessment)
    with pytest.raises(Refused, match="不是不利等级"):
        operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)


# 公示与异议


def test_notice_waits_for_everybody_or_names_some(scope, clerk, member):
    held_in = reviewing_round(institutions=[make_institution(), make_institution()])
    first, second = Assessment.objects.filter(round=held_in).order_by("pk")
    determined(first, member=member)
    with pytest.raises(Refused, match=second.institution.name):
        operations.open_public_notice(actor=clerk, round_id=held_in.pk)
    with pytest.raises(Refused, match=second.institution.name):
        operations.open_public_notice(actor=clerk, round_id=held_in.pk, assessment_ids=[first.pk, second.pk])
    notice = operations.open_public_notice(actor=clerk, round_id=held_in.pk, assessment_ids=[first.pk])
    assert list(notice.assessments.all()) == [first]
    assert "5个工作日" in notice.explanation


def test_objection_flags_at_once_and_ends_with_the_notice(assessment, clerk, member):
    on_notice(assessment)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    with pytest.raises(NotFound):
        operations.file_objection(
            actor=actor_with(Role.INSTITUTION_ADMIN), assessment_id=assessment.pk, text="x"
        )
    with pytest.raises(InvalidInput, match="收文编号"):
        operations.file_objection(actor=clerk, assessment_id=assessment.pk, text="来信")
    paper = operations.file_objection(
        actor=clerk, assessment_id=assessment.pk, text="来信反映", document_number="2026-12"
    )
    own = operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")
    assert public_state_of(assessment.institution_id).state == PublicState.UNDER_OBJECTION
    operations.decide_objection(actor=member, objection_id=paper.pk, upheld=False, decision="查无实据")
    assert public_state_of(assessment.institution_id).state == PublicState.UNDER_OBJECTION
    move_clock(15, clerk)
    with pytest.raises(Refused, match="异议"):
        operations.propose_publication(actor=clerk, round_id=assessment.round_id)
    with pytest.raises(InvalidInput):
        operations.decide_objection(actor=member, objection_id=own.pk, upheld=False, decision=" ")
    operations.decide_objection(actor=member, objection_id=own.pk, upheld=False, decision="维持")
    with pytest.raises(Refused):
        operations.decide_objection(actor=member, objection_id=own.pk, upheld=True, decision="反悔")
    with pytest.raises(Refused, match="公示期已满"):
        operations.file_objection(actor=manager, assessment_id=assessment.pk, text="晚了")
    assert operations.propose_publication(actor=clerk, round_id=assessment.round_id)


def test_upheld_objection_corrects_only_its_indicator(assessment, clerk, member):
    on_notice(assessment)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    objection = operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")
    ask = {"actor": member, "objection_id": objection.pk, "upheld": True, "decision": "成立"}
    with pytest.raises(InvalidInput):
        operations.decide_objection(**ask)
    with pytest.raises(NotFound):
        operations.decide_objection(**ask, corrections={0: {"points": "1"}})
    assert Objection.objects.get().state == ObjectionState.FILED
    expert = assessment.round.standard.indicators.get(code="B1.2")
    operations.decide_objection(**ask, corrections={expert.pk: {"points": "7.5"}})
    assessment.refresh_from_db()
    assert assessment.stage == Stage.DETERMINED
    told = explanation_of(clerk, assessment.pk)
    part = next(part for part in told.waterfall.parts if part.code == "B1.2")
    assert (part.self_points, part.review_points, part.final_points) == (20, 20, Decimal("7.5"))
    assert (told.waterfall.total, told.verified) == (Decimal("87.5"), True)
    assert Opinion.objects.filter(kind="determination").get().items.count() == 1


# 公布


def test_publication_needs_two_people_and_nothing_in_between(scope, clerk, member):
    held_in = reviewing_round(institutions=[make_institution(), make_institution()])
    rows = list(Assessment.objects.filter(round=held_in).order_by("pk"))
    for row in rows:
        determined(row, member=member)
    chair = actor_with(Role.COMMITTEE_CHAIR)
    with pytest.raises(Refused):
        operations.propose_publication(actor=clerk, round_id=held_in.pk)
    operations.open_public_notice(actor=clerk, round_id=held_in.pk)
    with pytest.raises(Refused, match="没有等待批准"):
        operations.approve_publication(actor=chair, round_id=held_in.pk)
    move_clock(15, clerk)
    operations.propose_publication(actor=clerk, round_id=held_in.pk)
    with pytest.raises(Refused, match="已提请"):
        operations.propose_publication(actor=clerk, round_id=held_in.pk)
    with pytest.raises(Forbidden):
        operations.approve_publication(actor=clerk, round_id=held_in.pk)
    both = also(clerk, Role.COMMITTEE_CHAIR)
    with pytest.raises(Forbidden, match="同一人"):
        operations.approve_publication(actor=both, round_id=held_in.pk)
    done = operations.approve_publication(actor=chair, round_id=held_in.pk)
    assert {row.assessment.stage for row in done} == {Stage.PUBLISHED}
    with pytest.raises(Refused):
        operations.approve_publication(actor=chair, round_id=held_in.pk)
    assert Notice.objects.filter(event=f"published-{done[0].pk}").count() == 2


def test_the_next_round_supersedes_and_suspension_is_seen(scope, clerk):
    institution = make_institution()
    first = published(Assessment.objects.get(round=reviewing_round(institutions=[institution])))
    chair = actor_with(Role.COMMITTEE_CHAIR)
    with pytest.raises(InvalidInput):
        operations.suspend_publication(actor=chair, publication_id=first.pk, reason="")
    operations.suspend_publication(actor=chair, publication_id=first.pk, reason="核查")
    assert public_state_of(institution.pk).state == PublicState.SUSPENDED
    with pytest.raises(Refused):
        operations.suspend_publication(actor=chair, publication_id=first.pk, reason="核查")
    operations.resume_publication(actor=chair, publication_id=first.pk, reason="已核实")
    assert public_state_of(institution.pk).grade == "A"
    held_in = reviewing_round(frozen_standard(), [institution])
    second = published(Assessment.objects.get(round=held_in), {"B1.2": {"points": "5"}})
    first.refresh_from_db()
    assert first.superseded_at
    assert Assessment.objects.get(pk=first.assessment_id).stage == Stage.EXPIRED
    standing = public_state_of(institution.pk)
    assert (standing.state, standing.grade) == (PublicState.GRADED, second.grade)
    assert [past.state for past in standing.history].count("superseded") == 1


# 数据库的最后一道防线

REFUSED = (
    "UPDATE credit_rating_opinion SET summary = 'x' WHERE kind = 'review'",
    "DELETE FROM credit_rating_opinion",
    "UPDATE credit_rating_opinionitem SET points = 0 WHERE points > 0",
    "DELETE FROM credit_rating_opinionitem",
    "UPDATE credit_rating_computation SET total = 1",
    "DELETE FROM credit_rating_computation",
    "UPDATE credit_rating_publication SET grade = 'D'",
    "UPDATE credit_rating_publication SET approved_by_id = proposed_by_id",
    "DELETE FROM credit_rating_publication",
    "UPDATE credit_rating_determination SET countersigned_by_id = decided_by_id",
)


def settled():
    return [
        Computation.objects.values_list("total", "result_hash").get(),
        Publication.objects.values_list("grade", "approved_by").get(),
        sorted(OpinionItem.objects.values_list("pk", "points")),
    ]


def assert_refused(alias, statement):
    with (
        pytest.raises(DatabaseError, match=r"cannot change|append-only|two_people|denied"),
        transaction.atomic(using=alias),
        connections[alias].cursor() as cursor,
    ):
        cursor.execute(statement)


def test_sql_cannot_change_what_is_settled(scope):
    published()
    before = settled()
    for statement in REFUSED:
        assert_refused("default", statement)
    assert settled() == before


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_owner_cannot_change_what_is_settled_either():
    association = make_association()
    with acting_for(association.pk):
        published()
        before = settled()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('portal.association', %s, false)", [str(association.pk)])
        cursor.execute("SELECT count(*) FROM credit_rating_publication")
        assert cursor.fetchone() == (1,)
    for statement in REFUSED:
        assert_refused("owner", statement)
    with acting_for(association.pk):
        assert settled() == before
