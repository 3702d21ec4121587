"""七日退款: three rules side by side, and the last moment of day seven in Beijing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from prepaid_escrow.rules.facts import Cause, Contract, Kind, RefundInput
from prepaid_escrow.rules.law import Rates
from prepaid_escrow.rules.refunds import Basis, refund
from tests.prepaid_escrow.material import PAID_ON, RATES, TERMS, asked, at, law, lessons, stored, term

LAST_MOMENT = datetime(2026, 3, 9, 15, 59, 59, 999_999, tzinfo=UTC)  # 23:59:59.999999 in Beijing
COOLING = {Basis.COOLING_ORDINANCE, Basis.COOLING_SKILLS, Basis.COOLING_COURT}


def applying(question, **own):
    answer = refund(question, law(**own))
    return {way.basis for way in answer.ways if way.basis in COOLING and way.refund_fen is not None}


def test_day_seven_ends_at_midnight_in_beijing():
    inside = lessons(used=0, demanded_at=LAST_MOMENT)
    outside = lessons(used=0, demanded_at=LAST_MOMENT + timedelta(microseconds=1))
    assert applying(inside) == {Basis.COOLING_ORDINANCE, Basis.COOLING_COURT}
    assert applying(outside) == set()


@pytest.mark.parametrize(("hour", "minute", "second"), [(0, 0, 0), (23, 59, 59)])
def test_the_first_day_is_not_counted_whatever_the_hour_of_payment(hour, minute, second):
    paid_at = at(PAID_ON, hour, minute, second)
    contract = Contract(Kind.AMOUNT, 500_000, paid_at)
    question = asked(contract, stored(face=0).usage, demanded_at=LAST_MOMENT)
    assert applying(question) == {Basis.COOLING_ORDINANCE, Basis.COOLING_COURT}


def test_a_utc_evening_is_the_next_day_in_beijing():
    paid_at = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # 0:00 of 2 March in Beijing
    question = asked(Contract(Kind.AMOUNT, 500_000, paid_at), stored(face=0).usage, demanded_at=LAST_MOMENT)
    assert applying(question) == {Basis.COOLING_ORDINANCE, Basis.COOLING_COURT}
    a_moment_before = asked(
        Contract(Kind.AMOUNT, 500_000, paid_at - timedelta(seconds=1)),
        stored(face=0).usage,
        demanded_at=LAST_MOMENT,
    )
    assert applying(a_moment_before) == {Basis.COOLING_ORDINANCE, Basis.COOLING_COURT}  # 8 March is a Sunday
    two_days_before = asked(
        Contract(Kind.AMOUNT, 500_000, paid_at - timedelta(days=3)),
        stored(face=0).usage,
        demanded_at=LAST_MOMENT,
    )
    assert applying(two_days_before) == set()


def test_a_seventh_day_of_rest_moves_to_the_next_working_day():
    saturday = date(2026, 3, 7)
    paid_at = at(saturday - timedelta(days=7))
    for day, inside in ((date(2026, 3, 9), True), (date(2026, 3, 10), False)):
        question = asked(
            Contract(Kind.TERM, 1, paid_at, first_on=day, last_on=day),
            term(times=0).usage,
            demanded_at=at(day),
        )
        assert bool(applying(question)) is inside


def test_a_moved_last_day_is_named_as_a_reading():
    moved, on_time = refund(lessons(), law()), refund(lessons(after=42), law())
    assert "rest_day" in {reading.code for reading in moved.readings}
    assert "rest_day" not in {reading.code for reading in on_time.readings}


def test_used_within_seven_days_the_price_really_paid_stays():
    answer = refund(lessons(after=5), law())
    assert (answer.basis, answer.refund_fen) == (Basis.COOLING_COURT, 420_000)
    assert "used_in_window" in {reading.code for reading in answer.readings}
    assert applying(lessons(after=5), used_in_window="no_window") == set()


@pytest.mark.parametrize(
    ("own", "bases"),
    [({}, {Basis.COOLING_ORDINANCE}), ({"had_before": "all"}, set())],
)
def test_the_same_service_before_ends_article_14_and_not_article_16(own, bases):
    assert applying(lessons(used=0, after=5, had_before=True), **own) == bases


def skills_school(signed_on, demanded_on):
    contract = Contract(
        Kind.TERM, 100_000, at(PAID_ON), signed_at=at(signed_on), is_skills_school=True,
        first_on=date(2026, 3, 1), last_on=date(2026, 12, 31),
    )  # fmt: skip
    return asked(contract, term(times=0).usage, demanded_at=at(demanded_on))


def test_the_skills_rule_counts_from_signing_and_paying_whichever_is_later():
    signed_later = skills_school(date(2026, 3, 12), date(2026, 3, 19))
    assert applying(signed_later) == {Basis.COOLING_SKILLS}
    signed_before = skills_school(date(2026, 2, 20), date(2026, 3, 9))
    assert applying(signed_before) == COOLING
    assert applying(skills_school(date(2026, 3, 12), date(2026, 3, 20))) == set()


def test_all_three_are_told_with_their_reason_and_the_shortest_payment_wins_a_tie():
    answer = refund(skills_school(PAID_ON, date(2026, 3, 5)), law())
    assert [way.basis for way in answer.ways[:3]] == [
        Basis.COOLING_ORDINANCE,
        Basis.COOLING_SKILLS,
        Basis.COOLING_COURT,
    ]
    assert answer.basis == Basis.COOLING_ORDINANCE
    assert (answer.payment.code, answer.payment.due.on) == ("PRE-COOL-REFUND-BJ", date(2026, 3, 10))
    refused = refund(lessons(used=2, after=5), law()).ways
    assert [way.sentence for way in refused[:2]] == [
        "已经使用过，不适用。",
        "只适用于取得许可的民办职业技能培训机构。",
    ]


def test_a_rule_without_a_row_in_force_does_not_exist():
    everywhere = tuple(one.code for one in TERMS)
    answer = refund(lessons(used=0, after=3), law(without=everywhere))
    assert [way.basis for way in answer.ways] == [Basis.LAW]
    assert answer.payment is None
    elsewhere = refund(
        lessons(used=0, after=3), law(without=("PRE-COOL-BJ", "PRE-COOL-REFUND-BJ", "PRE-REFUND-BJ"))
    )
    assert (elsewhere.basis, elsewhere.payment.code) == (Basis.COOLING_COURT, "DELAY-15")


def test_the_operators_fault_within_seven_days_is_still_the_whole_sum():
    assert refund(lessons(used=0, after=3, cause=Cause.OPERATOR), law()).refund_fen == 600_000


@pytest.mark.parametrize(
    ("cause", "rates", "basis", "interest"),
    [
        (Cause.OPERATOR, RATES, Basis.LAW, 9_074),  # 6000 × 3 % × 184 ÷ 365, up to a whole fen
        (Cause.OPERATOR, Rates(), Basis.LAW, None),  # owed, at a rate nobody has confirmed yet
        (Cause.CONSUMER, RATES, Basis.LAW, 4_537),  # at 1.5 %: who asks early gets no less than who asks late
        (Cause.CONSUMER, Rates(), Basis.LAW, None),
    ],
)
def test_the_seven_days_spare_nobody_the_interest(cause, rates, basis, interest):
    until = date(2026, 3, 5) + timedelta(days=184)
    answer = refund(lessons(used=0, after=3, cause=cause, interest_until=until), law(rates=rates))
    assert (answer.refund_fen, answer.basis, answer.interest_fen) == (600_000, basis, interest)
    assert (answer.payment.code, answer.payment.due.on) == ("PRE-COOL-REFUND-BJ", date(2026, 3, 10))


@pytest.mark.parametrize(
    ("question", "code", "on"),
    [
        (lessons(), "PRE-REFUND-BJ", date(2026, 4, 27)),  # 26 April is a Sunday
        (lessons(agreed_days=3), "AGREED", date(2026, 4, 14)),
        (lessons(used=1, after=3), "PRE-REFUND-BJ", date(2026, 3, 20)),
        (lessons(used=0, after=3, agreed_days=30), "PRE-COOL-REFUND-BJ", date(2026, 3, 10)),
        (lessons(used=0, after=3, agreed_days=2), "AGREED", date(2026, 3, 9)),  # 7 March is a Saturday
    ],
)
def test_when_the_money_is_due(question, code, on):
    assert isinstance(question, RefundInput)
    payment = refund(question, law()).payment
    assert (payment.code, payment.due.on) == (code, on)
    assert "起算" in payment.due.explanation
