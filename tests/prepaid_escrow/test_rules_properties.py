"""What holds for every question, under every reading that counsel may choose."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from prepaid_escrow.rules.facts import Cause, Kind, problems
from prepaid_escrow.rules.refunds import Basis, refund
from tests.prepaid_escrow.material import law, lessons
from tests.prepaid_escrow.strategies import chosen_readings, questions

MANY = settings(max_examples=300, deadline=None)


def under(readings):
    return law(pledge="承诺", **readings)


@MANY
@given(questions(), chosen_readings)
def test_refund_and_kept_are_what_was_paid_and_neither_is_negative(question, readings):
    answer = refund(question, under(readings))
    assert answer.refund_fen + answer.kept_fen == question.contract.paid_fen
    assert answer.refund_fen >= 0 <= answer.kept_fen
    assert answer.interest_fen is None or answer.interest_fen >= 0
    assert {type(answer.refund_fen), type(answer.kept_fen)} == {int}


@MANY
@given(questions(), chosen_readings)
def test_the_steps_add_up_to_the_sum(question, readings):
    answer = refund(question, under(readings))
    if answer.basis != Basis.AGREEMENT:
        parts = [step.amount_fen for step in answer.steps[:-1]]
        assert max(0, sum(parts)) == answer.refund_fen == answer.steps[-1].amount_fen


@MANY
@given(questions(), chosen_readings)
def test_the_best_way_is_the_answer(question, readings):
    answer = refund(question, under(readings))
    most = max(way.refund_fen for way in answer.ways if way.refund_fen is not None)
    assert answer.refund_fen + (answer.interest_fen or 0) >= most


@MANY
@given(questions(), chosen_readings)
def test_the_consumers_reason_never_gives_more_than_the_operators_fault(question, readings):
    of = {
        cause: refund(replace(question, claim=replace(question.claim, cause=cause)), under(readings))
        for cause in Cause
    }
    assert of[Cause.CONSUMER].total_fen <= of[Cause.OPERATOR].total_fen


@MANY
@given(questions((Kind.LESSONS, Kind.AMOUNT)), chosen_readings, st.integers(1, 5000))
def test_more_used_never_gives_more_back(question, readings, more):
    usage, contract = question.usage, question.contract
    if contract.kind == Kind.LESSONS:
        most = contract.lessons + contract.bonus_lessons
        after = replace(usage, lessons=min(most, usage.lessons + Decimal(more) / 100))
    else:
        face = min(contract.paid_fen + contract.bonus_fen, usage.face_fen + more)
        listed = usage.list_fen and usage.list_fen + face - usage.face_fen
        after = replace(usage, face_fen=face, list_fen=listed)
    more_back, less_back = (
        refund(one, under(readings)) for one in (question, replace(question, usage=after))
    )
    assert less_back.total_fen <= more_back.total_fen
    of_each = {way.basis: way.refund_fen for way in more_back.ways}
    assert all((way.refund_fen or 0) <= (of_each[way.basis] or 0) for way in less_back.ways)


@MANY
@given(questions((Kind.TERM,)), chosen_readings, st.integers(1, 90))
def test_a_term_ended_later_never_gives_more_back(question, readings, more):
    later = replace(
        question.claim, ended_on=question.claim.ended_on + timedelta(days=more), interest_until=None
    )
    answers = [refund(one, under(readings)) for one in (question, replace(question, claim=later))]
    by_law = [next(way.refund_fen for way in one.ways if way.basis == Basis.LAW) for one in answers]
    assert by_law[1] <= by_law[0]


@MANY
@given(questions(), chosen_readings)
def test_the_same_question_has_the_same_answer(question, readings):
    assert refund(question, under(readings)) == refund(question, under(readings))


@MANY
@given(questions())
def test_the_questions_above_are_questions_that_are_taken(question):
    assert problems(question, date(2028, 12, 31)) == {}


@MANY
@given(st.integers(1, 10**10), st.integers(1, 500), st.data())
def test_rounding_is_never_more_than_one_fen_and_for_the_learner(paid, bought, data):
    used = data.draw(st.integers(0, bought))
    question = lessons(paid=paid, bought=bought, used=used, list_price=None)
    exact = Fraction(paid) - Fraction(paid) * used / bought
    assert 0 <= refund(question, law()).refund_fen - exact < 1
    assert abs(refund(question, law(rounding="half_up")).refund_fen - exact) <= Fraction(1, 2)


def test_the_refund_alone_may_grow_where_the_sum_with_its_interest_does_not():
    """The example of docs/refunds.md: the third lesson makes the seven days, which bring no interest, the better way."""
    answers = [
        refund(
            lessons(used=used, after=4, interest_until=date(2027, 3, 6)),
            law(without=("PRE-COOL-BJ", "PRE-COOL-SKILL")),
        )
        for used in (2, 3)
    ]
    assert [answer.refund_fen for answer in answers] == [5800_00, 5820_00]
    assert [answer.basis for answer in answers] == [Basis.LAW, Basis.COOLING_COURT]
    assert [answer.total_fen for answer in answers] == [5887_00, 5820_00]
