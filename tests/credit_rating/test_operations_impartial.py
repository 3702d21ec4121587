"""回避与先后: nobody judges where they have an interest or have judged before, and nothing is decided over an open question."""

from datetime import timedelta

import pytest

from association import clock
from association.actors import actor_of
from association.choices import Role, Unit
from association.models import AuditEntry, DeadlineRule, User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import CertificateStanding, Clearance, DeterminationState, ObjectionState, Stage
from credit_rating.models import Assessment, Determination, Objection
from credit_rating.queries.conflicts import conflict_check
from credit_rating.queries.results import certificate_standing
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user
from tests.factories.rating import (
    announce_holidays,
    assessment_of,
    begin_determination,
    close_windows,
    frozen_standard,
    open_round,
    reviewing_round,
    submitted_assessment,
)
from tests.factories.review import (
    computed,
    determined,
    move_clock,
    on_notice,
    proposed_now,
    public_state_of,
    published,
    suspend,
    suspension_now,
)
from tests.factories.rules import next_rule

pytestmark = pytest.mark.django_db
LOW = {"B1.2": {"points": "0"}, "A1.3": {"tier": "差"}}  # 65, a C


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def assessment():
    return Assessment.objects.get(round=reviewing_round())


@pytest.fixture
def clerk():
    return actor_with(Role.SECRETARIAT)


def member():
    return actor_with(Role.COMMITTEE)


def manager_of(assessment):
    return actor_with(Role.INSTITUTION_ADMIN, assessment.institution)


def object_to(assessment, papers=0):
    """One objection of the institution itself, and some on paper."""
    ask = {"assessment_id": assessment.pk, "text": "不服"}
    clerk = actor_with(Role.SECRETARIAT)
    return [
        operations.file_objection(actor=manager_of(assessment), **ask),
        *(operations.file_objection(actor=clerk, document_number=f"号{n}", **ask) for n in range(papers)),
    ]


def corrections(assessment, answers):
    ids = dict(assessment.round.standard.indicators.values_list("code", "pk"))
    return {ids[code]: raw for code, raw in answers.items()}


def uphold(assessment, objection, answers, who=None):
    return operations.decide_objection(
        actor=who or member(),
        objection_id=objection.pk,
        upheld=True,
        decision="成立",
        corrections=corrections(assessment, answers),
    )


def stage_of(assessment):
    return Assessment.objects.get(pk=assessment.pk).stage


# 两项异议


def test_nothing_is_determined_while_a_second_objection_is_open(assessment):
    on_notice(assessment)
    first, second = object_to(assessment, papers=1)
    uphold(assessment, first, LOW)
    with pytest.raises(Refused, match="异议"):
        operations.determine(actor=member(), assessment_id=assessment.pk)
    uphold(assessment, second, {"B1.2": {"points": "20"}})
    operations.determine(actor=member(), assessment_id=assessment.pk)
    assert Assessment.objects.get(pk=assessment.pk).grade == "B"


def planted_beside(objection, number):
    """An open objection that the operations would not have taken any more: what was decided cannot be opened again."""
    row = Objection.objects.get(pk=objection.pk)
    row.pk, row._state.adding = None, True
    row.document_number, row.state, row.objector_id = number, ObjectionState.FILED, None
    row.decision, row.decided_by, row.decided_at = "", None, None
    row.save()
    return row


def test_an_objection_upheld_after_the_prior_notice_starts_the_determination_over(assessment, clerk):
    on_notice(assessment)
    first, second = object_to(assessment, papers=1)
    uphold(assessment, first, LOW)
    operations.decide_objection(actor=member(), objection_id=second.pk, upheld=False, decision="维持")
    operations.determine(actor=member(), assessment_id=assessment.pk)
    third = planted_beside(second, "2026-93")
    with pytest.raises(Refused, match="异议"):
        operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    operations.decide_objection(actor=member(), objection_id=third.pk, upheld=False, decision="维持")
    operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    uphold(assessment, planted_beside(second, "2026-94"), {"B1.2": {"points": "20"}})
    assert stage_of(assessment) == Stage.DETERMINED
    operations.determine(actor=member(), assessment_id=assessment.pk)
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    assert stage_of(assessment) == Stage.PUBLIC_NOTICE


def test_who_signed_an_earlier_determination_judges_no_objection(assessment, clerk):
    one = member()
    determined(assessment, member=one)
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    uphold(assessment, *object_to(assessment), {"B1.2": {"points": "15"}})
    operations.determine(actor=member(), assessment_id=assessment.pk)
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    (second,) = object_to(assessment)
    with pytest.raises(Forbidden, match="未参与"):
        uphold(assessment, second, {"B1.2": {"points": "1"}}, who=one)


def test_who_answered_the_defence_judges_no_objection(assessment, clerk):
    determined(assessment, LOW)
    operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    operations.file_defence(actor=manager_of(assessment), assessment_id=assessment.pk, text="已整改")
    one = member()
    operations.answer_defence(actor=one, assessment_id=assessment.pk, answer="不采纳")
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    (objection,) = object_to(assessment)
    with pytest.raises(Forbidden, match="未参与"):
        operations.decide_objection(actor=one, objection_id=objection.pk, upheld=False, decision="维持")


# 两人评定


def test_nobody_confirms_what_waits_for_a_second_signature(assessment):
    computed(assessment)
    operations.determine(actor=member(), assessment_id=assessment.pk, grade="B", reason="整改未完成")
    for wish in ({}, {"grade": "C", "reason": "另议"}):
        with pytest.raises(Refused, match="第二人签署"):
            operations.determine(actor=member(), assessment_id=assessment.pk, **wish)
    assert Determination.objects.get().state == DeterminationState.COUNTERSIGN


# 只为本机构


def also(actor, role):
    user = User.objects.get(pk=actor.user_id)
    appoint(user, role)
    return actor_of(user, actor.association_id)


def test_a_defence_is_filed_only_for_the_own_institution(assessment, clerk):
    determined(assessment, LOW)
    operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    stranger = also(actor_with(Role.INSTITUTION_ADMIN), Role.COMMITTEE)
    with pytest.raises(NotFound):
        operations.file_defence(actor=stranger, assessment_id=assessment.pk, text="代为申辩")


# 公布


def test_a_chair_with_an_interest_leaves_that_result_to_another(clerk):
    own, other = make_institution(), make_institution()
    held_in = reviewing_round(institutions=[own, other])
    for row in Assessment.objects.filter(round=held_in):
        determined(row)
    operations.open_public_notice(actor=clerk, round_id=held_in.pk)
    move_clock(15, clerk)
    operations.propose_publication(actor=clerk, round_id=held_in.pk)
    insider = actor_with(Role.COMMITTEE_CHAIR, employer=own)
    (done,) = operations.approve_publication(
        actor=insider, round_id=held_in.pk, shown=proposed_now(held_in.pk)
    )
    assert done.assessment.institution_id == other.pk
    with pytest.raises(Refused, match="回避"):
        operations.approve_publication(actor=insider, round_id=held_in.pk, shown=proposed_now(held_in.pk))
    (done,) = operations.approve_publication(
        actor=actor_with(Role.COMMITTEE_CHAIR), round_id=held_in.pk, shown=proposed_now(held_in.pk)
    )
    assert done.assessment.institution_id == own.pk


def test_a_chair_with_an_interest_neither_suspends_nor_resumes(assessment):
    publication = published(assessment)
    insider = actor_with(Role.COMMITTEE_CHAIR, employer=assessment.institution)
    chair = actor_with(Role.COMMITTEE_CHAIR)
    ask = {"publication_id": publication.pk, "reason": "核查"}
    with pytest.raises(Refused, match="回避"):
        suspend(publication, insider)
    operations.suspend_publication(
        actor=chair, publication_id=publication.pk, shown=suspension_now(publication.pk)
    )
    with pytest.raises(Refused, match="回避"):
        operations.resume_publication(actor=insider, **ask)
    with pytest.raises(InvalidInput) as refused:
        operations.resume_publication(actor=chair, publication_id=publication.pk, reason=" ")
    assert set(refused.value.fields) == {"reason"}
    operations.resume_publication(actor=chair, **ask)
    assert stage_of(assessment) == Stage.PUBLISHED


def season(institution, year):
    held_in = open_round(frozen_standard(), [institution], year=year)
    submitted_assessment(held_in, institution)
    close_windows(held_in)
    announce_holidays()
    begin_determination(held_in)
    return assessment_of(held_in)


def test_a_late_round_does_not_take_the_place_of_a_later_year(clerk):
    institution, year = make_institution(), clock.today().year
    newer = published(season(institution, year))
    older = published(season(institution, year - 1), {"B1.2": {"points": "5"}})
    newer.refresh_from_db()
    assert (newer.superseded_at, stage_of(newer.assessment)) == (None, Stage.PUBLISHED)
    assert older.superseded_at
    assert stage_of(older.assessment) == Stage.EXPIRED
    assert certificate_standing(older.certificate.code).standing == CertificateStanding.SUPERSEDED
    assert certificate_standing(newer.certificate.code).standing == CertificateStanding.VALID
    standing = public_state_of(institution.pk)
    assert (standing.grade, standing.year) == (newer.grade, year)


def test_the_rule_that_ends_a_result_is_on_record(assessment):
    publication = published(assessment)
    rule = DeadlineRule.objects.get(code="ROUND-VALIDITY")
    entry = AuditEntry.objects.get(action="publish", object_id=publication.pk)
    assert entry.detail["rule"] == rule.pk


# 回溯期


def test_how_far_back_a_tie_counts_is_the_associations_rule(assessment):
    former = make_user()
    left = clock.today() - timedelta(days=400)
    appoint(former, Role.INSTITUTION_STAFF, assessment.institution, until_on=left)
    assert conflict_check(former.pk, assessment).clearance == Clearance.BLOCKED
    rule = DeadlineRule.objects.get(code="CONFLICT-LOOK-BACK")
    assert rule.number == 36
    days = (clock.today() - timedelta(days=left) for left in (3, 2, 1))
    next_rule(rule.code, valid_from=next(days), number=6)
    assert conflict_check(former.pk, assessment).clearance == Clearance.CLEAR
    next_rule(rule.code, valid_from=next(days), number=2, unit=Unit.YEAR)
    assert conflict_check(former.pk, assessment).clearance == Clearance.BLOCKED
    next_rule(rule.code, valid_from=next(days), unit=Unit.DAY)
    with pytest.raises(Refused, match="以月或年计"):
        conflict_check(former.pk, assessment)
