"""评审到公布, made through the operations people use; everything inside an open scope."""

from datetime import timedelta

from association import clock
from association.actors import system
from association.choices import OutboxState, Role
from association.deadlines import rule_in_force
from association.models import OutboxJob
from association.operations import move_practice_clock
from association.tenancy import current_association_id
from credit_rating import operations
from credit_rating.choices import DeterminationState, Stage, StageKind
from credit_rating.models import (
    Assessment,
    Assignment,
    Computation,
    Determination,
    OpinionItem,
    Publication,
    PublicNotice,
)
from credit_rating.operations.scored_rows import scored
from credit_rating.queries.results import PublicStanding, public_standings
from credit_rating.queries.standards import spec_of
from credit_rating.queries.waiting_decisions import (
    overruling_shown,
    publications_shown,
    standing_proposals,
    suspension_shown,
)
from tests.factories.people import actor_with, make_institution, make_user
from tests.factories.rating import frozen_standard, full_answer, reviewing_round

REASON = "与核查情况不符"
SCORED = ["state", "entry", "points", "na_reason", "gap_reason", "version", "edited_by", "edited_at"]


def move_clock(days, clerk=None):
    """演练时钟 forward, and the clock does its work."""
    move_practice_clock(actor=clerk or actor_with(Role.SECRETARIAT), days=days)
    operations.keep_the_clock(actor=system(current_association_id()))


def public_state_of(institution_id) -> PublicStanding:
    return public_standings([institution_id])[institution_id]


def assign(assessment, reviewer, kind=StageKind.REVIEW, declared=True) -> Assignment:
    assignment = operations.assign_assessor(
        actor=actor_with(Role.SECRETARIAT),
        assessment_id=assessment.pk,
        kind=kind,
        assessor_id=reviewer.user_id,
    )
    if declared:
        operations.declare_no_conflict(actor=reviewer, assignment_id=assignment.pk)
    return assignment


def score_all(assessment, reviewer, answers=None, na=None):
    """Every row with full marks, or with what ``answers`` says by code; ``na`` gives reasons by code.

    The first row is saved as people do; the others are as it leaves them, in one statement: hundreds of stories begin
    with this.
    """
    opinion = operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    spec = spec_of(assessment.round.standard)
    items = list(OpinionItem.objects.filter(opinion=opinion).select_related("indicator"))
    for place, item in enumerate(items):
        leaf = spec.by_code[item.indicator.code]
        raw, why = (answers or {}).get(leaf.code, full_answer(leaf)), (na or {}).get(leaf.code, "")
        if not place:
            operations.save_review_row(
                actor=reviewer,
                assessment_id=assessment.pk,
                indicator_id=item.indicator_id,
                version=item.version,
                raw=raw,
                na_reason=why,
                gap_reason=REASON,
            )
            continue
        value = scored(leaf, raw, why)
        item.state, item.entry, item.points = value.state, dict(value.entry), value.points
        item.na_reason, item.gap_reason, item.version = value.na_reason, REASON, item.version + 1
        item.edited_by_id, item.edited_at = reviewer.user_id, clock.now()
    OpinionItem.objects.bulk_update(items[1:], SCORED)
    return opinion


def review(assessment, reviewer, answers=None, kind=StageKind.REVIEW, na=None):
    """One whole opinion: assigned, declared, scored, submitted."""
    assign(assessment, reviewer, kind)
    score_all(assessment, reviewer, answers, na)
    return operations.submit_review(actor=reviewer, assessment_id=assessment.pk)


def reviewed(assessment, reviewers=None, answers=None) -> Assessment:
    """已复评 by three."""
    for reviewer in reviewers or [actor_with(Role.ASSESSOR) for _ in range(3)]:
        review(assessment, reviewer, answers)
    return operations.finish_review(actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk)


def computed(assessment=None, answers=None) -> Assessment:
    assessment = reviewed(assessment or Assessment.objects.get(round=reviewing_round()), answers=answers)
    operations.compute_assessment(actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk)
    return assessment


def determined(assessment=None, answers=None, member=None) -> Assessment:
    """已拟定: computed and confirmed as computed."""
    assessment = computed(assessment, answers)
    operations.determine(actor=member or actor_with(Role.COMMITTEE), assessment_id=assessment.pk)
    assessment.refresh_from_db()
    return assessment


def on_notice(assessment=None, answers=None) -> Assessment:
    """公示中, a good grade."""
    assessment = determined(assessment, answers)
    operations.open_public_notice(actor=actor_with(Role.SECRETARIAT), round_id=assessment.round_id)
    assessment.refresh_from_db()
    return assessment


def published(assessment=None, answers=None):
    """已公布; the practice clock has moved past the notice."""
    assessment = on_notice(assessment, answers)
    move_clock(15)
    operations.propose_publication(actor=actor_with(Role.SECRETARIAT), round_id=assessment.round_id)
    (publication,) = operations.approve_publication(
        actor=actor_with(Role.COMMITTEE_CHAIR),
        round_id=assessment.round_id,
        shown=proposed_now(assessment.round_id),
    )
    return publication


def proposed_now(round_id):
    """What the page that approves a publication shows at this moment."""
    return publications_shown(standing_proposals(round_id))


def overruling_now(determination_id):
    """What the page of the second signature shows at this moment."""
    return overruling_shown(Determination.objects.get(pk=determination_id))


def suspension_now(publication_id):
    """What the page that decides a suspension shows at this moment."""
    return suspension_shown(Publication.objects.get(pk=publication_id))


def replaced():
    """被替代: a published result in whose place a newer one of the same institution stands."""
    institution = make_institution()
    first = published(Assessment.objects.get(round=reviewing_round(institutions=[institution])))
    published(
        Assessment.objects.get(round=reviewing_round(frozen_standard(), [institution])),
        {"B1.2": {"points": "5"}},
    )
    first.refresh_from_db()
    return first


def standing_result(valid_until, stage=Stage.PUBLISHED, assessment=None) -> Assessment:
    """A published result as rows: the way to it is another story."""
    assessment = assessment or Assessment.objects.get(round=reviewing_round())
    person, moment = make_user(), clock.now()
    notice = PublicNotice.objects.create(
        round=assessment.round,
        rule=rule_in_force("ROUND-PUBLIC-NOTICE", clock.today()),
        opens_at=moment,
        closes_at=moment + timedelta(days=7),
        explanation="",
        opened_by=person,
    )
    computation = Computation.objects.create(
        assessment=assessment, created_at=moment, engine_version="1", grade="B"
    )
    determination = Determination.objects.create(
        assessment=assessment,
        computation=computation,
        state=DeterminationState.CONFIRMED,
        grade="B",
        decided_by=person,
        decided_at=moment,
    )
    publication = Publication.objects.create(
        assessment=assessment,
        determination=determination,
        grade="B",
        proposed_by=person,
        proposed_at=moment,
    )
    Publication.objects.filter(pk=publication.pk).update(
        approved_by=make_user(), published_at=moment, valid_until=valid_until
    )
    row = Assessment.objects.filter(pk=assessment.pk)
    row.update(stage=Stage.REVIEWED)
    row.update(stage=Stage.DETERMINED, grade="B")
    row.update(stage=Stage.PUBLIC_NOTICE, public_notice=notice)
    row.update(stage=Stage.PUBLISHED)
    row.update(stage=stage)
    return assessment


def run_jobs(task, operation) -> int:
    """What a worker would do with the waiting jobs of one name."""
    rows = list(OutboxJob.objects.filter(task=task, state=OutboxState.WAITING).order_by("pk"))
    for row in rows:
        operation(actor=system(current_association_id()), **row.payload)
        row.state, row.done_at = OutboxState.DONE, clock.now()
        row.save()
    return len(rows)


def suspend(publication, chair=None, reason="核查"):
    """暂停 by two: asked for by the secretariat, decided by a chair."""
    clerk = actor_with(Role.SECRETARIAT)
    operations.propose_suspension(actor=clerk, publication_id=publication.pk, reason=reason)
    chair = chair or actor_with(Role.COMMITTEE_CHAIR)
    return operations.suspend_publication(
        actor=chair, publication_id=publication.pk, shown=suspension_now(publication.pk)
    )
