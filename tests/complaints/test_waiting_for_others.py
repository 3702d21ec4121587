"""等待他人 of an institution: whose turn it is in its own cases, and nothing of what it has not been told."""

from datetime import UTC, datetime

import pytest
from django.db.models import F

from association import watch
from association.choices import QueuePart, Role, Side
from association.clock_queue import Asked, due_now, part_counts, queue, tabs
from association.models import Appointment, Deadline, Notice
from association.tenancy import acting_for
from complaints import operations
from complaints.access.terms import RESPONDENT_READS
from complaints.choices.complaints import TerminationGround
from complaints.queries.case import case_of
from complaints.queries.lists import list_page, wanted_of
from tests.complaints.material import accepted, applicant, filed, mediating
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
NO_MAIL = {"people": (applicant(email=""),)}


def waiting(actor):
    return queue(actor, Asked(part=QueuePart.WAITING)).rows


def codes(rows):
    return sorted(row.deadline.code for row in rows)


def all_rows(actor):
    return [row for part in QueuePart for row in queue(actor, Asked(part=part)).rows]


def test_an_institution_reads_whose_turn_it_is_in_its_own_case(here):
    made = mediating(here)
    rows = waiting(here.school)
    assert codes(rows) == ["MED-END"]
    # The side in words, never who of it; and the page on which the institution reads of the case.
    assert rows[0].owner == str(Side.STAFF.label)
    assert rows[0].href == f"/desk/complaints/{made.complaint.pk}/"
    assert rows[0].explanation
    assert codes(queue(here.school, Asked()).rows) == ["CMP-REPLY"]


def test_a_complaint_that_was_not_forwarded_shows_nothing(here):
    filed(here)
    assert all_rows(here.school) == []
    assert codes(all_rows(here.officer)) == ["CMP-ACCEPT"]


def test_one_that_was_accepted_and_not_served_yet_shows_nothing(here):
    Appointment.objects.filter(institution=here.institution).update(until_on=F("from_on"), ended_by=F("user"))
    accepted(here)
    assert "CMP-SERVE" in codes(all_rows(here.officer))
    assert all_rows(actor_with(Role.INSTITUTION_STAFF, here.institution)) == []


def test_neighbours_see_nothing(here):
    mediating(here)
    assert all_rows(actor_with(Role.INSTITUTION_ADMIN, make_institution())) == []
    with acting_for(make_association("elsewhere").pk):
        assert all_rows(actor_with(Role.INSTITUTION_ADMIN)) == []


def test_that_somebody_left_no_address_is_told_nowhere(here, association, time):
    made = mediating(here, **NO_MAIL)
    operations.terminate(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        ground=TerminationGround.NO_AGREEMENT,
        reason="双方分歧很大。",
    )
    time.pass_days(60)
    told = {"CMP-TELL", "MED-NOTICE"}
    assert told & set(codes(all_rows(here.officer)))
    assert not told & set(codes(all_rows(here.school)))
    shown = case_of(here.school, made.complaint.pk)
    assert {"没有邮箱的投诉人的告知", "终止调解的告知"} & {term.title for term in shown.terms} == set()
    assert shown.turn is None or shown.turn.code in RESPONDENT_READS
    for asked in ({"overdue": "1"}, {"turn": "staff"}):
        assert list_page(here.school, wanted_of(asked)).lines == []
        assert [line.complaint.pk for line in list_page(here.officer, wanted_of(asked)).lines] == [
            made.complaint.pk
        ]
    page = Desk(association, here.school).get("clocks/", part="waiting").content.decode()
    assert made.complaint.number not in page


def test_no_term_of_a_lead_is_read_by_the_institution_it_is_about(here):
    made = accepted(here)
    operations.open_lead_from_complaint(
        actor=here.officer, complaint_id=made.complaint.pk, note="宣传内容与实际不符。"
    )
    assert "LEAD-SCREEN" in codes(all_rows(here.officer))
    assert not [code for code in codes(all_rows(here.school)) if code.startswith("LEAD-")]


def test_what_others_are_late_with_is_waited_for_and_rings_no_alarm_of_the_institution(
    here, association, time
):
    made = mediating(here)
    operations.answer(
        actor=here.school, complaint_id=made.complaint.pk, kind="disputed", text="情况说明，附合同。"
    )
    time.at(datetime(2026, 7, 1, 2, tzinfo=UTC))
    late = Deadline.objects.get(code="MED-END", stopped_at__isnull=True)
    assert part_counts(here.officer)["overdue"] == 1
    counts = part_counts(here.school)
    assert (counts["overdue"], counts["waiting"], counts["hidden"]) == (0, 1, 0)
    assert due_now(here.school).count() == 0
    assert [row.left for row in waiting(here.school)] == ["逾期54天"]
    # Who asks for the own alone is not told of others' delay either.
    assert queue(here.school, Asked(own=True)).counts["hidden"] == 0
    watch.keep_clocks(actor=here.system)
    told = set(
        Notice.objects.filter(event__contains=f"deadline-{late.pk}-over").values_list("user_id", flat=True)
    )
    assert here.officer.user_id in told
    assert here.school.user_id not in told


def test_the_counts_on_the_page_are_those_of_the_lists(here, association, time):
    made = mediating(here)
    accepted(here)
    operations.plan_session(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        planned_at=datetime(2026, 3, 10, 6, tzinfo=UTC),
        mode="on_site",
        place="演示调解室",
    )
    counts = queue(here.school, Asked()).counts
    for part in QueuePart:
        assert counts[part.value] == len(queue(here.school, Asked(part=part)).rows)
    # 2 × MED-END and the session: each open term of both cases stands in exactly one part.
    assert counts["waiting"] == 3
    assert sum(counts[part.value] for part in QueuePart) == len(codes(all_rows(here.school))) == 5
    page = Desk(association, here.school).get("clocks/", part="waiting").content.decode()
    shown = next(tab for tab in tabs(queue(here.school, Asked())) if "waiting" in tab.address)
    assert f'{shown.label} <span class="count">3</span>' in page
    assert here.mediator.name not in page


def test_case_page_and_list_of_clocks_tell_the_same_terms(here):
    made = mediating(here)
    on_page = {term.title for term in case_of(here.school, made.complaint.pk).terms if term.is_open}
    assert on_page == {row.title for row in all_rows(here.school)}
