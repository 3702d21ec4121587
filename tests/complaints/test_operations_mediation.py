"""答复、方案、调解、协议: consent of both, no ties, one text that both sign, and nothing over what was paid."""

from datetime import date, timedelta

import pytest

from association import clock
from association.choices import Role, Side
from association.clocks import deadlines_of, whose_turn
from association.models import Notice
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.access.complaints import complaints_visible_to
from complaints.choices.complaints import (
    FactKind,
    MediatorState,
    OfferState,
    Outcome,
    Party,
    Recusal,
    ReplyKind,
    SessionMode,
    State,
    TerminationGround,
    Timeliness,
)
from complaints.models import (
    Agreement,
    AppraisalPause,
    Consent,
    Fact,
    MediatorAssignment,
    Offer,
    Reply,
    Session,
    Signature,
)
from complaints.operations import periodic
from complaints.rules.money import Payment
from prepaid_escrow.queries import calculations_of
from tests.complaints.material import (
    MONDAY,
    PAID,
    PHONE,
    accepted,
    again,
    agreed,
    applicant,
    consented,
    drawn_up,
    filed,
    filing,
    mediating,
    sign_both,
    state_of,
    tick,
)
from tests.factories.people import actor_with, appoint, make_institution, make_user
from tests.prepaid_escrow.material import lessons

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
    assert whose_turn("complaint", made.complaint.pk).owner == Side.COMPLAINANT
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


# -- consent and mediators ------------------------------------------------------------------------------------


def test_without_the_consent_of_both_nobody_mediates(here):
    made = accepted(here)
    which = {"actor": here.officer, "complaint_id": made.complaint.pk, "mediator_id": here.mediator.user_id}
    with pytest.raises(Refused, match="双方都同意"):
        operations.assign_mediator(**which)
    operations.consent(actor=here.person, party=Party.COMPLAINANT, given=True, receipt_code=made.receipt_code)
    operations.consent(
        actor=here.school, party=Party.INSTITUTION, given=False, complaint_id=made.complaint.pk
    )
    with pytest.raises(Refused, match="双方都同意"):
        operations.assign_mediator(**which)
    assert facts() == [FactKind.REFUSED_MEDIATION]
    operations.consent(actor=here.school, party=Party.INSTITUTION, given=True, complaint_id=made.complaint.pk)
    operations.assign_mediator(**which)
    assert state_of(made) == State.MEDIATING
    assert Consent.objects.count() == 3


def test_who_is_tied_to_the_institution_or_no_mediator_is_not_assigned(here):
    made = consented(here)
    tied = make_user("演示有关人")
    appoint(tied, Role.MEDIATOR, employer=here.institution)
    for user_id, kind in ((tied.pk, Refused), (here.auditor.user_id, InvalidInput)):
        with pytest.raises(kind):
            operations.assign_mediator(
                actor=here.officer, complaint_id=made.complaint.pk, mediator_id=user_id
            )
    assert not MediatorAssignment.objects.exists()


def test_a_mediator_sees_the_own_case_only_while_it_is_the_own(here):
    made, other = mediating(here), accepted(here)
    assert set(complaints_visible_to(here.mediator)) == {made.complaint}
    operations.recuse(
        actor=here.mediator, complaint_id=made.complaint.pk, ground=Recusal.RELATIVE, reason="亲属"
    )
    assert not complaints_visible_to(here.mediator).exists()
    assert state_of(made) == State.MEDIATING
    with pytest.raises(Refused, match="没有调解员"):
        drawn_up_by(here.officer, made)
    with pytest.raises(Refused, match="已就这件投诉回避"):
        operations.assign_mediator(
            actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.mediator.user_id
        )
    operations.assign_mediator(
        actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.colleague.user_id
    )
    states = MediatorAssignment.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [MediatorState.RECUSED, MediatorState.ACTIVE]
    assert state_of(other) == State.AWAIT_REPLY


def drawn_up_by(actor, made):
    return operations.agree(
        actor=actor,
        complaint_id=made.complaint.pk,
        text="退还。",
        amount_fen=1,
        payments=[Payment(clock.today(), 1)],
    )


# -- sessions and appraisal -----------------------------------------------------------------------------------


def plan(here, made, **more):
    values = {
        "mode": SessionMode.ON_SITE,
        "place": "协会会议室",
        "planned_at": clock.now() + timedelta(days=2),
    } | more
    return operations.plan_session(actor=here.mediator, complaint_id=made.complaint.pk, **values)


def test_both_are_told_of_a_session_and_an_absence_without_excuse_is_a_fact(here, time):
    made = mediating(here)
    session = plan(here, made)
    told = Notice.objects.filter(user_id=here.school.user_id, subject__contains="调解会").first()
    assert "协会会议室" in told.body
    came = {"complainant_came": True, "institution_came": False, "minutes": "机构未到场。"}
    with pytest.raises(Refused, match="还没有开始"):
        operations.record_session(actor=here.mediator, session_id=session.pk, **came)
    time.pass_days(3)
    operations.record_session(actor=here.mediator, session_id=session.pk, **came)
    with pytest.raises(Refused, match="已经记录"):
        operations.record_session(actor=here.mediator, session_id=session.pk, **came)
    assert facts() == [FactKind.ABSENT]
    assert Session.objects.get().institution_came is False


@pytest.mark.parametrize("more", [{"mode": "?"}, {"place": ""}, {"planned_at": MONDAY}])
def test_a_session_that_cannot_be_is_refused(here, more):
    with pytest.raises(InvalidInput):
        plan(here, mediating(here), **more)


def test_another_mediator_keeps_out(here):
    made = mediating(here)
    stranger = actor_with(Role.MEDIATOR)
    with pytest.raises(NotFound):
        operations.plan_session(
            actor=stranger,
            complaint_id=made.complaint.pk,
            mode=SessionMode.PHONE,
            place="电话",
            planned_at=clock.now() + timedelta(days=1),
        )


def test_the_time_of_an_appraisal_is_not_counted(here, time):
    made = mediating(here)
    before = again(made).clock.due_on
    which = {"actor": here.mediator, "complaint_id": made.complaint.pk}
    operations.pause_for_appraisal(**which, appraiser="演示鉴定所", reason="设备是否合格")
    with pytest.raises(Refused):
        operations.pause_for_appraisal(**which, appraiser="演示鉴定所", reason="再次")
    time.to(before + timedelta(days=1))
    tick(here)
    assert state_of(made) == State.MEDIATING
    operations.resume(**which)
    assert again(made).clock.due_on > before
    assert AppraisalPause.objects.get().until_at == clock.now()
    with pytest.raises(Refused, match="没有中止"):
        operations.resume(**which)


def test_a_refund_is_reckoned_and_kept_by_who_handles_the_case(here, time):
    made, other = mediating(here), accepted(here)
    time.pass_days(60)
    question = lessons(paid=PAID, bought=64, used=16, list_price=250_00)
    row = operations.save_refund(actor=here.mediator, complaint_id=made.complaint.pk, asked=question)
    assert list(calculations_of("complaint", made.complaint.pk)) == [row]
    assert row.answer["refund_fen"] + row.answer["kept_fen"] == PAID
    for actor, pk, kind in (
        (here.mediator, other.complaint.pk, NotFound),
        (here.school, made.complaint.pk, Forbidden),
        (here.auditor, made.complaint.pk, Forbidden),
    ):
        with pytest.raises(kind):
            operations.save_refund(actor=actor, complaint_id=pk, asked=question)
    assert calculations_of("complaint", other.complaint.pk).count() == 0


# -- agreements -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "payments", "field"),
    [
        (PAID + 1, [(10, PAID + 1)], "amount_fen"),
        (100, [(10, 99)], "payments"),
        (100, [(-1, 100)], "payments"),
        (0, [], "perform_by"),
    ],
)
def test_an_agreement_over_what_was_paid_or_that_does_not_add_up_is_refused(here, amount, payments, field):
    made = mediating(here)
    with pytest.raises(InvalidInput) as wrong:
        operations.agree(
            actor=here.mediator,
            complaint_id=made.complaint.pk,
            text="退还费用。",
            amount_fen=amount,
            payments=[Payment(clock.today() + timedelta(days=day), part) for day, part in payments],
        )
    assert set(wrong.value.fields) == {field}
    assert not Agreement.objects.exists()


def test_each_side_signs_the_text_that_was_before_it(here):
    made = mediating(here)
    first = drawn_up(here, made)
    which = {"actor": here.person, "party": Party.COMPLAINANT, "receipt_code": made.receipt_code}
    operations.sign(**which, text_sha256=first.text_sha256)
    with pytest.raises(Refused, match="已经签署"):
        operations.sign(**which, text_sha256=first.text_sha256)
    second = drawn_up(here, made, amount=9_000_00)
    with pytest.raises(Refused, match="已经改变"):
        operations.sign(
            actor=here.school,
            party=Party.INSTITUTION,
            text_sha256=first.text_sha256,
            complaint_id=made.complaint.pk,
        )
    assert state_of(made) == State.MEDIATING
    sign_both(here, made, second)
    assert state_of(made) == State.AGREED
    assert Signature.objects.filter(agreement=second).count() == 2


def test_nobody_signs_for_the_other_side(here):
    made = mediating(here)
    drawn = drawn_up(here, made)
    with pytest.raises(Forbidden):
        operations.sign(
            actor=here.school,
            party=Party.COMPLAINANT,
            text_sha256=drawn.text_sha256,
            complaint_id=made.complaint.pk,
        )
    with pytest.raises(Forbidden):
        operations.sign(
            actor=here.person,
            party=Party.INSTITUTION,
            text_sha256=drawn.text_sha256,
            receipt_code=made.receipt_code,
        )


def test_personal_data_never_become_part_of_an_agreement(here):
    made = mediating(here)
    agreement = operations.agree(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        text=f"学校向{PHONE}的持有人退费。",
        amount_fen=100,
        payments=[Payment(clock.today(), 100)],
    )
    assert PHONE not in agreement.text


def test_a_breach_is_found_by_a_person_after_the_day_and_kept_with_what_is_owed(here, time):
    made = agreed(here, amount=8_000_00, days=(10, 40))
    which = {"actor": here.officer, "complaint_id": made.complaint.pk}
    with pytest.raises(Refused, match="没有到期"):
        operations.breach(**which, reason="未付")
    time.pass_days(12)
    tick(here)
    assert state_of(made) == State.AGREED
    assert whose_turn("complaint", made.complaint.pk).owner == Side.STAFF
    operations.breach(**which, reason="核实未付款")
    assert state_of(made) == State.BREACHED
    fact = Fact.objects.get()
    assert (fact.kind, fact.amount_fen) == (FactKind.BREACH, 8_000_00)
    operations.perform(
        actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today(), instalments=2
    )
    assert (state_of(made), again(made).returned_fen) == (State.PERFORMED, 8_000_00)


def test_a_performance_that_is_denied_is_open_again(here, time):
    made = agreed(here)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    operations.contest(actor=here.person, text="没有到账。", receipt_code=made.receipt_code)
    assert state_of(made) == State.AGREED
    reply(here, made, text="已于当日转账，凭证附后。")
    operations.perform(actor=here.officer, complaint_id=made.complaint.pk, paid_on=clock.today())
    assert (state_of(made), again(made).returned_fen) == (State.PERFORMED, 8_000_00)


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
        actor=here.officer, complaint_id=made.complaint.pk, party=Party.COMPLAINANT, how="电话告知"
    )
    assert whose_turn("complaint", made.complaint.pk).owner == Side.COMPLAINANT
    with pytest.raises(Refused):
        operations.tell_parties(
            actor=here.officer, complaint_id=made.complaint.pk, party=Party.COMPLAINANT, how="再次"
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
    operations.follow_up(actor=here.person, still_holds=False, **code)
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
