"""库的约束: the database itself refuses the wrong state, whoever asks it."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from complaints import operations
from complaints.choices.complaints import STEPS, Outcome, Party, State
from complaints.models import (
    Agreement,
    Complaint,
    Consent,
    Decision,
    Evidence,
    Fact,
    Instalment,
    Offer,
    Person,
    ReceiptRequest,
    Reply,
    Session,
    Signature,
    Survey,
)
from tests.complaints.material import (
    PAID,
    accepted,
    agreed,
    consented,
    drawn_up,
    filed,
    mediating,
)


def refused(match=None):
    return pytest.raises(IntegrityError, match=match)


def change(made, **values):
    """As somebody at the database would: past every operation."""
    with transaction.atomic():
        Complaint.objects.filter(pk=made.complaint.pk).update(**values)


def test_the_steps_of_the_database_are_those_of_the_table(here):
    made = filed(here)
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'portal_complaint_step'")
        source = cursor.fetchone()[0]
    known = {f"'{now}>{after}'" for now, following in STEPS.items() for after in following}
    inside = source.split("ARRAY[")[1].split("]")[0]
    assert set(inside.split(", ")) == known
    for state in set(State) - set(STEPS[State.RECEIVED]) - {State.RECEIVED}:
        with refused("no step"):
            change(made, state=state)


@pytest.mark.parametrize(
    "values",
    [
        {"state": State.ACCEPTED},
        {"outcome": Outcome.RESOLVED},
        {"outcome": "put right"},
        {"satisfaction": 6},
        {"claimed_fen": -1},
        {"retired_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_what_a_complaint_needs_is_there(here, values):
    with refused():
        change(filed(here), **values)


def test_no_answer_is_never_resolved(here):
    made = accepted(here)
    with refused("what the complainant said"):
        change(made, outcome=Outcome.NO_ANSWER, confirmed_at=clock.now())
    with refused("outcome_said"):
        change(made, confirmed_at=clock.now())
    with refused("survey_silence"), transaction.atomic():
        Survey.objects.create(complaint=made.complaint, asked_at=clock.now(), outcome=Outcome.RESOLVED)


@pytest.mark.parametrize(
    "values",
    [
        {"facts": "另一回事"},
        {"demand": "别的"},
        {"harmed_on": date(2020, 1, 1)},
        {"accepted_by_id": None},
        {"institution_id": None},
        {"received_at": "2020-01-01T00:00:00Z"},
        {"order_number": "BJ1"},
        {"clock_id": None},
    ],
)
def test_what_was_accepted_stays_as_it_was(here, values):
    made = accepted(here)
    with refused():
        change(made, **values)
    with refused("kept"), transaction.atomic():
        Complaint.objects.filter(pk=made.complaint.pk)._raw_delete("default")


def test_a_code_and_an_order_number_are_there_once(here):
    first, second = filed(here), filed(here)
    key, now = Complaint.objects.get(pk=first.complaint.pk).receipt_key, clock.now()
    asked = {"identity": "papers", "reason": "遗失", "asked_by_id": here.officer.user_id, "asked_at": now}
    request = ReceiptRequest.objects.create(complaint=second.complaint, key=key, **asked)
    by_another = {"state": "confirmed", "decided_by_id": here.colleague.user_id, "decided_at": now}
    ReceiptRequest.objects.filter(pk=request.pk).update(**by_another)
    with refused("receipt_once"):
        change(second, receipt_key=key)


def test_mediation_wants_the_last_word_of_both_to_be_yes(here):
    made = accepted(here)
    with refused("consent of both"):
        change(made, state=State.MEDIATING)
    both = consented(here)
    Consent.objects.create(
        complaint=both.complaint,
        party=Party.INSTITUTION,
        given=False,
        method="account",
        recorded_by_id=here.school.user_id,
        at=clock.now(),
    )
    with refused("consent of both"):
        change(both, state=State.MEDIATING)


def test_an_agreement_wants_both_signatures(here):
    made = mediating(here)
    drawn = drawn_up(here, made)
    with refused("both signatures"):
        change(made, state=State.AGREED)
    operations.sign(
        actor=here.person,
        party=Party.COMPLAINANT,
        text_sha256=drawn.text_sha256,
        receipt_code=made.receipt_code,
    )
    Agreement.objects.update(signed_at=clock.now())
    with refused("both signatures"):
        change(made, state=State.AGREED)


def test_no_amount_is_over_what_was_paid(here):
    made = mediating(here)
    whole = {
        "complaint": made.complaint,
        "text": "x",
        "text_sha256": "0" * 64,
        "perform_by": clock.today(),
        "mediator_id": here.mediator.user_id,
        "drawn_up_at": clock.now(),
    }
    for amount, paid, what in ((PAID + 1, PAID, "within_paid"), (1, PAID + 1, "measured by what was paid")):
        with refused(what), transaction.atomic():
            Agreement.objects.create(**whole, amount_fen=amount, paid_fen=paid)
    with refused("offer_within_paid"), transaction.atomic():
        Offer.objects.create(
            complaint=made.complaint,
            amount_fen=PAID + 1,
            paid_fen=PAID,
            pay_by=clock.today(),
            open_until=clock.today(),
            made_by_id=here.school.user_id,
            made_at=clock.now(),
        )


def test_a_signature_is_of_the_text_that_stands(here):
    made = mediating(here)
    drawn = drawn_up(here, made)
    signature = {
        "agreement": drawn,
        "party": Party.INSTITUTION,
        "method": "account",
        "recorded_by_id": here.school.user_id,
        "signed_at": clock.now(),
    }
    with refused("current text"), transaction.atomic():
        Signature.objects.create(**signature, text_sha256="f" * 64)


def test_three_do_not_speak_for_the_rest(here):
    made = filed(here)
    for _ in range(2):
        Person.objects.create(complaint=made.complaint, kind="joined", is_representative=True)
    with refused("at most as many representatives as the rule says"), transaction.atomic():
        Person.objects.create(complaint=made.complaint, kind="joined", is_representative=True)
    with refused("complainant_once"), transaction.atomic():
        Person.objects.create(complaint=made.complaint, kind="complainant")


KEPT = [
    (Decision, {"reason": "改"}),
    (Decision, {"reason": ""}),
    (Reply, {"text": "改"}),
    (Consent, {"given": False}),
    (Agreement, {"text": "改"}),
    (Agreement, {"amount_fen": 1}),
    (Instalment, {"amount_fen": 1}),
    (Instalment, {"due_on": date(2027, 1, 1)}),
    (Signature, {"signed_at": "2020-01-01T00:00:00Z"}),
    (Session, {"minutes": "改"}),
    (Fact, {"amount_fen": 1}),
    (Evidence, {"kind": "other"}),
]


@pytest.mark.parametrize(("model", "values"), KEPT, ids=lambda one: getattr(one, "__name__", str(one)))
def test_what_was_said_and_signed_stays(here, time, model, values):
    made = agreed(here)
    operations.answer(actor=here.school, complaint_id=made.complaint.pk, kind="disputed", text="已经说明。")
    Session.objects.create(
        complaint=made.complaint,
        mediator_id=here.mediator.user_id,
        mode="phone",
        place="电话",
        announced_at=clock.now(),
        planned_at="2030-01-01T00:00:00Z",
        held_at=clock.now(),
        complainant_came=True,
        institution_came=True,
        minutes="记录",
    )
    Evidence.objects.create(complaint=made.complaint, kind="payment", source="staff", added_at=clock.now())
    Fact.objects.create(complaint=made.complaint, institution=here.institution, kind="absent", at=clock.now())
    assert model.objects.exists()
    if model is Decision:
        Decision.objects.create(
            complaint=made.complaint, kind="withdraw", reason="原来的理由", decided_at=clock.now()
        )
    with refused(), transaction.atomic():
        model.objects.update(**values)
    with refused(), transaction.atomic():
        model.objects.all()._raw_delete("default")
