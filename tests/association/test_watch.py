"""按时提醒: before and after the end of a term, at working hours, once each."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from association import calendars, clock, clocks, watch
from association.actors import system
from association.choices import Role, Side
from association.clocks import Case, Owner
from association.models import Deadline, Notice
from association.rules.clock import Calendar
from association.rules.working_hours import Hours, at_work, reach, working_days_between
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden, InvalidInput
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # ten in the morning in Beijing
DAY = timedelta(days=1)
WEEK = Calendar(frozenset(), frozenset(), date(2026, 12, 31))
HOURS = Hours(time(9), time(17), (5, 1))


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def at(monkeypatch):
    def move(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)
        return watch.keep_clocks(actor=system(current_association_id()))

    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    return move


def start(number=1, code="CMP-ACCEPT", owner=None, **more):
    return clocks.start_deadline(
        actor=system(current_association_id()),
        code=code,
        case=Case("complaint", number, f"投诉 {number}", f"desk/complaints/{number}/"),
        owner=owner or Owner(Side.STAFF),
        action="决定是否受理",
        **more,
    )


def told(user):
    """Without the calendar's own alarm, which December brings to the secretariat."""
    rows = Notice.objects.filter(
        user_id=user.user_id, channel="desk", event__startswith="deadline-"
    ).order_by("pk")
    return list(rows.values_list("subject", flat=True))


def test_reminded_five_and_one_working_days_before_and_alarmed_after(at):
    """Ends on Wednesday 2 December; 25 November and 1 December are five and one working days before it."""
    clerk = actor_with(Role.SECRETARIAT)
    start()
    assert [at(MONDAY + n * DAY) for n in range(11)] == [0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1]
    assert told(clerk) == ["期限将至", "期限将至", "期限已过"]
    assert at(MONDAY + 30 * DAY) == 0
    assert "投诉 1：决定是否受理" in Notice.objects.filter(event__endswith="over-2026-12-02").first().body


def test_nobody_is_told_outside_working_hours(at):
    clerk = actor_with(Role.SECRETARIAT)
    start()
    thursday = datetime(2026, 12, 3, tzinfo=UTC)
    saturday = datetime(2026, 12, 5, 2, tzinfo=UTC)
    for moment in (
        thursday - timedelta(hours=7),
        thursday + timedelta(minutes=59),
        saturday,
        thursday + timedelta(hours=9),
    ):
        assert at(moment) == 0
    assert told(clerk) == []
    assert at(thursday + timedelta(hours=1)) == 1


def test_a_missed_reminder_is_not_made_up_for_twice(at):
    clerk = actor_with(Role.SECRETARIAT)
    start()
    assert at(MONDAY + 8 * DAY) == 1
    assert at(MONDAY + 8 * DAY) == 0
    assert told(clerk) == ["期限将至"]


def test_a_term_that_began_this_near_is_not_reminded_of_at_once(at):
    clerk = actor_with(Role.SECRETARIAT)
    start(code="ROUND-OBJECTION")  # three working days
    assert at(MONDAY) == 0
    assert at(MONDAY + 2 * DAY) == 1
    assert told(clerk) == ["期限将至"]


def test_a_term_of_one_working_day_is_told_of_before_it_ends(at):
    clerk = actor_with(Role.SECRETARIAT)
    start(ends_on=(MONDAY + DAY).date())
    assert at(MONDAY) == 1
    assert at(MONDAY) == 0
    assert told(clerk) == ["期限将至"]


def test_the_owner_is_reminded_and_owner_and_secretariat_are_alarmed(at):
    clerk, institution = actor_with(Role.SECRETARIAT), make_institution()
    manager, neighbour = actor_with(Role.INSTITUTION_ADMIN, institution), actor_with(Role.INSTITUTION_ADMIN)
    start(owner=Owner(Side.INSTITUTION, institution_id=institution.pk))
    at(MONDAY + 8 * DAY)
    assert (told(manager), told(clerk), told(neighbour)) == (["期限将至"], [], [])
    at(MONDAY + 10 * DAY)
    assert (told(manager), told(clerk), told(neighbour)) == (["期限将至", "期限已过"], ["期限已过"], [])


def test_who_has_no_account_is_not_reminded_and_the_secretariat_hears_of_the_end(at):
    clerk = actor_with(Role.SECRETARIAT)
    start(owner=Owner(Side.COMPLAINANT))
    assert at(MONDAY + 8 * DAY) == 0
    at(MONDAY + 10 * DAY)
    assert told(clerk) == ["期限已过"]


def test_paused_and_stopped_clocks_are_silent(at):
    actor_with(Role.SECRETARIAT)
    start(1)
    start(2)
    robot = system(current_association_id())
    clocks.pause_deadline(actor=robot, case=Case("complaint", 1, "", ""), code="CMP-ACCEPT", reason="鉴定")
    clocks.stop_deadline(actor=robot, case=Case("complaint", 2, "", ""), code="CMP-ACCEPT")
    assert at(MONDAY + 8 * DAY) == 0
    assert at(MONDAY + 10 * DAY) == 0


def test_many_of_one_owner_are_one_notice(at):
    clerk = actor_with(Role.SECRETARIAT)
    for number in range(8):
        start(number)
    assert at(MONDAY + 10 * DAY) == 8
    assert told(clerk) == ["期限已过"]
    body = Notice.objects.filter(event__contains="-over-").first().body
    assert body.splitlines()[-1] == "共8件，见今日钟表。"


def test_hundreds_that_end_at_one_moment_are_one_notice_and_not_one_each_minute(at):
    clerk = actor_with(Role.SECRETARIAT)
    cases = [(Case("complaint", number, f"投诉 {number}", ""), Owner(Side.STAFF)) for number in range(1_100)]
    clocks.start_deadlines(
        actor=system(current_association_id()), code="CMP-ACCEPT", starts=cases, action="决定是否受理"
    )
    minute = timedelta(minutes=1)
    assert [at(MONDAY + 8 * DAY), at(MONDAY + 8 * DAY + minute)] == [1_100, 0]
    assert [at(MONDAY + 10 * DAY), at(MONDAY + 10 * DAY + minute)] == [1_100, 0]
    assert told(clerk) == ["期限将至", "期限已过"]
    assert Notice.objects.filter(event__contains="-over-").first().body.splitlines()[-1][:6] == "共1100件"


def test_an_end_that_moved_is_told_anew(at):
    clerk = actor_with(Role.SECRETARIAT)
    start()
    at(MONDAY + 10 * DAY)
    for day in range(26, 31):
        calendars.set_calendar_day(
            actor=clerk, on=date(2026, 11, day), kind="off", holiday="抗洪", source="演示"
        )
    calendars.recompute_open_deadlines(actor=system(current_association_id()))
    row = Deadline.objects.get()
    assert (row.due_on, row.alarmed_at, row.reminded_days) == (date(2026, 12, 7), None, None)
    assert at(MONDAY + 15 * DAY) == 1
    assert told(clerk)[-1] == "期限已过"


def test_only_the_clock_itself_keeps_the_clocks(at):
    with pytest.raises(Forbidden):
        watch.keep_clocks(actor=actor_with(Role.SECRETARIAT))


# -- parameters -----------------------------------------------------------------------------------------------


def hours(actor=None, **changes):
    values = {"opens": time(13), "closes": time(15), "remind_before": [3]} | changes
    return calendars.set_working_hours(actor=actor or actor_with(Role.SECRETARIAT), **values)


def test_hours_and_reminders_are_the_associations(at):
    clerk = actor_with(Role.SECRETARIAT)
    hours(clerk)
    start()
    assert at(MONDAY + 4 * DAY) == 0
    assert at(MONDAY + 4 * DAY + timedelta(hours=3)) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"closes": time(13)}, {"remind_before": [0]}, {"remind_before": range(1, 8)}, {"remind_before": [61]}],
)
def test_hours_that_cannot_be_meant_are_refused(wrong):
    with pytest.raises(InvalidInput):
        hours(**wrong)
    with pytest.raises(Forbidden):
        hours(actor_with(Role.AUDITOR))


def test_how_far_working_days_reach():
    friday = date(2026, 11, 27)
    assert working_days_between(friday, date(2026, 11, 30), WEEK) == 1
    assert reach(friday, 1, WEEK) == date(2026, 11, 30)
    assert reach(friday, 0, WEEK) == date(2026, 11, 29)
    assert at_work(datetime(2026, 11, 27, 1, tzinfo=UTC), HOURS, WEEK)
    assert not at_work(datetime(2026, 11, 27, 9, tzinfo=UTC), HOURS, WEEK)
