"""补发查询码 by two: whoever has the code speaks as the complainant, so nobody of the staff gives one out alone."""

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Role
from association.models import Notice, OutboxJob
from association.tenancy import acting_for
from common.errors import Forbidden, NotFound, Refused
from complaints import operations
from complaints.models import Complaint, ReceiptRequest, Telling
from complaints.queries.receipts import receipts_to_confirm
from complaints.queries.tracking import track
from tests.complaints.material import accepted, filed, given_anew
from tests.factories.people import actor_with, appoint, make_association

pytestmark = pytest.mark.django_db


def asked(here, made):
    code = operations.issue_receipt(
        actor=here.officer, complaint_id=made.complaint.pk, identity="papers", reason="查询码遗失"
    )
    return code, ReceiptRequest.objects.get(complaint=made.complaint, state="waiting")


def decided(actor, request, agrees=True):
    return operations.decide_receipt(actor=actor, request_id=request.pk, agrees=agrees)


def test_one_officer_alone_says_nothing_in_the_complainants_name(here):
    made = accepted(here)
    code, request = asked(here, made)
    with pytest.raises(NotFound):
        operations.withdraw(actor=here.person, receipt_code=code)
    with pytest.raises(Refused, match="申请人以外的同事"):
        decided(here.officer, request)
    assert track(made.receipt_code) is not None


def test_confirmed_it_replaces_the_former_and_the_complainant_is_told(here):
    made = accepted(here)
    code, request = asked(here, made)
    assert Notice.objects.filter(event__endswith=f"receipt-{request.pk}-asked", user=here.colleague.user_id)
    decided(here.colleague, request)
    assert (track(made.receipt_code), track(code).complaint) == (None, made.complaint)
    mailed = OutboxJob.objects.filter(key__endswith=f"receipt-{request.pk}").exists()
    assert (
        mailed or Telling.objects.filter(complaint=made.complaint, event__endswith=str(request.pk)).exists()
    )
    with pytest.raises(Refused, match="已经办理"):
        decided(here.colleague, request)


def test_declined_the_former_stays_good(here):
    made = accepted(here)
    code, request = asked(here, made)
    decided(here.colleague, request, agrees=False)
    assert (track(made.receipt_code).complaint, track(code)) == (made.complaint, None)
    assert Notice.objects.filter(event__endswith=f"receipt-{request.pk}-decided", user=here.officer.user_id)


def test_a_second_request_replaces_one_that_waits(here):
    made = accepted(here)
    first, request = asked(here, made)
    second, _again = asked(here, made)
    with pytest.raises(Refused, match="已经办理"):
        decided(here.colleague, request)
    decided(here.colleague, ReceiptRequest.objects.get(state="waiting"))
    assert (track(first), track(second).complaint) == (None, made.complaint)


def test_who_may_not_decides_nothing_and_sees_nothing(here):
    _code, request = asked(here, accepted(here))
    for actor in (here.school, here.mediator, here.auditor, here.person):
        with pytest.raises(Forbidden):
            decided(actor, request)
        assert not receipts_to_confirm(actor)
    tied = actor_with(Role.SECRETARIAT)
    appoint(tied_user(tied), Role.ASSESSOR, employer=here.institution)
    with pytest.raises(NotFound):
        decided(tied, request)
    assert not receipts_to_confirm(tied)
    assert not receipts_to_confirm(here.officer)
    assert [one.pk for one in receipts_to_confirm(here.colleague)] == [request.pk]
    with acting_for(make_association().pk), pytest.raises(NotFound):
        decided(actor_with(Role.SECRETARIAT), request)


def tied_user(actor):
    from association.models import User

    return User.objects.get(pk=actor.user_id)


def test_the_database_changes_no_code_by_one_person(here):
    made, other = accepted(here), filed(here)
    with pytest.raises(IntegrityError, match="another person confirmed"), transaction.atomic():
        Complaint.objects.filter(pk=made.complaint.pk).update(receipt_key=b"k" * 32)
    _code, request = asked(here, made)
    with pytest.raises(IntegrityError, match="another person confirmed"), transaction.atomic():
        Complaint.objects.filter(pk=made.complaint.pk).update(receipt_key=request.key)
    alone = {"state": "confirmed", "decided_by": here.officer.user_id, "decided_at": clock.now()}
    with pytest.raises(IntegrityError, match="receipt_by_two"), transaction.atomic():
        ReceiptRequest.objects.filter(pk=request.pk).update(**alone)
    decided(here.colleague, request)
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=other.complaint.pk).update(receipt_key=request.key)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ReceiptRequest.objects.filter(pk=request.pk).update(state="declined")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ReceiptRequest.objects.all()._raw_delete("default")


def test_an_imported_order_gets_its_first_code_the_same_way(here):
    made = accepted(here)
    assert track(given_anew(here, made.complaint)).complaint == made.complaint
