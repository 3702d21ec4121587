"""工单分批导入: the worker takes a looked-at file in parts, each its own transaction, so progress shows and nothing is lost.

A part that runs again finds its orders imported and passes over them; a job that was given up is taken up by pressing again.
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import BatchState
from association.models import Job
from association.operations import advance_job, start_job
from association.outbox import enqueue
from association.sheets import AT_ONCE, Sheet, job_under_way
from common.errors import Refused
from complaints.access.complaints import MAY
from complaints.models import ImportBatch
from complaints.operations.moves import move_batch
from complaints.operations.orders import (
    closed,
    load_rows,
    lock_batch,
    note_faults,
    opened_sheet,
    read,
    years_with,
)
from complaints.queries.orders import job_of
from complaints.rules.orders import OrdersRead

KIND = "load_orders"
TASK = "complaints.load_orders_part"


@transaction.atomic
def begin_loading(*, actor: Actor, batch_id: int) -> Job:
    """确认导入: a job whose parts the worker takes one after the other; pressed again while it runs, the same job."""
    actor.require(MAY, "import_orders")
    batch = lock_batch(actor, batch_id)
    if batch.state == BatchState.LOADING:
        running = job_under_way(job_of(batch), TASK)
        if running is not None:
            return running
    elif batch.state != BatchState.CHECKED:
        raise Refused(_("这次导入已经决定过。"))
    else:
        _decide(actor, batch)
    title = gettext_noop("导入12345工单")
    job = start_job(actor=actor, kind=KIND, title=title, total=batch.rows, batch_id=batch.pk)
    _queue(batch, job.pk, 0)
    record(actor, "begin_loading", batch, job=job.pk)
    return job


def _decide(actor: Actor, batch: ImportBatch) -> None:
    if not batch.good:
        raise Refused(_("没有可以导入的工单，请改正后重新上传。"))
    opened_sheet(batch)
    move_batch(batch, BatchState.LOADING, decided_by_id=actor.person_id, decided_at=clock.now())


def _queue(batch: ImportBatch, job_id: int, first: int) -> None:
    enqueue(TASK, key=f"job-{job_id}-{first}", job_id=job_id, batch_id=batch.pk, first=first)


@transaction.atomic
def load_orders_part(*, actor: Actor, batch_id: int, job_id: int, first: int) -> ImportBatch:
    """The rows from ``first`` on that were found good; the last part leaves those to be mended in the batch."""
    actor.require(MAY, "import_orders")
    batch = lock_batch(actor, batch_id)
    sheet = opened_sheet(batch)
    part = sheet.part(first, AT_ONCE)
    found = _read(batch, part)
    load_rows(actor, found.good)
    batch.loaded += len(found.good)
    batch.years = years_with(batch, found.good)
    batch.save(update_fields=["loaded", "good", "bad", "years"])
    record(actor, "load_orders_part", batch, job=job_id, first=first, loaded=len(found.good))
    if first + AT_ONCE < len(sheet.rows):
        _queue(batch, job_id, first + AT_ONCE)
    else:
        _finish(batch, sheet)
    advance_job(job_id, by=len(part.rows))
    return batch


def _read(batch: ImportBatch, part: Sheet) -> OrdersRead:
    """What looking found wrong stays out. What is wrong only now, by newer rules, joins the rows to be mended."""
    faulty = _faulty(batch)
    found = read(part.of_lines(lambda line: line not in faulty))
    newly = len(found.bad_lines())
    note_faults(batch, found.faults)
    batch.good, batch.bad = batch.good - newly, batch.bad + newly
    return found


def _faulty(batch: ImportBatch) -> set[int]:
    return set(batch.faults.values_list("line", flat=True))


def _finish(batch: ImportBatch, sheet: Sheet) -> None:
    rest = sheet.of_lines(_faulty(batch).__contains__)
    move_batch(batch, BatchState.LOADED, box=closed(rest) if rest.rows else b"")
