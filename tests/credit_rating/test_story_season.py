"""One season, told from the review to the register: eight institutions end as in the first published round, 1 A, 6 B, 1 C."""

from collections import Counter
from types import SimpleNamespace

import pytest

from association.choices import JobState, Role
from association.models import Job, Notice, OutboxJob
from association.tenancy import acting_for
from common.errors import Forbidden, Refused
from credit_rating import operations
from credit_rating.choices import CertificateStanding, PublicState, RoundState, Stage
from credit_rating.models import Assessment, Computation, Publication
from credit_rating.queries.explanation import explanation_of
from credit_rating.queries.results import certificate_standing, published_results
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import frozen_standard, reviewing_round
from tests.factories.review import move_clock, proposed_now, public_state_of, review, run_jobs

pytestmark = pytest.mark.django_db

GOOD = {"B1.2": {"points": "6"}}  # 86
FAIR = {"B1.2": {"points": "6"}, "A1.3": {"tier": "差"}}  # 71


@pytest.fixture
def play():
    """Clerk, three assessors, chair, two members; eight institutions that have filed."""
    with acting_for(make_association().pk):
        held_in = reviewing_round(frozen_standard(), [make_institution() for _ in range(8)])
        yield SimpleNamespace(
            clerk=actor_with(Role.SECRETARIAT),
            assessors=[actor_with(Role.ASSESSOR) for _ in range(3)],
            chair=actor_with(Role.COMMITTEE_CHAIR),
            first=actor_with(Role.COMMITTEE),
            second=actor_with(Role.COMMITTEE),
            held_in=held_in,
            rows=list(Assessment.objects.filter(round=held_in).order_by("pk")),
        )


def test_one_season(play):
    three_opinions_for_each(play)
    computed_and_confirmed(play)
    the_fair_one_is_told_first(play)
    five_days_of_public_notice_and_an_objection(play)
    published_by_two_people(play)
    everything_adds_up_in_public(play)
    move_clock(380, play.clerk)
    assert public_state_of(play.rows[0].institution_id).state == PublicState.EXPIRED
    assert set(Assessment.objects.values_list("stage", flat=True)) == {Stage.EXPIRED}


def three_opinions_for_each(play):
    """复评: one institution excellent, six good, one fair."""
    for place, assessment in enumerate(play.rows):
        for assessor in play.assessors:
            review(assessment, assessor, {0: {}, 7: FAIR}.get(place, GOOD))
        operations.finish_review(actor=play.clerk, assessment_id=assessment.pk)


def computed_and_confirmed(play):
    job = operations.compute_round(actor=play.chair, round_id=play.held_in.pk)
    assert operations.compute_round(actor=play.clerk, round_id=play.held_in.pk).pk == job.pk
    run_jobs("credit_rating.compute_chunk", operations.compute_chunk)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    with pytest.raises(Forbidden):
        operations.determine(actor=play.assessors[0], assessment_id=play.rows[0].pk)
    for assessment in play.rows:
        operations.determine(actor=play.first, assessment_id=assessment.pk)
    assert Counter(Assessment.objects.values_list("grade", flat=True)) == {"A": 1, "B": 6, "C": 1}


def the_fair_one_is_told_first(play):
    """事先告知 of the C, defence, answer; no public notice before that."""
    fair = play.rows[7]
    with pytest.raises(Refused, match="告知"):
        operations.open_public_notice(actor=play.clerk, round_id=play.held_in.pk)
    notice = operations.send_prior_notice(actor=play.clerk, assessment_id=fair.pk)
    assert "拟定等级为C" in notice.text
    assert "主要失分：指标A1.3 0/15；指标B1.2 6/20" in notice.text
    with pytest.raises(Refused, match="申辩"):
        operations.open_public_notice(actor=play.clerk, round_id=play.held_in.pk)
    manager = actor_with(Role.INSTITUTION_ADMIN, fair.institution)
    operations.file_defence(actor=manager, assessment_id=fair.pk, text="材料已补齐")
    operations.answer_defence(actor=play.second, assessment_id=fair.pk, answer="维持拟定等级")


def five_days_of_public_notice_and_an_objection(play):
    """公示: the objection is upheld and only its result is computed again."""
    operations.open_public_notice(actor=play.clerk, round_id=play.held_in.pk)
    before = set(Computation.objects.values_list("pk", "result_hash"))
    disputed = play.rows[3]
    owner = actor_with(Role.INSTITUTION_ADMIN, disputed.institution)
    objection = operations.file_objection(actor=owner, assessment_id=disputed.pk, text="专家评分漏计一项")
    assert public_state_of(disputed.institution_id).state == PublicState.UNDER_OBJECTION
    with pytest.raises(Forbidden, match="未参与"):
        operations.decide_objection(
            actor=play.first, objection_id=objection.pk, upheld=False, decision="维持"
        )
    expert = disputed.round.standard.indicators.get(code="B1.2")
    operations.decide_objection(
        actor=play.second,
        objection_id=objection.pk,
        upheld=True,
        decision="漏计属实",
        corrections={expert.pk: {"points": "8"}},
    )
    after = set(Computation.objects.values_list("pk", "result_hash"))
    assert before < after
    assert len(after - before) == 1
    with pytest.raises(Forbidden, match="评分"):
        operations.determine(actor=play.second, assessment_id=disputed.pk)
    operations.determine(actor=play.first, assessment_id=disputed.pk)
    operations.open_public_notice(actor=play.clerk, round_id=play.held_in.pk)


def published_by_two_people(play):
    with pytest.raises(Refused, match="公示期未满"):
        operations.propose_publication(actor=play.clerk, round_id=play.held_in.pk)
    move_clock(15, play.clerk)
    assert len(operations.propose_publication(actor=play.clerk, round_id=play.held_in.pk)) == 8
    assert public_state_of(play.rows[0].institution_id).state == PublicState.IN_PROGRESS
    operations.approve_publication(
        actor=play.chair, round_id=play.held_in.pk, shown=proposed_now(play.held_in.pk)
    )
    play.held_in.refresh_from_db()
    assert play.held_in.state == RoundState.PUBLISHED


def everything_adds_up_in_public(play):
    assert Counter(row.grade for row in published_results(play.held_in.pk)) == {"A": 1, "B": 6, "C": 1}
    standing = public_state_of(play.rows[3].institution_id)
    assert (standing.state, standing.grade) == (PublicState.GRADED, "B")
    assert [part["points"] for part in standing.profile] == ["60", "28"]
    for row in Publication.objects.all():
        told = explanation_of(play.clerk, row.assessment_id)
        assert told.verified
        assert sum(part.contribution for part in told.waterfall.parts) == row.total
        assert certificate_standing(row.certificate.code).standing == CertificateStanding.VALID
    names = set(OutboxJob.objects.values_list("task", flat=True))
    assert {"credit_rating.render_certificate", "disclosure.refresh_institution"} <= names
    assert Notice.objects.filter(event__startswith="published-").values("event").distinct().count() == 8
