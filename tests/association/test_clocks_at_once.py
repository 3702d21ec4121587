"""钟表同时被动: two stops, two starts, a stop against a recount, two beats. Two connections, real commits."""

import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from association import calendars, clock, clocks, watch
from association.actors import system
from association.choices import Role, Side
from association.clocks import Case, Owner
from association.models import AuditEntry, Deadline, Notice
from association.tenancy import acting_for
from common.errors import Refused
from tests.at_once import at_once
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db(transaction=True)
CASE = Case("complaint", 7, "投诉 7", "")
START = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: START)
    association = make_association()
    with acting_for(association.pk):
        start(association)
    return association


def start(association):
    return clocks.start_deadline(
        actor=system(association.pk), code="CMP-ACCEPT", case=CASE, owner=Owner(Side.STAFF), action="受理"
    )


def stop(association):
    return lambda: clocks.stop_deadline(actor=system(association.pk), case=CASE, code="CMP-ACCEPT")


def recount(association):
    return lambda: calendars.recompute_open_deadlines(actor=system(association.pk))


@contextmanager
def looking(association):
    with acting_for(association.pk):
        yield


def test_two_stops_at_once_are_one(here):
    for round_ in range(5):
        found = at_once(here, stop(here), stop(here), stop(here))
        assert sum(isinstance(one, Deadline) for one in found) == 1, found
        assert found.count(None) == 2
        with looking(here):
            assert AuditEntry.objects.filter(action="stop_deadline").count() == round_ + 1
            start(here)


def test_two_starts_at_once_are_one(here):
    stop_now = stop(here)
    with looking(here):
        stop_now()
    found = at_once(here, lambda: start(here), lambda: start(here))
    assert sorted(type(one).__name__ for one in found) == ["Deadline", "Refused"]
    assert isinstance(next(one for one in found if isinstance(one, Exception)), Refused)


def test_a_stop_against_a_recount_leaves_one_of_the_two_orders(here):
    """Either it is stopped as it was told, or counted again first; never stopped and then changed."""
    for day in range(24, 28):
        with looking(here):
            before = Deadline.objects.get(stopped_at__isnull=True)
            calendars.set_calendar_day(
                actor=actor_with(Role.SECRETARIAT),
                on=date(2026, 11, day),
                kind="off",
                holiday="抗洪",
                source="演示",
            )
        stopped, moved = at_once(here, stop(here), recount(here))
        assert isinstance(stopped, Deadline), stopped
        with looking(here):
            row = Deadline.objects.get(pk=before.pk)
            assert moved in {0, 1}, moved
            assert row.counted_times == before.counted_times + moved
            assert row.stopped_at is not None
            start(here)


def test_a_term_counted_meanwhile_is_not_passed_over(here):
    """The recount waits for whoever still counts by the calendar of before."""
    counting, changed = threading.Event(), threading.Event()

    def slow():
        clock.calendar()
        row = clocks.start_deadline(
            actor=system(here.pk),
            code="CMP-ACCEPT",
            case=Case("complaint", 8, "投诉 8", ""),
            owner=Owner(Side.STAFF),
            action="受理",
        )
        counting.set()
        changed.wait(10)
        return row.due_on

    def change():
        counting.wait(10)
        calendars.set_calendar_day(
            actor=actor_with(Role.SECRETARIAT),
            on=date(2026, 11, 26),
            kind="off",
            holiday="抗洪",
            source="演示",
        )

    def then_recount():
        counting.wait(10)
        threading.Timer(0.3, changed.set).start()
        return calendars.recompute_open_deadlines(actor=system(here.pk))

    with acting_for(here.pk):
        actor_with(Role.SECRETARIAT)
    threads = [threading.Thread(target=lambda: results.update(slow=scoped(slow)))]
    results = {}

    def scoped(deed):
        try:
            with acting_for(here.pk):
                return deed()
        finally:
            connection.close()

    threads[0].start()
    scoped(change)
    results["moved"] = scoped(then_recount)
    threads[0].join(20)
    assert results == {"slow": date(2026, 12, 2), "moved": 2}
    with looking(here):
        assert set(Deadline.objects.values_list("due_on", flat=True)) == {date(2026, 12, 3)}


def test_two_beats_alarm_once(here, monkeypatch):
    with looking(here):
        clerk = actor_with(Role.SECRETARIAT)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 3, 2, tzinfo=UTC))
    keep = lambda: watch.keep_clocks(actor=system(here.pk))
    assert sorted(at_once(here, keep, keep)) == [0, 1]
    with looking(here):
        told = Notice.objects.filter(event__startswith="deadline-", user_id=clerk.user_id)
        assert sorted(told.values_list("channel", flat=True)) == ["desk", "mail"]
