"""The workers of a round: loaded and forked as Celery does it, they take the jobs that ``compute_round`` leaves."""

import json
import multiprocessing
import resource
import sys
import time
from multiprocessing.pool import Pool
from multiprocessing.synchronize import Barrier

from celery import signals
from django.db import connection, connections

from config.celery import app

app.loader.import_default_modules()
app.finalize()

from association.actors import actor_of  # noqa: E402 - after the application
from association.models import Job, OutboxJob, User  # noqa: E402
from association.tenancy import acting_for  # noqa: E402
from credit_rating.models import Computation  # noqa: E402
from credit_rating.operations import compute_round  # noqa: E402

# As many as Celery starts on a machine of two cores.
WORKERS = 2
TASK = "credit_rating.compute_chunk"
FLOOR = """
SELECT opinion.assessment_id, sum(item.points)
FROM credit_rating_opinion opinion JOIN credit_rating_opinionitem item ON item.opinion_id = opinion.id
GROUP BY opinion.assessment_id
"""


def floor(association: int) -> float:
    began = time.perf_counter()
    with acting_for(association), connection.cursor() as cursor:
        cursor.execute(FLOOR)
        cursor.fetchall()
    return time.perf_counter() - began


def ready_workers() -> Pool:
    """Forked, with the connection that a worker keeps between two jobs."""
    forks = multiprocessing.get_context("fork")
    all_ready = forks.Barrier(WORKERS + 1)
    connections.close_all()
    pool = forks.Pool(WORKERS, _begin, (all_ready,))
    all_ready.wait()
    return pool


def _begin(all_ready: Barrier) -> None:
    signals.worker_process_init.send(sender=None)
    connection.ensure_connection()
    all_ready.wait()


def _take(job_id: int) -> tuple[int, float]:
    """The process and how large it has become, in MB."""
    app.tasks[TASK](job_id)
    return multiprocessing.current_process().pid, memory()


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compute(association: int, clerk: int, round_id: int, pool: Pool) -> tuple[float, float]:
    """Seconds from the click to the last result; memory of the workers and of the process they were forked from."""
    began = time.perf_counter()
    with acting_for(association):
        compute_round(actor=actor_of(User.objects.get(pk=clerk), association), round_id=round_id)
    waiting = OutboxJob.objects.filter(task=TASK, state="waiting").order_by("pk").values_list("pk", flat=True)
    sizes = dict(pool.map(_take, list(waiting), chunksize=1))
    return time.perf_counter() - began, sum(sizes.values()) + memory()


def main(association: int, round_id: int, clerk: int, count: int) -> None:
    floor(association)
    before = [floor(association) for _time in range(2)]
    with ready_workers() as pool:
        seconds, size = compute(association, clerk, round_id, pool)
    after = [floor(association) for _time in range(2)]
    with acting_for(association):
        if Computation.objects.count() != count or Job.objects.get().state != "done":
            raise RuntimeError("the round is not computed")
    print(json.dumps({"floors": before + after, "seconds": seconds, "memory": size}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
