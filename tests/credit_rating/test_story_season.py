"""One season, told from the review to the register: eight institutions end as in the first published round, 1 A, 6 B, 1 C."""

from collections import Counter

import pytest

from association.actors import system
from association.choices import JobState, Role
from association.models import Job, Notice, OutboxJob
from association.operations import move_practice_clock
from association.tenancy import acting_for
from common.errors import Forbidden, Refused
from credit_rating import operations
from credit_rating.choices import CertificateStanding, PublicState, RoundState, Stage
from credit_rating.models import Assessment, Computation, Publication
from credit_rating.queries.explanation import explanation_of
from credit_rating.queries.results import certificate_standing, public_state_of, published_results
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import frozen_standard, reviewing_round
from tests.factories.review import review, run_jobs

pytestmark = pytest.mark.django_db

GOOD = {"B1.2": {"points": "6"}}  # 86
FAIR = {"B1.2": {"points": "6"}, "A1.3": {"tier": "差"}}  # 71


@pytest.fixture
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def cast(scope):
    """Who plays: clerk, three assessors, chair, two members."""
    return {
        "clerk": actor_with(Role.SECRETARIAT),
        "assessors": [actor_with(Role.ASSESSOR) for _ in range(3)],
        "chair": actor_with(Role.COMMITTEE_CHAIR),
        "members": [actor_with(Role.COMMITTEE) for _ in range(2)],
    }


def days_pass(clerk, days):
    move_practice_clock(actor=clerk, days=days)
    operations.keep_the_clock(actor=system(clerk.association_id))


def test_one_season(cast):
    clerk, chair, (first, second) = cast["clerk"], cast["chair"], cast["members"]
    institutions = [make_institution() for _ in range(8)]
    held_in = reviewing_round(frozen_standard(), institutions)
    rows = list(Assessment.objects.filter(round=held_in).order_by("pk"))

    # 复评: three opinions for each, one institution excellent, six good, one fair.
    for place, assessment in enumerate(rows):
        for assessor in cast["assessors"]:
            review(assessment, assessor, {0: {}, 7: FAIR}.get(place, GOOD))
        operations.finish_review(actor=clerk, assessment_id=assessment.pk)

    # 综合评定: the worker computes, the committee confirms.
    job = operations.compute_round(actor=chair, round_id=held_in.pk)
    assert operations.compute_round(actor=clerk, round_id=held_in.pk).pk == job.pk
    run_jobs("credit_rating.compute_chunk", operations.compute_chunk)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    with pytest.raises(Forbidden):
        operations.determine(actor=cast["assessors"][0], assessment_id=rows[0].pk)
    for assessment in rows:
        operations.determine(actor=first, assessment_id=assessment.pk)
    grades = Counter(Assessment.objects.filter(round=held_in).values_list("grade", flat=True))
    assert grades == {"A": 1, "B": 6, "C": 1}

    # 事先告知 of the C, defence, answer.
    fair = rows[7]
    with pytest.raises(Refused, match="告知"):
        operations.open_public_notice(actor=clerk, round_id=held_in.pk)
    notice = operations.send_prior_notice(actor=clerk, assessment_id=fair.pk)
    assert "拟定等级为C" in notice.text
    with pytest.raises(Refused, match="申辩"):
        operations.open_public_notice(actor=clerk, round_id=held_in.pk)
    manager = actor_with(Role.INSTITUTION_ADMIN, fair.institution)
    operations.file_defence(actor=manager, assessment_id=fair.pk, text="材料已补齐")
    operations.answer_defence(actor=second, assessment_id=fair.pk, answer="维持拟定等级")

    # 公示 five working days, one objection, upheld: only this result moves.
    operations.open_public_notice(actor=clerk, round_id=held_in.pk)
    before = set(Computation.objects.values_list("pk", "result_hash"))
    disputed = rows[3]
    owner = actor_with(Role.INSTITUTION_ADMIN, disputed.institution)
    objection = operations.file_objection(actor=owner, assessment_id=disputed.pk, text="专家评分漏计一项")
    assert public_state_of(disputed.institution_id).state == PublicState.UNDER_OBJECTION
    expert = disputed.round.standard.indicators.get(code="B1.2")
    with pytest.raises(Forbidden, match="未参与"):
        operations.decide_objection(actor=first, objection_id=objection.pk, upheld=False, decision="维持")
    operations.decide_objection(
        actor=second,
        objection_id=objection.pk,
        upheld=True,
        decision="漏计属实",
        corrections={expert.pk: {"points": "8"}},
    )
    added = set(Computation.objects.values_list("pk", "result_hash")) - before
    assert len(added) == 1
    with pytest.raises(Forbidden, match="评分"):
        operations.determine(actor=second, assessment_id=disputed.pk)
    operations.determine(actor=first, assessment_id=disputed.pk)
    operations.open_public_notice(actor=clerk, round_id=held_in.pk)

    # 公布 by two people, when the notices have run out.
    with pytest.raises(Refused, match="公示期未满"):
        operations.propose_publication(actor=clerk, round_id=held_in.pk)
    days_pass(clerk, 15)
    assert len(operations.propose_publication(actor=clerk, round_id=held_in.pk)) == 8
    assert public_state_of(rows[0].institution_id).state == PublicState.IN_PROGRESS
    operations.approve_publication(actor=chair, round_id=held_in.pk)

    held_in.refresh_from_db()
    assert held_in.state == RoundState.PUBLISHED
    assert Counter(row.grade for row in published_results(held_in.pk)) == {"A": 1, "B": 6, "C": 1}
    standing = public_state_of(disputed.institution_id)
    assert (standing.state, standing.grade) == (PublicState.GRADED, "B")
    assert [part["points"] for part in standing.profile] == ["60", "28"]
    for row in Publication.objects.filter(assessment__round=held_in):
        told = explanation_of(clerk, row.assessment_id)
        assert told.verified
        assert sum(part.contribution for part in told.waterfall.parts) == row.total
        assert certificate_standing(row.certificate.code).standing == CertificateStanding.VALID
    names = set(OutboxJob.objects.values_list("task", flat=True))
    assert {"credit_rating.render_certificate", "disclosure.refresh_institution"} <= names
    assert Notice.objects.filter(event__startswith="published-", user_id=owner.user_id).exists()

    # A year later everything has run out.
    days_pass(clerk, 380)
    assert public_state_of(rows[0].institution_id).state == PublicState.EXPIRED
    assert set(Assessment.objects.filter(round=held_in).values_list("stage", flat=True)) == {Stage.EXPIRED}
