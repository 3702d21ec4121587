"""期限与界限: what ends with a case, how late one may object, which days can be agreed on, who is called absent."""

from datetime import date, timedelta

import pytest

from association import clock
from association.clocks import deadlines_of
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.appraisal import PauseState
from complaints.choices.complaints import (
    FactKind,
    MediatorState,
    OfferState,
    Outcome,
    RefusalGround,
    SessionMode,
    State,
    TerminationGround,
    Timeliness,
)
from complaints.models import Agreement, AppraisalPause, Complaint, Fact, MediatorAssignment, Offer
from complaints.queries.case import case_of, deeds_of
from complaints.queries.statistics import facts_for_rating
from complaints.queries.tracking import track
from complaints.rules.money import Payment
from tests.complaints.material import (
    accepted,
    again,
    agreed,
    appraised,
    both_consent,
    drawn_up,
    filed,
    mediating,
    state_of,
    tick,
)

FAR = date(2999, 1, 1)


def terminate(here, made, by=None):
    return operations.terminate(
        actor=by or here.officer,
        complaint_id=made.complaint.pk,
        ground=TerminationGround.NO_AGREEMENT,
        reason="双方分歧过大。",
    )


def settle(here, made, **more):
    values = {"amount_fen": 5_000_00, "pay_by": clock.today() + timedelta(days=5)} | more
    operations.settle(actor=here.person, receipt_code=made.receipt_code, **values)
    return operations.confirm_settlement(actor=here.school, complaint_id=made.complaint.pk, confirmed=True)


def deny(here, made):
    return operations.contest(actor=here.person, text="没有收到。", receipt_code=made.receipt_code)


def withdraw(here, made):
    return operations.withdraw(actor=here.person, receipt_code=made.receipt_code)


def plan(here, made, after):
    return operations.plan_session(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        mode=SessionMode.PHONE,
        place="电话",
        planned_at=clock.now() + after,
    )


# -- what ends with a case ------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [terminate, settle, withdraw])
def test_an_institution_that_still_had_time_missed_nothing(here, end):
    made = accepted(here)
    end(here, made)
    assert again(made).timeliness == Timeliness.OVERTAKEN
    counts = facts_for_rating(here.institution.pk, date(2026, 1, 1), date(2026, 12, 31)).counts
    assert (counts.asked, counts.in_time) == (0, 0)
    assert not Fact.objects.exists()


def test_an_institution_whose_time_was_over_missed_it(here, time):
    made = accepted(here)
    time.pass_days(9)
    terminate(here, made)
    assert again(made).timeliness == Timeliness.MISSED
    assert [fact.kind for fact in Fact.objects.all()] == [FactKind.REPLY_MISSED]


def test_a_settlement_that_is_denied_waits_for_the_first_answer_again(here, time):
    made = accepted(here)
    settle(here, made)
    deny(here, made)
    assert again(made).timeliness == Timeliness.WAITING
    time.pass_days(9)
    tick(here)
    assert again(made).timeliness == Timeliness.MISSED


def test_after_a_denied_settlement_the_same_mediator_goes_on(here):
    made = mediating(here)
    settle(here, made)
    assert MediatorAssignment.objects.get().state == MediatorState.ENDED
    assert case_of(here.mediator, made.complaint.pk).complaint == made.complaint
    with pytest.raises(Refused):
        plan(here, made, timedelta(days=2))
    deny(here, made)
    operations.assign_mediator(
        actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.mediator.user_id
    )
    assert plan(here, made, timedelta(days=2)).mediator_id == here.mediator.user_id
    assert state_of(made) == State.MEDIATING


def test_who_mediated_reads_how_it_ended_and_opens_no_personal_datum(here):
    made = mediating(here)
    look = {"complaint_id": made.complaint.pk, "field": "phone", "reason": "联系投诉人"}
    assert operations.unmask(actor=here.mediator, **look)
    terminate(here, made, here.mediator)
    assert case_of(here.mediator, made.complaint.pk).complaint == made.complaint
    with pytest.raises(Forbidden):
        operations.unmask(actor=here.mediator, **look)
    assert operations.unmask(actor=here.officer, **look)
    with pytest.raises(NotFound):
        case_of(here.mediator, accepted(here).complaint.pk)


@pytest.mark.parametrize("end", [terminate, settle, withdraw])
def test_an_appraisal_ends_with_the_mediation(here, time, end):
    made = mediating(here)
    operations.pause_for_appraisal(actor=here.mediator, complaint_id=made.complaint.pk, **appraised())
    time.pass_days(3)
    end(here, made)
    assert AppraisalPause.objects.get().until_at == clock.now()
    assert not case_of(here.officer, made.complaint.pk).pauses.running


def test_a_second_appraisal_after_a_denied_settlement(here):
    made = mediating(here)
    which = {"actor": here.mediator, "complaint_id": made.complaint.pk}
    operations.pause_for_appraisal(**which, **appraised())
    settle(here, made)
    deny(here, made)
    operations.assign_mediator(
        actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.mediator.user_id
    )
    again_asked = operations.pause_for_appraisal(**which, **appraised())
    assert again_asked.state == PauseState.ASKED
    assert AppraisalPause.objects.count() == 2


def test_nothing_is_left_to_sign_or_to_accept_after_the_end(here):
    made = mediating(here)
    drawn = drawn_up(here, made)
    days = {"pay_by": clock.today(), "open_until": clock.today()}
    operations.offer(actor=here.school, complaint_id=made.complaint.pk, amount_fen=1_00, **days)
    assert "sign" in deeds_of(here.school, case_of(here.school, made.complaint.pk))
    terminate(here, made)
    assert "sign" not in deeds_of(here.school, case_of(here.school, made.complaint.pk))
    assert Agreement.objects.get(pk=drawn.pk).superseded_at is not None
    assert Offer.objects.get().state == OfferState.LAPSED
    assert track(made.receipt_code).waiting.signature is None


def test_a_term_that_runs_out_by_its_nature_was_not_missed_by_anybody(here, time):
    made = mediating(here)
    time.at(again(made).clock.ends_at)
    tick(here)
    term = deadlines_of("complaint", made.complaint.pk).get(code="MED-END")
    assert (state_of(made), term.outcome, term.was_late) == (State.TERMINATED, "lapsed", False)
    asked = deadlines_of("complaint", made.complaint.pk).get(code="CMP-CLOSE")
    time.at(asked.ends_at)
    tick(here)
    asked.refresh_from_db()
    assert (state_of(made), asked.outcome, asked.was_late) == (State.CLOSED, "lapsed", False)


# -- how late -------------------------------------------------------------------------------------------------


def test_a_refusal_is_objected_to_in_time_or_not_at_all(here, time):
    early, late = filed(here), filed(here)
    for made in (early, late):
        operations.refuse(
            actor=here.officer,
            complaint_id=made.complaint.pk,
            ground=RefusalGround.NOT_COMPETENT,
            reason="不属于本协会处理的事项。",
        )
    time.pass_days(59)
    deny(here, early)
    assert state_of(early) == State.RECEIVED
    time.pass_days(400)
    assert not track(late.receipt_code).waiting.contest
    with pytest.raises(Refused, match="届满"):
        deny(here, late)
    assert state_of(late) == State.NOT_ACCEPTED


def test_a_closed_case_is_objected_to_in_time_counted_from_the_follow_up(here, time):
    made = agreed(here)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    operations.survey(actor=here.person, outcome=Outcome.RESOLVED, receipt_code=made.receipt_code)
    time.pass_days(31)
    tick(here)
    time.pass_days(50)
    assert track(made.receipt_code).waiting.contest
    time.pass_days(800)
    assert not track(made.receipt_code).waiting.contest
    with pytest.raises(Refused, match="届满"):
        deny(here, made)
    assert Complaint.objects.get(pk=made.complaint.pk).outcome == Outcome.RESOLVED


# -- which days -----------------------------------------------------------------------------------------------


def test_nobody_agrees_on_a_day_that_nobody_lives_to_see(here):
    made = mediating(here)
    which = {"complaint_id": made.complaint.pk}
    today = clock.today()
    agreement = {"actor": here.mediator, "text": "退还费用。"} | which
    wrong = [
        (lambda: settle(here, made, pay_by=FAR), "pay_by"),
        (
            lambda: operations.offer(
                actor=here.school, amount_fen=1_00, pay_by=FAR, open_until=today, **which
            ),
            "amount_fen",
        ),
        (
            lambda: operations.offer(
                actor=here.school, amount_fen=1_00, pay_by=today, open_until=FAR, **which
            ),
            "amount_fen",
        ),
        (
            lambda: operations.agree(amount_fen=100, payments=[Payment(FAR, 100)], **agreement),
            "payments",
        ),
        (lambda: operations.agree(amount_fen=0, payments=[], perform_by=FAR, **agreement), "perform_by"),
    ]
    for act, field in wrong:
        with pytest.raises(InvalidInput, match="不能晚于") as refusal:
            act()
        assert set(refusal.value.fields) == {field}
    assert state_of(made) == State.MEDIATING
    assert not Agreement.objects.exists()


# -- who is absent --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("notice", "kinds"), [(1, []), (2 * 24 * 60, [FactKind.ABSENT])])
def test_who_was_told_a_minute_before_is_not_called_absent(here, time, notice, kinds):
    made = mediating(here)
    session = plan(here, made, timedelta(minutes=notice))
    time.pass_days(3)
    operations.record_session(
        actor=here.mediator,
        session_id=session.pk,
        complainant_came=True,
        institution_came=False,
        minutes="机构未到场。",
    )
    assert [fact.kind for fact in Fact.objects.all()] == kinds


def test_both_consent_again_is_not_needed_after_a_denied_settlement(here):
    made = accepted(here)
    both_consent(here, made)
    settle(here, made)
    deny(here, made)
    assert "assign_mediator" in deeds_of(here.officer, case_of(here.officer, made.complaint.pk))
