"""还回去: a word that was never said confirms nothing and sets nothing aside, and a breach that counts no more opens its days."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from association.choices import Side
from association.models import AuditEntry
from common.errors import Refused
from complaints import operations
from complaints.choices.complaints import FactKind, Outcome, ReportState, State
from complaints.models import Fact, FactSetAside, PaymentReport, WrittenDown
from complaints.queries.unpaid import may_say_unpaid, overdue_instalments
from tests.complaints.material import again, agreed, scan, state_of, tick
from tests.complaints.test_fact_review import breached, decide, propose
from tests.complaints.test_operations_money import breach, conduct, deeds, running
from tests.complaints.test_unpaid import over
from tests.complaints.test_written_down import as_staff, deny

pytestmark = pytest.mark.django_db
SUM = 8_000_00
IN_TIME = timedelta(days=10)
UPDATE = "UPDATE complaints_paymentreport SET {} WHERE id = %s"


def standing(made, kind=FactKind.BREACH):
    return list(Fact.objects.filter(complaint=made.complaint, kind=kind, set_aside__isnull=True))


def paid_late_by_its_word(here, time):
    """未履行 was found; then the institution says that it had paid in time. The fact, and the day it names."""
    made, fact = breached(here, time)
    day = clock.today() - IN_TIME
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=day)
    return made, fact, day


def came_on_paper(here, made, day, side=40, **more):
    said = {"outcome": Outcome.RESOLVED, "arrived_on": day, "paper": scan(side)} | more
    return operations.survey(**as_staff(here, made, **said))


def set_aside_by_two(here, fact):
    decide(here.colleague, propose(here.officer, fact))


# -- what stood on the paper ----------------------------------------------------------------------------------


def test_a_breach_that_a_denied_paper_set_aside_stands_again_with_its_day(here, time):
    made, fact, day = paid_late_by_its_word(here, time)
    came_on_paper(here, made, day)
    assert (standing(made), FactSetAside.objects.get().written) == ([], WrittenDown.objects.get())
    assert PaymentReport.objects.get().confirmed_on == day
    time.pass_days(3)
    deny(here, made)
    (stands,) = standing(made)
    assert (stands.turn, stands.amount_fen, stands.at) == (2, fact.amount_fen, fact.at)
    payment = PaymentReport.objects.get()
    assert (payment.state, payment.confirmed_on, payment.written) == (ReportState.REPORTED, None, None)
    assert (state_of(made), again(made).returned_fen) == (State.PERFORMED, SUM)
    assert running(made) == [("CMP-CLOSE", Side.COMPLAINANT)]
    assert (conduct(here).breaches, conduct(here).breached_fen) == (1, SUM)
    assert AuditEntry.objects.filter(action="note_fact_again").count() == 1


def test_what_the_complainant_then_says_by_the_code_sets_it_aside_for_good(here, time):
    made, _fact, day = paid_late_by_its_word(here, time)
    came_on_paper(here, made, day)
    deny(here, made)
    operations.survey(
        actor=here.person, receipt_code=made.receipt_code, outcome=Outcome.RESOLVED, arrived_on=day
    )
    assert (standing(made), state_of(made)) == ([], State.CLOSED)
    assert list(FactSetAside.objects.order_by("pk").values_list("written", flat=True))[1:] == [None]
    assert PaymentReport.objects.get().confirmed_on == day


@pytest.mark.parametrize("road", ["payment", "survey"])
def test_that_a_payment_came_is_denied_by_saying_that_it_did_not(here, time, road):
    made, fact, day = paid_late_by_its_word(here, time)
    payment = PaymentReport.objects.get()
    operations.answer_payment(
        **as_staff(here, made, payment_id=payment.pk, came=True, arrived_on=day, paper=scan())
    )
    assert standing(made) == []
    by_code = {"actor": here.person, "receipt_code": made.receipt_code}
    if road == "payment":
        operations.answer_payment(**by_code, payment_id=payment.pk, came=False)
    else:
        operations.survey(**by_code, outcome=Outcome.UNRESOLVED, received_fen=0)
    assert [(row.turn, row.at) for row in standing(made)] == [(2, fact.at)]
    assert (state_of(made), again(made).returned_fen) == (State.AGREED, 0)


def test_it_stands_again_once_however_many_payments_are_denied(here, time):
    made = agreed(here, days=(5, 10))
    time.pass_days(15)
    tick(here)
    breach(here, made)
    day = clock.today() - IN_TIME
    operations.perform(
        actor=here.school, complaint_id=made.complaint.pk, paid_on=day - timedelta(days=1), instalments=2
    )
    came_on_paper(here, made, day - timedelta(days=1))
    assert standing(made) == []
    by_code = {"actor": here.person, "receipt_code": made.receipt_code}
    operations.contest(**by_code, text="没有收到。", received_fen=0)
    assert len(standing(made)) == 1


def test_only_the_day_is_taken_where_somebody_else_had_confirmed_the_payment(here, time):
    made, _fact = breached(here, time)
    day = clock.today() - IN_TIME
    operations.perform(actor=here.officer, complaint_id=made.complaint.pk, paid_on=day)
    came_on_paper(here, made, day)
    assert standing(made) == []
    deny(here, made)
    payment = PaymentReport.objects.get()
    assert (payment.state, payment.seen_by_id) == (ReportState.CONFIRMED, here.officer.user_id)
    assert (payment.confirmed_on, len(standing(made))) == (None, 1)


def test_a_settlement_that_only_the_paper_called_paid_is_paid_no_more(here, time):
    made = over(here, time)
    breach(here, made)
    came_on_paper(here, made, clock.today() - timedelta(days=7))
    assert (again(made).returned_fen, standing(made)) == (6_000_00, [])
    deny(here, made)
    assert (again(made).returned_fen, len(standing(made))) == (0, 1)
    assert (PaymentReport.objects.get().state, state_of(made)) == (ReportState.DENIED, State.SETTLED)


# -- the day of payment ---------------------------------------------------------------------------------------


def test_what_was_denied_was_not_said_and_may_be_said_of_the_same_day(here, time):
    made = agreed(here)
    time.pass_days(15)
    operations.say_unpaid(**as_staff(here, made, paper=scan()))
    assert not may_say_unpaid(again(made))
    deny(here, made)
    assert may_say_unpaid(again(made))
    operations.say_unpaid(actor=here.person, receipt_code=made.receipt_code)
    assert not may_say_unpaid(again(made))


def test_a_breach_set_aside_by_two_gives_back_the_day_with_a_clock(here, time):
    made = agreed(here)
    time.pass_days(15)
    tick(here)
    operations.say_unpaid(**as_staff(here, made, paper=scan()))
    breach(here, made)
    deny(here, made)
    assert (len(standing(made)), overdue_instalments(again(made))) == (1, [])
    set_aside_by_two(here, standing(made)[0])
    assert (state_of(made), len(overdue_instalments(again(made)))) == (State.BREACHED, 1)
    assert ("CMP-PAY", Side.INSTITUTION) in running(made)
    assert "breach" in deeds(made, here.officer)
    time.pass_days(1)
    tick(here)
    assert ("CMP-PAY", Side.STAFF) in running(made)
    operations.say_unpaid(actor=here.person, receipt_code=made.receipt_code)
    breach(here, made)
    assert [row.turn for row in standing(made)] == [2]
    with pytest.raises(Refused, match="已经认定过"), transaction.atomic():
        breach(here, made)


def test_a_day_of_payment_between_is_not_taken_by_a_breach_that_stands_again(here, time):
    made = agreed(here, days=(10, 20))
    time.pass_days(15)
    tick(here)
    breach(here, made)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today() - IN_TIME)
    payment = PaymentReport.objects.get()
    operations.answer_payment(
        **as_staff(
            here, made, payment_id=payment.pk, came=True, arrived_on=clock.today() - IN_TIME, paper=scan()
        )
    )
    time.pass_days(10)
    tick(here)
    operations.answer_payment(
        actor=here.person, receipt_code=made.receipt_code, payment_id=payment.pk, came=False
    )
    assert len(standing(made)) == 1
    assert [row.position for row in overdue_instalments(again(made))] == [2]
    assert may_say_unpaid(again(made))


def test_a_settlement_whose_breach_was_set_aside_may_be_found_broken_again(here, time):
    made = over(here, time)
    breach(here, made)
    with pytest.raises(Refused), transaction.atomic():
        breach(here, made)
    set_aside_by_two(here, standing(made)[0])
    assert ("CMP-PAY", Side.INSTITUTION) in running(made)
    breach(here, made)
    assert [row.turn for row in standing(made)] == [2]


# -- the database ---------------------------------------------------------------------------------------------


def test_the_database_takes_back_only_what_stood_on_a_denied_word(here, time):
    made, _fact, day = paid_late_by_its_word(here, time)
    came_on_paper(here, made, day)
    row = PaymentReport.objects.get()
    back = "state = 'reported', answered_at = NULL, confirmed_on = NULL, written_id = NULL"
    for change in (back, "confirmed_on = NULL, written_id = NULL", "confirmed_on = confirmed_on - 1"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(UPDATE.format(change), [row.pk])
    deny(here, made)
    written = WrittenDown.objects.get()
    with pytest.raises(IntegrityError, match="not written down"), transaction.atomic():
        PaymentReport.objects.filter(pk=row.pk).update(
            state=ReportState.CONFIRMED, answered_at=clock.now(), written=written
        )
    fact = standing(made)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        FactSetAside.objects.create(fact=fact, reason="不是真的", at=clock.now(), written=written)


def test_the_word_of_another_case_carries_nothing(here, time):
    made, _fact, day = paid_late_by_its_word(here, time)
    other = agreed(here)
    operations.perform(actor=here.school, complaint_id=other.complaint.pk, paid_on=clock.today())
    came_on_paper(here, other, None, side=50)
    row = PaymentReport.objects.get(complaint=made.complaint)
    with pytest.raises(IntegrityError, match="not written down"), transaction.atomic():
        PaymentReport.objects.filter(pk=row.pk).update(
            state=ReportState.CONFIRMED,
            answered_at=clock.now(),
            confirmed_on=day,
            written=WrittenDown.objects.get(),
        )
