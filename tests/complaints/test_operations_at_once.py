"""两个人同时办: of two clicks one wins, and the effect is there once. Real commits, real threads."""

from datetime import timedelta

import pytest

from association import clock
from association.choices import Role
from association.clocks import deadlines_of
from association.tenancy import acting_for
from common.errors import DomainError, Refused
from complaints import operations
from complaints.choices.complaints import DecisionKind, Outcome, Party, RefusalGround, State
from complaints.models import Agreement, Complaint, Decision, Fact, Offer, Signature, Survey, WrittenDown
from complaints.queries.tracking import track
from tests.at_once import at_once
from tests.complaints.material import (
    accepted,
    again,
    agreed,
    drawn_up,
    filed,
    filing,
    mediating,
    scan,
    state_of,
    tick,
)
from tests.complaints.test_operations_orders import look, mended, rows
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_officers_accept_at_once(association, apart, made_in):
    made = made_in(filed, apart)
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.accept(actor=actor, complaint_id=made.complaint.pk)
            for actor in (apart.officer, apart.colleague)
        ),
    )
    (loser,) = [one for one in outcomes if isinstance(one, DomainError)]
    assert isinstance(loser, Refused)
    assert "已经有人办理" in loser.sentence
    with acting_for(association.pk):
        assert Decision.objects.filter(kind=DecisionKind.ACCEPT).count() == 1
        assert deadlines_of("complaint", made.complaint.pk).filter(code="MED-END").count() == 1


def test_one_accepts_while_another_refuses(association, apart, made_in):
    made = made_in(filed, apart)
    refusal = {"ground": RefusalGround.OTHER_RULE, "reason": "不属于受理范围。"}
    outcomes = at_once(
        association,
        lambda: operations.accept(actor=apart.officer, complaint_id=made.complaint.pk),
        lambda: operations.refuse(actor=apart.colleague, complaint_id=made.complaint.pk, **refusal),
    )
    assert len([one for one in outcomes if isinstance(one, DomainError)]) == 1
    with acting_for(association.pk):
        assert Decision.objects.count() == 1
        assert state_of(made) in {State.AWAIT_REPLY, State.NOT_ACCEPTED}


def test_the_complainant_withdraws_while_the_officer_accepts(association, apart, made_in):
    made = made_in(filed, apart)
    at_once(
        association,
        lambda: operations.accept(actor=apart.officer, complaint_id=made.complaint.pk),
        lambda: operations.withdraw(actor=apart.person, receipt_code=made.receipt_code),
    )
    with acting_for(association.pk):
        assert state_of(made) == State.WITHDRAWN
        assert not deadlines_of("complaint", made.complaint.pk).filter(stopped_at=None).exists()


def test_both_sides_sign_at_once(association, apart, made_in):
    made = made_in(mediating, apart)
    drawn = made_in(drawn_up, apart, made)
    at_once(
        association,
        lambda: operations.sign(
            actor=apart.person,
            party=Party.COMPLAINANT,
            text_sha256=drawn.text_sha256,
            receipt_code=made.receipt_code,
        ),
        lambda: operations.sign(
            actor=apart.school,
            party=Party.INSTITUTION,
            text_sha256=drawn.text_sha256,
            complaint_id=made.complaint.pk,
        ),
    )
    with acting_for(association.pk):
        assert state_of(made) == State.AGREED
        assert (Signature.objects.count(), Agreement.objects.count()) == (2, 1)


def test_an_instalment_is_not_paid_twice(association, apart, made_in):
    made = made_in(agreed, apart)
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.perform(
                actor=actor, complaint_id=made.complaint.pk, paid_on=clock.today()
            )
            for actor in (apart.school, apart.officer)
        ),
    )
    assert len([one for one in outcomes if isinstance(one, DomainError)]) == 1
    with acting_for(association.pk):
        assert again(made).returned_fen == 8_000_00
        assert Survey.objects.count() == 1


def test_what_was_written_down_is_denied_once_by_two_clicks(association, apart, made_in):
    made = made_in(accepted, apart)
    which = {"complaint_id": made.complaint.pk, "paper": scan()}
    made_in(operations.withdraw, actor=apart.officer, **which)
    written = made_in(WrittenDown.objects.get).pk
    denied = {"actor": apart.person, "receipt_code": made.receipt_code, "written_id": written}
    outcomes = at_once(association, *[lambda: operations.deny_written(**denied)] * 2)
    assert [type(one) for one in outcomes if isinstance(one, DomainError)] == [Refused]
    with acting_for(association.pk):
        assert state_of(made) == State.AWAIT_REPLY
        assert Decision.objects.filter(kind=DecisionKind.DENY).count() == 1
        running = deadlines_of("complaint", made.complaint.pk).filter(stopped_at__isnull=True)
        assert sorted(row.code for row in running) == ["CMP-REPLY", "MED-END"]


def test_a_part_is_said_once_by_two_clicks(association, apart, made_in, time):
    made = made_in(agreed, apart, days=(5,))
    time.pass_days(12)
    said = {"actor": apart.person, "receipt_code": made.receipt_code, "received_fen": 1_000_00}
    outcomes = at_once(association, *[lambda: operations.say_unpaid(**said)] * 2)
    assert [type(one) for one in outcomes if isinstance(one, DomainError)] == [Refused]
    with acting_for(association.pk):
        assert again(made).returned_fen == 1_000_00


def test_a_payment_is_denied_once_by_two_clicks(association, apart, made_in):
    made = made_in(agreed, apart)
    which = {"complaint_id": made.complaint.pk, "paid_on": clock.today()}
    made_in(operations.perform, actor=apart.school, **which)
    denied = {"actor": apart.person, "text": "没有到账。", "receipt_code": made.receipt_code}
    outcomes = at_once(association, *[lambda: operations.contest(**denied)] * 2)
    assert [type(one) for one in outcomes if isinstance(one, DomainError)] == [Refused]
    with acting_for(association.pk):
        assert (again(made).state, again(made).returned_fen) == (State.AGREED, 0)
        assert Fact.objects.count() == 1
        running = deadlines_of("complaint", made.complaint.pk).filter(stopped_at__isnull=True)
        assert sorted(row.code for row in running) == ["CMP-PAY", "CMP-REPLY"]


def test_an_offer_is_accepted_once(association, apart, made_in):
    made = made_in(accepted, apart)
    day = clock.today() + timedelta(days=3)
    offered = made_in(
        operations.offer,
        actor=apart.school,
        complaint_id=made.complaint.pk,
        amount_fen=100,
        pay_by=day,
        open_until=day,
    )
    outcomes = at_once(
        association,
        *(
            lambda: operations.answer_offer(
                actor=apart.person, offer_id=offered.pk, accepted=True, receipt_code=made.receipt_code
            )
            for _ in range(2)
        ),
    )
    assert len([one for one in outcomes if isinstance(one, DomainError)]) == 1
    with acting_for(association.pk):
        assert Offer.objects.get().state == "accepted"
        assert state_of(made) == State.SETTLED


def test_two_beats_of_the_clock_end_a_case_once(association, apart, time, made_in):
    made = made_in(accepted, apart)
    with acting_for(association.pk):
        time.at(again(made).clock.ends_at)
    at_once(association, lambda: tick(apart), lambda: tick(apart))
    with acting_for(association.pk):
        tick(apart)
        assert state_of(made) == State.TERMINATED
        assert Decision.objects.filter(kind=DecisionKind.TERMINATE).count() == 1
        assert Fact.objects.filter(kind="ended_by_clock").count() == 1


def test_an_answer_and_its_end_of_term_at_once(association, apart, time, made_in):
    """The survey is answered in the moment in which the clock would have closed it: one of the two, never both."""
    made = made_in(agreed, apart)
    made_in(
        operations.perform,
        actor=apart.school,
        complaint_id=made.complaint.pk,
        paid_on=clock.today(),
    )
    with acting_for(association.pk):
        time.at(deadlines_of("complaint", made.complaint.pk).get(code="CMP-CLOSE").ends_at)
    outcomes = at_once(
        association,
        lambda: operations.survey(
            actor=apart.person, outcome=Outcome.RESOLVED, receipt_code=made.receipt_code
        ),
        lambda: tick(apart),
    )
    with acting_for(association.pk):
        complaint = Complaint.objects.get()
        said = not isinstance(outcomes[0], DomainError)
        assert complaint.state == State.CLOSED
        assert complaint.outcome == (Outcome.RESOLVED if said else Outcome.NO_ANSWER)
        assert Survey.objects.get().outcome == complaint.outcome


def test_a_neighbour_of_the_same_name_moves_nothing(association, apart, made_in):
    made = made_in(filed, apart)
    other = make_association()
    with acting_for(other.pk):
        stranger = actor_with(Role.SECRETARIAT)
    (outcome,) = at_once(other, lambda: operations.accept(actor=stranger, complaint_id=made.complaint.pk))
    assert outcome.status == 404
    with acting_for(association.pk):
        assert state_of(made) == State.RECEIVED


def test_a_caller_is_written_down_once_by_two_clicks(association, apart):
    with acting_for(association.pk):
        told = filing(apart.institution)
    outcomes = at_once(
        association,
        *[lambda: operations.file_for_caller(actor=apart.officer, filing=told, filing_key="k" * 32)] * 2,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Filed", "Refused"]
    with acting_for(association.pk):
        assert Complaint.objects.count() == 1


def test_two_clicks_on_loading_start_one_job(association, apart):
    with acting_for(association.pk):
        batch = look(apart, mended(rows(apart, 3))).batch
    jobs = at_once(
        association, *[lambda: operations.begin_loading(actor=apart.officer, batch_id=batch.pk)] * 2
    )
    assert jobs[0].pk == jobs[1].pk


def test_loading_and_discarding_at_once_does_one_of_them(association, apart):
    with acting_for(association.pk):
        batch = look(apart, mended(rows(apart, 3))).batch
    outcomes = at_once(
        association,
        lambda: operations.begin_loading(actor=apart.officer, batch_id=batch.pk),
        lambda: operations.discard_orders(actor=apart.colleague, batch_id=batch.pk),
    )
    assert [type(one) for one in outcomes].count(Refused) == 1


def test_of_two_new_codes_one_waits(association, apart):
    with acting_for(association.pk):
        made = filed(apart)
    given = {"complaint_id": made.complaint.pk, "identity": "papers", "reason": "遗失"}
    codes = at_once(
        association,
        lambda: operations.issue_receipt(actor=apart.officer, **given),
        lambda: operations.issue_receipt(actor=apart.colleague, **given),
    )
    with acting_for(association.pk):
        assert [track(code) for code in codes] == [None, None]
        assert track(made.receipt_code) is not None
        assert made.complaint.receipt_requests.filter(state="waiting").count() == 1


def test_a_code_decided_twice_at_once_is_decided_once(association, apart):
    with acting_for(association.pk):
        made = filed(apart)
        given = {"complaint_id": made.complaint.pk, "identity": "papers", "reason": "遗失"}
        operations.issue_receipt(actor=apart.officer, **given)
        request = made.complaint.receipt_requests.get()
        third = actor_with(Role.SECRETARIAT)
    decisions = at_once(
        association,
        lambda: operations.decide_receipt(actor=apart.colleague, request_id=request.pk, agrees=True),
        lambda: operations.decide_receipt(actor=third, request_id=request.pk, agrees=False),
    )
    assert [type(one) for one in decisions].count(Refused) == 1


def test_an_offer_to_all_sent_twice_at_once_is_made_once(association, apart):
    with acting_for(association.pk):
        chosen = [accepted(apart).complaint.pk for _ in range(2)]
        case = operations.open_mass_case(actor=apart.officer, title="演示停课", complaint_ids=chosen)
    day = clock.today() + timedelta(days=5)
    given = {"mass_case_id": case.pk, "amounts_fen": dict.fromkeys(chosen, 100_00), "pay_by": day}
    at_once(
        association,
        *[lambda: operations.offer_to_all(actor=apart.school, open_until=day, **given)] * 2,
    )
    with acting_for(association.pk):
        assert Offer.objects.count() == 2


def test_a_complaint_joins_one_of_two_mass_cases(association, apart):
    with acting_for(association.pk):
        chosen = [accepted(apart).complaint.pk for _ in range(2)]
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.open_mass_case(actor=actor, title="演示停课", complaint_ids=chosen)
            for actor in (apart.officer, apart.colleague)
        ),
    )
    assert [type(one) for one in outcomes].count(Refused) == 1
