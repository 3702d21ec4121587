"""代为登记 of what binds: a signature, an accepted offer, a settlement. Two people, told at once, denied without an accusation."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from association.clocks import deadlines_of
from common.errors import InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import FactKind, Method, OfferState, Outcome, Party, State
from complaints.choices.settlement import SettlementState
from complaints.choices.telling import TellingSubject
from complaints.models import Agreement, Fact, Offer, SettlementReport, Signature, Telling, WrittenDown
from complaints.operations.filing import keep_signed
from complaints.queries.road import deeds_of_complainant, events_of
from complaints.queries.tracking import track
from complaints.rules.money import Payment
from tests.complaints.material import DAY, accepted, again, drawn_up, filing, mediating, scan, state_of, tick
from tests.complaints.test_written_down import (
    NO_MAIL,
    as_staff,
    deny,
    running,
    standing,
    told_school,
    withdrawn,
    written,
)
from tests.factories.people import make_institution

pytestmark = pytest.mark.django_db
SOON = timedelta(days=10)
ONE = 1_00


def offered(here, made, *, clerk=None):
    """By the institution itself, or from its letter by a ``clerk``."""
    day = {"pay_by": clock.today() + SOON, "open_until": clock.today() + SOON}
    which = {"complaint_id": made.complaint.pk, "amount_fen": ONE} | day
    if clerk is None:
        return operations.offer(actor=here.school, **which)
    return operations.offer_on_paper(actor=clerk, received_on=clock.today(), paper=scan(30), **which)


def by_letters(here):
    """The complaint of an institution where nobody has an account: not served yet."""
    made = operations.file_complaint(actor=here.person, filing=filing(make_institution()))
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    return made


def accept(here, made, offer, side=40, **more):
    said = {"offer_id": offer.pk, "accepted": True, "paper": scan(side)} | more
    return operations.answer_offer(**as_staff(here, made, **said))


def settled(here, made, side=40):
    said = {"amount_fen": ONE, "pay_by": clock.today() + SOON, "paper": scan(side)}
    return operations.settle(**as_staff(here, made, **said))


def signed(here, made, agreement, *, actor=None, party=Party.COMPLAINANT, side=40):
    return operations.sign(
        actor=actor or here.officer,
        party=party,
        text_sha256=agreement.text_sha256,
        complaint_id=made.complaint.pk,
        paper=scan(side),
        printed=agreement.check_code,
    )


def signed_by_school(here, made, agreement):
    operations.sign(
        actor=here.school,
        party=Party.INSTITUTION,
        text_sha256=agreement.text_sha256,
        complaint_id=made.complaint.pk,
    )


def term(made, code):
    return deadlines_of("complaint", made.complaint.pk).get(code=code, stopped_at=None).due_on


# -- two people -----------------------------------------------------------------------------------------------


def test_two_papers_of_a_settlement_are_written_down_by_two_people(here):
    made, other = by_letters(here), by_letters(here)
    offer = offered(here, made, clerk=here.officer)
    with pytest.raises(Refused, match="另一位工作人员"), transaction.atomic():
        accept(here, made, offer)
    accept(here, made, offer, actor=here.colleague)
    assert state_of(made) == State.SETTLED
    settled(here, other)
    confirm = {"complaint_id": other.complaint.pk, "confirmed": True, "paper": scan(50)}
    with pytest.raises(Refused, match="另一位工作人员"), transaction.atomic():
        operations.confirm_settlement(actor=here.officer, **confirm)
    operations.confirm_settlement(actor=here.colleague, **confirm)
    assert state_of(other) == State.SETTLED


def test_who_drew_up_the_text_does_not_write_down_that_the_complainant_signed(here):
    made = mediating(here)
    agreement = operations.agree(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        text="双方无争议。",
        amount_fen=ONE,
        payments=[Payment(clock.today() + DAY, ONE)],
    )
    with pytest.raises(Refused, match="协议是您拟定的"), transaction.atomic():
        signed(here, made, agreement)
    assert not WrittenDown.objects.exists()
    signed(here, made, agreement, actor=here.colleague)
    signed_by_school(here, made, agreement)
    assert state_of(made) == State.AGREED


def test_the_database_refuses_the_same_hand_twice(here):
    made, other, talks = by_letters(here), accepted(here), mediating(here)
    offer, told = offered(here, made, clerk=here.officer), settled(here, other)
    agreement = drawn_up(here, talks)
    withdrawn(here, accepted(here))
    foreign = WrittenDown.objects.get(kind="withdraw")
    letter = keep_signed(here.officer, made.complaint, Method.PAPER, scan(60))
    own = WrittenDown.objects.create(
        complaint=made.complaint,
        kind="offer",
        paper=letter,
        recorded_by_id=here.officer.user_id,
        recorded_at=clock.now(),
    )
    confirmed = "UPDATE complaints_settlementreport SET state = 'confirmed', answered_at = now(),"
    now, user = clock.now(), here.officer.user_id
    for sql, match in (
        (f"UPDATE complaints_offer SET written_id = {own.pk} WHERE id = {offer.pk}", "by two people"),
        (f"UPDATE complaints_offer SET written_id = {foreign.pk} WHERE id = {offer.pk}", "by two people"),
        (f"{confirmed} answered_by_id = {user} WHERE id = {told.pk}", "by two people"),
        ("UPDATE complaints_agreement SET denied = true, superseded_at = now()", "signature was denied"),
    ):
        with pytest.raises(IntegrityError, match=match), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    for drawn_up_by in (user, here.mediator.user_id):
        with pytest.raises(IntegrityError, match="another than who drew it up"), transaction.atomic():
            Signature.objects.create(
                agreement=agreement,
                party=Party.COMPLAINANT,
                text_sha256=agreement.text_sha256,
                method="paper",
                recorded_by_id=drawn_up_by,
                signed_at=now,
            )
    with pytest.raises(IntegrityError, match="signed paper"), transaction.atomic():
        SettlementReport.objects.create(
            complaint=talks.complaint,
            amount_fen=0,
            pay_by=clock.today(),
            method="paper",
            recorded_by_id=user,
            reported_at=now,
        )


# -- told -----------------------------------------------------------------------------------------------------


def test_the_complainant_is_told_at_once_of_what_binds(here, mailoutbox):
    made, other, talks = accepted(here), accepted(here), mediating(here)
    accept(here, made, offered(here, made))
    settled(here, other)
    signed(here, talks, drawn_up(here, talks, amount=ONE))
    jobs = written()
    assert len(jobs) == 3
    for job, words in zip(
        jobs,
        ("答复机构的方案：接受；退还1元", "登记双方自行和解；退还1元", "签署调解协议；退还1元"),
        strict=True,
    ):
        operations.mail_complainant(**job.payload)
        assert words in mailoutbox[-1].body
    for one in (made, other, talks):
        seen = track(one.receipt_code)
        assert deeds_of_complainant(seen)[0] == "deny_written"
        assert any(seen.written.what in event.title for event in events_of(seen))


def test_who_left_no_address_is_told_by_staff(here):
    made = accepted(here, **NO_MAIL)
    settled(here, made)
    assert Telling.objects.get(told_at=None).subject == TellingSubject.WRITTEN
    assert "CMP-TELL" in running(made)


# -- denied ---------------------------------------------------------------------------------------------------


def test_a_denied_acceptance_is_no_settlement_and_no_accusation(here, time):
    made = accepted(here)
    before = {code: term(made, code) for code in ("MED-END", "CMP-REPLY")}
    offer = offered(here, made)
    accept(here, made, offer)
    assert (state_of(made), running(made)) == (State.SETTLED, {"CMP-PAY"})
    time.pass_days(1)
    deny(here, made, "我没有接受过。")
    assert (state_of(made), again(made).settled_fen) == (State.AWAIT_REPLY, None)
    assert running(made) == {"MED-END", "CMP-REPLY", "CMP-OFFER"}
    assert {code: term(made, code) for code in before} == before
    offer.refresh_from_db()
    assert (offer.state, offer.answered_at) == (OfferState.MADE, None)
    assert (Fact.objects.count(), told_school(here, "不作数")) == (0, 1)
    with pytest.raises(Refused, match="没有可以否认"), transaction.atomic():
        deny(here, made)
    operations.answer_offer(
        actor=here.person, receipt_code=made.receipt_code, offer_id=offer.pk, accepted=False
    )
    assert Offer.objects.get().state == OfferState.DECLINED


def test_a_denied_refusal_leaves_the_offer_open(here):
    made = accepted(here)
    offer = offered(here, made)
    accept(here, made, offer, accepted=False)
    deny(here, made)
    assert (state_of(made), Offer.objects.get().state) == (State.AWAIT_REPLY, OfferState.MADE)
    with pytest.raises(InvalidInput, match="已经否认过"), transaction.atomic():
        accept(here, made, offer)
    assert accept(here, made, offer, side=50).state == OfferState.ACCEPTED


def test_an_offer_whose_day_is_over_lapses_with_the_denial(here, time):
    made = accepted(here)
    accept(here, made, offered(here, made))
    time.pass_days(20)
    tick(here)
    deny(here, made)
    assert (state_of(made), Offer.objects.get().state) == (State.AWAIT_REPLY, OfferState.LAPSED)
    assert "CMP-PAY" not in running(made)


def test_a_case_that_was_not_served_waits_for_it_again(here):
    made = by_letters(here)
    accept(here, made, offered(here, made, clerk=here.colleague))
    assert state_of(made) == State.SETTLED
    deny(here, made)
    assert (state_of(made), again(made).settled_fen) == (State.ACCEPTED, None)
    assert {"MED-END", "CMP-OFFER", "CMP-SERVE"} <= running(made)
    operations.tell_parties(
        actor=here.officer, complaint_id=made.complaint.pk, party=Party.INSTITUTION, way="handed"
    )
    assert (state_of(made), "CMP-REPLY" in running(made)) == (State.AWAIT_REPLY, True)


def test_a_denied_settlement_is_none_before_and_after_it_is_confirmed(here):
    made, other = accepted(here), accepted(here)
    for one in (made, other):
        settled(here, one)
    deny(here, made)
    assert SettlementReport.objects.get(complaint=made.complaint).state == SettlementState.LAPSED
    assert (running(made), track(made.receipt_code).told) == ({"MED-END", "CMP-REPLY"}, None)
    with pytest.raises(Refused, match="没有等待核对"), transaction.atomic():
        operations.confirm_settlement(actor=here.school, complaint_id=made.complaint.pk, confirmed=True)
    operations.confirm_settlement(actor=here.school, complaint_id=other.complaint.pk, confirmed=True)
    assert state_of(other) == State.SETTLED
    deny(here, other)
    assert (state_of(other), again(other).settled_fen) == (State.AWAIT_REPLY, None)
    assert (running(other), Fact.objects.count()) == ({"MED-END", "CMP-REPLY"}, 0)


def test_what_was_found_of_a_settlement_that_never_was_counts_no_more(here, time):
    made = accepted(here)
    accept(here, made, offered(here, made))
    time.pass_days(12)
    tick(here)
    operations.breach(actor=here.officer, complaint_id=made.complaint.pk, reason="没有付款。")
    assert standing(made, FactKind.BREACH) == 1
    deny(here, made)
    assert (standing(made, FactKind.BREACH), state_of(made)) == (0, State.AWAIT_REPLY)
    with pytest.raises(Refused), transaction.atomic():
        operations.breach(actor=here.officer, complaint_id=made.complaint.pk, reason="没有付款。")


def test_an_objection_made_before_the_denial_is_no_accusation_either(here):
    made = accepted(here)
    accept(here, made, offered(here, made))
    operations.contest(
        actor=here.person, receipt_code=made.receipt_code, text="我没有接受过。", received_fen=0
    )
    assert standing(made) == 1
    deny(here, made)
    assert (standing(made), again(made).settled_fen, state_of(made)) == (0, None, State.AWAIT_REPLY)


def test_a_denied_signature_is_no_agreement(here, time):
    made, half = mediating(here), mediating(here)
    before = term(made, "MED-END")
    for one in (made, half):
        signed(here, one, drawn_up(here, one, amount=ONE))
    signed_by_school(here, made, Agreement.objects.get(complaint=made.complaint))
    assert (state_of(made), running(made)) == (State.AGREED, {"CMP-PAY"})
    time.pass_days(1)
    for one in (made, half):
        deny(here, one)
    assert (state_of(made), state_of(half)) == (State.AWAIT_REPLY, State.MEDIATING)
    assert term(made, "MED-END") == before
    assert "MED-SIGN" not in running(half)
    assert not Agreement.objects.filter(superseded_at=None).exists()
    assert set(Agreement.objects.values_list("denied", flat=True)) == {True}
    assert (track(made.receipt_code).agreement, Fact.objects.count()) == (None, 0)
    signed(here, half, drawn_up(here, half, amount=ONE), side=50)
    with pytest.raises(NotFound), transaction.atomic():
        operations.deny_written(
            actor=here.person,
            receipt_code="AAAA-AAAA-AAAA-AAAA",
            written_id=WrittenDown.objects.first().pk,
        )


def test_a_breach_of_an_agreement_that_was_never_signed_counts_no_more(here, time):
    made = mediating(here)
    agreement = drawn_up(here, made, amount=ONE)
    signed(here, made, agreement)
    signed_by_school(here, made, agreement)
    time.pass_days(15)
    tick(here)
    operations.breach(actor=here.officer, complaint_id=made.complaint.pk, reason="没有付款。")
    assert (state_of(made), standing(made, FactKind.BREACH)) == (State.BREACHED, 1)
    deny(here, made)
    assert (state_of(made), standing(made, FactKind.BREACH)) == (State.AWAIT_REPLY, 0)
    assert (again(made).outcome, track(made.receipt_code).waiting.survey) == (Outcome.UNKNOWN, False)
    assert "CMP-CLOSE" not in running(made)


def test_who_closed_the_file_by_an_own_word_undoes_nothing(here):
    made = mediating(here)
    agreement = drawn_up(here, made, amount=ONE)
    signed(here, made, agreement)
    signed_by_school(here, made, agreement)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    operations.survey(actor=here.person, receipt_code=made.receipt_code, outcome=Outcome.RESOLVED)
    deny(here, made)
    agreement.refresh_from_db()
    assert (state_of(made), again(made).outcome) == (State.CLOSED, Outcome.RESOLVED)
    assert (agreement.superseded_at, again(made).returned_fen) == (None, ONE)
