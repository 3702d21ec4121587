"""欠费: reminded once at each end of a term, warned, lapsed by a person; and the account of a year."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from association import clock
from association.actors import system
from association.choices import Role
from association.models import Deadline, Notice
from association.notices import people_of
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, Refused
from members import operations
from members.choices.membership import MemberState
from members.models import DuesAccount, DuesWarning, MembershipTerm
from members.queries.dues import owed
from members.queries.dues_account import published_accounts
from tests.factories.people import actor_with, make_association
from tests.members.dues import billed, credit, loaded
from tests.members.dues import line as line_of
from tests.members.pledges import Desk

TOLD = "欠缴本年度会费，逾期未缴清的，按章程视为退会。"


@pytest.fixture
def desk(here, time):
    """In a year whose following one has its holidays announced: a provisional term (暂定) ends nothing."""
    time.to(date(2025, 2, 10))
    return Desk()


line = partial(line_of, day="2025-01-06")


@pytest.fixture
def bill(desk):
    return billed(desk)[0]


def beat(desk):
    actor = system(desk.members[0].association_id)
    operations.keep_dues(actor=actor)
    operations.keep_arrears(actor=actor)


def day_after(desk, time, bill, code):
    """The clocks stand on the day after a term of the bill ended, and have been looked at twice."""
    term = Deadline.objects.get(case_kind="dues", case_id=bill.pk, code=code, stopped_at__isnull=True)
    time.to(term.due_on + timedelta(days=1))
    beat(desk)
    beat(desk)
    return term


def codes(bill):
    rows = Deadline.objects.filter(case_kind="dues", case_id=bill.pk, stopped_at__isnull=True)
    return sorted(rows.values_list("code", flat=True))


def told(bill, step):
    return Notice.objects.filter(event__startswith=f"dues-{bill.pk}-{step}", channel="desk").count()


def warned(desk, time, bill):
    for code in ("DUES-PAY", "DUES-REMIND", "MEMBER-LAPSE"):
        day_after(desk, time, bill, code)
    return operations.warn_of_lapse(actor=desk.clerk, invoice_id=bill.pk, text=TOLD)


# -- the clocks -----------------------------------------------------------------------------------------------


def test_each_term_is_followed_by_what_comes_next_and_said_once(desk, time, bill):
    pay = day_after(desk, time, bill, "DUES-PAY")
    pay.refresh_from_db()
    assert (pay.outcome, pay.was_late) == ("overdue", True)
    assert (codes(bill), told(bill, "overdue")) == (["DUES-REMIND", "MEMBER-LAPSE"], 1)
    day_after(desk, time, bill, "DUES-REMIND")
    assert (codes(bill), told(bill, "again")) == (["MEMBER-LAPSE"], 1)
    lapse = day_after(desk, time, bill, "MEMBER-LAPSE")
    assert (lapse.rule.number, lapse.rule.unit, lapse.rule.certainty) == (1, "year", "charter")
    assert told(bill, "year") == len(people_of(roles=[Role.SECRETARIAT]))
    assert MembershipTerm.objects.filter(institution=desk.members[0], until_on__isnull=True).exists()


def test_paying_stops_every_clock_and_nobody_is_reminded(desk, time, bill):
    day_after(desk, time, bill, "DUES-PAY")
    loaded(desk, line(1, desk.members[0].name, 3000))
    assert codes(bill) == []
    time.pass_days(400)
    beat(desk)
    assert told(bill, "again") == 0


def test_part_that_is_left_is_still_owed_and_reminded(desk, time, bill):
    loaded(desk, line(1, desk.members[0].name, 2999.99))
    day_after(desk, time, bill, "DUES-PAY")
    notice = Notice.objects.filter(event__startswith=f"dues-{bill.pk}-overdue", channel="desk").get()
    assert "0.01元" in notice.body


def test_a_provisional_end_lapses_nothing(here, time):
    desk = Desk()
    bill = billed(desk)[0]
    for code in ("DUES-PAY", "DUES-REMIND", "MEMBER-LAPSE"):
        day_after(desk, time, bill, code)
    assert (codes(bill), told(bill, "year")) == (["MEMBER-LAPSE"], 0)


# -- the way out ----------------------------------------------------------------------------------------------


def test_membership_lapses_by_a_person_after_a_warning_and_its_term(desk, time, bill):
    warned(desk, time, bill)
    with pytest.raises(Refused, match="已经告知"):
        operations.warn_of_lapse(actor=desk.clerk, invoice_id=bill.pk, text=TOLD)
    with pytest.raises(Refused, match="须先告知"):
        operations.lapse_for_dues(actor=desk.clerk, invoice_id=bill.pk, reason="理事会决议")
    term = Deadline.objects.get(case_kind="dues", case_id=bill.pk, code="DUES-WARNED")
    time.to(term.due_on + timedelta(days=1))
    beat(desk)
    held = MembershipTerm.objects.filter(institution=desk.members[0], superseded_at__isnull=True)
    assert held.filter(until_on__isnull=True).exists()  # never by itself
    operations.lapse_for_dues(actor=desk.clerk, invoice_id=bill.pk, reason="第五次理事会决议，章程第九条")
    assert held.get().ending == MemberState.LAPSED
    assert (owed(bill), codes(bill)) == (300_000, [])


def test_who_pays_after_the_warning_stays(desk, time, bill):
    warned(desk, time, bill)
    loaded(desk, line(1, desk.members[0].name, 9000))
    time.pass_days(60)
    with pytest.raises(Refused, match="已经结清"):
        operations.lapse_for_dues(actor=desk.clerk, invoice_id=bill.pk, reason="决议")


def test_no_warning_before_the_charters_term_and_none_without_words(desk, time, bill):
    day_after(desk, time, bill, "DUES-PAY")
    with pytest.raises(Refused, match="未满章程规定"):
        operations.warn_of_lapse(actor=desk.clerk, invoice_id=bill.pk, text=TOLD)
    for code in ("DUES-REMIND", "MEMBER-LAPSE"):
        day_after(desk, time, bill, code)
    with pytest.raises(InvalidInput):
        operations.warn_of_lapse(actor=desk.clerk, invoice_id=bill.pk, text=" ")
    with pytest.raises(Forbidden):
        operations.warn_of_lapse(actor=desk.signers[0], invoice_id=bill.pk, text=TOLD)
    tied = actor_with(Role.SECRETARIAT, employer=desk.members[0])
    with pytest.raises(Refused, match="回避"):
        operations.warn_of_lapse(actor=tied, invoice_id=bill.pk, text=TOLD)


def test_institution_without_an_account_is_warned_on_paper(desk, time, bill):
    alone = desk.member()
    beat(desk)
    own = type(bill).objects.get(institution=alone)
    for code in ("DUES-PAY", "DUES-REMIND", "MEMBER-LAPSE"):
        day_after(desk, time, own, code)
    with pytest.raises(InvalidInput, match="书面送达"):
        operations.warn_of_lapse(actor=desk.clerk, invoice_id=own.pk, text=TOLD)
    warning = operations.warn_of_lapse(
        actor=desk.clerk, invoice_id=own.pk, text=TOLD, service="letter", served_on=clock.today()
    )
    assert warning.service == "letter"


def test_the_old_button_does_not_pass_by_the_bills(desk, bill):
    with pytest.raises(Refused, match="会费在这里登记"):
        operations.lapse_membership(
            actor=desk.clerk,
            institution_id=desk.members[0].pk,
            unpaid_since=date(2024, 2, 1),
            reason="决议",
        )


def test_what_was_told_and_published_stays(desk, time, bill):
    warned(desk, time, bill)
    operations.publish_account(actor=desk.clerk, year=bill.year, cut_off=clock.today(), spending=[])
    for model in (DuesWarning, DuesAccount):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            model.objects.all().delete()


# -- the account of a year ------------------------------------------------------------------------------------


def publish(desk, bill, **values):
    given = {"year": bill.year, "cut_off": clock.today(), "spending": [("会员培训", 100_000)]} | values
    return operations.publish_account(actor=desk.clerk, **given)


def test_account_is_counted_from_the_books_up_to_its_day(desk, time, bill):
    slip = credit(desk, bill, 50_000)
    operations.confirm_slip(actor=desk.second, slip_id=slip.pk)
    loaded(desk, line(1, desk.members[1].name, 3000), line(2, "陌生人", 100))
    cut_off = clock.today()
    time.pass_days(3)
    loaded(desk, line(3, desk.members[2].name, 3000))
    figures = publish(desk, bill, cut_off=cut_off).figures
    assert figures == {
        "billed": 900_000, "credited": 50_000, "paid": 300_000, "owed": 550_000, "received": 310_000, "refunded": 0,
        "income": 310_000, "unmatched": 10_000, "spent": 100_000, "balance": 210_000,
    }  # fmt: skip
    assert Deadline.objects.get(case_kind="dues_account", case_id=bill.year).outcome == "done"


def test_correction_is_another_revision_with_a_reason_and_the_page_shows_the_last(desk, bill):
    publish(desk, bill)
    with pytest.raises(InvalidInput, match="更正请写明原因"):
        publish(desk, bill)
    publish(desk, bill, remark="漏记一项支出", spending=[("会员培训", 100_000), ("会议", 5_000)])
    (shown,) = published_accounts()
    assert (shown.account.revision, dict(shown.spending)["会议"]) == (2, 5_000)
    assert DuesAccount.objects.count() == 2


def test_account_says_no_more_than_can_be_counted(desk, bill):
    today = clock.today()
    refused = [
        {"cut_off": today + timedelta(days=1)},
        {"cut_off": date(bill.year - 1, 12, 31)},
        {"spending": [("", 5)]},
        {"spending": [("会议", 0)]},
    ]
    for values in refused:
        with pytest.raises(InvalidInput):
            publish(desk, bill, **values)
    with pytest.raises(Forbidden):
        operations.publish_account(actor=actor_with(Role.AUDITOR), year=bill.year, cut_off=today, spending=[])
    other = make_association("next")
    with acting_for(other.pk):
        assert published_accounts() == []
