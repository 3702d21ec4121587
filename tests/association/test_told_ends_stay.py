"""A term that people were told never gets shorter by a change of the calendar; what it would have been is on record."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from association import calendars, clock, clocks
from association.actors import system
from association.choices import OwnDayKind, Role, Side
from association.clocks import Case, Owner
from association.models import AuditEntry, Deadline, Notice
from association.reckoning import explained
from association.tenancy import acting_for, current_association_id
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 23, 2, tzinfo=UTC)  # a Monday
SATURDAY, SUNDAY, THURSDAY = date(2026, 11, 28), date(2026, 11, 29), date(2026, 11, 26)


@pytest.fixture(autouse=True)
def scope(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: START)
    with acting_for(make_association().pk):
        yield


def start():
    """Seven working days: until Wednesday, 2 December."""
    return clocks.start_deadline(
        actor=system(current_association_id()),
        code="CMP-ACCEPT",
        case=Case("complaint", 1, "投诉 1", ""),
        owner=Owner(Side.STAFF),
        action="决定是否受理",
    )


def enter(on, kind):
    calendars.set_calendar_day(
        actor=actor_with(Role.SECRETARIAT), on=on, kind=kind, holiday="演示", source="演示通知"
    )
    calendars.recompute_open_deadlines(actor=system(current_association_id()))
    return Deadline.objects.get()


def test_days_worked_at_the_weekend_end_no_term_earlier():
    told = start()
    assert told.due_on == date(2026, 12, 2)
    for day in (SATURDAY, SUNDAY):
        row = enter(day, OwnDayKind.WORK)
    assert (row.due_on, row.ends_at) == (told.due_on, told.ends_at)
    assert "截至11月30日24:00；此前已告知的截止日不因日历变动提前，仍为12月2日24:00" in row.told
    assert row.reckoning["last"] == "2026-11-30"
    assert explained(row.reckoning) == row.told
    lines = AuditEntry.objects.filter(action="recount_deadline")
    assert {(line.detail["before"], line.detail["due"]) for line in lines} == {("2026-12-02", "2026-12-02")}
    assert {line.detail["counted"] for line in lines} == {"2026-12-01", "2026-11-30"}
    assert not Notice.objects.filter(event__contains="recounted").exists()
    assert calendars.recompute_open_deadlines(actor=system(current_association_id())) == 0


def test_a_day_taken_back_leaves_the_longer_term_that_was_told():
    start()
    assert enter(THURSDAY, OwnDayKind.OFF).due_on == date(2026, 12, 3)
    row = enter(THURSDAY, OwnDayKind.SHARED)
    assert row.due_on == date(2026, 12, 3)
    assert "仍为12月3日24:00" in row.told
    again = enter(THURSDAY, OwnDayKind.OFF)
    assert (again.due_on, "仍为" in again.told) == (date(2026, 12, 3), False)


def test_the_database_lets_no_term_end_earlier():
    row = start()
    with pytest.raises(IntegrityError, match="never gets shorter"), transaction.atomic():
        Deadline.objects.filter(pk=row.pk).update(
            due_on=SATURDAY, ends_at=datetime(2026, 11, 28, 16, tzinfo=UTC), counted_times=2
        )
