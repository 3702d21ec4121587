"""工作日历: the association's own days over the shared ones, the recount that follows, and the alarm of December."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from association import calendars, clock, clocks, tasks
from association.actors import system
from association.choices import OutboxState, OwnDayKind, Role, Side
from association.clocks import Case, Owner
from association.models import AuditEntry, CalendarDay, Deadline, Notice, OutboxJob, OwnCalendarDay
from association.rules.announcement import announced
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden, InvalidInput
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 23, 2, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 2, tzinfo=UTC)
NOTICE = """
2027-01-01至2027-01-03 元旦 放假
2027-02-06至02-12 春节 放假
2027-02-20 春节 上班
2027-10-01至2027-10-07 国庆节 放假
"""


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def at(monkeypatch):
    def move(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    move(START)
    return move


def robot():
    return system(current_association_id())


def start(number, code="CMP-ACCEPT", owner=None, **more):
    return clocks.start_deadline(
        actor=robot(),
        code=code,
        case=Case("complaint", number, f"投诉 {number}", ""),
        owner=owner or Owner(Side.STAFF),
        action="决定是否受理",
        **more,
    )


def enter(on, kind=OwnDayKind.OFF, actor=None, **more):
    values = {"on": on, "kind": kind, "holiday": "抗洪", "source": "演示通知"} | more
    return calendars.set_calendar_day(actor=actor or actor_with(Role.SECRETARIAT), **values)


def recount():
    return calendars.recompute_open_deadlines(actor=robot())


def announce(**more):
    values = {"year": 2027, "days": NOTICE, "source": "国办发明电〔2026〕演示号"} | more
    return calendars.announce_calendar_year(actor=actor_with(Role.SECRETARIAT), **values)


# -- days -----------------------------------------------------------------------------------------------------


def test_an_own_day_counts_here_and_not_at_the_neighbours(at):
    enter(date(2026, 11, 26))
    assert not clock.calendar().is_working_day(date(2026, 11, 26))
    assert start(1).due_on == date(2026, 12, 3)
    with acting_for(make_association().pk):
        assert clock.calendar().is_working_day(date(2026, 11, 26))
        assert start(1).due_on == date(2026, 12, 2)


def test_the_last_word_counts_and_the_earlier_ones_stay(at):
    for kind, working in (
        (OwnDayKind.OFF, False),
        (OwnDayKind.ORDINARY, True),
        (OwnDayKind.OFF, False),
        (OwnDayKind.SHARED, True),
    ):
        enter(date(2026, 11, 26), kind)
        assert clock.calendar().is_working_day(date(2026, 11, 26)) is working
    assert OwnCalendarDay.objects.count() == 4


def test_a_shared_day_can_be_an_ordinary_one_here(at):
    """10 October 2026 is a Saturday worked by the shared calendar."""
    assert clock.calendar().is_working_day(date(2026, 10, 10))
    enter(date(2026, 10, 10), OwnDayKind.ORDINARY)
    assert not clock.calendar().is_working_day(date(2026, 10, 10))
    enter(date(2026, 10, 10), OwnDayKind.SHARED)
    assert clock.calendar().is_working_day(date(2026, 10, 10))


def test_the_calendar_is_seen_at_once_in_the_same_scope(at):
    """Nothing is kept longer than it is true: neither in a process nor in a request."""
    assert clock.calendar() is clock.calendar()
    enter(date(2026, 11, 26))
    assert not clock.calendar().is_working_day(date(2026, 11, 26))
    CalendarDay.objects.create(date=date(2026, 11, 27), kind="off", holiday="演示", source="演示")
    assert not clock.calendar().is_working_day(date(2026, 11, 27))
    CalendarDay.objects.filter(date=date(2026, 11, 27)).update(kind="work")
    assert clock.calendar().is_working_day(date(2026, 11, 27))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"on": date(1999, 1, 1)}, "on"),
        ({"kind": "maybe"}, "kind"),
        ({"source": " "}, "source"),
        ({"holiday": ""}, "holiday"),
    ],
)
def test_a_day_without_its_parts_is_refused(at, wrong, field):
    with pytest.raises(InvalidInput) as refusal:
        enter(**({"on": date(2026, 11, 26)} | wrong))
    assert list(refusal.value.fields) == [field]
    assert not OwnCalendarDay.objects.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COMMITTEE_CHAIR, Role.INSTITUTION_ADMIN])
def test_only_the_secretariat_enters_days(at, role):
    with pytest.raises(Forbidden):
        enter(date(2026, 11, 26), actor=actor_with(role))
    with pytest.raises(Forbidden):
        calendars.announce_calendar_year(actor=actor_with(role), year=2027, days=NOTICE, source="演示")
    with pytest.raises(Forbidden):
        calendars.recompute_open_deadlines(actor=actor_with(role))


def test_what_was_entered_is_not_changed(at):
    day = enter(date(2026, 11, 26))
    for statement in (
        "UPDATE association_owncalendarday SET kind = 'work'",
        "DELETE FROM association_owncalendarday",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert OwnCalendarDay.objects.get() == day


# -- a whole year ---------------------------------------------------------------------------------------------


def test_a_year_entered_as_a_whole_is_no_longer_provisional(at):
    enter(date(2027, 1, 4), holiday="元旦")
    assert start(1, "MED-END").provisional
    announce()
    assert clock.calendar().known_until == date(2027, 12, 31)
    assert recount() == 1
    row = Deadline.objects.get(case_id=1)
    assert (row.provisional, "暂定" in row.told) == (False, False)
    with pytest.raises(InvalidInput):
        announce()


@pytest.mark.parametrize(
    "wrong",
    [
        {"year": 2028},
        {"year": 2026},
        {"source": ""},
        {"days": ""},
        {"days": NOTICE + "春节放七天"},
        {"days": NOTICE + "2026-12-31 元旦 放假"},
        {"days": NOTICE + "2027-02-06 春节 放假"},
        {"days": NOTICE + "2027-02-30 春节 放假"},
        {"days": "2027-01-01 元旦 放假"},
    ],
)
def test_a_notice_that_cannot_be_meant_is_refused_as_a_whole(at, wrong):
    with pytest.raises(InvalidInput):
        announce(**wrong)
    assert not OwnCalendarDay.objects.exists()
    assert clock.calendar().known_until == date(2026, 12, 31)


def test_faults_name_their_lines():
    notice = announced("2027-01-01 元旦 放假\n乱写\n2026-01-02 元旦 放假\n2027-01-01 元旦 上班", 2027)
    assert [line for line, _fault in notice.faults] == [2, 3, 4]
    assert len(announced(NOTICE, 2027).days) == 18


# -- recount --------------------------------------------------------------------------------------------------


def test_every_open_term_is_counted_again_with_one_line_each_and_its_owner_told(at):
    institution = make_institution()
    manager = actor_with(Role.INSTITUTION_ADMIN, institution)
    clerk = actor_with(Role.SECRETARIAT)
    mine = start(1)
    theirs = start(2, "CMP-REPLY", Owner(Side.INSTITUTION, institution_id=institution.pk))
    over = start(3)
    clocks.stop_all(actor=robot(), case=Case("complaint", 3, "", ""), outcome="done")
    ordered = start(4, ends_on=date(2026, 12, 2))
    far = start(5, start=datetime(2026, 10, 12, 2, tzinfo=UTC))
    enter(date(2026, 11, 26), actor=clerk)
    assert recount() == 2
    assert recount() == 0
    ends = {row.case_id: row.due_on for row in Deadline.objects.all()}
    assert ends == {
        1: date(2026, 12, 3),
        2: date(2026, 12, 1),
        3: over.due_on,
        4: ordered.due_on,
        5: far.due_on,
    }
    lines = AuditEntry.objects.filter(action="recount_deadline")
    assert {(line.object_id, line.detail["before"], line.detail["due"]) for line in lines} == {
        (mine.pk, "2026-12-02", "2026-12-03"),
        (theirs.pk, "2026-11-30", "2026-12-01"),
    }
    told = Notice.objects.filter(event__contains="recounted", channel="desk")
    assert {row.user_id for row in told} == {manager.user_id, clerk.user_id}
    assert "原截止2026-11-30" in told.get(user_id=manager.user_id).body


def test_a_holiday_inside_a_pause_changes_the_arithmetic_and_not_the_end(at):
    """Paused from Tuesday to Thursday; with Wednesday off the pause holds one working day less."""
    clerk, deadline = actor_with(Role.SECRETARIAT), start(1)
    case = Case("complaint", 1, "", "")
    at(datetime(2026, 11, 24, 2, tzinfo=UTC))
    clocks.pause_deadline(actor=robot(), case=case, code="CMP-ACCEPT", reason="鉴定")
    at(datetime(2026, 11, 27, 2, tzinfo=UTC))
    assert clocks.resume_deadline(actor=robot(), case=case, code="CMP-ACCEPT").due_on == date(2026, 12, 7)
    enter(date(2026, 11, 25), actor=clerk)
    assert recount() == 1
    deadline.refresh_from_db()
    assert (deadline.due_on, deadline.counted_times) == (date(2026, 12, 7), 3)
    assert "中止期间2个工作日不计入" in deadline.told
    assert not Notice.objects.filter(event__contains="recounted").exists()


def test_the_job_goes_on_where_the_batch_ended(at, monkeypatch):
    monkeypatch.setattr(calendars, "AT_ONCE", 2)
    for number in range(5):
        start(number)
    enter(date(2026, 11, 26))
    ran = 0
    while job := OutboxJob.objects.filter(
        task="association.recompute_deadlines", state=OutboxState.WAITING
    ).first():
        tasks.recompute_deadlines(job.pk)
        ran += 1
    assert ran == 3
    assert set(Deadline.objects.values_list("due_on", flat=True)) == {date(2026, 12, 3)}


def test_a_neighbour_is_not_counted_again(at):
    with acting_for(make_association().pk):
        start(1)
    enter(date(2026, 11, 26))
    assert recount() == 0


# -- alarm ----------------------------------------------------------------------------------------------------


def test_the_first_of_december_without_next_year_is_told_once_a_month_until_it_is_there(at):
    clerk = actor_with(Role.SECRETARIAT)
    actor_with(Role.AUDITOR)
    assert not calendars.watch_calendar()
    at(DECEMBER)
    assert calendars.watch_calendar()
    assert calendars.watch_calendar()
    told = Notice.objects.filter(event="calendar-missing-2027-2026-12")
    assert sorted(told.values_list("user_id", "channel")) == [
        (clerk.user_id, "desk"),
        (clerk.user_id, "mail"),
    ]
    at(datetime(2027, 1, 5, 2, tzinfo=UTC))
    assert calendars.watch_calendar(), "in the year itself nothing that reaches into it ends"
    assert Notice.objects.filter(event="calendar-missing-2027-2027-01").count() == 2


def test_nothing_is_missing_once_it_was_entered(at):
    actor_with(Role.SECRETARIAT)
    announce()
    at(DECEMBER)
    assert not calendars.watch_calendar()
    assert not Notice.objects.filter(event__startswith="calendar-missing").exists()
