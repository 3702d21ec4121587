"""逐笔确认: of two payments one may be denied and the other stands; what was denied is owed again, by a clock."""

import importlib

import pytest
from django.db import connection

from association import clock
from association.choices import Role, Side
from association.models import AuditEntry, Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import Outcome, ReportState, State
from complaints.models import Complaint, Instalment, PaymentReport
from complaints.queries.tracking import track
from tests.complaints.material import again, agreed, mediating, scan, state_of, tick
from tests.complaints.test_operations_money import (
    breach,
    deeds,
    facts,
    pay,
    reports,
    running,
    settled,
)
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with

HALF = 4_000_00
CAME, NOT = ReportState.CONFIRMED, ReportState.DENIED
SAID = ReportState.REPORTED


def paid_twice(here):
    made = agreed(here, days=(10, 40))
    pay(here, made, instalments=2)
    return made, list(PaymentReport.objects.filter(complaint=made.complaint).order_by("pk"))


def answer(here, made, row, came, **more):
    return operations.answer_payment(
        actor=here.person, payment_id=row.pk, came=came, receipt_code=made.receipt_code, **more
    )


@pytest.mark.parametrize("place", [0, 1])
def test_one_of_two_is_denied_and_owed_again(here, place):
    made, rows = paid_twice(here)
    assert state_of(made) == State.PERFORMED
    answer(here, made, rows[place], came=False)
    expected = [(HALF, SAID), (HALF, SAID)]
    expected[place] = (HALF, NOT)
    assert reports(made) == expected
    assert (state_of(made), again(made).returned_fen) == (State.AGREED, HALF)
    assert running(made) == [("CMP-PAY", Side.INSTITUTION), ("CMP-REPLY", Side.INSTITUTION)]
    assert [row.paid_on is None for row in Instalment.objects.order_by("position")] == [
        spot == place for spot in (0, 1)
    ]
    assert "perform" in deeds(made, here.school)
    # It is paid after all: the next report is of what is owed, and both stand.
    pay(here, made)
    assert (state_of(made), again(made).returned_fen) == (State.PERFORMED, 2 * HALF)
    operations.survey(actor=here.person, receipt_code=made.receipt_code, outcome=Outcome.RESOLVED)
    assert {state for _fen, state in reports(made)} == {CAME, NOT}


def test_each_is_confirmed_by_itself(here):
    made, rows = paid_twice(here)
    answer(here, made, rows[1], came=True)
    assert reports(made) == [(HALF, SAID), (HALF, CAME)]
    assert state_of(made) == State.PERFORMED
    with pytest.raises(Refused, match="已经确认"):
        answer(here, made, rows[1], came=True)
    answer(here, made, rows[0], came=False, received_fen=1_000_00)
    assert (again(made).returned_fen, state_of(made)) == (HALF + 1_000_00, State.AGREED)
    with pytest.raises(NotFound):
        answer(here, made, rows[0], came=True)
    pay(here, made)
    assert reports(made)[-1] == (3_000_00, SAID)
    told = Notice.objects.filter(user_id=here.school.user_id, channel="desk")
    assert told.filter(subject__contains="已确认到账").count() == 1
    assert AuditEntry.objects.filter(action="answer_payment").count() == 1


def test_a_confirmed_one_may_be_denied_and_more_than_was_paid_did_not_come(here):
    made, rows = paid_twice(here)
    answer(here, made, rows[0], came=True)
    for much in (HALF, HALF + 1, -1):
        with pytest.raises(InvalidInput):
            answer(here, made, rows[0], came=False, received_fen=much)
    answer(here, made, rows[0], came=False)
    assert reports(made) == [(HALF, NOT), (HALF, SAID)]


def test_after_a_breach_the_institution_answers_for_what_was_denied(here, time):
    made = agreed(here, days=(10, 40))
    time.pass_days(15)
    tick(here)
    breach(here, made)
    row = PaymentReport.objects.get(pk=pay(here, made) and PaymentReport.objects.latest("pk").pk)
    assert state_of(made) == State.BREACHED
    answer(here, made, row, came=False)
    assert ("CMP-REPLY", Side.INSTITUTION) in running(made)
    assert len(facts(made)) == 2
    assert again(made).returned_fen == 0


def test_of_a_settlement_the_one_payment(here):
    made = settled(here)
    pay(here, made)
    row = PaymentReport.objects.get()
    answer(here, made, row, came=False, received_fen=1_00)
    assert (state_of(made), again(made).returned_fen) == (State.AWAIT_REPLY, 1_00)


def test_staff_write_it_down_and_nobody_else(here):
    made, rows = paid_twice(here)
    which = {"payment_id": rows[0].pk, "came": True, "complaint_id": made.complaint.pk}
    tied = actor_with(Role.SECRETARIAT, employer=here.institution)
    for actor in (here.school, here.mediator, here.auditor, tied):
        with pytest.raises(Forbidden):
            operations.answer_payment(actor=actor, **which)
    other = agreed(here)
    pay(here, other)
    for_other = PaymentReport.objects.get(complaint=other.complaint).pk
    with pytest.raises(NotFound):
        operations.answer_payment(actor=here.officer, **(which | {"payment_id": for_other}))
    operations.answer_payment(actor=here.officer, **which, paper=scan())
    assert reports(made) == [(HALF, CAME), (HALF, SAID)]


def test_nothing_is_offered_where_nothing_was_paid(here):
    assert track(mediating(here).receipt_code).waiting.payments == []
    assert track(agreed(here).receipt_code).waiting.payments == []


@pytest.mark.django_db
@pytest.mark.usefixtures("counting")
def test_the_forms_of_both_pages(here, association, client):
    made, rows = paid_twice(here)
    address = f"/{association.slug}/complaints/track/"
    page = client.post(address, {"code": made.receipt_code}).content.decode()
    assert "逐笔确认付款" in page
    assert page.count(f'<option value="{rows[0].pk}">第1期') == 1
    said = {"code": made.receipt_code, "deed": "answer_payment", "payment_id": rows[1].pk, "came": "no"}
    refused = client.post(f"{address}do/", said | {"received_fen": "4000"})
    assert "请选择“到账了”" in refused.content.decode()
    client.post(f"{address}do/", said | {"received_fen": ""})
    assert reports(made) == [(HALF, SAID), (HALF, NOT)]
    officer = Desk(association, here.officer)
    place = f"complaints/{made.complaint.pk}/"
    assert "登记投诉人逐笔确认付款" in officer.get(place).content.decode()
    told = {"deed": "answer_payment", "payment_id": rows[0].pk, "came": "yes"}
    assert officer.post(f"{place}do/", **told).status_code == 400
    assert officer.post(f"{place}do/", **told, paper=scan()).status_code == 302
    assert officer.post(f"{place}do/", **(told | {"payment_id": 10**9}), paper=scan()).status_code == 400
    assert reports(made) == [(HALF, CAME), (HALF, NOT)]


def test_what_was_paid_before_payments_had_rows_can_be_answered(here, association):
    made, other = agreed(here, days=(10, 40)), agreed(here)
    Instalment.objects.filter(complaint=made.complaint, position=1).update(paid_on=clock.today())
    pay(here, other)
    migration = importlib.import_module("complaints.migrations.0015_earlier_payments")
    for _twice in range(2):
        with connection.cursor() as cursor:
            cursor.execute(migration.FORWARD)
    with acting_for(association.pk):
        assert reports(made) == [(HALF, SAID)]
        assert Complaint.objects.get(pk=made.complaint.pk).returned_fen == HALF
        assert reports(other) == [(8_000_00, SAID)]
        answer(here, made, PaymentReport.objects.get(complaint=made.complaint), came=False)
        assert (reports(made), again(made).returned_fen) == ([(HALF, NOT)], 0)
