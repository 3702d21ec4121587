"""Reads of the association's own things."""

from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from association.choices import OutboxState
from association.models import Association, CalendarDay, OutboxJob, Region, WorkerBeat

OLDEST_WAITING = timedelta(seconds=60)


def open_associations() -> QuerySet[Association]:
    """Every association that has a site here, with its parent."""
    return Association.objects.filter(is_open=True).select_related("parent", "region")


def regions() -> QuerySet[Region]:
    return Region.objects.all()


def calendar_days() -> QuerySet[CalendarDay]:
    return CalendarDay.objects.all()


def readiness() -> dict[str, str]:
    """What keeps the portal from serving well; empty when nothing does."""
    problems = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    late = timezone.now() - OLDEST_WAITING
    if OutboxJob.objects.filter(state=OutboxState.WAITING, created_at__lt=late, attempts=0, due_at__lt=late).exists():
        problems["outbox"] = "oldest waiting job is older than 60 s"
    if not WorkerBeat.objects.filter(at__gt=late).exists():
        problems["relay"] = "no heartbeat for 60 s"
    return problems
