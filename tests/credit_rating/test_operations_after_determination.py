"""What follows a determination: prior notice and defence, 公示 and objections, publication; and what is settled then."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections, transaction
from django.db.utils import DatabaseError

from association import clock
from association.choices import Role
from association.models import Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import DeterminationState, ObjectionState, PublicState, Stage
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
from tests.credit_rating.test_operations_determination import also
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import frozen_standard, reviewing_round
from tests.factories.review import (
    determined,
    move_clock,
    on_notice,
    overruling_now,
    proposed_now,
    public_state_of,
    published,
    standing_result,
    suspend,
    suspension_now,
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
    operations.countersign(
        actor=actor_with(Role.COMMITTEE), determination_id=fresh.pk, shown=overruling_now(fresh.pk)
    )
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


@pytest.mark.parametrize(
    ("days", "wanted"), [(100, (PublicState.GRADED, "B")), (-1, (PublicState.UNDER_OBJECTION, ""))]
)
def test_an_objection_to_a_new_proposal_takes_nothing_from_a_grade_that_holds(assessment, days, wanted):
    standing_result(clock.today() + timedelta(days=days), assessment=assessment)
    later = Assessment.objects.get(round=reviewing_round(institutions=[assessment.institution]))
    on_notice(later)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    operations.file_objection(actor=manager, assessment_id=later.pk, text="不服")
    standing = public_state_of(assessment.institution_id)
    assert (standing.state, standing.grade) == wanted


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
        operations.approve_publication(actor=chair, round_id=held_in.pk, shown=proposed_now(held_in.pk))
    move_clock(15, clerk)
    operations.propose_publication(actor=clerk, round_id=held_in.pk)
    with pytest.raises(Refused, match="已提请"):
        operations.propose_publication(actor=clerk, round_id=held_in.pk)
    with pytest.raises(Forbidden):
        operations.approve_publication(actor=clerk, round_id=held_in.pk, shown=proposed_now(held_in.pk))
    both = also(clerk, Role.COMMITTEE_CHAIR)
    with pytest.raises(Forbidden, match="同一人"):
        operations.approve_publication(actor=both, round_id=held_in.pk, shown=proposed_now(held_in.pk))
    done = operations.approve_publication(actor=chair, round_id=held_in.pk, shown=proposed_now(held_in.pk))
    assert {row.assessment.stage for row in done} == {Stage.PUBLISHED}
    with pytest.raises(Refused):
        operations.approve_publication(actor=chair, round_id=held_in.pk, shown=proposed_now(held_in.pk))
    assert Notice.objects.filter(event=f"published-{done[0].pk}").count() == 2


def test_the_next_round_supersedes_and_suspension_is_seen(scope, clerk):
    institution = make_institution()
    first = published(Assessment.objects.get(round=reviewing_round(institutions=[institution])))
    chair = actor_with(Role.COMMITTEE_CHAIR)
    with pytest.raises(InvalidInput):
        suspend(first, chair, "")
    suspend(first, chair)
    assert public_state_of(institution.pk).state == PublicState.SUSPENDED
    with pytest.raises(Refused):
        operations.suspend_publication(actor=chair, publication_id=first.pk, shown=suspension_now(first.pk))
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
