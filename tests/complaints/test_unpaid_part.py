"""只收到一部分: a day of payment is over, nobody reported anything, and whoever complained says how much came."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Side
from association.models import Notice
from association.tenancy import acting_for
from common.errors import InvalidInput, Refused
from complaints import operations
from complaints.choices.complaints import FactKind, Outcome, ReportState, State
from complaints.models import Decision, PaymentReport
from complaints.queries.tracking import track
from tests.complaints.material import DAY, again, agreed, scan, state_of, tick, world
from tests.complaints.test_operations_money import breach, facts, pay, running
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db
SUM, HALF = 8_000_00, 4_000_00


def overdue(here, time, days=(5,), wait=7):
    made = agreed(here, days=days)
    time.pass_days(wait)
    tick(here)
    return made


def say(here, made, fen, **more):
    return operations.say_unpaid(actor=here.person, receipt_code=made.receipt_code, received_fen=fen, **more)


def test_a_part_counts_at_once_and_the_rest_is_owed(here, time):
    made = overdue(here, time)
    day = clock.today() - DAY
    said = say(here, made, 3_000_00, arrived_on=day, text="现金给的。")
    assert said.reason == "投诉人说到期的款项只收到3,000元。现金给的。"
    row = PaymentReport.objects.get()
    assert (row.state, row.amount_fen, row.received_fen, row.confirmed_on, row.is_unreported) == (
        ReportState.DENIED,
        SUM,
        3_000_00,
        day,
        True,
    )
    assert (again(made).returned_fen, state_of(made), facts(made)) == (3_000_00, State.AGREED, [])
    assert running(made) == [("CMP-PAY", Side.STAFF)]
    told = Notice.objects.filter(user_id=here.school.user_id, channel="desk")
    assert told.filter(body__contains="只收到一部分").count() == 1
    breach(here, made)
    assert facts(made) == [(FactKind.BREACH, SUM - 3_000_00)]


def test_the_institution_reports_the_rest_and_all_is_counted_once(here, time):
    made = overdue(here, time)
    say(here, made, 3_000_00)
    pay(here, made)
    assert (again(made).returned_fen, state_of(made)) == (SUM, State.PERFORMED)
    assert list(PaymentReport.objects.order_by("pk").values_list("amount_fen", "state")) == [
        (SUM, "denied"),
        (SUM - 3_000_00, "reported"),
    ]
    operations.survey(
        actor=here.person, receipt_code=made.receipt_code, outcome=Outcome.UNRESOLVED, received_fen=3_500_00
    )
    assert (state_of(made), again(made).returned_fen) == (State.AGREED, 3_500_00)


def test_the_first_payments_come_first(here, time):
    made = overdue(here, time, days=(5, 6))
    say(here, made, HALF + 1_00)
    rows = PaymentReport.objects.order_by("pk")
    assert list(rows.values_list("instalment__position", "state", "received_fen")) == [
        (1, "confirmed", 0),
        (2, "denied", 1_00),
    ]
    assert again(made).returned_fen == HALF + 1_00
    assert [row.position for row in track(made.receipt_code).instalments if row.paid_on is None] == [2]


def test_only_what_is_due_is_asked_after(here, time):
    made = overdue(here, time, days=(5, 40))
    for fen in (HALF, HALF + 1, SUM, 0, -1):
        with pytest.raises(InvalidInput, match="少于到期应付的4,000元") as wrong, transaction.atomic():
            say(here, made, fen)
        assert set(wrong.value.fields) == {"received_fen"}
    assert not Decision.objects.filter(kind="unpaid").exists()
    say(here, made, HALF - 1)
    assert again(made).returned_fen == HALF - 1


def test_the_day_is_checked_and_it_is_said_once(here, time):
    made = overdue(here, time)
    for day in (clock.today() + DAY, clock.today() - 400 * DAY):
        with pytest.raises(InvalidInput, match="到账日") as wrong, transaction.atomic():
            say(here, made, 1_00, arrived_on=day)
        assert set(wrong.value.fields) == {"arrived_on"}
    say(here, made, 1_00)
    with pytest.raises(Refused, match="已经登记过"), transaction.atomic():
        say(here, made, 1_00)
    assert again(made).returned_fen == 1_00


def test_nothing_is_counted_before_the_day_or_beside_a_report(here, time):
    early, paid = agreed(here), agreed(here)
    pay(here, paid)
    time.pass_days(15)
    with pytest.raises(Refused, match="没有到期未付"), transaction.atomic():
        say(here, paid, 1_00)
    time.pass_days(-10)
    with pytest.raises(Refused, match="没有到期未付"), transaction.atomic():
        say(here, early, 1_00)


def test_staff_write_no_part_down(here, time):
    made = overdue(here, time)
    with pytest.raises(InvalidInput, match="凭查询码"), transaction.atomic():
        operations.say_unpaid(
            actor=here.officer, complaint_id=made.complaint.pk, received_fen=1_00, paper=scan()
        )
    assert again(made).returned_fen == 0


def test_the_database_keeps_a_part_below_its_payment(here, time):
    made = overdue(here, time)
    say(here, made, 3_000_00)
    for fen in (SUM, 4_000_00, 0):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaymentReport.objects.update(received_fen=fen)


@pytest.mark.usefixtures("counting")
def test_the_tracked_page_asks_for_amount_and_day(settings, tmp_path, time, client):
    settings.MEDIA_ROOT = tmp_path
    first = make_association("first")
    with acting_for(first.pk):
        here = world()
        made = agreed(here)
        time.to(clock.today() + timedelta(days=12))
        tick(here)
        code, page = {"code": made.receipt_code}, "/first/complaints/track/"
        shown = client.post(page, code).content.decode()
        assert "或者只收到一部分" in shown
        assert "只收到一部分的，到期的款项收到多少（元）" in shown
        said = code | {"deed": "say_unpaid", "text": "转账", "received_fen": "8000"}
        refused = client.post(f"{page}do/", said)
        assert refused.status_code == 400
        assert "少于到期应付的8,000元" in refused.content.decode()
        assert "转账" in refused.content.decode()
        done = client.post(f"{page}do/", said | {"received_fen": "2500.5"}).content.decode()
        assert "机构没有报告，投诉人说只收到一部分" in done
        assert again(made).returned_fen == 2_500_50
