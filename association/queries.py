"""Reads of the association's own things."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min, Q, QuerySet, Value
from django.utils import timezone
from redis.exceptions import RedisError

from association.choices import JobState, OutboxState, PledgeState
from association.models import (
    Association,
    Deadline,
    Job,
    OriginalRequest,
    OutboxJob,
    PledgeVersion,
    Region,
    WorkerBeat,
)
from association.rules.pledge import text_of
from association.tenancy import current_association_id
from association.throttle import script

OLDEST_WAITING = timedelta(seconds=60)


def open_associations() -> QuerySet[Association]:
    """Every association that has a site here, with its parent."""
    return Association.objects.filter(is_open=True).select_related("parent", "region")


def regions() -> QuerySet[Region]:
    return Region.objects.all()


def with_file(requests: QuerySet[OriginalRequest]) -> QuerySet[OriginalRequest]:
    """What a line of the list of unsealings shows."""
    return requests.select_related("original__attachment__institution", "requested_by", "decided_by")


def open_counted_deadlines() -> QuerySet[Deadline]:
    """未结的期限 that a change of the calendar may move."""
    return Deadline.objects.filter(stopped_at__isnull=True, set_on__isnull=True)


def work_counts() -> dict[str, int]:
    """How many long jobs are running and how many background jobs were given up here: one query."""
    running = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).order_by()
    dead = OutboxJob.objects.filter(
        association_id=current_association_id(), state=OutboxState.DEAD
    ).order_by()
    counted = [
        rows.annotate(code=Value(code)).values("code").annotate(n=Count("pk")).values_list("code", "n")
        for code, rows in (("running", running), ("dead", dead))
    ]
    return {"running": 0, "dead": 0} | dict(counted[0].union(counted[1], all=True))


def readiness() -> dict[str, str]:
    """What keeps the portal from serving well; empty when nothing does."""
    problems = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    late = timezone.now() - OLDEST_WAITING
    if OutboxJob.objects.filter(
        state=OutboxState.WAITING, created_at__lt=late, attempts=0, due_at__lt=late
    ).exists():
        problems["outbox"] = "oldest waiting job is older than 60 s"
    if not WorkerBeat.objects.filter(at__gt=late).exists():
        problems["relay"] = "no heartbeat for 60 s"
    if not _Schema.is_complete():
        problems["migrations"] = "not all applied"
    try:
        script(settings.REDIS_URL).registered_client.ping()
    except RedisError:
        problems["queue"] = "unreachable"
    return problems


def measures() -> dict[str, float]:
    """What an operator watches: the outbox of all associations and the processes behind it; counts and seconds."""
    moment = timezone.now()
    waiting = OutboxJob.objects.filter(state=OutboxState.WAITING)
    numbers = waiting.aggregate(
        waiting=Count("pk"), due=Count("pk", filter=Q(due_at__lte=moment)), oldest=Min("created_at")
    )
    unbegun = waiting.filter(attempts=0, due_at__lte=moment).aggregate(since=Min("due_at"))["since"]
    return {
        "portal_outbox_waiting": numbers["waiting"],
        "portal_outbox_due": numbers["due"],
        "portal_outbox_oldest_seconds": _seconds_since(numbers["oldest"], moment),
        "portal_outbox_lag_seconds": _seconds_since(unbegun, moment),
        "portal_outbox_dead": OutboxJob.objects.filter(state=OutboxState.DEAD).count(),
        "portal_processes_alive": WorkerBeat.objects.filter(at__gt=moment - OLDEST_WAITING).count(),
    }


def _seconds_since(begun: datetime | None, moment: datetime) -> float:
    return max(0.0, (moment - begun).total_seconds()) if begun is not None else 0.0


class _Schema:
    """Whether the database has every migration of this code; asked until it has, once per process."""

    complete = False

    @classmethod
    def is_complete(cls) -> bool:
        if not cls.complete:
            applied = MigrationRecorder(connection).applied_migrations()
            leaves = MigrationLoader(None).graph.leaf_nodes()
            cls.complete = all(leaf in applied for leaf in leaves)
        return cls.complete


def pledge_text(version: PledgeVersion) -> str:
    """The clauses as they are typed again."""
    return text_of(clause.text for clause in version.clauses.all())


def pledge_versions() -> QuerySet[PledgeVersion]:
    """Every adopted version, newest first."""
    return PledgeVersion.objects.filter(number__isnull=False).order_by("-number")


def pledge_in_force() -> PledgeVersion | None:
    """The version in force; before its day the one that was adopted."""
    rows = list(pledge_versions()[:2])
    return next((row for row in rows if row.state == PledgeState.IN_FORCE), rows[0] if rows else None)
