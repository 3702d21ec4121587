"""Two stories: a refund complaint from its receipt to the performed agreement, and one that ends by the clock."""

from datetime import date, timedelta

from django.core import mail

from association import clock
from association.choices import Side
from association.clocks import deadlines_of, whose_turn
from association.models import Notice
from association.rules.clock import beijing
from complaints import operations
from complaints.choices.complaints import (
    DecisionKind,
    FactKind,
    Outcome,
    ReplyKind,
    SessionMode,
    State,
    Timeliness,
)
from complaints.models import Agreement, Decision, Fact, FollowUp, Instalment, Session, Signature, Survey
from tests.complaints.material import (
    MAIL,
    PLANTED,
    again,
    both_consent,
    drawn_up,
    filed,
    queued,
    sign_both,
    state_of,
    tick,
)


def turn(made):
    found = whose_turn("complaint", made.complaint.pk)
    return (found.owner, found.due_on) if found else None


def test_a_refund_from_receipt_to_performed_agreement(here, time):
    # Monday: filed on a phone, without an account. The officer has seven working days.
    made = filed(here)
    assert state_of(made) == State.RECEIVED
    assert turn(made) == (Side.STAFF, date(2026, 3, 11))

    # Tuesday: accepted, and served on the school, which has five working days.
    time.pass_days(1)
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    assert state_of(made) == State.AWAIT_REPLY
    assert turn(made) == (Side.INSTITUTION, date(2026, 3, 10))
    assert again(made).clock.due_on == deadlines_of("complaint", made.complaint.pk).get(code="MED-END").due_on
    assert Notice.objects.filter(user_id=here.school.user_id, subject__contains="请答复投诉").exists()

    # Friday: the school offers a part; the complainant would rather mediate, and so would the school.
    time.pass_days(3)
    operations.answer(
        actor=here.school,
        complaint_id=made.complaint.pk,
        kind=ReplyKind.REFUND_PART,
        text="同意退还部分费用。",
        offered_fen=5_000_00,
    )
    assert again(made).timeliness == Timeliness.ON_TIME
    both_consent(here, made)
    operations.assign_mediator(
        actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.mediator.user_id
    )
    assert state_of(made) == State.MEDIATING

    # A session by video the week after; both came.
    session = operations.plan_session(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        mode=SessionMode.VIDEO,
        place="会议号 123-456",
        planned_at=clock.now() + timedelta(days=4),
    )
    time.pass_days(5)
    operations.record_session(
        actor=here.mediator,
        session_id=session.pk,
        complainant_came=True,
        institution_came=True,
        minutes="双方同意分两期退还8000元。",
    )
    assert Session.objects.get().held_at == clock.now()

    # The agreement in two instalments; it stands with the second signature.
    agreement = drawn_up(here, made, amount=8_000_00, days=(10, 40))
    sign_both(here, made, agreement)
    assert state_of(made) == State.AGREED
    assert Signature.objects.count() == 2
    first, second = Instalment.objects.order_by("position")
    assert turn(made) == (Side.INSTITUTION, first.due_on)
    _to_sign, job = queued("complaints.render_agreement")
    operations.render_agreement(actor=here.system, agreement_id=job.payload["agreement_id"])
    assert Agreement.objects.get().document.media_type == "application/pdf"

    # Both are paid in time; then the complainant is asked, and says yes.
    time.to(first.due_on)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    assert (state_of(made), again(made).returned_fen) == (State.AGREED, 4_000_00)
    assert turn(made) == (Side.INSTITUTION, second.due_on)
    time.to(second.due_on)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    assert (state_of(made), again(made).returned_fen) == (State.PERFORMED, 8_000_00)
    assert turn(made)[0] == Side.COMPLAINANT
    operations.survey(
        actor=here.person, outcome=Outcome.RESOLVED, satisfaction=5, receipt_code=made.receipt_code
    )
    assert (state_of(made), again(made).outcome) == (State.CLOSED, Outcome.RESOLVED)
    assert turn(made) is None
    assert not deadlines_of("complaint", made.complaint.pk).filter(stopped_at__isnull=True).exists()

    # Four weeks later it is asked whether it still holds.
    time.pass_days(27)
    tick(here)
    assert FollowUp.objects.get().asked_at is None
    time.pass_days(4)
    tick(here)
    operations.follow_up(actor=here.person, still_holds=True, receipt_code=made.receipt_code)
    assert FollowUp.objects.get().still_holds is True
    assert not Fact.objects.exists()

    assert_nothing_planted_was_told()


def assert_nothing_planted_was_told():
    """Mails went out, to the address given, and said nothing."""
    for job in queued("complaints.mail_complainant"):
        operations.mail_complainant(**job.payload)
    assert {to for message in mail.outbox for to in message.to} == {MAIL}
    told = [message.subject + message.body for message in mail.outbox]
    told += [notice.subject + notice.body for notice in Notice.objects.all()]
    assert [secret for secret in PLANTED for text in told if secret in text] == []


def test_a_refund_that_ends_by_the_clock(here, time):
    made = filed(here)
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    mediate_by = again(made).clock

    # Nobody answers: after five working days that is a fact, once.
    time.pass_days(8)
    tick(here)
    tick(here)
    assert [fact.kind for fact in Fact.objects.all()] == [FactKind.REPLY_MISSED]
    assert again(made).timeliness == Timeliness.MISSED
    assert state_of(made) == State.AWAIT_REPLY

    # On the forty-fifth working day it still runs; the moment it is over, mediation is ended.
    time.to(mediate_by.due_on, hour=15)
    tick(here)
    assert state_of(made) == State.AWAIT_REPLY
    time.at(mediate_by.ends_at)
    tick(here)
    tick(here)
    assert state_of(made) == State.TERMINATED
    decision = Decision.objects.get(kind=DecisionKind.TERMINATE)
    assert (decision.decided_by_id, decision.ground) == (None, "time_over")
    assert "第二十一条第（五）项" in decision.citation
    (letter,) = queued("complaints.render_letter")
    operations.render_letter(actor=here.system, decision_id=letter.payload["decision_id"])

    # Both were told at once (a notice, a mail); three days later nobody had said that it was resolved.
    assert again(made).told_institution_at == again(made).told_complainant_at == clock.now()
    asked = deadlines_of("complaint", made.complaint.pk).get(code="CMP-CLOSE")
    assert asked.due_on == beijing(clock.now()).date() + timedelta(days=3) or asked.due_on.weekday() == 0
    time.at(asked.ends_at)
    tick(here)
    assert (state_of(made), again(made).outcome) == (State.CLOSED, Outcome.NO_ANSWER)
    assert Survey.objects.get().outcome == Outcome.NO_ANSWER
    assert {fact.kind for fact in Fact.objects.all()} == {FactKind.REPLY_MISSED, FactKind.ENDED_BY_CLOCK}
