"""付款与履行: what is claimed, confirmed and denied; an open case has a clock with an owner; facts rest on something."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.choices import Side
from association.clocks import deadlines_of, whose_turn
from association.models import Notice
from common.errors import InvalidInput, Refused
from complaints import operations
from complaints.choices.complaints import (
    FactKind,
    Outcome,
    Party,
    ReplyKind,
    ReportState,
    State,
)
from complaints.models import Fact, FactSetAside, Instalment, PaymentReport
from complaints.queries.case import case_of, deeds_of
from complaints.queries.statistics import facts_for_rating
from complaints.queries.tracking import track
from tests.common.files import picture
from tests.complaints.material import (
    PAID,
    accepted,
    again,
    agreed,
    drawn_up,
    filed,
    mediating,
    sign_both,
    state_of,
    tick,
)


def turn(made):
    found = whose_turn("complaint", made.complaint.pk)
    return found.owner if found else None


def running(made):
    rows = deadlines_of("complaint", made.complaint.pk).filter(stopped_at__isnull=True)
    return sorted((row.code, row.owner_side) for row in rows)


def pay(here, made, *, by=None, **more):
    values = {"actor": by or here.school, "paid_on": clock.today()} | more
    return operations.perform(complaint_id=made.complaint.pk, **values)


def deny(here, made, **more):
    return operations.contest(actor=here.person, text="没有到账。", receipt_code=made.receipt_code, **more)


def reply(here, made):
    return operations.answer(
        actor=here.school, complaint_id=made.complaint.pk, kind=ReplyKind.DISPUTED, text="已经转账。"
    )


def breach(here, made):
    return operations.breach(actor=here.officer, complaint_id=made.complaint.pk, reason="核实未付款")


def settled(here, amount=6_000_00, made=None):
    made = made or accepted(here)
    operations.settle(
        actor=here.person,
        amount_fen=amount,
        pay_by=clock.today() + timedelta(days=5),
        receipt_code=made.receipt_code,
    )
    operations.confirm_settlement(actor=here.school, complaint_id=made.complaint.pk, confirmed=True)
    return made


def reports(made):
    rows = PaymentReport.objects.filter(complaint=made.complaint).order_by("pk")
    return [(row.amount_fen, row.state) for row in rows]


def facts(made):
    rows = Fact.objects.filter(complaint=made.complaint, set_aside__isnull=True).order_by("pk")
    return [(row.kind, row.amount_fen) for row in rows]


def conduct(here):
    return facts_for_rating(here.institution.pk, date(2026, 1, 1), date(2028, 12, 31))


def deeds(made, actor):
    return deeds_of(actor, case_of(actor, made.complaint.pk))


# -- denied ---------------------------------------------------------------------------------------------------


def test_a_performance_that_is_denied_is_owed_again_under_a_clock(here, time):
    made = agreed(here)
    pay(here, made)
    assert (again(made).returned_fen, conduct(here).counts.returned_fen) == (8_000_00, 8_000_00)
    deny(here, made)
    assert reports(made) == [(8_000_00, ReportState.DENIED)]
    assert (again(made).returned_fen, conduct(here).counts.returned_fen) == (0, 0)
    assert running(made) == [("CMP-PAY", Side.INSTITUTION), ("CMP-REPLY", Side.INSTITUTION)]
    assert {"perform", "answer"} <= set(deeds(made, here.school))
    # It answers and pays nothing: somebody still has to act, and what is owed is what was never paid.
    reply(here, made)
    assert running(made) == [("CMP-PAY", Side.INSTITUTION)]
    time.pass_days(15)
    tick(here)
    assert running(made) == [("CMP-PAY", Side.STAFF)]
    breach(here, made)
    assert facts(made) == [(FactKind.CONTESTED, 0), (FactKind.BREACH, 8_000_00)]
    assert conduct(here).breached_fen == 8_000_00


def test_a_settlement_that_is_denied_was_not_returned(here, time):
    made = settled(here)
    pay(here, made)
    assert again(made).returned_fen == 6_000_00
    deny(here, made)
    assert (state_of(made), again(made).returned_fen) == (State.AWAIT_REPLY, 0)
    assert running(made) == [("CMP-REPLY", Side.INSTITUTION), ("MED-END", Side.STAFF)]


def test_what_came_of_a_denied_payment_stays_counted_and_the_rest_is_owed(here, time):
    made = agreed(here, amount=8_000_00, days=(10, 40))
    pay(here, made, instalments=2)
    with pytest.raises(InvalidInput, match="不能超过约定或者报告的合计8,000元"):
        deny(here, made, received_fen=8_000_01)
    deny(here, made, received_fen=5_000_00)
    assert reports(made) == [(4_000_00, ReportState.CONFIRMED), (4_000_00, ReportState.DENIED)]
    assert again(made).returned_fen == 5_000_00
    pay(here, made)
    assert reports(made)[-1] == (3_000_00, ReportState.REPORTED)
    assert (state_of(made), again(made).returned_fen) == (State.PERFORMED, 8_000_00)


def test_one_payment_is_denied_while_the_next_is_still_to_come(here, time):
    made = agreed(here, amount=8_000_00, days=(10, 40))
    pay(here, made)
    assert track(made.receipt_code).waiting.contest
    deny(here, made)
    assert (state_of(made), again(made).returned_fen) == (State.AGREED, 0)
    assert turn(made) == Side.INSTITUTION
    assert Instalment.objects.filter(paid_on__isnull=True).count() == 2
    assert not track(made.receipt_code).waiting.contest
    with pytest.raises(Refused, match="不能提出异议"):
        deny(here, made)


def test_what_was_settled_is_confirmed_by_who_says_resolved(here, time):
    made = settled(here)
    pay(here, made)
    operations.survey(actor=here.person, outcome=Outcome.RESOLVED, receipt_code=made.receipt_code)
    assert reports(made) == [(6_000_00, ReportState.CONFIRMED)]
    assert (state_of(made), again(made).returned_fen) == (State.CLOSED, 6_000_00)


def test_a_settlement_that_nobody_reported_is_returned_when_the_complainant_says_so(here, time):
    made = settled(here)
    time.pass_days(7)
    tick(here)
    operations.survey(actor=here.person, outcome=Outcome.RESOLVED, receipt_code=made.receipt_code)
    assert reports(made) == [(6_000_00, ReportState.CONFIRMED)]
    assert again(made).returned_fen == 6_000_00


# -- proof ----------------------------------------------------------------------------------------------------


def test_the_proof_of_a_settlement_is_kept_and_read_by_both_sides_of_the_desk(here, time, client):
    made = settled(here)
    pay(here, made, proof=SimpleUploadedFile("转账.jpg", picture()))
    report = PaymentReport.objects.get()
    assert report.proof is not None
    for reader in (here.officer, here.school):
        (seen,) = case_of(reader, made.complaint.pk).payments
        assert seen.proof == report.proof
    with pytest.raises(Refused, match="报告过"):
        pay(here, made)


# -- instalments and breach -----------------------------------------------------------------------------------


def test_a_breach_of_the_first_payment_leaves_the_second_under_a_clock(here, time):
    made = agreed(here, amount=8_000_00, days=(5, 300))
    second = Instalment.objects.latest("position").due_on
    time.pass_days(7)
    tick(here)
    breach(here, made)
    assert facts(made) == [(FactKind.BREACH, 4_000_00)]
    assert running(made) == [("CMP-PAY", Side.INSTITUTION)]
    assert whose_turn("complaint", made.complaint.pk).due_on == second
    time.pass_days(10)
    tick(here)
    assert state_of(made) == State.BREACHED
    assert "perform" in deeds(made, here.school)
    with pytest.raises(Refused, match="已经认定过"):
        breach(here, made)
    time.to(second + timedelta(days=2))
    tick(here)
    assert running(made) == [("CMP-PAY", Side.STAFF)]
    assert "breach" in deeds(made, here.officer)
    breach(here, made)
    assert facts(made) == [(FactKind.BREACH, 4_000_00), (FactKind.BREACH, 8_000_00)]
    assert conduct(here).breached_fen == 8_000_00
    assert turn(made) == Side.COMPLAINANT


def test_what_is_paid_after_the_file_was_closed_is_reported_and_may_be_denied(here, time):
    made = agreed(here)
    time.pass_days(12)
    breach(here, made)
    operations.survey(actor=here.person, outcome=Outcome.UNRESOLVED, receipt_code=made.receipt_code)
    assert state_of(made) == State.CLOSED
    assert "perform" in deeds(made, here.school)
    pay(here, made)
    assert (state_of(made), again(made).returned_fen) == (State.CLOSED, 8_000_00)
    assert "perform" not in deeds(made, here.school)
    with pytest.raises(Refused, match="已经报告付款"):
        pay(here, made)
    deny(here, made)
    assert (state_of(made), again(made).returned_fen) == (State.CLOSED, 0)


@pytest.mark.parametrize("day", [date(2001, 1, 1), date(2026, 3, 1), date(2026, 3, 3)])
def test_a_payment_is_not_made_before_the_complaint_nor_after_today(here, day):
    made = agreed(here)
    with pytest.raises(InvalidInput) as wrong:
        pay(here, made, paid_on=day)
    assert set(wrong.value.fields) == {"paid_on"}
    assert (state_of(made), reports(made)) == (State.AGREED, [])


def test_no_more_is_returned_than_was_paid(here, time):
    made = settled(here, PAID)
    pay(here, made)
    deny(here, made, received_fen=10_000_00)
    with pytest.raises(InvalidInput, match="最多还可以约定2,800元"):
        settled(here, PAID, made)
    settled(here, PAID - 10_000_00, made)
    pay(here, made)
    assert again(made).returned_fen == PAID


# -- facts ----------------------------------------------------------------------------------------------------


def test_a_breach_counts_no_more_when_it_had_been_paid_in_time(here, time):
    made = agreed(here)
    due = Instalment.objects.get().due_on
    time.to(due + timedelta(days=2))
    breach(here, made)
    # The institution's word alone undoes nothing; whoever has seen the proof may.
    pay(here, made, paid_on=due)
    assert conduct(here).breaches == 1
    operations.survey(
        actor=here.person, outcome=Outcome.RESOLVED, arrived_on=due, receipt_code=made.receipt_code
    )
    assert (conduct(here).breaches, conduct(here).breached_fen) == (0, 0)
    assert FactSetAside.objects.get().fact.kind == FactKind.BREACH
    assert Fact.objects.filter(kind=FactKind.BREACH).count() == 1


def test_a_breach_paid_late_stays_a_breach(here, time):
    made = agreed(here)
    time.pass_days(12)
    breach(here, made)
    pay(here, made, by=here.officer)
    assert conduct(here).breaches == 1


def test_a_denial_counts_no_more_when_the_money_had_come_before(here, time):
    made = agreed(here)
    first = clock.today()
    pay(here, made)
    deny(here, made)
    time.pass_days(3)
    assert conduct(here).contested == 1
    proof = SimpleUploadedFile("转账.jpg", picture())
    pay(here, made, by=here.officer, paid_on=first, proof=proof)
    assert conduct(here).contested == 0


def test_a_refusal_of_mediation_counts_while_it_is_the_last_word(here):
    made = accepted(here)

    def say(given):
        operations.consent(
            actor=here.school, party=Party.INSTITUTION, given=given, complaint_id=made.complaint.pk
        )

    counted = []
    for given in (False, True, False, False):
        say(given)
        counted.append(conduct(here).mediations_refused)
    assert counted == [1, 0, 1, 1]


# -- an open case has a clock with an owner -------------------------------------------------------------------


def test_whatever_is_done_an_open_case_has_a_clock_with_an_owner(here, time):
    made = agreed(here, amount=8_000_00, days=(5, 30))
    steps = [
        lambda: pay(here, made),
        lambda: deny(here, made),
        lambda: reply(here, made),
        lambda: (time.pass_days(14), tick(here)),
        lambda: breach(here, made),
        lambda: pay(here, made),
        lambda: deny(here, made),
        lambda: (time.pass_days(20), tick(here)),
        lambda: breach(here, made),
        lambda: pay(here, made, instalments=2),
        lambda: deny(here, made, received_fen=1_00),
        lambda: pay(here, made, by=here.officer, instalments=2),
    ]
    for place, step in enumerate(steps):
        step()
        assert state_of(made) != State.CLOSED
        assert turn(made) is not None, f"no clock after step {place}"
    operations.survey(actor=here.person, outcome=Outcome.RESOLVED, receipt_code=made.receipt_code)
    assert (state_of(made), again(made).returned_fen, running(made)) == (State.CLOSED, 8_000_00, [])


def test_the_institution_is_told_of_each_denial(here, time):
    made = agreed(here, amount=8_000_00, days=(5, 30))
    pay(here, made)
    deny(here, made)
    pay(here, made)
    deny(here, made)
    told = Notice.objects.filter(user_id=here.school.user_id, event__contains="contested")
    assert len(set(told.values_list("event", flat=True))) == 2
    assert again(made).returned_fen == 0
    assert filed(here).complaint.pk != made.complaint.pk
    assert [kind for kind, _owed in facts(made)] == [FactKind.CONTESTED] * 2


def test_an_agreement_drawn_up_anew_is_watched_by_its_own_days(here, time):
    made = mediating(here)
    drawn_up(here, made)
    sign_both(here, made, drawn_up(here, made, amount=1_000_00, days=(20,)))
    assert whose_turn("complaint", made.complaint.pk).due_on == clock.today() + timedelta(days=20)
