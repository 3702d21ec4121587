"""两个人同时办: of two clicks one wins, and the effect is there once. Real commits, real threads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from association import clock
from association.choices import Role
from association.clocks import deadlines_of
from association.tenancy import acting_for
from common.errors import DomainError, Refused
from complaints import operations
from complaints.choices.complaints import DecisionKind, Outcome, Party, RefusalGround, State
from complaints.models import Agreement, Complaint, Decision, Fact, Offer, Signature, Survey
from complaints.queries.tracking import track
from tests.complaints.material import (
    accepted,
    again,
    agreed,
    drawn_up,
    filed,
    filing,
    mediating,
    state_of,
    tick,
    world,
)
from tests.complaints.test_operations_orders import look, mended, rows
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association()


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        return world()


def at_once(association, *calls):
    """Each call in its own thread, scope and connection, all let go together: the outcomes."""
    gate = Barrier(len(calls))

    def run(call):
        try:
            with acting_for(association.pk):
                gate.wait(timeout=20)
                return call()
        except DomainError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def made_in(association, make, *args, **more):
    with acting_for(association.pk):
        return make(*args, **more)


def test_two_officers_accept_at_once(association, here):
    made = made_in(association, filed, here)
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.accept(actor=actor, complaint_id=made.complaint.pk)
            for actor in (here.officer, here.colleague)
        ),
    )
    (loser,) = [one for one in outcomes if isinstance(one, DomainError)]
    assert isinstance(loser, Refused)
    assert "已经有人办理" in loser.sentence
    with acting_for(association.pk):
        assert Decision.objects.filter(kind=DecisionKind.ACCEPT).count() == 1
        assert deadlines_of("complaint", made.complaint.pk).filter(code="MED-END").count() == 1


def test_one_accepts_while_another_refuses(association, here):
    made = made_in(association, filed, here)
    refusal = {"ground": RefusalGround.OTHER_RULE, "reason": "不属于受理范围。"}
    outcomes = at_once(
        association,
        lambda: operations.accept(actor=here.officer, complaint_id=made.complaint.pk),
        lambda: operations.refuse(actor=here.colleague, complaint_id=made.complaint.pk, **refusal),
    )
    assert len([one for one in outcomes if isinstance(one, DomainError)]) == 1
    with acting_for(association.pk):
        assert Decision.objects.count() == 1
        assert state_of(made) in {State.AWAIT_REPLY, State.NOT_ACCEPTED}


def test_the_complainant_withdraws_while_the_officer_accepts(association, here):
    made = made_in(association, filed, here)
    at_once(
        association,
        lambda: operations.accept(actor=here.officer, complaint_id=made.complaint.pk),
        lambda: operations.withdraw(actor=here.person, receipt_code=made.receipt_code),
    )
    with acting_for(association.pk):
        assert state_of(made) == State.WITHDRAWN
        assert not deadlines_of("complaint", made.complaint.pk).filter(stopped_at=None).exists()


def test_both_sides_sign_at_once(association, here):
    made = made_in(association, mediating, here)
    drawn = made_in(association, drawn_up, here, made)
    at_once(
        association,
        lambda: operations.sign(
            actor=here.person,
            party=Party.COMPLAINANT,
            text_sha256=drawn.text_sha256,
            receipt_code=made.receipt_code,
        ),
        lambda: operations.sign(
            actor=here.school,
            party=Party.INSTITUTION,
            text_sha256=drawn.text_sha256,
            complaint_id=made.complaint.pk,
        ),
    )
    with acting_for(association.pk):
        assert state_of(made) == State.AGREED
        assert (Signature.objects.count(), Agreement.objects.count()) == (2, 1)


def test_an_instalment_is_not_paid_twice(association, here):
    made = made_in(association, agreed, here)
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.perform(
                actor=actor, complaint_id=made.complaint.pk, paid_on=clock.today()
            )
            for actor in (here.school, here.officer)
        ),
    )
    assert len([one for one in outcomes if isinstance(one, DomainError)]) == 1
    with acting_for(association.pk):
        assert again(made).returned_fen == 8_000_00
        assert Survey.objects.count() == 1


def test_a_payment_is_denied_once_by_two_clicks(association, here):
    made = made_in(association, agreed, here)
    which = {"complaint_id": made.complaint.pk, "paid_on": clock.today()}
    made_in(association, operations.perform, actor=here.school, **which)
    denied = {"actor": here.person, "text": "没有到账。", "receipt_code": made.receipt_code}
    outcomes = at_once(association, *[lambda: operations.contest(**denied)] * 2)
    assert [type(one) for one in outcomes if isinstance(one, DomainError)] == [Refused]
    with acting_for(association.pk):
        assert (again(made).state, again(made).returned_fen) == (State.AGREED, 0)
        assert Fact.objects.count() == 1
        running = deadlines_of("complaint", made.complaint.pk).filter(stopped_at__isnull=True)
        assert sorted(row.code for row in running) == ["CMP-PAY", "CMP-REPLY"]


def test_an_offer_is_accepted_once(association, here):
    made = made_in(association, accepted, here)
    day = clock.today() + timedelta(days=3)
    offered = made_in(
        association,
        operations.offer,
        actor=here.school,
        complaint_id=made.complaint.pk,
        amount_fen=100,
        pay_by=day,
        open_until=day,
    )
    outcomes = at_once(
        association,
        *(
            lambda: operations.answer_offer(
                actor=here.person, offer_id=offered.pk, accepted=True, receipt_code=made.receipt_code
            )
            for _ in range(2)
        ),
    )
    assert len([one for one in outcomes if isinstance(one, DomainError)]) == 1
    with acting_for(association.pk):
        assert Offer.objects.get().state == "accepted"
        assert state_of(made) == State.SETTLED


def test_two_beats_of_the_clock_end_a_case_once(association, here, time):
    made = made_in(association, accepted, here)
    with acting_for(association.pk):
        time.at(again(made).clock.ends_at)
    at_once(association, lambda: tick(here), lambda: tick(here))
    with acting_for(association.pk):
        tick(here)
        assert state_of(made) == State.TERMINATED
        assert Decision.objects.filter(kind=DecisionKind.TERMINATE).count() == 1
        assert Fact.objects.filter(kind="ended_by_clock").count() == 1


def test_an_answer_and_its_end_of_term_at_once(association, here, time):
    """The survey is answered in the moment in which the clock would have closed it: one of the two, never both."""
    made = made_in(association, agreed, here)
    made_in(
        association,
        operations.perform,
        actor=here.school,
        complaint_id=made.complaint.pk,
        paid_on=clock.today(),
    )
    with acting_for(association.pk):
        time.at(deadlines_of("complaint", made.complaint.pk).get(code="CMP-CLOSE").ends_at)
    outcomes = at_once(
        association,
        lambda: operations.survey(
            actor=here.person, outcome=Outcome.RESOLVED, receipt_code=made.receipt_code
        ),
        lambda: tick(here),
    )
    with acting_for(association.pk):
        complaint = Complaint.objects.get()
        said = not isinstance(outcomes[0], DomainError)
        assert complaint.state == State.CLOSED
        assert complaint.outcome == (Outcome.RESOLVED if said else Outcome.NO_ANSWER)
        assert Survey.objects.get().outcome == complaint.outcome


def test_a_neighbour_of_the_same_name_moves_nothing(association, here):
    made = made_in(association, filed, here)
    other = make_association()
    with acting_for(other.pk):
        stranger = actor_with(Role.SECRETARIAT)
    (outcome,) = at_once(other, lambda: operations.accept(actor=stranger, complaint_id=made.complaint.pk))
    assert outcome.status == 404
    with acting_for(association.pk):
        assert state_of(made) == State.RECEIVED


def test_a_caller_is_written_down_once_by_two_clicks(association, here):
    with acting_for(association.pk):
        told = filing(here.institution)
    outcomes = at_once(
        association,
        *[lambda: operations.file_for_caller(actor=here.officer, filing=told, filing_key="k" * 32)] * 2,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Filed", "Refused"]
    with acting_for(association.pk):
        assert Complaint.objects.count() == 1


def test_two_clicks_on_loading_start_one_job(association, here):
    with acting_for(association.pk):
        batch = look(here, mended(rows(here, 3))).batch
    jobs = at_once(
        association, *[lambda: operations.begin_loading(actor=here.officer, batch_id=batch.pk)] * 2
    )
    assert jobs[0].pk == jobs[1].pk


def test_loading_and_discarding_at_once_does_one_of_them(association, here):
    with acting_for(association.pk):
        batch = look(here, mended(rows(here, 3))).batch
    outcomes = at_once(
        association,
        lambda: operations.begin_loading(actor=here.officer, batch_id=batch.pk),
        lambda: operations.discard_orders(actor=here.colleague, batch_id=batch.pk),
    )
    assert [type(one) for one in outcomes].count(Refused) == 1


def test_of_two_new_codes_one_opens_the_case(association, here):
    with acting_for(association.pk):
        made = filed(here)
    given = {"complaint_id": made.complaint.pk, "identity": "papers", "reason": "遗失"}
    codes = at_once(
        association,
        lambda: operations.issue_receipt(actor=here.officer, **given),
        lambda: operations.issue_receipt(actor=here.colleague, **given),
    )
    with acting_for(association.pk):
        assert [track(code) is not None for code in codes].count(True) == 1
        assert track(made.receipt_code) is None


def test_an_offer_to_all_sent_twice_at_once_is_made_once(association, here):
    with acting_for(association.pk):
        chosen = [accepted(here).complaint.pk for _ in range(2)]
        case = operations.open_mass_case(actor=here.officer, title="演示停课", complaint_ids=chosen)
    day = clock.today() + timedelta(days=5)
    given = {"mass_case_id": case.pk, "amounts_fen": dict.fromkeys(chosen, 100_00), "pay_by": day}
    at_once(
        association,
        *[lambda: operations.offer_to_all(actor=here.school, open_until=day, **given)] * 2,
    )
    with acting_for(association.pk):
        assert Offer.objects.count() == 2


def test_a_complaint_joins_one_of_two_mass_cases(association, here):
    with acting_for(association.pk):
        chosen = [accepted(here).complaint.pk]
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.open_mass_case(actor=actor, title="演示停课", complaint_ids=chosen)
            for actor in (here.officer, here.colleague)
        ),
    )
    assert [type(one) for one in outcomes].count(Refused) == 1
