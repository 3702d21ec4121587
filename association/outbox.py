"""Work for later: PostgreSQL is the queue, Celery only the doorbell.

``enqueue`` writes a row in the caller's transaction; the relay leases due rows and rings; a task locks its
row, runs one operation and marks the row done in the same transaction. The queue may lose everything.
"""

import functools
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from association.choices import OutboxState
from association.contention import is_contended
from association.models import OutboxJob
from association.tenancy import acting_for, current_association_id

logger = logging.getLogger(__name__)

MOST_ATTEMPTS, AT_ONCE = 8, 1_000
# Of each task only so many are out at once (rung and not yet begun): a long backlog is not rung again and again,
# a lost queue costs one lease, and slow jobs do not hold up quick ones.
LEASE = """
WITH tasks AS (
  SELECT task, %(most)s - count(*) FILTER (WHERE due_at > %(moment)s AND handed_out > attempts) AS room
  FROM association_outboxjob WHERE state = 'waiting' GROUP BY task),
due AS (
  SELECT job.id FROM tasks CROSS JOIN LATERAL (
    SELECT id FROM association_outboxjob WHERE state = 'waiting' AND due_at <= %(moment)s AND task = tasks.task
    ORDER BY due_at LIMIT greatest(tasks.room, 0) FOR UPDATE SKIP LOCKED) job)
UPDATE association_outboxjob job
SET handed_out = handed_out + 1,
    due_at = %(moment)s + make_interval(secs => least(%(lease)s * 2 ^ least(handed_out, 9), 3600))
FROM due WHERE job.id = due.id RETURNING job.id, job.task
"""


def enqueue(
    task: str, *, key: str, due: datetime | None = None, association_id: int | None = None, **payload: Any
) -> None:
    """Make a job due with the surrounding transaction. The same ``key`` twice is one job; payloads hold ids.

    ``association_id`` is named only outside a scope, on the pages of the platform.
    """
    _put(task, {key: payload}, due, association_id)


def enqueue_each(task: str, payloads: Mapping[str, Mapping[str, Any]]) -> None:
    """The same for many jobs of one task, by their keys."""
    _put(task, payloads)


def _put(
    task: str,
    payloads: Mapping[str, Mapping[str, Any]],
    due: datetime | None = None,
    association_id: int | None = None,
) -> None:
    same = {
        "association_id": association_id or current_association_id(),
        "task": task,
        "due_at": due or timezone.now(),
    }
    jobs = [OutboxJob(key=key, payload=dict(payload), **same) for key, payload in payloads.items()]
    OutboxJob.objects.bulk_create(jobs, ignore_conflicts=True, batch_size=AT_ONCE)


def lease(most: int = 400) -> list[tuple[int, str]]:
    """Take due jobs for a while, ``most`` of each task at once: ``(id, task)``. Unanswered ones are due again."""
    with transaction.atomic(), connection.cursor() as cursor:
        values: dict[str, Any] = {
            "most": most,
            "lease": settings.OUTBOX_LEASE_SECONDS,
            "moment": timezone.now(),
        }
        cursor.execute(LEASE, values)
        return list(cursor.fetchall())


def outbox_task(
    name: str, *, queue: str = "default"
) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """The one door for background work: opens the scope, locks the row, runs once, marks it done.

    Which queue it goes to is the relay's business alone: nobody else rings.
    """

    def wrap(body: Callable[..., None]) -> Callable[[int], None]:
        @functools.wraps(body)
        def run(job_id: int) -> None:
            if not connection.in_atomic_block:
                close_old_connections()
            _run(job_id, body)

        run.__wrapped__ = body
        task = shared_task(name=name)(run)
        QUEUES[name] = queue
        return task

    return wrap


QUEUES: dict[str, str] = {}


def _run(job_id: int, body: Callable[..., None]) -> None:
    association_id = _begin(job_id)
    if association_id is None:
        return
    try:
        with acting_for(association_id):
            job = _waiting(job_id)
            if job is None:
                return
            body(**job.payload)
            job.state, job.done_at, job.last_error = OutboxState.DONE, timezone.now(), ""
            job.save(update_fields=["state", "done_at", "last_error"])
    except Exception as error:  # the loop of background work: the row remembers, the log tells
        if is_contended(error):
            logger.warning("job %s waits: somebody else is at the same row", job_id)
        else:
            logger.exception("job %s failed", job_id)
        _remember(job_id, error)


def _begin(job_id: int) -> int | None:
    """Count the start before the work, in a transaction of its own: a job that kills its worker counts too."""
    with transaction.atomic():
        job = _waiting(job_id)
        if job is None:
            return None
        if job.attempts >= MOST_ATTEMPTS:
            job.state, job.last_error = OutboxState.DEAD, job.last_error or "WorkerLost"
        else:
            job.attempts += 1
            job.handed_out = job.attempts
        job.save(update_fields=["attempts", "handed_out", "state", "last_error"])
    return job.association_id if job.state == OutboxState.WAITING else None


def _waiting(job_id: int) -> OutboxJob | None:
    """The job's row, locked; nothing when it is done, given up, or in somebody else's hands this moment."""
    rows = OutboxJob.objects.select_for_update(skip_locked=True)
    return rows.filter(pk=job_id, state=OutboxState.WAITING).first()


def _remember(job_id: int, error: Exception) -> None:
    """Only the kind of error and its place are kept: a message may quote somebody's data."""
    with transaction.atomic():
        job = OutboxJob.objects.select_for_update().get(pk=job_id)
        job.last_error = type(error).__name__
        if job.attempts >= MOST_ATTEMPTS and job.state == OutboxState.WAITING:
            job.state = OutboxState.DEAD
        job.save(update_fields=["last_error", "state"])


def retry(job: OutboxJob) -> None:
    """A dead job starts over; asked for by a person."""
    OutboxJob.objects.filter(pk=job.pk, state=OutboxState.DEAD).update(
        state=OutboxState.WAITING, attempts=0, handed_out=0, due_at=timezone.now()
    )
