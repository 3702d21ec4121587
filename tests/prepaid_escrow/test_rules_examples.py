"""Every worked number of refund_rules.csv, and every reading beside its alternative."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from prepaid_escrow.rules.facts import Cause
from prepaid_escrow.rules.law import Rates
from prepaid_escrow.rules.refunds import Basis, refund
from prepaid_escrow.rules.releases import earned_fen
from tests.prepaid_escrow.material import PAID_ON, law, lessons, stored, term

TABLE = Path(__file__).parent / "data" / "refund_rules.csv"
OPERATOR = Cause.OPERATOR


def by_law(question, **own):
    """The way of the law alone, in 分."""
    answer = refund(question, law(**own))
    return next(way for way in answer.ways if way.basis == Basis.LAW).refund_fen


# Lines of the table by their case; the expected yuan are read from it.
WORKED = {
    "cooling-off, nothing used": lambda: refund(lessons(used=0, after=3), law()).refund_fen,
    "operator at fault, discount package": lambda: by_law(lessons(cause=OPERATOR)),
    "consumer reason, discount package": lambda: by_law(lessons()),
    "consumer reason, list price exceeds the prepayment": lambda: by_law(lessons(used=70)),
    "operator at fault, bonus amount": lambda: by_law(stored(cause=OPERATOR)),
    "consumer reason, bonus amount": lambda: by_law(stored()),
    "unlimited-use period": lambda: by_law(term(ended_on=date(2026, 9, 1))),
    "unlimited-use, operator stopped earlier": lambda: by_law(
        term(ended_on=date(2026, 10, 1), stopped_on=date(2026, 8, 1), cause=OPERATOR)
    ),
    "consumer did not use within the term for own reasons": lambda: by_law(term(ended_on=date(2027, 5, 1))),
    "custody withdrawal per class (一课一结)": lambda: earned_fen(200_000, Fraction(2), Fraction(20)),
    "custody withdrawal per month (一月一结)": lambda: earned_fen(200_000, Fraction(5), Fraction(20)),
}
# Lines without a number: a test of their own below.
TOLD_BELOW = {
    "no agreement on refund",
    "interest, operator reason",
    "interest, consumer reason",
    "interest on money in the custody account",
    "association pledge (Haidian)",
}


def rows():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", [row for row in rows() if row["example_result"]], ids=lambda row: row["case"])
def test_a_worked_number_comes_out_to_the_fen(row):
    assert WORKED[row["case"]]() == int(row["example_result"]) * 100


def test_every_line_of_the_table_has_its_test():
    assert {row["case"] for row in rows()} == WORKED.keys() | TOLD_BELOW


def test_without_an_agreement_the_way_best_for_the_learner_is_taken():
    answer = refund(lessons(after=3), law())
    assert {way.basis: way.refund_fen for way in answer.ways} == {
        Basis.COOLING_ORDINANCE: None,
        Basis.COOLING_SKILLS: None,
        Basis.COOLING_COURT: 420_000,
        Basis.LAW: 300_000,
    }
    assert (answer.basis, answer.refund_fen) == (Basis.COOLING_COURT, 420_000)


def test_interest_of_the_operator_is_the_lpr_of_the_contract():
    answer = refund(
        lessons(cause=OPERATOR, ended_on=date(2026, 4, 10), interest_until=date(2026, 7, 9)), law()
    )
    assert answer.interest_fen == 3107  # 4200 × 3% × 90 ÷ 365 = 31.068…, rounded up
    assert "3.0% × 90 ÷ 365" in answer.interest_steps[0].formula


def test_interest_of_the_consumer_is_the_deposit_benchmark():
    answer = refund(lessons(ended_on=date(2026, 4, 10), interest_until=date(2026, 7, 9)), law())
    assert answer.interest_fen == 1110  # 3000 × 1.5% × 90 ÷ 365 = 11.095…
    assert (
        refund(
            lessons(ended_on=date(2026, 4, 10), interest_until=date(2026, 7, 9)), law(year_days="360")
        ).interest_fen
        == 1125
    )


def test_an_unknown_rate_is_said_and_not_invented():
    claim = {"ended_on": date(2026, 4, 10), "interest_until": date(2026, 7, 9)}
    answer = refund(lessons(**claim), law(rates=Rates()))
    assert (answer.interest_fen, answer.interest_steps) == (None, ())
    assert "不作推测" in answer.interest_sentence
    typed = refund(lessons(**claim, known_percent=Decimal("1.5")), law(rates=Rates()))
    assert typed.interest_fen == 1110
    assert "未经协会核对" in typed.interest_sentence


def test_custody_money_earns_its_actual_rate():
    claim = {"ended_on": date(2026, 4, 10), "interest_until": date(2026, 7, 9), "custody_fen": 100_000}
    assert refund(lessons(**claim), law()).interest_fen is None
    answer = refund(lessons(**claim, custody_percent=Decimal("0.5")), law())
    assert [step.amount_fen for step in answer.interest_steps] == [124, 740]
    assert answer.interest_fen == 864


@pytest.mark.parametrize(
    ("until", "cents", "word"),
    [(date(2026, 4, 10), 0, "没有利息"), (None, None, "没有填写利息截止日")],
)
def test_no_days_no_interest(until, cents, word):
    answer = refund(lessons(ended_on=date(2026, 4, 10), interest_until=until), law())
    assert answer.interest_fen == cents
    assert word in answer.interest_sentence


def test_the_seven_days_themselves_give_the_principal_only():
    answer = refund(lessons(used=0, after=3), law())
    assert (answer.basis, answer.refund_fen) == (Basis.COOLING_ORDINANCE, 600_000)
    paid_late = refund(lessons(used=0, after=3, interest_until=date(2026, 7, 9)), law(rates=Rates()))
    assert (paid_late.basis, paid_late.interest_fen) == (Basis.LAW, None), "owed, at a rate not known yet"


@pytest.mark.parametrize("cause", [Cause.CONSUMER, Cause.OPERATOR])
def test_who_asks_a_day_earlier_never_gets_less(cause):
    until = date(2027, 6, 1)
    totals = [
        answer.refund_fen + answer.interest_fen
        for after in range(1, 15)
        for answer in [refund(lessons(used=0, after=after, cause=cause, interest_until=until), law())]
    ]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize(
    ("used", "bonus", "fen"),
    [(0, 0, 600_000), (0, 20, 600_000), (30, 0, 420_000), (30, 20, 420_000), (110, 20, 0)],
)
def test_the_pledge_counts_lessons_and_leaves_the_bonus_out(used, bonus, fen):
    question = lessons(used=used, bonus=bonus, under_pledge=True)
    answer = refund(question, law(pledge="本会2026年退费承诺"))
    pledge = next(way for way in answer.ways if way.basis == Basis.PLEDGE)
    assert pledge.refund_fen == fen


def test_a_pledge_that_is_not_in_force_gives_nothing():
    answer = refund(lessons(under_pledge=True), law())
    assert answer.ways[-1].basis == Basis.PLEDGE
    assert answer.ways[-1].refund_fen is None
    assert answer.refund_fen == 300_000


@pytest.mark.parametrize(
    ("agreed", "basis", "fen"), [(350_000, Basis.AGREEMENT, 350_000), (250_000, Basis.LAW, 300_000)]
)
def test_a_better_agreement_prevails_and_a_worse_one_does_not(agreed, basis, fen):
    answer = refund(lessons(agreed_fen=agreed), law())
    assert (answer.basis, answer.refund_fen, answer.kept_fen) == (basis, fen, 600_000 - fen)


@pytest.mark.parametrize(
    ("own", "operator_fen"),
    [({}, 450_000), ({"several_benefits": "discount_only"}, 420_000)],
)
def test_discount_and_bonus_lessons_together(own, operator_fen):
    question = lessons(bonus=20, cause=OPERATOR)  # 6000 for 120 lessons: 50 each
    assert by_law(question, **own) == operator_fen


def test_discount_and_bonus_money_together():
    question = {"face": 160_000, "list_fen": 200_000}  # eighty per cent of the list, from a card with a bonus
    assert by_law(stored(**question, cause=OPERATOR)) == 366_667  # 5000 − 1600 × 5/6 = 3666.66…, up
    assert by_law(stored(**question, cause=OPERATOR), rounding="half_up") == 366_667
    assert by_law(stored(**question)) == 300_000
    assert by_law(stored(**question, cause=OPERATOR), several_benefits="discount_only") == 340_000


@pytest.mark.parametrize(
    ("market", "own", "fen"),
    [
        (8_000, {}, 360_000),
        (8_000, {"market": "ignore"}, 300_000),
        (12_000, {}, 300_000),
        (1_000, {}, 420_000),  # never below the price that was really paid
    ],
)
def test_a_market_price_counts_only_when_it_is_lower(market, own, fen):
    assert by_law(lessons(market=market), **own) == fen


def test_a_market_value_of_stored_money_counts_only_when_it_is_lower():
    assert by_law(stored(face=160_000, list_fen=200_000, market=180_000)) == 320_000
    assert by_law(stored(face=160_000, list_fen=200_000, market=150_000)) == 340_000


def test_an_unknown_list_price_is_the_price_really_paid_and_said_so():
    answer = refund(lessons(list_price=None), law())
    assert answer.refund_fen == 420_000
    assert "list_unknown" in {reading.code for reading in answer.readings}


@pytest.mark.parametrize(
    ("cause", "own", "fen"),
    [
        (Cause.CONSUMER, {}, 300_000),
        (Cause.CONSUMER, {"lapsed_lessons": "none"}, 0),
        (OPERATOR, {"lapsed_lessons": "none"}, 420_000),
    ],
)
def test_lessons_left_when_the_term_of_the_package_ran_out(cause, own, fen):
    assert by_law(lessons(last_on=PAID_ON + timedelta(days=30), cause=cause), **own) == fen


@pytest.mark.parametrize(("own", "fen"), [({}, 240_000), ({"stopped": "none_after_term"}, 0)])
def test_a_service_that_stopped_before_the_term_ended_is_refunded_from_that_day(own, fen):
    question = term(ended_on=date(2027, 5, 1), stopped_on=date(2026, 8, 1))
    assert by_law(question, **own) == fen


def test_the_day_of_termination_and_parts_of_a_month():
    question = term(ended_on=date(2026, 9, 16))  # five months and 15 of September's 30 days: 5.5 of 12
    assert by_law(question) == 195_000
    assert by_law(question, end_day="used") == 194_000
    hundred_days = term(
        paid=100_000, first=date(2026, 4, 1), last=date(2026, 7, 9), ended_on=date(2026, 4, 26)
    )
    assert by_law(hundred_days) == 75_000
    month_end = term(paid=20_000, first=date(2026, 1, 31), last=date(2026, 3, 30), ended_on=date(2026, 3, 2))
    assert by_law(month_end) == 20_000 // 2 * 29 // 31 + 1  # one month and 2 of the 31 days that follow


def test_a_term_that_has_not_begun_is_refunded_whole():
    assert by_law(term(first=date(2026, 9, 1), last=date(2027, 8, 31), ended_on=date(2026, 4, 11))) == 360_000


def test_gifts_are_a_line_of_their_own_and_never_push_below_zero():
    answer = refund(lessons(gift_fen=20_000), law())
    assert answer.refund_fen == 280_000
    assert ("留用赠品的折价", -20_000, "法释〔2025〕4号 第21条") in [
        (step.label, step.amount_fen, step.citation) for step in answer.steps
    ]
    assert refund(lessons(used=60, gift_fen=20_000), law()).refund_fen == 0
    assert refund(lessons(used=0, after=2, gift_fen=600_000), law()).refund_fen == 0


def test_over_the_prepayment_the_operator_claims_nothing_and_the_article_is_named():
    answer = refund(lessons(used=70), law())
    assert (answer.steps[-1].citation, answer.steps[-1].amount_fen) == ("法释〔2025〕4号 第20条", 0)


def test_steps_carry_their_articles():
    citations = {
        (question.contract.kind, question.claim.cause): [
            step.citation for step in refund(question, law()).steps
        ]
        for question in (lessons(), lessons(cause=OPERATOR), stored(cause=OPERATOR), term())
    }
    fifteen = "法释〔2025〕4号 第15条"
    assert citations == {
        ("lessons", "consumer"): [fifteen, "法释〔2025〕4号 第19条", fifteen],
        ("lessons", "operator"): [fifteen, "法释〔2025〕4号 第18条", fifteen],
        ("amount", "operator"): [fifteen, "法释〔2025〕4号 第18条（二）", fifteen],
        ("term", "consumer"): [fifteen, "法释〔2025〕4号 第22条", fifteen],
    }


def test_the_same_question_has_the_same_answer():
    question = lessons(interest_until=date(2026, 7, 9), gift_fen=1)
    assert refund(question, law()) == refund(question, law())


def test_custody_is_never_earned_twice_over():
    assert earned_fen(200_000, Fraction(30), Fraction(20)) == 200_000
    with pytest.raises(ValueError, match="not empty"):
        earned_fen(200_000, Fraction(1), Fraction(0))
