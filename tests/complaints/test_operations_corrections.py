"""更正与告知: what a filing said wrongly, who is reminded, and who hears of a breach or a day of payment."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.choices import Role
from common.errors import Forbidden, InvalidInput, Refused
from complaints import operations
from complaints.api.serializers import DEEDS
from complaints.choices.complaints import EvidenceKind, State
from complaints.forms.tracked import FORMS as OF_COMPLAINANT
from complaints.models import Telling
from complaints.queries.case import case_of, deeds_of
from complaints.queries.tracking import track
from tests.common.files import picture
from tests.complaints.material import (
    accepted,
    again,
    agreed,
    applicant,
    filed,
    filing,
    mediating,
    queued,
    state_of,
    tick,
)
from tests.factories.people import actor_with, make_institution

MAILED = "complaints.mail_complainant"


def correct(here, made, *, actor=None, **more):
    values = {"handled_elsewhere": False, "is_consumer": True, "reason": "回电核实，12345只是转介"} | more
    return operations.correct_filing(actor=actor or here.officer, complaint_id=made.complaint.pk, **values)


def called(here, **fields):
    return operations.file_for_caller(actor=here.officer, filing=filing(here.institution, **fields))


def test_what_a_caller_said_wrongly_is_corrected_and_then_accepted(here):
    made = called(here, handled_elsewhere="打过12345，他们让来找协会", is_consumer=False)
    with pytest.raises(Refused, match="不能受理"):
        operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    with pytest.raises(InvalidInput):
        correct(here, made, reason="")
    with pytest.raises(Forbidden):
        correct(here, made, actor=here.mediator)
    correct(here, made)
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    assert state_of(made) == State.AWAIT_REPLY
    with pytest.raises(Refused):
        correct(here, made)


def test_a_wrongly_matched_institution_is_named_anew_before_acceptance(here):
    made = called(here)
    assert "name_institution" in deeds_of(here.officer, case_of(here.officer, made.complaint.pk))
    other = make_institution()
    operations.name_institution(actor=here.officer, complaint_id=made.complaint.pk, institution_id=other.pk)
    assert again(made).institution_id == other.pk


def test_a_signed_statement_comes_with_its_deed_alone(here):
    exhibit = operations.Exhibit(EvidenceKind.SIGNED, SimpleUploadedFile("x.jpg", picture()))
    for file_, actor in (
        (operations.file_complaint, here.person),
        (operations.file_for_caller, here.officer),
    ):
        with pytest.raises(InvalidInput, match="请在登记时上传"):
            file_(actor=actor, filing=filing(here.institution), exhibits=[exhibit])


def test_a_clerk_of_the_institution_does_not_bind_it(here):
    made = accepted(here)
    clerk = actor_with(Role.INSTITUTION_STAFF, institution=here.institution)
    with pytest.raises(Forbidden):
        operations.offer(
            actor=clerk,
            complaint_id=made.complaint.pk,
            amount_fen=1_00,
            pay_by=clock.today(),
            open_until=clock.today(),
        )
    operations.answer(actor=clerk, complaint_id=made.complaint.pk, kind="disputed", text="没有停课。")


def test_the_interface_knows_every_deed_of_the_page():
    assert set(DEEDS) == set(OF_COMPLAINANT)


def test_the_last_day_of_an_objection_stands_on_the_page(here):
    made = filed(here)
    assert track(made.receipt_code).object_until is None
    operations.refuse(
        actor=here.officer, complaint_id=made.complaint.pk, ground="not_competent", reason="不属于"
    )
    assert track(made.receipt_code).object_until.on >= clock.today() + timedelta(days=60)


def test_who_acts_by_the_code_has_heard(here):
    made = accepted(here, people=(applicant(email=""),))
    assert Telling.objects.filter(party="complainant", told_at=None).exists()
    operations.consent(actor=here.person, party="complainant", given=True, receipt_code=made.receipt_code)
    assert not Telling.objects.filter(party="complainant", told_at=None).exists()


def test_the_complainant_hears_that_a_day_of_payment_passed_and_of_the_breach(here, time):
    made = agreed(here, days=(5, 90))
    before = len(queued(MAILED))
    time.pass_days(6)
    tick(here)
    assert len(queued(MAILED)) == before + 1
    operations.breach(actor=here.officer, complaint_id=made.complaint.pk, reason="核实未付款")
    assert len(queued(MAILED)) == before + 2


def test_a_complainant_with_an_address_is_reminded_once_a_day_before_the_end(here, time):
    made = mediating(here)
    operations.offer(
        actor=here.school,
        complaint_id=made.complaint.pk,
        amount_fen=5_000_00,
        pay_by=clock.today() + timedelta(days=20),
        open_until=clock.today() + timedelta(days=10),
    )
    before = len(queued(MAILED))
    time.pass_days(9)
    tick(here)
    tick(here)
    reminders = queued(MAILED)[before:]
    assert [job.payload.get("reminds") for job in reminders] == [True]
    operations.mail_complainant(complaint_id=made.complaint.pk, reminds=True)
    assert "即将到期" in mail.outbox[-1].subject


def test_a_complainant_is_reminded_at_working_hours_only(here, time):
    """A term that ends on a Monday is told of on the Friday before it, never at night or on the Sunday."""
    made = mediating(here)
    monday = clock.today() + timedelta(days=7)
    operations.offer(
        actor=here.school,
        complaint_id=made.complaint.pk,
        amount_fen=5_000_00,
        pay_by=monday + timedelta(days=20),
        open_until=monday,
    )
    before = len(queued(MAILED))
    told = []
    for days in (3.5, 0.5, 1, 1, 0.6):
        time.pass_days(days)
        tick(here)
        told.append(len(queued(MAILED)) - before)
    assert told == [0, 1, 1, 1, 1], "Thursday night, Friday morning, Saturday, Sunday, Monday before dawn"
