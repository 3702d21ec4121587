"""答复、方案、调解、协议: consent of both, no ties, one text that both sign, and nothing over what was paid."""

from datetime import date, timedelta

import pytest

from association import clock
from association.choices import Role, Side
from association.clocks import deadlines_of, whose_turn
from association.models import Notice
from common.errors import InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import (
    FactKind,
    OfferState,
    Outcome,
    Party,
    ReplyKind,
    State,
    TerminationGround,
    Timeliness,
)
from complaints.choices.telling import TellingWay
from complaints.models import (
    Fact,
    Offer,
    Reply,
)
from complaints.operations import periodic
from tests.complaints.material import (
    PAID,
    accepted,
    again,
    agreed,
    applicant,
    filed,
    filing,
    mediating,
    state_of,
    tick,
)
from tests.factories.people import actor_with, make_institution

SOON = timedelta(days=10)


def facts():
    return sorted(fact.kind for fact in Fact.objects.all())


def reply(here, made, **more):
    values = {"kind": ReplyKind.DISPUTED, "text": "没有停课，课程照常。"} | more
    return operations.answer(actor=here.school, complaint_id=made.complaint.pk, **values)


# -- replies --------------------------------------------------------------------------------------------------


def test_a_reply_in_time_and_a_reply_late(here, time):
    early, late = accepted(here), accepted(here)
    time.pass_days(7)  # Monday, the fifth working day
    reply(here, early)
    time.pass_days(1)
    assert reply(here, late).was_late
    assert (again(early).timeliness, again(late).timeliness) == (Timeliness.ON_TIME, Timeliness.LATE)
    assert facts() == [FactKind.REPLY_LATE]


def test_a_missed_reply_that_comes_after_all_is_late(here, time):
    made = accepted(here)
    time.pass_days(9)
    tick(here)
    assert again(made).timeliness == Timeliness.MISSED
    reply(here, made)
    assert again(made).timeliness == Timeliness.LATE
    assert facts() == [FactKind.REPLY_LATE, FactKind.REPLY_MISSED]


def test_those_already_noted_do_not_stand_before_the_others(here, time, monkeypatch):
    monkeypatch.setattr(periodic, "AT_ONCE", 1)
    many = [accepted(here) for _ in range(3)]
    time.pass_days(9)
    for _made in many:
        tick(here)
    assert {again(made).timeliness for made in many} == {Timeliness.MISSED}
    tick(here)
    assert facts() == [FactKind.REPLY_MISSED] * 3


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "no_such"},
        {"text": " "},
        {"kind": ReplyKind.REFUND_PART},
        {"kind": ReplyKind.REFUND_WHOLE, "offered_fen": 0},
        {"kind": ReplyKind.REFUND_PART, "offered_fen": PAID + 1},
    ],
)
def test_a_reply_that_says_too_little_or_too_much_is_refused(here, more):
    made = accepted(here)
    with pytest.raises(InvalidInput):
        reply(here, made, **more)
    assert not Reply.objects.exists()
    assert whose_turn("complaint", made.complaint.pk).owner == Side.INSTITUTION


# -- offers ---------------------------------------------------------------------------------------------------


def offer(here, made, amount=5_000_00, **more):
    values = {"pay_by": clock.today() + SOON, "open_until": clock.today() + SOON} | more
    return operations.offer(actor=here.school, complaint_id=made.complaint.pk, amount_fen=amount, **values)


def test_an_accepted_offer_settles_the_case_and_its_payment_is_watched(here, time):
    made = accepted(here)
    first = offer(here, made)
    second = offer(here, made, 6_000_00)
    assert [one.state for one in Offer.objects.order_by("pk")] == [OfferState.LAPSED, OfferState.MADE]
    with pytest.raises(Refused, match="失效"):
        operations.answer_offer(
            actor=here.person, offer_id=first.pk, accepted=True, receipt_code=made.receipt_code
        )
    operations.answer_offer(
        actor=here.person, offer_id=second.pk, accepted=True, receipt_code=made.receipt_code
    )
    assert state_of(made) == State.SETTLED
    assert whose_turn("complaint", made.complaint.pk).due_on == clock.today() + SOON
    assert again(made).returned_fen == 0
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    assert again(made).returned_fen == 6_000_00
    with pytest.raises(Refused, match="报告过"):
        operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    operations.survey(actor=here.person, outcome=Outcome.RESOLVED, receipt_code=made.receipt_code)
    assert state_of(made) == State.CLOSED


def test_a_settlement_that_nobody_reports_is_asked_about_and_may_be_contested(here, time):
    made = accepted(here)
    taken = offer(here, made)
    operations.answer_offer(
        actor=here.person, offer_id=taken.pk, accepted=True, receipt_code=made.receipt_code
    )
    time.pass_days(11)
    tick(here)
    assert whose_turn("complaint", made.complaint.pk).owner == Side.STAFF
    operations.contest(actor=here.person, text="没有收到退款。", receipt_code=made.receipt_code)
    assert state_of(made) == State.AWAIT_REPLY
    assert whose_turn("complaint", made.complaint.pk).owner == Side.INSTITUTION
    assert again(made).outcome == Outcome.UNKNOWN
    assert facts() == [FactKind.CONTESTED]
    assert Notice.objects.filter(user_id=here.school.user_id, subject__contains="否认已解决").exists()


@pytest.mark.parametrize(
    ("amount", "more"),
    [
        (PAID + 1, {}),
        (0, {}),
        (-1, {}),
        (1, {"pay_by": date(2026, 3, 1)}),
        (1, {"open_until": date(2026, 3, 1)}),
    ],
)
def test_an_offer_that_cannot_stand_is_refused(here, amount, more):
    made = accepted(here)
    with pytest.raises(InvalidInput):
        offer(here, made, amount, **more)
    assert not Offer.objects.exists()


def test_an_offer_lapses_by_the_clock(here, time):
    made = accepted(here)
    offered = offer(here, made, open_until=clock.today() + timedelta(days=1))
    time.pass_days(2)
    tick(here)
    assert Offer.objects.get().state == OfferState.LAPSED
    with pytest.raises(Refused):
        operations.answer_offer(
            actor=here.person, offer_id=offered.pk, accepted=True, receipt_code=made.receipt_code
        )


def test_the_code_of_one_does_not_answer_the_offer_to_another(here):
    mine, theirs = accepted(here), accepted(here)
    offered = offer(here, theirs)
    with pytest.raises(NotFound):
        operations.answer_offer(
            actor=here.person, offer_id=offered.pk, accepted=True, receipt_code=mine.receipt_code
        )


# -- mass cases -----------------------------------------------------------------------------------------------


def test_a_mass_case_is_one_negotiation_and_an_offer_for_each(here):
    many = [accepted(here) for _ in range(3)]
    case = operations.open_mass_case(
        actor=here.officer, title="演示停课", complaint_ids=[made.complaint.pk for made in many]
    )
    terms = {"pay_by": clock.today() + SOON, "open_until": clock.today() + SOON}
    amounts = {made.complaint.pk: 1_000_00 * place for place, made in enumerate(many, 1)}
    with pytest.raises(InvalidInput) as wrong:
        operations.offer_to_all(
            actor=here.school,
            mass_case_id=case.pk,
            amounts_fen=amounts | {many[0].complaint.pk: PAID + 1},
            **terms,
        )
    assert set(wrong.value.fields) == {str(many[0].complaint.pk)}
    assert not Offer.objects.exists()
    operations.offer_to_all(actor=here.school, mass_case_id=case.pk, amounts_fen=amounts, **terms)
    assert {one.complaint_id: one.amount_fen for one in Offer.objects.all()} == amounts
    with pytest.raises(NotFound):
        operations.offer_to_all(
            actor=actor_with(Role.INSTITUTION_ADMIN), mass_case_id=case.pk, amounts_fen=amounts, **terms
        )
    operations.end_mass_case(actor=here.officer, mass_case_id=case.pk, notes="已分别提出方案。")


def test_complaints_of_two_institutions_are_not_one_case(here):
    mine = accepted(here)
    other = make_institution()
    theirs = operations.file_complaint(actor=here.person, filing=filing(other))
    operations.accept(actor=here.officer, complaint_id=theirs.complaint.pk)
    both = [mine.complaint.pk, theirs.complaint.pk]
    with pytest.raises(Refused, match="同一家"):
        operations.open_mass_case(actor=here.officer, title="x", complaint_ids=both)
    waiting = filed(here)
    with pytest.raises(Refused, match="已受理"):
        operations.open_mass_case(
            actor=here.officer, title="x", complaint_ids=[mine.complaint.pk, waiting.complaint.pk]
        )


# -- endings --------------------------------------------------------------------------------------------------


def end(here, made, **more):
    values = {"ground": TerminationGround.NO_AGREEMENT, "reason": "双方分歧过大。"} | more
    return operations.terminate(actor=here.mediator, complaint_id=made.complaint.pk, **values)


def test_both_are_told_that_mediation_ended_before_anybody_is_asked(here, time):
    made = mediating(here, people=(applicant(email=""),))
    end(here, made)
    assert whose_turn("complaint", made.complaint.pk).owner == Side.STAFF
    assert again(made).told_institution_at is not None
    operations.tell_parties(
        actor=here.officer, complaint_id=made.complaint.pk, party=Party.COMPLAINANT, way=TellingWay.PHONE
    )
    assert whose_turn("complaint", made.complaint.pk).owner == Side.COMPLAINANT
    with pytest.raises(Refused):
        operations.tell_parties(
            actor=here.officer, complaint_id=made.complaint.pk, party=Party.COMPLAINANT, way=TellingWay.PHONE
        )
    with pytest.raises(Refused, match="不能提出异议"):
        operations.contest(actor=here.person, text="不服。", receipt_code=made.receipt_code)


@pytest.mark.parametrize(
    "more",
    [
        {"ground": "no_such"},
        {"ground": TerminationGround.TIME_OVER},
        {"reason": ""},
        {"ground": TerminationGround.ABSENT_OR_REFUSES},
    ],
)
def test_an_ending_has_a_ground_of_its_own_and_a_reason(here, more):
    made = mediating(here)
    with pytest.raises(InvalidInput):
        end(here, made, **more)
    assert state_of(made) == State.MEDIATING


def test_who_refuses_mediation_is_named(here):
    made = mediating(here)
    end(here, made, ground=TerminationGround.ABSENT_OR_REFUSES, at_fault=Party.INSTITUTION)
    assert facts() == [FactKind.REFUSED_MEDIATION]


def test_silence_is_no_answer_whatever_was_paid(here, time):
    made = agreed(here)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    asked = deadlines_of("complaint", made.complaint.pk).get(code="CMP-CLOSE")
    time.at(asked.ends_at)
    tick(here)
    assert (state_of(made), again(made).outcome) == (State.CLOSED, Outcome.NO_ANSWER)
    with pytest.raises(Refused):
        operations.survey(actor=here.person, outcome=Outcome.RESOLVED, receipt_code=made.receipt_code)


def test_a_follow_up_answered_with_no_is_resolved_no_more(here, time):
    made = agreed(here)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    code = {"receipt_code": made.receipt_code}
    operations.survey(actor=here.person, outcome=Outcome.RESOLVED, satisfaction=5, **code)
    with pytest.raises(Refused):
        operations.follow_up(actor=here.person, still_holds=True, **code)
    time.pass_days(31)
    tick(here)
    operations.follow_up(actor=here.person, still_holds=False, received_fen=8_000_00, **code)
    assert again(made).outcome == Outcome.UNRESOLVED
    operations.contest(actor=here.person, text="款项被撤回。", **code)
    assert (state_of(made), again(made).ended_at) == (State.AGREED, None)


@pytest.mark.parametrize(
    "more", [{"outcome": "no_answer"}, {"outcome": "?"}, {"outcome": Outcome.RESOLVED, "satisfaction": 6}]
)
def test_an_outcome_is_one_of_three_and_satisfaction_one_to_five(here, more):
    made = agreed(here)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    with pytest.raises(InvalidInput):
        operations.survey(actor=here.person, receipt_code=made.receipt_code, **more)
    assert state_of(made) == State.PERFORMED
