"""两个人同时点: of two clicks one wins, and the effect is there once. Real commits, real threads."""

import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import connections

from association import clock
from association.actors import system
from association.choices import Role
from association.models import Job, OutboxJob
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import DeterminationState, ObjectionState, Stage, StageKind
from credit_rating.models import (
    Assessment,
    Assignment,
    Certificate,
    Computation,
    Determination,
    Objection,
    Publication,
)
from tests.at_once import at_once, winners
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import (
    announce_holidays,
    begin_determination,
    close_windows,
    frozen_standard,
    open_round,
    reviewing_round,
    submitted_assessment,
)
from tests.factories.review import (
    computed,
    move_clock,
    on_notice,
    overruling_now,
    proposed_now,
    reviewed,
    standing_result,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def association():
    return make_association()


def test_two_members_determine_at_once(association):
    with acting_for(association.pk):
        assessment = computed()
        members = [actor_with(Role.COMMITTEE) for _ in range(2)]
    outcomes = at_once(
        association,
        *[lambda m=m: operations.determine(actor=m, assessment_id=assessment.pk) for m in members],
    )
    assert len(winners(outcomes)) == 1
    with acting_for(association.pk):
        row = Determination.objects.get()
        assert row.state == DeterminationState.CONFIRMED
        assert row.decided_by_id == winners(outcomes)[0].decided_by_id
        assert Assessment.objects.get(pk=assessment.pk).stage == Stage.DETERMINED


def test_the_same_is_computed_and_asked_for_twice_at_once(association):
    with acting_for(association.pk):
        assessment = Assessment.objects.get(round=reviewing_round())
        reviewed(assessment)
        clerk = actor_with(Role.SECRETARIAT)
    outcomes = at_once(
        association,
        lambda: operations.compute_assessment(actor=clerk, assessment_id=assessment.pk),
        lambda: operations.compute_assessment(actor=clerk, assessment_id=assessment.pk),
    )
    assert len({one.result_hash for one in winners(outcomes)}) == 1
    jobs = at_once(
        association,
        lambda: operations.compute_round(actor=clerk, round_id=assessment.round_id),
        lambda: operations.compute_round(actor=clerk, round_id=assessment.round_id),
    )
    assert len({job.pk for job in jobs}) == 1
    with acting_for(association.pk):
        assert Computation.objects.count() == Determination.objects.count() == Job.objects.count() == 1
        assert OutboxJob.objects.filter(task="credit_rating.compute_chunk").count() == 1


def test_the_same_assessor_is_assigned_twice_at_once(association):
    with acting_for(association.pk):
        assessment = Assessment.objects.get(round=reviewing_round())
        clerk, reviewer = actor_with(Role.SECRETARIAT), actor_with(Role.ASSESSOR)
    ask = {"assessment_id": assessment.pk, "kind": StageKind.REVIEW, "assessor_id": reviewer.user_id}
    outcomes = at_once(association, *[lambda: operations.assign_assessor(actor=clerk, **ask)] * 2)
    assert len(winners(outcomes)) == 1
    with acting_for(association.pk):
        assert Assignment.objects.count() == 1


def test_the_same_objection_is_filed_twice_at_once(association):
    with acting_for(association.pk):
        assessment = on_notice()
        clerk = actor_with(Role.SECRETARIAT)
        manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    ask = {"assessment_id": assessment.pk, "text": "不服"}
    own = at_once(association, *[lambda: operations.file_objection(actor=manager, **ask)] * 2)
    assert len(winners(own)) == 1
    paper = ask | {"document_number": "2026-12"}
    registered = at_once(association, *[lambda: operations.file_objection(actor=clerk, **paper)] * 2)
    assert len(winners(registered)) == 1
    with acting_for(association.pk):
        assert Objection.objects.count() == 2
        operations.file_objection(actor=clerk, **(ask | {"document_number": "2026-13"}))
        operations.decide_objection(
            actor=actor_with(Role.COMMITTEE),
            objection_id=winners(own)[0].pk,
            upheld=False,
            decision="维持",
        )
        assert operations.file_objection(actor=manager, **ask)


def test_approval_and_objection_decision_race_without_a_double_publication(association):
    with acting_for(association.pk):
        assessment = on_notice()
        clerk, member = actor_with(Role.SECRETARIAT), actor_with(Role.COMMITTEE)
        manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
        chairs = [actor_with(Role.COMMITTEE_CHAIR) for _ in range(2)]
        objection = operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")
        move_clock(15, clerk)
    reject = {"objection_id": objection.pk, "upheld": False, "decision": "维持"}
    decided = at_once(association, *[lambda: operations.decide_objection(actor=member, **reject)] * 2)
    assert len(winners(decided)) == 1
    with acting_for(association.pk):
        assert Objection.objects.get().state == ObjectionState.REJECTED
        operations.propose_publication(actor=clerk, round_id=assessment.round_id)
        shown = proposed_now(assessment.round_id)
    approved = at_once(
        association,
        *[
            lambda c=c: operations.approve_publication(actor=c, round_id=assessment.round_id, shown=shown)
            for c in chairs
        ],
    )
    assert len(winners(approved)) == 1
    with acting_for(association.pk):
        assert Publication.objects.exclude(published_at=None).count() == 1
        assert Certificate.objects.count() == 1
        assert OutboxJob.objects.filter(task="credit_rating.render_certificate").count() == 1


def test_two_second_people_read_the_same_and_one_of_them_decides(association):
    with acting_for(association.pk):
        assessment = computed()
        first, *others = (actor_with(Role.COMMITTEE) for _ in range(3))
        row = operations.determine(actor=first, assessment_id=assessment.pk, grade="B", reason="整改未完成")
        read = overruling_now(row.pk)

    def signs(actor, *, agree):
        return operations.countersign(actor=actor, determination_id=row.pk, shown=read, agree=agree)

    outcomes = at_once(
        association, lambda: signs(others[0], agree=True), lambda: signs(others[1], agree=False)
    )
    assert len(winners(outcomes)) == 1


def test_two_rounds_approved_at_once_leave_one_result_standing(association):
    with acting_for(association.pk):
        institution, year = make_institution(), clock.today().year
        held = []
        for place in (1, 0):
            held_in = open_round(frozen_standard(), [institution], year=year - place)
            submitted_assessment(held_in, institution)
            close_windows(held_in)
            announce_holidays()
            begin_determination(held_in)
            on_notice(Assessment.objects.get(round=held_in))
            held.append(held_in)
        move_clock(15)
        clerk, chair = actor_with(Role.SECRETARIAT), actor_with(Role.COMMITTEE_CHAIR)
        for held_in in held:
            operations.propose_publication(actor=clerk, round_id=held_in.pk)
    approved = at_once(
        association,
        *[
            lambda pk=one.pk: operations.approve_publication(actor=chair, round_id=pk, shown=proposed_now(pk))
            for one in held
        ],
    )
    assert len(winners(approved)) == 2
    with acting_for(association.pk):
        standing = Publication.objects.get(superseded_at=None)
        assert standing.assessment.round_id == held[1].pk


def waits_for_a_lock():
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return cursor.fetchone()[0] > 0


def test_the_clock_takes_assessments_of_several_rounds_in_one_order(association):
    """As publishing does: were they taken round by round, each could hold what the other waits for."""
    with acting_for(association.pk):
        first, second = (open_round(frozen_standard()) for _ in range(2))
        low = submitted_assessment(second, second.assessments.get().institution)
        high = submitted_assessment(first, make_institution())
        announce_holidays()
        day = clock.today() - timedelta(days=1)
        rows = [standing_result(day, assessment=row) for row in (low, high)]
        assert rows[0].pk < rows[1].pk
        assert rows[0].round_id > rows[1].round_id
    held = Event()

    def publisher():
        for row in rows:
            Assessment.objects.select_for_update().get(pk=row.pk)
            held.set()
            patience = time.monotonic() + 10
            while row is rows[0] and not waits_for_a_lock() and time.monotonic() < patience:
                time.sleep(0.05)

    def timekeeper():
        assert held.wait(timeout=20)
        operations.keep_the_clock(actor=system(association.pk))

    at_once(association, publisher, timekeeper)
    with acting_for(association.pk):
        stages = Assessment.objects.filter(pk__in=[row.pk for row in rows]).values_list("stage", flat=True)
        assert set(stages) == {Stage.EXPIRED}
