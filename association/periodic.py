"""按时办理: each tick writes one outbox row per association, job and slot; two beats or a missed one do no harm."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from association.choices import OutboxState
from association.models import Association, OutboxJob
from association.outbox import enqueue
from association.tenancy import acting_for, current_association_id

SLOT = "slot-"
DAY_SECONDS = 24 * 3600
DONE_KEPT = timedelta(days=30)
# A done slot of a day still stops a second beat for as long as that day lasts.
SLOTS_KEPT = timedelta(days=1)


def plan(jobs: dict[str, int], moment: datetime | None = None) -> int:
    """Make due what the slot asks for: ``jobs`` maps a task to its period in seconds. Returns the rows asked for."""
    at = int((moment or timezone.now()).timestamp())
    asked = 0
    for association_id in Association.objects.filter(is_open=True).values_list("pk", flat=True):
        with acting_for(association_id):
            for task, period in jobs.items():
                slot = datetime.fromtimestamp(at - at % period, UTC)
                enqueue(task, key=f"{SLOT}{slot:%Y%m%dT%H%M%S}")
                asked += 1
    return asked


def again_today(*, key: str) -> None:
    """What is done once a day has been done on the wall clock's day; on the day that a practice clock moved to it has not."""
    for task, period in settings.PERIODIC.items():
        if period >= DAY_SECONDS:
            enqueue(task, key=key)


def ask_to_catch_up() -> None:
    """After an update: rows of before get what the new version keeps of each."""
    for task in settings.AFTER_UPDATE:
        enqueue(task, key=f"update-{timezone.now():%Y%m%dT%H%M%S%f}")


def tidy(moment: datetime | None = None) -> int:
    """Done rows of the outbox that nobody looks at any more go; waiting and given-up ones stay. How many went."""
    at = moment or timezone.now()
    old = Q(done_at__lt=at - DONE_KEPT) | Q(key__startswith=SLOT, done_at__lt=at - SLOTS_KEPT)
    done = OutboxJob.objects.filter(association_id=current_association_id(), state=OutboxState.DONE)
    gone, _by_kind = done.filter(old).delete()
    return gone
