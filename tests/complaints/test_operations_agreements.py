"""调解: consent and mediators, sessions and appraisals, agreements and their performance."""

from datetime import timedelta

import pytest

from association import clock
from association.choices import Role, Side
from association.clocks import whose_turn
from association.models import Notice
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.access.complaints import complaints_visible_to
from complaints.choices.complaints import (
    FactKind,
    MediatorState,
    Party,
    Recusal,
    SessionMode,
    State,
)
from complaints.models import (
    Agreement,
    AppraisalPause,
    Consent,
    Fact,
    MediatorAssignment,
    Session,
    Signature,
)
from complaints.rules.money import Payment
from prepaid_escrow.queries import calculations_of
from tests.complaints.material import (
    MONDAY,
    PAID,
    PHONE,
    accepted,
    again,
    agreed,
    appraised,
    consented,
    drawn_up,
    mediating,
    sign_both,
    state_of,
    tick,
)
from tests.complaints.test_operations_mediation import facts, reply
from tests.factories.people import actor_with, appoint, make_user
from tests.prepaid_escrow.material import lessons

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
    # Where it is held may name a person (a call): it stands in the case alone, and no notice carries it.
    assert "协会会议室" not in told.body
    assert "见投诉页面" in told.body
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
    operations.pause_for_appraisal(**which, **appraised(expected_on=clock.today() + timedelta(days=50)))
    with pytest.raises(Refused):
        operations.pause_for_appraisal(**which, **appraised(reason="再次"))
    time.to(clock.today() + timedelta(days=50))
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
    assert (fact.kind, fact.amount_fen) == (FactKind.BREACH, 4_000_00)
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
