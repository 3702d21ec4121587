"""知道权益受损之日: unknown where an order does not tell it, corrected before the decision alone, and told."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from association.models import AuditEntry
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import DecisionKind, RefusalGround
from complaints.forms.case import FORMS
from complaints.models import Complaint, Decision, Telling
from complaints.queries.case import case_of, deeds_of
from complaints.queries.road import events_of
from complaints.queries.tracking import track
from tests.complaints.material import NAME, PHONE, accepted, again, filed, queued
from tests.complaints.test_operations_orders import look, mended, rows

LONG_AGO = date(2020, 5, 4)


def correct(here, complaint, *, actor=None, day=LONG_AGO, reason="回电核实，2020年5月停课"):
    given = {"harmed_on": day, "reason": reason}
    return operations.correct_harm_day(actor=actor or here.officer, complaint_id=complaint.pk, **given)


def too_late(here, complaint):
    given = {"ground": RefusalGround.OVER_LIMIT, "reason": "超过三年。"}
    return operations.refuse(actor=here.officer, complaint_id=complaint.pk, **given)


def test_an_order_that_does_not_tell_the_day_is_refused_for_three_years_once_staff_asked(here):
    look(here, mended(rows(here, 1)), dry_run=False)
    made = Complaint.objects.get()
    assert made.harmed_on is None
    assert operations.doubts_about(made) == []
    with pytest.raises(InvalidInput, match="还没有登记"):
        too_late(here, made)
    correct(here, made)
    made.refresh_from_db()
    assert [doubt.ground for doubt in operations.doubts_about(made)] == [RefusalGround.OVER_LIMIT]
    with pytest.raises(Refused, match="不能受理"):
        operations.accept(actor=here.officer, complaint_id=made.pk)
    assert too_late(here, made).ground == RefusalGround.OVER_LIMIT


def test_both_days_the_reason_and_how_to_contradict_are_told_and_kept(here):
    made = filed(here)
    before = len(queued("complaints.mail_complainant"))
    correct(here, made.complaint)
    assert len(queued("complaints.mail_complainant")) == before + 1
    said = Decision.objects.get(kind=DecisionKind.HARM_DAY)
    for part in ("2026-01-15", "2020-05-04", "回电核实", "提出异议"):
        assert part in said.reason
    assert said.decided_by_id == here.officer.user_id
    entry = AuditEntry.objects.get(action="correct_harm_day")
    assert (entry.detail["before"], entry.detail["after"]) == ("2026-01-15", "2020-05-04")
    events = events_of(track(made.receipt_code))
    assert [one.text for one in events if "权益受损" in one.title] == [said.reason]


def test_who_left_no_address_is_told_by_the_staff(here):
    look(here, mended(rows(here, 1)), dry_run=False)
    correct(here, Complaint.objects.get())
    assert Telling.objects.filter(party="complainant", told_at=None, event__startswith="harm-").count() == 1


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"day": date(2026, 3, 3)}, "harmed_on"),
        ({"day": date(2026, 1, 15)}, "harmed_on"),
        ({"day": None}, "harmed_on"),
        ({"reason": " "}, "reason"),
    ],
)
def test_no_day_after_the_complaint_nor_the_same_nor_without_a_reason(here, given, wrong):
    made = filed(here)
    with pytest.raises(InvalidInput) as refused:
        correct(here, made.complaint, **given)
    assert set(refused.value.fields) == {wrong}
    for reason in (f"打给{PHONE}核实", f"{NAME}说的"):
        with pytest.raises(InvalidInput):
            correct(here, made.complaint, reason=reason)
    assert again(made).harmed_on == date(2026, 1, 15)


def test_staff_alone_and_before_the_decision_alone(here):
    made = filed(here)
    assert "correct_harm_day" in FORMS
    assert "correct_harm_day" in deeds_of(here.officer, case_of(here.officer, made.complaint.pk))
    for actor in (here.mediator, here.school, here.auditor):
        with pytest.raises(Forbidden):
            correct(here, made.complaint, actor=actor)
    with pytest.raises(NotFound):
        operations.correct_harm_day(actor=here.officer, complaint_id=0, harmed_on=LONG_AGO, reason="核实")
    taken = accepted(here)
    with pytest.raises(Refused, match="已经决定"):
        correct(here, taken.complaint)
    correct(here, made.complaint)
    too_late(here, made.complaint)
    with pytest.raises(Refused, match="已经决定"):
        correct(here, made.complaint, day=date(2026, 1, 1))


def test_the_database_keeps_the_day_after_the_decision(here):
    made = filed(here)
    correct(here, made.complaint)
    too_late(here, made.complaint)
    rows_of = Complaint.objects.filter(pk=made.complaint.pk)
    for change in ({"harmed_on": date(2026, 1, 1)}, {"harmed_on": None}):
        with pytest.raises(IntegrityError, match="settled by the decision"), transaction.atomic():
            rows_of.update(**change)


def test_the_day_becomes_unknown_nowhere(here):
    """Only an order may come without it; who filed on the page has said it."""
    made = filed(here)
    with pytest.raises(IntegrityError, match="settled by the decision"), transaction.atomic():
        Complaint.objects.filter(pk=made.complaint.pk).update(harmed_on=None)
