"""投诉的列表: whose turn and until when, filters, cursors and searches; and who looked at personal data."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from association import clock
from association.choices import Role
from association.deadlines import rule_in_force
from complaints import operations
from complaints.models import Retirement
from complaints.queries import lists
from complaints.views import case as case_views
from tests.complaints.material import PHONE, accepted, applicant, filed
from tests.complaints.test_operations_orders import look, mended, rows
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]


def text(response):
    return response.content.decode()


def test_the_list_tells_whose_turn_it_is_and_is_filtered(here, association, time):
    waits, new = accepted(here), filed(here)
    desk = Desk(association, here.officer)
    page = text(desk.get("complaints/"))
    assert page.index(waits.complaint.number) < page.index(new.complaint.number)
    for side, shown, hidden in (("institution", waits, new), ("staff", new, None)):
        page = text(desk.get("complaints/", turn=side))
        assert shown.complaint.number in page
        assert hidden is None or hidden.complaint.number not in page
    assert waits.complaint.number in text(desk.get("complaints/", own="1"))
    assert new.complaint.number not in text(desk.get("complaints/", own="1"))
    assert waits.complaint.number not in text(desk.get("complaints/", overdue="1"))
    time.pass_days(40)
    page = text(desk.get("complaints/", overdue="1"))
    assert waits.complaint.number in page
    assert "逾期" in page
    assert desk.get("complaints/", view="nothing").status_code == 404
    assert text(desk.get("complaints/", turn="x", after="x", before="-1")).count("T2026-") >= 2


def test_long_lists_go_on_by_a_cursor_and_searches_page_by_a_form(
    here, association, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(lists, "ROWS", 2)
    monkeypatch.setattr(case_views, "ROWS", 2)
    numbers = [filed(here).complaint.pk for _each in range(5)]
    first = lists.list_page(here.officer, lists.Wanted())
    assert ([line.complaint.pk for line in first.lines], first.previous_before) == (numbers[:2], None)
    second = lists.list_page(here.officer, lists.Wanted(after=first.next_after))
    assert [line.complaint.pk for line in second.lines] == numbers[2:4]
    last = lists.list_page(here.officer, lists.Wanted(after=second.next_after))
    assert ([line.complaint.pk for line in last.lines], last.next_after) == (numbers[4:], None)
    back = lists.list_page(here.officer, lists.Wanted(before=last.previous_before))
    assert [line.complaint.pk for line in back.lines] == numbers[2:4]
    newest = lists.list_page(here.officer, lists.Wanted(view="all"))
    assert [line.complaint.pk for line in newest.lines] == numbers[:2:-1]
    with CaptureQueriesContext(connection) as few:
        lists.list_page(here.officer, lists.Wanted())
    monkeypatch.setattr(lists, "ROWS", 5)
    with django_assert_num_queries(len(few)):
        lists.list_page(here.officer, lists.Wanted())
    desk = Desk(association, here.officer)
    found = text(desk.post("complaints/find/", who=PHONE))
    assert "共找到5件投诉" in found
    assert f"T2026-{numbers[0]:06d}" not in found
    assert f"T2026-{numbers[0]:06d}" in text(desk.post("complaints/find/", who=PHONE, page="3"))


def test_an_institution_does_not_learn_that_somebody_is_to_be_told_on_paper(here, association):
    made = accepted(here, people=(applicant(email=""),))
    operations.answer(actor=here.school, complaint_id=made.complaint.pk, kind="disputed", text="已上课")
    (own,) = lists.list_page(here.school, lists.Wanted()).lines
    (other,) = lists.list_page(here.officer, lists.Wanted()).lines
    assert own.complaint == other.complaint
    assert own.side != ""


def test_lists_of_people_that_somebody_read_are_looks_as_well(here, association):
    """A file of wrong rows with full names, and a search by telephone: no single case, but somebody saw them."""
    page = text(Desk(association, here.auditor).get("complaints/watch/"))
    assert "还没有人查看过" in page
    report = look(here, mended(rows(here, 3, bad={1, 2})))
    operations.error_file(actor=here.officer, batch_id=report.batch.pk)
    made = filed(here)
    operations.search_people(actor=here.officer, typed=PHONE)
    operations.unmask(actor=here.officer, complaint_id=made.complaint.pk, field="phone", reason="回电核实")
    page = text(Desk(association, here.auditor).get("complaints/watch/"))
    found = [page.index(one) for one in ("回电核实", "按人查找投诉，找到1件", "下载有误的工单，2行")]
    assert len(found) == 3
    assert page.count(here.officer.name) == 3
    assert f"complaints/orders/{report.batch.pk}/" in page
    assert PHONE not in page


def test_staff_and_auditor_read_who_looked_and_what_was_retired(here, association):
    made = accepted(here)
    operations.unmask(actor=here.officer, complaint_id=made.complaint.pk, field="phone", reason="回电核实")
    page = text(Desk(association, here.auditor).get("complaints/watch/"))
    assert made.complaint.number in page
    assert "回电核实" in page
    assert PHONE not in page
    rule = rule_in_force("RETENTION-COMPLAINT", clock.today())
    Retirement.objects.create(
        rule=rule, ended_before=clock.today(), complaints=3, people=4, files=5, drafts=6, at=clock.now()
    )
    assert rule.code in text(Desk(association, here.auditor).get("complaints/watch/", view="retired"))
    assert Desk(association, here.school).get("complaints/watch/").status_code == 403
    tied = actor_with(Role.SECRETARIAT, employer=here.institution)
    assert made.complaint.number not in text(Desk(association, tied).get("complaints/watch/"))
