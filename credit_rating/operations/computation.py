"""综合计分: the whole round by the worker, or one assessment at once; the same inputs write nothing twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association.actors import Actor
from association.audit import record
from association.choices import JobState, OutboxState
from association.models import Job, OutboxJob
from association.operations import advance_job, fail_job, start_job
from association.outbox import enqueue
from association.tenancy import current_association_id
from common.errors import Refused
from credit_rating.access import MAY
from credit_rating.choices import DeterminationState, RoundState, Stage, StageKind
from credit_rating.models import Assessment, Computation, Determination, Round
from credit_rating.operations.assignments import lock_assessment
from credit_rating.operations.computed_rows import write_computations
from credit_rating.operations.moves import move_determination, move_round
from credit_rating.operations.rounds import lock_round, refuse_before
from credit_rating.queries.final_marks import (
    FinalMarks,
    Plan,
    decided_by,
    final_marks,
    marks_of,
    plan_of,
    struck_in,
)
from credit_rating.rules.compiled import Rated

KIND = "compute_round"
TASK = "credit_rating.compute_chunk"
CHUNK = 3500
COMPUTED = (Stage.REVIEWED, Stage.DETERMINED)
RUNNING = (JobState.QUEUED, JobState.RUNNING)
LOCK = """
SELECT id FROM credit_rating_assessment
WHERE association_id = %s AND round_id = %s AND stage = ANY(%s) AND id = ANY(%s) ORDER BY id FOR UPDATE
"""
PROPOSE = """
INSERT INTO credit_rating_determination (association_id, assessment_id, computation_id, state, grade, overruled, reason)
SELECT %s, assessment_id, computation_id, 'proposed', grade, false, ''
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS given(assessment_id, computation_id, grade)
"""


@dataclass(frozen=True, slots=True)
class Computed:
    """How a chunk ended: how many results are new, how many were there already."""

    new: int
    unchanged: int


@transaction.atomic
def compute_round(*, actor: Actor, round_id: int) -> Job:
    """计算全轮: a job whose chunks the worker takes; asked for again while it runs, the same job."""
    actor.require(MAY, "compute_round")
    held_in = lock_round(actor, round_id)
    if held_in.state not in {RoundState.REVIEWING, RoundState.DETERMINING, RoundState.PUBLIC_NOTICE}:
        raise Refused(_("评审尚未开始或结果已公布，不能计算。"))
    refuse_before(held_in, StageKind.DETERMINATION)
    running = _running(held_in)
    if running is not None:
        return running
    ids = list(
        Assessment.objects.filter(round=held_in, stage__in=COMPUTED)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    if not ids:
        raise Refused(_("还没有完成评审的机构，没有可计算的内容。"))
    decided_by(held_in)
    if held_in.state == RoundState.REVIEWING:
        move_round(held_in, RoundState.DETERMINING)
    title = gettext_noop("计算%(round)s") % {"round": held_in.title}
    job = start_job(actor=actor, kind=KIND, title=title, total=len(ids), round_id=held_in.pk)
    for first in range(0, len(ids), CHUNK):
        enqueue(
            TASK,
            key=f"job-{job.pk}-{first}",
            job_id=job.pk,
            round_id=held_in.pk,
            assessment_ids=ids[first : first + CHUNK],
        )
    record(actor, "compute_round", held_in, assessments=len(ids), job=job.pk)
    return job


def _running(held_in: Round) -> Job | None:
    """The job under way; one whose part was given up has failed and makes room for a new one."""
    job = Job.objects.filter(kind=KIND, state__in=RUNNING, result__round_id=held_in.pk).first()
    if job is None:
        return None
    parts = OutboxJob.objects.filter(association_id=held_in.association_id, task=TASK, payload__job_id=job.pk)
    if not parts.filter(state=OutboxState.DEAD).exists():
        return job
    fail_job(job.pk, message=gettext_noop("有一部分多次未能完成，已停办。"))
    return None


@transaction.atomic
def compute_chunk(*, actor: Actor, job_id: int, round_id: int, assessment_ids: Sequence[int]) -> Computed:
    """One part of the round; run twice it writes nothing the second time, and of a failed job nothing at all."""
    actor.require(MAY, "compute_round")
    if Job.objects.filter(pk=job_id, state=JobState.FAILED).exists():
        return Computed(new=0, unchanged=0)
    held_in = Round.objects.select_related("standard").get(pk=round_id)
    done = _compute(plan_of(held_in), _locked(held_in, assessment_ids))
    # The keys are checked now, not at commit: until then the job is held, and the other workers wait for it.
    connection.check_constraints()
    record(actor, "compute_chunk", held_in, job=job_id, new=done.new, unchanged=done.unchanged)
    advance_job(job_id, by=len(assessment_ids))
    return done


@transaction.atomic
def compute_assessment(*, actor: Actor, assessment_id: int) -> Computation:
    """计算一件: at once, for one assessment."""
    actor.require(MAY, "compute_round")
    assessment = lock_assessment(actor, assessment_id)
    if assessment.stage not in COMPUTED:
        raise Refused(_("这件评估尚未完成评审，不能计算。"))
    refuse_before(assessment.round, StageKind.DETERMINATION)
    return recompute(actor, assessment)


def recompute(actor: Actor, assessment: Assessment) -> Computation:
    """Inside an operation that holds the assessment: the computation that its opinions come to now."""
    done = _compute(plan_of(assessment.round), [assessment.pk])
    record(actor, "compute_assessment", assessment, new=done.new)
    current = current_determination(assessment)
    if current is None:
        raise Refused(_("没有已提交的评审意见，不能计算。"))
    return current.computation


def current_determination(assessment: Assessment) -> Determination | None:
    """The one that is not superseded, held until the transaction ends."""
    return (
        Determination.objects.select_for_update(of=("self",))
        .select_related("computation")
        .filter(assessment=assessment)
        .exclude(state=DeterminationState.SUPERSEDED)
        .first()
    )


def _locked(held_in: Round, assessment_ids: Sequence[int]) -> list[int]:
    """Those still waiting for a result; what has gone on to public notice meanwhile is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [current_association_id(), held_in.pk, list(COMPUTED), list(assessment_ids)])
        return [pk for (pk,) in cursor.fetchall()]


def _compute(plan: Plan, assessment_ids: Sequence[int]) -> Computed:
    """Everything in sets: one read of the marks, one insert of what is new, one look at what stood before."""
    results = list(rated(plan, final_marks(plan, assessment_ids)))
    proposed = write_computations(plan, results)
    left = [(marks, result) for marks, result in results if marks.assessment_id not in proposed]
    new = len(proposed) + _propose(left)
    return Computed(new=new, unchanged=len(results) - new)


def rated(plan: Plan, found: Sequence[FinalMarks]) -> Iterator[tuple[FinalMarks, Rated]]:
    """计分: whole numbers where every mark is one, prepared fractions where something is not applicable."""
    plain: list[FinalMarks] = []
    others: list[FinalMarks] = []
    for marks in found:
        (others if marks.has_gaps else plain).append(marks)
    yield from zip(plain, plan.standard.rate_packed([marks.packed for marks in plain]), strict=True)
    for marks in others:
        yield marks, plan.shifted.rate(marks.row, marks.na_reasons) or _in_full(plan, marks)


def _in_full(plan: Plan, marks: FinalMarks) -> Rated:
    each = marks_of(plan.standard.leaf_codes, marks.row, marks.na_reasons)
    return plan.standard.rate_marks(each, struck_in(plan, marks.row))


def _propose(results: Sequence[tuple[FinalMarks, Rated]]) -> int:
    """拟定建议 where there was one: a proposal for each result that is not the current one; nothing else is touched."""
    if not results:
        return 0
    computations = _computations(results)
    standing = {
        row.assessment_id: row
        for row in Determination.objects.select_for_update()
        .filter(assessment_id__in=list(computations))
        .exclude(state=DeterminationState.SUPERSEDED)
    }
    changed = {
        marks.assessment_id: result.grade or ""
        for marks, result in results
        if marks.assessment_id not in standing
        or standing[marks.assessment_id].computation_id != computations[marks.assessment_id]
    }
    for pk in changed.keys() & standing.keys():
        move_determination(standing[pk], DeterminationState.SUPERSEDED)
    if changed:
        with connection.cursor() as cursor:
            given: list[Any] = [list(changed), [computations[pk] for pk in changed], list(changed.values())]
            cursor.execute(PROPOSE, [current_association_id(), *given])
    return len(changed)


def _computations(results: Sequence[tuple[FinalMarks, Rated]]) -> dict[int, int]:
    """Assessment to computation, found by the hash of its inputs, whether it is new or was there already."""
    wanted = {marks.assessment_id: result.inputs_hash for marks, result in results}
    rows = Computation.objects.filter(assessment_id__in=list(wanted), inputs_hash__in=list(wanted.values()))
    found = rows.values_list("assessment_id", "inputs_hash", "pk")
    return {pk: computation for pk, inputs, computation in found if wanted[pk] == inputs}
