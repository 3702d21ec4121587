"""按时办理: each tick writes one outbox row per association, job and slot; two beats or a missed one do no harm."""

from datetime import UTC, datetime

from django.utils import timezone

from association.models import Association
from association.outbox import enqueue
from association.tenancy import acting_for


def plan(jobs: dict[str, int], moment: datetime | None = None) -> int:
    """Make due what the slot asks for: ``jobs`` maps a task to its period in seconds. Returns the rows asked for."""
    at = int((moment or timezone.now()).timestamp())
    asked = 0
    for association_id in Association.objects.filter(is_open=True).values_list("pk", flat=True):
        with acting_for(association_id):
            for task, period in jobs.items():
                slot = datetime.fromtimestamp(at - at % period, UTC)
                enqueue(task, key=f"slot-{slot:%Y%m%dT%H%M%S}")
                asked += 1
    return asked
