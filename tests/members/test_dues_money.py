"""会费的收款: files of the bank, whose money it is, what it pays, and that no 分 is lost."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.db.utils import InternalError
from hypothesis import given
from hypothesis import strategies as st

from association import clock
from association.choices import BatchState, Role
from association.models import Deadline, Notice
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from config.second_person import counts_to_confirm
from members import operations
from members.documents.dues import receipt_html
from members.models import DuesEntry, DuesInvoice, DuesReceipt, DuesStatement, FormerName
from members.queries.dues import left_of, owed, own_dues, receipt_of
from members.rules.dues_bank import Known, owner_of, spread
from tests.factories.people import actor_with
from tests.members.dues import adopt, billed, credit, line, loaded, look
from tests.members.joining import upload
from tests.members.pledges import Desk

REFUSALS = (IntegrityError, InternalError)


@pytest.fixture
def desk(here):
    return Desk()


def refused(deed):
    with pytest.raises(REFUSALS), transaction.atomic():
        deed()


def paid_by_hand(desk, place=0, fen=300_000, **values):
    given_ = {
        "institution_id": desk.members[place].pk, "amount_fen": fen, "received_on": clock.today(), "way": "cash",
        "paper": upload("凭证.jpg"), "reason": "现金缴纳",
    }  # fmt: skip
    return operations.propose_payment(actor=desk.clerk, **(given_ | values))


def sums():
    """Everything that came in, and everything that it became: nothing else may be."""
    came = DuesReceipt.objects.aggregate(all=Sum("amount_fen"))["all"] or 0
    used = DuesEntry.objects.filter(receipt__isnull=False).aggregate(all=Sum("amount_fen"))["all"] or 0
    left = sum(left_of(one) for one in DuesReceipt.objects.all())
    return came, used + left


# -- the file -------------------------------------------------------------------------------------------------


def test_looking_writes_nothing_and_loading_pays_what_is_told_by_number_code_or_name(desk):
    bills = billed(desk)
    third = desk.members[2]
    FormerName.objects.create(institution=third, name="演示旧名学校", until_on=clock.today())
    lines = [
        line(1, "某公司财务", 3000, memo=f"{bills[0].number} 会费"),
        line(2, "某公司", "1,000.50", uscc=desk.members[1].uscc).replace("1,000.50", '"1,000.50"'),
        line(3, "演示旧名学校", 3000),
        line(4, "素不相识", 12.34),
    ]
    statement = look(desk, lines)
    assert (statement.good, statement.bad, statement.matched, statement.total_fen) == (4, 0, 3, 701_284)
    assert not DuesReceipt.objects.exists()
    operations.load_statement(actor=desk.clerk, statement_id=statement.pk)
    assert [owed(bill) for bill in bills] == [0, 199_950, 0]
    assert list(DuesReceipt.objects.order_by("pk").values_list("basis", flat=True)) == [
        "number",
        "uscc",
        "name",
        "",
    ]
    assert Deadline.objects.get(case_kind="dues", case_id=bills[0].pk).outcome == "paid"
    assert sums() == (701_284, 701_284)
    with pytest.raises(Refused, match="已经决定"):
        operations.load_statement(actor=desk.clerk, statement_id=statement.pk)


def test_the_same_line_comes_in_once_whichever_file_brings_it(desk):
    billed(desk)
    loaded(desk, line(1, "甲", 5))
    again = look(desk, [line(1, "甲", 5), line(2, "乙", 6)])
    assert (again.good, again.same, again.bad) == (1, 1, 0)
    changed = look(desk, [line(1, "甲", 7)])
    assert (changed.good, changed.bad) == (0, 1)
    assert "日期或者金额不同" in changed.faults.get().sentence


def test_wrong_rows_are_named_and_come_back_to_be_mended(desk):
    billed(desk)
    statement = look(
        desk,
        [
            line(1, "甲", 5),
            line(1, "乙", 6),
            line(2, "丙", "一百"),
            line(3, "丁", "-1"),
            line(4, "戊", "1.005"),
            line(5, "", 5),
            line(6, "己", 5, day="2999-01-01"),
        ],
    )
    assert (statement.rows, statement.good, statement.bad) == (7, 1, 6)
    operations.load_statement(actor=desk.clerk, statement_id=statement.pk)
    data = operations.statement_errors(actor=desk.clerk, statement_id=statement.pk)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert (sheet.max_row, sheet.cell(1, sheet.max_column).value) == (7, "错误原因")
    mended = operations.look_at_statement(actor=desk.clerk, data=data, filename="改好.xlsx")
    assert mended.rows == 6


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("日期,金额\n2026-01-01,5", "缺少"),
        ("流水号,日期,付款人,金额,收入金额\n1,2026-01-01,甲,5,5", "意思相同"),
        ("流水号,日期,付款人,金额", "没有数据行"),
    ],
)
def test_file_that_is_none_is_refused_whole(desk, text, why):
    with pytest.raises(InvalidInput, match=why):
        operations.look_at_statement(actor=desk.clerk, data=text.encode(), filename="流水.csv")


def test_file_that_was_given_up_brings_nothing(desk):
    statement = look(desk, [line(1, "甲", 5)])
    operations.discard_statement(actor=desk.clerk, statement_id=statement.pk)
    with pytest.raises(Refused):
        operations.load_statement(actor=desk.clerk, statement_id=statement.pk)
    assert (DuesStatement.objects.get().state, DuesReceipt.objects.count()) == (BatchState.DISCARDED, 0)


def test_two_files_with_one_line_bring_it_once(desk):
    first, second = look(desk, [line(1, "甲", 5)]), look(desk, [line(1, "甲", 5), line(2, "乙", 5)])
    operations.load_statement(actor=desk.clerk, statement_id=first.pk)
    with pytest.raises(Refused, match="账目有了变化"):
        operations.load_statement(actor=desk.clerk, statement_id=second.pk)
    assert DuesReceipt.objects.count() == 1


# -- whose it is ----------------------------------------------------------------------------------------------

CODE = "52110105MJ0000001X"
KNOWN = Known({(2026, 7): 1}, {CODE: 2}, {"甲校": frozenset({1}), "同名": frozenset({3, 4})})


@pytest.mark.parametrize(
    ("payer", "memo", "uscc", "owner"),
    [
        ("陌生人", "会费 H2026-00007", "", 1),
        ("陌生人", f"代 {CODE} 缴", "", 2),
        ("陌生人", "", CODE, 2),
        ("甲 校", "", "", 1),
        ("甲校", "h2026-7", "", 1),
        ("甲校", "", CODE, None),
        ("同名", "", "", None),
        ("同名", "H2026-00007", "", 1),
        ("陌生人", "H2026-00008", "", None),
    ],
)
def test_line_is_somebodys_only_where_every_mark_means_the_same(payer, memo, uscc, owner):
    found = owner_of(payer, memo, uscc, KNOWN)
    assert (found[0] if found else None) == owner


@given(st.integers(1, 10**9), st.lists(st.integers(0, 10**7), max_size=6))
def test_spreading_loses_and_makes_nothing(amount, bills):
    paid, left = spread(amount, list(enumerate(bills)))
    assert sum(fen for _bill, fen in paid) + left == amount
    assert all(0 < fen <= bills[bill] for bill, fen in paid)
    assert left == max(0, amount - sum(bills))


def test_unmatched_money_waits_for_a_person_and_pays_the_oldest_bill(desk):
    bill = billed(desk)[0]
    (receipt,) = loaded(desk, line(1, "陌生人", 3500))
    operations.match_receipt(actor=desk.clerk, receipt_id=receipt.pk, institution_id=desk.members[0].pk)
    assert (owed(bill), left_of(receipt)) == (0, 50_000)
    told = Notice.objects.filter(event=f"dues-receipt-{receipt.pk}-{desk.members[0].pk}", channel="desk")
    assert told.count() == 1
    with pytest.raises(Refused, match="已经认领"):
        operations.match_receipt(actor=desk.second, receipt_id=receipt.pk, institution_id=desk.members[1].pk)
    tied = actor_with(Role.SECRETARIAT, employer=desk.members[1])
    (other,) = loaded(desk, line(2, "陌生人", 1))
    with pytest.raises(Refused, match="回避"):
        operations.match_receipt(actor=tied, receipt_id=other.pk, institution_id=desk.members[1].pk)


def test_money_paid_ahead_pays_the_bill_of_the_next_year(desk, time):
    billed(desk)
    (receipt,) = loaded(desk, line(1, desk.members[0].name, 4000))
    assert own_dues(desk.signers[0])[0].left_fen == 100_000
    time.pass_days(366)
    operations.issue_dues(actor=desk.clerk)
    later = DuesInvoice.objects.get(institution=desk.members[0], year=clock.today().year)
    assert (owed(later), left_of(receipt)) == (200_000, 0)


# -- by hand --------------------------------------------------------------------------------------------------


def test_payment_by_hand_needs_two_people(desk):
    bill = billed(desk)[0]
    slip = paid_by_hand(desk)
    assert not DuesReceipt.objects.exists()
    with pytest.raises(Refused, match="经办人以外"):
        operations.confirm_slip(actor=desk.clerk, slip_id=slip.pk)
    operations.confirm_slip(actor=desk.second, slip_id=slip.pk)
    receipt = DuesReceipt.objects.get()
    assert (receipt.way, receipt.amount_fen, owed(bill)) == ("cash", 300_000, 0)
    for values in ({"way": "bank"}, {"amount_fen": 0}, {"received_on": clock.today() + timedelta(days=1)}):
        with pytest.raises(InvalidInput):
            paid_by_hand(desk, **values)


def test_what_is_left_over_is_given_back_by_two_and_no_more(desk):
    billed(desk)
    (receipt,) = loaded(desk, line(1, desk.members[0].name, 3100))
    with pytest.raises(InvalidInput, match=r"100\.00"):
        operations.propose_refund(actor=desk.clerk, receipt_id=receipt.pk, amount_fen=10_001, reason="多缴")
    slip = operations.propose_refund(
        actor=desk.clerk, receipt_id=receipt.pk, amount_fen=10_000, reason="多缴"
    )
    twice = operations.propose_refund(
        actor=desk.clerk, receipt_id=receipt.pk, amount_fen=10_000, reason="多缴"
    )
    operations.confirm_slip(actor=desk.second, slip_id=slip.pk)
    with pytest.raises(Refused, match="尚未使用"):
        operations.confirm_slip(actor=desk.second, slip_id=twice.pk)
    assert left_of(receipt) == 0
    assert sums() == (310_000, 310_000)


def test_wrong_owner_is_reversed_by_two_and_the_bill_is_owed_again(desk):
    first, second, _third = billed(desk)
    (receipt,) = loaded(desk, line(1, desk.members[0].name, 3000))
    slip = operations.propose_undo(actor=desk.clerk, receipt_id=receipt.pk, reason="认错")
    operations.confirm_slip(actor=desk.second, slip_id=slip.pk)
    receipt.refresh_from_db()
    assert (receipt.institution_id, owed(first), left_of(receipt)) == (None, 300_000, 300_000)
    assert Deadline.objects.filter(case_kind="dues", case_id=first.pk, stopped_at__isnull=True).exists()
    operations.match_receipt(actor=desk.clerk, receipt_id=receipt.pk, institution_id=desk.members[1].pk)
    assert (owed(first), owed(second)) == (300_000, 0)
    again = operations.propose_undo(actor=desk.clerk, receipt_id=receipt.pk, reason="又认错")
    operations.confirm_slip(actor=desk.second, slip_id=again.pk)
    assert (owed(second), sums()) == (300_000, (300_000, 300_000))


def test_slip_waits_for_whoever_may_confirm_it_and_for_nobody_else(desk):
    bills = billed(desk)
    credit(desk, bills[0])
    paid_by_hand(desk, 1)
    (receipt,) = loaded(desk, line(1, desk.members[2].name, 3100))
    operations.propose_refund(actor=desk.clerk, receipt_id=receipt.pk, amount_fen=1, reason="多缴")
    tied = [actor_with(Role.SECRETARIAT, employer=one) for one in desk.members]
    found = [counts_to_confirm(one)["dues"] for one in (desk.clerk, desk.second, *tied)]
    assert found == [0, 3, 2, 2, 2]
    assert counts_to_confirm(desk.signers[0]).get("dues", 0) == 0


# -- who sees it, and the database ----------------------------------------------------------------------------


def test_confirmation_is_for_the_institution_whose_money_it_is(desk):
    billed(desk)
    (receipt,) = loaded(desk, line(1, desk.members[0].name, 3500))
    page = receipt_html(receipt_of(desk.signers[0], receipt.pk))
    for words in (receipt.number, "3,500.00", "3,000.00", "500.00", "不是财政部门监制的会费收据"):
        assert words in page
    with pytest.raises(NotFound):
        receipt_of(desk.signers[1], receipt.pk)
    with pytest.raises(Forbidden):
        operations.look_at_statement(actor=desk.signers[0], data=b"x", filename="x.csv")


def test_database_loses_no_fen_and_makes_none(desk):
    bills = billed(desk)
    (receipt,) = loaded(desk, line(1, desk.members[0].name, 1000))
    free = loaded(desk, line(2, "陌生人", 1000))[0]
    pay = {"kind": "payment", "at": clock.now(), "by_id": desk.clerk.user_id, "invoice": bills[0]}
    refused(lambda: DuesEntry.objects.create(receipt=receipt, amount_fen=1, **pay))  # spent
    refused(lambda: DuesEntry.objects.create(receipt=free, amount_fen=1, **pay))  # nobody's
    refused(lambda: DuesEntry.objects.create(receipt=receipt, amount_fen=-1, **pay))  # reverses nothing
    refused(lambda: DuesReceipt.objects.filter(pk=receipt.pk).update(amount_fen=1))
    refused(lambda: DuesReceipt.objects.filter(pk=receipt.pk).update(institution=desk.members[1]))
    refused(DuesReceipt.objects.filter(pk=free.pk).delete)
    refused(lambda: DuesReceipt.objects.filter(pk=free.pk).update(serial="L1"))
    slip = paid_by_hand(desk)
    given_ = {"slip": slip, "way": "cash", "received_on": slip.received_on, "institution": desk.members[0]}
    matched = {"basis": "person", "matched_at": clock.now(), "recorded_at": clock.now()}
    refused(lambda: DuesReceipt.objects.create(amount_fen=300_000, **given_, **matched))  # not confirmed
    operations.confirm_slip(actor=desk.second, slip_id=slip.pk)
    taken = credit(desk, bills[1], 300_000)
    operations.confirm_slip(actor=desk.second, slip_id=taken.pk)
    adopt(desk, first_year=clock.today().year + 1)
    came, became = sums()
    assert came == became == 500_000
