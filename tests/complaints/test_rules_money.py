"""金额: an agreement is within what was paid and its instalments make it."""

from datetime import date, timedelta

import pytest

from complaints.rules.money import Payment, in_yuan, wrong_amount, wrong_payments

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("amount", "paid", "fine"),
    [(0, 0, True), (100, 100, True), (101, 100, False), (-1, 100, False), (1, None, False)],
)
def test_an_amount_is_within_what_was_paid(amount, paid, fine):
    assert (wrong_amount(amount, paid) == "") is fine


def test_what_was_returned_is_not_agreed_on_again():
    assert wrong_amount(900_00, 1000_00, 100_00) == ""
    assert wrong_amount(900_01, 1000_00, 100_00) == "已付1,000元，已退还100元，最多还可以约定900元。"


def pays(*parts):
    return [Payment(TODAY + timedelta(days=day), amount) for day, amount in parts]


@pytest.mark.parametrize(
    ("payments", "amount", "fine"),
    [
        (pays((0, 100)), 100, True),
        (pays((0, 60), (30, 40)), 100, True),
        (pays((0, 60), (30, 41)), 100, False),
        (pays((30, 60), (0, 40)), 100, False),
        (pays((-1, 100)), 100, False),
        (pays((0, 100), (1, 0)), 100, False),
        ([], 0, True),
        ([], 1, False),
        (pays(*((day, 1) for day in range(37))), 37, False),
    ],
)
def test_instalments_make_the_amount_in_order(payments, amount, fine):
    assert (wrong_payments(payments, amount, TODAY) == "") is fine


@pytest.mark.parametrize(
    ("fen", "words"), [(0, "0元"), (375_050, "3,750.50元"), (5_734_000_000, "57,340,000元")]
)
def test_amounts_are_written_in_yuan(fen, words):
    assert in_yuan(fen) == words
