"""今日钟表: the list of everything that runs, by page and by keyboard's plain links; each sees the own."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from association import calendars, clock, clock_queue, clock_rows, clocks
from association.actors import system
from association.choices import QueuePart, Role, Side
from association.clock_queue import Asked
from association.clocks import Case, Owner
from association.models import OwnCalendarDay, WorkingHours
from association.tenancy import acting_for, current_association_id
from tests.association.test_calendars import NOTICE
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)  # a Tuesday
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def association(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_association("first")


def start(number, ends_on, owner=None, start=None):
    return clocks.start_deadline(
        actor=system(current_association_id()),
        code="CMP-REPLY",
        case=Case("complaint", number, f"投诉 {number}", f"desk/complaints/{number}/"),
        owner=owner or Owner(Side.STAFF),
        action="决定是否受理",
        start=start or NOW - timedelta(days=30),
        ends_on=ends_on,
    )


def spread(institution, person=None):
    """One of each part, and one of each owner."""
    start(1, TUESDAY - timedelta(days=2))
    start(2, TUESDAY - timedelta(days=1), Owner(Side.INSTITUTION, institution_id=institution.pk))
    start(3, TUESDAY)
    start(4, TUESDAY + timedelta(days=5))  # Sunday
    start(5, TUESDAY + timedelta(days=6))
    start(6, TUESDAY, Owner(Side.COMPLAINANT))
    start(7, TUESDAY, Owner(Side.COMMITTEE))
    start(8, TUESDAY, Owner(Side.ASSESSOR, user_id=person.user_id) if person else Owner(Side.OUTSIDE))
    paused = clocks.start_deadline(
        actor=system(current_association_id()),
        code="MED-END",
        case=Case("complaint", 9, "投诉 9", ""),
        owner=Owner(Side.STAFF),
        action="调解",
    )
    clocks.pause_deadline(
        actor=system(current_association_id()),
        case=Case("complaint", 9, "", ""),
        code="MED-END",
        reason="鉴定",
    )
    return paused


def numbers(actor, **asked):
    found = clock_queue.queue(actor, Asked(**asked))
    return [row.deadline.case_id for row in found.rows]


def test_staff_see_all_that_is_overdue_and_what_is_theirs_ahead(association):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        spread(make_institution())
        found = clock_queue.queue(clerk, Asked())
        assert [row.deadline.case_id for row in found.rows] == [1, 2, 3, 4, 5]
        assert [row.heading for row in found.rows] == ["已逾期", "", "今天到期", "本周到期", "以后到期"]
        assert found.counts == {"overdue": 2, "today": 1, "week": 1, "later": 1, "waiting": 4, "hidden": 0}
        assert {part: numbers(clerk, part=part) for part in QueuePart} == {
            QueuePart.OVERDUE: [1, 2],
            QueuePart.TODAY: [3],
            QueuePart.WEEK: [4],
            QueuePart.LATER: [5],
            QueuePart.WAITING: [6, 7, 8, 9],
        }


def test_everything_open_stands_in_exactly_one_part(association):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        spread(make_institution())
        found = [number for part in QueuePart for number in numbers(clerk, part=part)]
        assert sorted(found) == list(range(1, 10))


def test_only_who_asks_for_the_own_alone_misses_what_is_overdue_and_is_told(association):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        spread(make_institution())
        start(20, TUESDAY - timedelta(days=3), Owner(Side.STAFF, user_id=clerk.user_id))
        assert numbers(clerk, own=True) == [20]
        assert clock_queue.queue(clerk, Asked(own=True)).counts["hidden"] == 2
    page = Desk(association, clerk).get("clocks/", who="own").content.decode()
    assert "另有2件由他人经办的事项已经逾期" in page


def test_each_sees_the_own_and_nothing_of_a_neighbour(association):
    with acting_for(association.pk):
        mine, other = make_institution(), make_institution()
        manager, neighbour = (
            actor_with(Role.INSTITUTION_ADMIN, mine),
            actor_with(Role.INSTITUTION_ADMIN, other),
        )
        member, assessor = actor_with(Role.COMMITTEE), actor_with(Role.ASSESSOR)
        spread(mine, assessor)
        assert [numbers(actor) for actor in (manager, neighbour, member, assessor)] == [[2], [], [7], [8]]
        assert numbers(actor_with(Role.AUDITOR)) == [1, 2, 3, 4, 5]
    elsewhere = make_association("second")
    with acting_for(elsewhere.pk):
        assert numbers(actor_with(Role.SECRETARIAT)) == []
        assert numbers(actor_with(Role.SECRETARIAT), part=QueuePart.WAITING) == []


def test_a_case_that_is_closed_leaves_the_list(association):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        start(1, TUESDAY)
        clocks.stop_all(actor=system(association.pk), case=Case("complaint", 1, "", ""), outcome="done")
        assert numbers(clerk) == []


def test_pages_go_on_by_their_key_and_lose_nothing(association, monkeypatch):
    monkeypatch.setattr(clock_queue, "PAGE", 3)
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        for number in range(8):
            start(number, TUESDAY + timedelta(days=number // 3))
    desk, seen, query = Desk(association, clerk), [], {}
    while True:
        page = desk.client.get(desk.path("clocks/") + query.get("next", ""))
        found = page.context["queue"]
        seen += [row.deadline.case_id for row in found.rows]
        assert found.rows[0].heading
        if not found.next_address:
            break
        query = {"next": found.next_address}
    assert seen == list(range(8))


def test_what_is_far_off_is_counted_so_far_and_what_is_overdue_to_the_last_one(association, monkeypatch):
    monkeypatch.setattr(clock_queue, "MOST_COUNTED", 2)
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        for number in range(4):
            start(number, TUESDAY - timedelta(days=1))
            start(number + 10, TUESDAY + timedelta(days=9))
            start(number + 20, TUESDAY, Owner(Side.COMPLAINANT))
        tabs = clock_queue.tabs(clock_queue.queue(clerk, Asked()))
    assert [(tab.count, tab.more) for tab in tabs[1:]] == [
        (4, False),
        (0, False),
        (0, False),
        (2, True),
        (2, True),
    ]
    page = Desk(association, clerk).get("clocks/").content.decode()
    assert (page.count(">2+<"), page.count("data-clock>")) == (2, 8)


@pytest.mark.parametrize("item_count", [1, 3, 60])
def test_the_page_costs_the_same_for_one_and_for_many(association, item_count):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        for number in range(item_count):
            start(
                number,
                TUESDAY,
                Owner(Side.INSTITUTION, institution_id=make_institution().pk) if number % 2 else None,
            )
    desk = Desk(association, clerk)
    desk.get("clocks/")
    with statements() as found:
        assert desk.get("clocks/").status_code == 200
    assert len(found) <= 12
    assert (
        sum("association_deadline" in sql for sql in found) == 3
    )  # counts, page, and the number in the navigation


def test_a_row_says_what_who_until_when_and_how_it_was_counted(association):
    with acting_for(association.pk):
        institution = make_institution("演示培训学校甲")
        clerk = actor_with(Role.SECRETARIAT)
        clocks.start_deadline(
            actor=system(association.pk),
            code="CMP-REPLY",
            case=Case("complaint", 1, "投诉 T1", "desk/complaints/1/"),
            owner=Owner(Side.INSTITUTION, institution_id=institution.pk),
            action="答复投诉",
            start=NOW - timedelta(days=14),
        )
    page = Desk(association, clerk).get("clocks/").content.decode()
    for words in (
        "投诉 T1",
        "答复投诉",
        "机构 · 演示培训学校甲",
        "2026-11-17 24:00",
        "逾期7天",
        "自2026年11月10日起算5个工作日（当日不计）：截至11月17日24:00",
    ):
        assert words in page, words
    assert 'href="/first/desk/complaints/1/"' in page
    assert "data-clock-link" in page


def test_an_english_page_tells_the_arithmetic_in_english(association):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        clocks.start_deadline(
            actor=system(association.pk), code="MED-END", case=Case("complaint", 1, "T1", ""), owner=Owner(Side.STAFF), action="决定", start=NOW
        )  # fmt: skip
    desk = Desk(association, clerk)
    desk.client.cookies["django_language"] = "en"
    page = desk.get("clocks/").content.decode()
    assert "24 November 2026 plus 45 working days (first day not counted)" in page
    assert "the holidays of 2027 and later are not announced yet, so this date is provisional" in page


@pytest.mark.parametrize(
    "query",
    [
        {"part": "x"},
        {"after": "x~1"},
        {"after": "2026-13-01T00:00:00+08:00~1"},
        {"after": "2026-11-24T00:00:00~1"},
        {"after": "~"},
        {"who": "\x7f"},
    ],
)
def test_an_odd_address_is_the_whole_list(association, query):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        start(1, TUESDAY)
    page = Desk(association, clerk).get("clocks/", **query)
    assert (page.status_code, len(page.context["queue"].rows)) == (200, 1)


def test_the_navigation_counts_what_is_mine_and_due(association):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        spread(make_institution())
        assert clock_queue.due_now(clerk).count() == 2


# -- the staff desk -------------------------------------------------------------------------------------------


def staff(association, clerk, place, **fields):
    client = Desk(association, clerk).client
    address = f"/first/admin/association/{place}"
    return client.post(address, fields) if fields else client.get(address)


def test_days_years_and_hours_are_entered_at_the_staff_desk(association):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
    assert "重新计算0个未结的期限" in staff(association, clerk, "owncalendarday/do/day/").content.decode()
    day = {"on": "2026-11-26", "kind": "off", "holiday": "抗洪", "source": "演示"}
    assert staff(association, clerk, "owncalendarday/do/day/", **day).status_code == 302
    refused = staff(association, clerk, "owncalendarday/do/year/", year="2027", source="演示", days="乱写")
    assert (refused.status_code, "第1行" in refused.content.decode()) == (400, True)
    assert "乱写" in refused.content.decode()
    done = staff(association, clerk, "owncalendarday/do/year/", year="2027", source="演示", days=NOTICE)
    assert done.status_code == 302
    with acting_for(association.pk):
        hours = WorkingHours.objects.get()
        assert OwnCalendarDay.objects.count() == 19
        assert clock.calendar().known_until == date(2027, 12, 31)
    values = {"opens": "08:30", "closes": "17:30", "remind_before": "3，1"}
    assert staff(association, clerk, f"workinghours/{hours.pk}/do/change/", **values).status_code == 302
    odd = staff(
        association, clerk, f"workinghours/{hours.pk}/do/change/", **(values | {"remind_before": "x"})
    )
    assert odd.status_code == 400
    with acting_for(association.pk):
        assert WorkingHours.objects.get().remind_before == [3, 1]


def test_an_auditor_sees_the_calendar_and_enters_nothing(association):
    with acting_for(association.pk):
        auditor = actor_with(Role.AUDITOR)
    page = staff(association, auditor, "owncalendarday/")
    assert (page.status_code, "/do/day/" in page.content.decode()) == (200, False)
    assert staff(association, auditor, "owncalendarday/do/day/").status_code == 403


def test_a_deadline_is_read_at_the_staff_desk_with_its_pauses(association):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        paused = spread(make_institution())
    assert "鉴定" in staff(association, clerk, f"deadline/{paused.pk}/").content.decode()
    assert staff(association, clerk, "deadline/?open=yes").context["cl"].result_count == 9
    assert staff(association, clerk, "deadline/?kind=lead").context["cl"].result_count == 0
    other = make_association("second")
    with acting_for(other.pk):
        foreign = start(1, TUESDAY)
    assert staff(association, clerk, f"deadline/{foreign.pk}/").status_code == 404


def test_a_recount_reaches_the_list(association):
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        clocks.start_deadline(
            actor=system(association.pk), code="CMP-REPLY", case=Case("complaint", 1, "T1", ""), owner=Owner(Side.STAFF), action="决定", start=NOW
        )  # fmt: skip
        calendars.set_calendar_day(
            actor=clerk, on=date(2026, 11, 26), kind="off", holiday="抗洪", source="演示"
        )
        calendars.recompute_open_deadlines(actor=system(association.pk))
        row = clock_queue.queue(clerk, Asked()).rows[0]
        assert (row.deadline.due_on, "11月26日为抗洪假期" in row.explanation) == (date(2026, 12, 2), True)


def test_a_title_is_in_the_language_of_the_page_and_the_name_in_it_as_it_is():
    with override("en"):
        assert clock_rows.case_name("投诉 T2026-000001 · 演示学校") == "Complaint T2026-000001 · 演示学校"
        assert clock_rows.case_name("演示学校 · 2026年度") == "演示学校 · 2026年度"
    assert clock_rows.case_name("线索 X2026-000001") == "线索 X2026-000001"


def test_what_runs_for_an_institution_stands_on_its_first_page(association):
    """今日钟表 counts what is overdue or ends today: each of these is a task, also an answer to a complaint."""
    with acting_for(association.pk):
        school, other = make_institution(), make_institution()
        start(1, TUESDAY - timedelta(days=3), Owner(Side.INSTITUTION, institution_id=school.pk))
        start(2, TUESDAY, Owner(Side.INSTITUTION, institution_id=school.pk))
        start(3, TUESDAY + timedelta(days=6), Owner(Side.INSTITUTION, institution_id=school.pk))
        start(4, TUESDAY, Owner(Side.INSTITUTION, institution_id=other.pk))
        start(5, TUESDAY)
        person = actor_with(Role.INSTITUTION_ADMIN, school)
        assert clock_queue.due_now(person).count() == 2
        body = Desk(association, person).get("").content.decode()
    places = [body.find(f'href="/first/desk/complaints/{number}/"') for number in (1, 2, 3)]
    assert -1 < places[0] < places[1] < places[2]
    assert "desk/complaints/4/" not in body
    assert "desk/complaints/5/" not in body


def test_the_secretariat_finds_its_kinds_of_work_on_its_first_page(association):
    with acting_for(association.pk):
        start(1, TUESDAY - timedelta(days=2))
        start(2, TUESDAY)
        body = Desk(association, actor_with(Role.SECRETARIAT)).get("").content.decode()
        others = Desk(association, actor_with(Role.ASSESSOR)).get("").content.decode()
    assert "秘书处待办" in body
    assert "已逾期的期限" in body
    assert 'href="/first/desk/clocks/?part=today"' in body
    assert "秘书处待办" not in others
