"""The one clock. In a demo association it can be moved forward (演练时钟); elsewhere it is the wall clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone

from association.choices import DayKind, OwnDayKind
from association.models import CalendarDay, CalendarYear, OwnCalendarDay, PracticeClock
from association.rules.clock import Calendar, beijing
from association.rules.reference import CalendarException, calendar_of
from association.scope import memo, selected_association_id

OFFSET = "practice_offset"
CALENDAR, CALENDAR_VERSION = "calendar", "calendar_version"
VERSION = """
SELECT count(*), sum(hashtextextended(day::text, 0)),
  (SELECT max(id) FROM association_owncalendarday), (SELECT max(id) FROM association_calendaryear)
FROM association_calendarday day
"""
_rehearsed: ContextVar[datetime | None] = ContextVar("rehearsed", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _rehearsed.get() or timezone.now() + practice_offset()


@contextmanager
def rehearsing(moment: datetime) -> Iterator[None]:
    """The demo's story began before today: its deeds are done at their moment. Impossible outside the demo."""
    if not settings.PORTAL_DEMO:
        raise ImproperlyConfigured("a rehearsed clock exists only in the demo")
    token = _rehearsed.set(moment)
    try:
        yield
    finally:
        _rehearsed.reset(token)


def today() -> date:
    """Today in Beijing."""
    return beijing(now()).date()


def practice_offset() -> timedelta:
    """How far the clock of the selected association has been moved; zero outside the demo."""
    if not settings.PORTAL_DEMO or selected_association_id() is None:
        return timedelta()
    kept = memo()
    if OFFSET not in kept:
        kept[OFFSET] = PracticeClock.objects.values_list("offset_seconds", flat=True).first() or 0
    return timedelta(seconds=kept[OFFSET])


def forget_practice_offset() -> None:
    """After the clock was moved in this very scope."""
    memo().pop(OFFSET, None)


def calendar() -> Calendar:
    """放假与调休 as they stand, for the rules that count; read again in a scope only when they have changed."""
    kept, version = memo(), calendar_version()
    if kept.get(CALENDAR_VERSION) != version:
        kept[CALENDAR_VERSION], kept[CALENDAR] = version, _calendar()
    return cast("Calendar", kept[CALENDAR])


def calendar_version() -> tuple[Any, ...]:
    """Differs as soon as any day of the calendar does."""
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        return tuple(cursor.fetchone())


def _calendar() -> Calendar:
    """The shared days, and over them what the association has entered itself; outside a scope the shared ones."""
    shared = [
        CalendarException(on=day, name=name, is_off=kind == DayKind.OFF, notice=notice, source="")
        for day, kind, name, notice in CalendarDay.objects.values_list("date", "kind", "holiday", "source")
    ]
    if selected_association_id() is None:
        return calendar_of(shared)
    years = set(CalendarYear.objects.values_list("year", flat=True))
    return calendar_of(shared, _own_days(), years)


def _own_days() -> dict[date, CalendarException | None]:
    """The last word of the association on each day; of a day handed back to the shared calendar there is none."""
    rows = OwnCalendarDay.objects.order_by("date", "-id").distinct("date")
    return {
        row.date: None
        if row.kind == OwnDayKind.ORDINARY
        else CalendarException(row.date, row.holiday, row.kind == OwnDayKind.OFF, row.source, "")
        for row in rows
        if row.kind != OwnDayKind.SHARED
    }
