"""The worker of a round: loaded as Celery loads it, it takes the jobs that ``compute_round`` leaves."""

import json
import resource
import sys
import time

from django.db import connection

from config.celery import app

app.loader.import_default_modules()

from association.actors import actor_of  # noqa: E402 - after the application
from association.models import Job, OutboxJob, User  # noqa: E402
from association.tenancy import acting_for  # noqa: E402
from credit_rating.models import Computation  # noqa: E402
from credit_rating.operations import compute_round  # noqa: E402

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


def compute(association: int, clerk: int, round_id: int) -> float:
    """From the click to the last result."""
    began = time.perf_counter()
    with acting_for(association):
        compute_round(actor=actor_of(User.objects.get(pk=clerk), association), round_id=round_id)
    waiting = OutboxJob.objects.filter(task=TASK, state="waiting").order_by("pk").values_list("pk", flat=True)
    for job_id in list(waiting):
        app.tasks[TASK](job_id)
    return time.perf_counter() - began


def main(association: int, round_id: int, clerk: int, count: int) -> None:
    floor(association)
    before = [floor(association) for _time in range(2)]
    seconds = compute(association, clerk, round_id)
    after = [floor(association) for _time in range(2)]
    with acting_for(association):
        if Computation.objects.count() != count or Job.objects.get().state != "done":
            raise RuntimeError("the round is not computed")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"floors": before + after, "seconds": seconds, "memory": memory}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
