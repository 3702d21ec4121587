"""What changes the association itself, its clock, its jobs and its notices."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.access import MAY
from association.actors import Actor
from association.audit import record
from association.choices import JOB_STEPS, JobState
from association.models import Association, Job, Notice, OutboxJob, PracticeClock
from association.outbox import retry
from common.errors import InvalidInput, NotFound
from common.transitions import check_step

MOST_DAYS_AT_ONCE = 400


@transaction.atomic
def move_practice_clock(*, actor: Actor, days: int) -> PracticeClock:
    """演练时钟 forward by whole days; only in a demo association of a demo installation."""
    actor.require(MAY, "move_practice_clock")
    association = Association.objects.get(pk=actor.association_id)
    if not settings.PORTAL_DEMO or not association.is_demo:
        raise NotFound(_("这里没有演练时钟。"))
    if not 1 <= days <= MOST_DAYS_AT_ONCE:
        raise InvalidInput(_("每次可拨快1至400天。"))
    row, _created = PracticeClock.objects.select_for_update().get_or_create()
    row.offset_seconds += int(timedelta(days=days).total_seconds())
    row.save(update_fields=["offset_seconds"])
    clock.forget_practice_offset()
    record(actor, "move_practice_clock", row, days=days)
    return row


@transaction.atomic
def start_job(*, actor: Actor, kind: str, title: str, total: int, **result: Any) -> Job:
    """A job with progress. Who may start it is the caller's question."""
    return Job.objects.create(
        kind=kind,
        title=title,
        total=total,
        started_by_id=actor.user_id,
        created_at=clock.now(),
        result=result,
    )


@transaction.atomic
def advance_job(job_id: int, *, by: int) -> Job:
    """Count work done; the last piece finishes the job."""
    job = Job.objects.select_for_update().get(pk=job_id)
    job.done = min(job.total, job.done + by)
    job.save(update_fields=["done"])
    if job.state == JobState.QUEUED:
        _move_job(job, JobState.RUNNING)
    return _move_job(job, JobState.DONE if job.done == job.total else JobState.RUNNING)


@transaction.atomic
def fail_job(job_id: int, *, message: str) -> Job:
    job = Job.objects.select_for_update().get(pk=job_id)
    job.message = message
    job.save(update_fields=["message"])
    return _move_job(job, JobState.FAILED)


def _move_job(job: Job, state: JobState) -> Job:
    check_step(JOB_STEPS, JobState(job.state), state)
    job.state = state
    if state in {JobState.DONE, JobState.FAILED}:
        job.finished_at = clock.now()
    job.save(update_fields=["state", "finished_at"])
    return job


@transaction.atomic
def mark_notices_read(*, actor: Actor) -> int:
    return Notice.objects.filter(user_id=actor.user_id, read_at__isnull=True).update(read_at=clock.now())


@transaction.atomic
def retry_dead_job(*, actor: Actor, outbox_id: int) -> None:
    """重办: a job given up after eight attempts starts over."""
    actor.require(MAY, "retry_dead_job")
    job = OutboxJob.objects.filter(pk=outbox_id, association_id=actor.association_id).first()
    if job is None:
        raise NotFound(_("没有这件作业。"))
    retry(job)
    record(actor, "retry_dead_job", None, outbox=outbox_id)
