"""库的约束, second part: where a case begins and ends, what was paid, who complained, and what a rule says."""

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.models import Deadline, DeadlineRule
from complaints import operations
from complaints.choices.complaints import REPORT_STEPS, Outcome, ReportState, State, Timeliness
from complaints.choices.leads import LeadState
from complaints.models import (
    Complaint,
    Fact,
    FactSetAside,
    Instalment,
    Lead,
    PaymentReport,
    Person,
    PersonalData,
)
from tests.complaints.material import PAID, accepted, again, agreed, filed, mediating
from tests.factories.leads import verifying


def refused(match=None):
    return pytest.raises(IntegrityError, match=match)


def change(made, **values):
    with transaction.atomic():
        Complaint.objects.filter(pk=made.complaint.pk).update(**values)


def paid(here, made, **more):
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today(), **more)
    return PaymentReport.objects.latest("pk")


def test_an_outcome_is_what_the_complainant_said_at_the_end(here):
    with refused("outcome_at_end|what the complainant said"):
        change(mediating(here), outcome=Outcome.RESOLVED, confirmed_at=clock.now())
    made = agreed(here)
    paid(here, made)
    ended = {"state": State.CLOSED, "ended_at": clock.now(), "closed_from": State.PERFORMED}
    with refused("what the complainant said"):
        change(made, outcome=Outcome.RESOLVED, confirmed_at=clock.now(), **ended)
    with refused("what the complainant said"):
        change(made, outcome=Outcome.NO_ANSWER, **ended)


@pytest.mark.parametrize(
    "values",
    [
        {"state": State.CLOSED, "ended_at": "2026-03-02T00:00:00Z"},
        {"state": State.WITHDRAWN, "ended_at": "2026-03-02T00:00:00Z"},
        {"returned_fen": 1},
        {"timeliness": Timeliness.ON_TIME},
    ],
)
def test_a_complaint_begins_at_the_beginning(here, values):
    template = Complaint.objects.get(pk=filed(here).complaint.pk)
    template.pk, template.receipt_key, template._state.adding = None, None, True
    for name, value in values.items():
        setattr(template, name, value)
    with refused("begins as received"), transaction.atomic():
        template.save()


@pytest.mark.parametrize(
    "values",
    [
        {"returned_fen": 1},
        {"returned_fen": PAID + 1},
        {"paid_fen": PAID - 1},
        {"paid_fen": None},
        {"claimed_fen": 1},
        {"respondent_name": "别的学校"},
        {"timeliness": Timeliness.NOT_ASKED},
        {"ended_at": "2026-03-02T00:00:00Z"},
        {
            "retired_at": "2026-03-02T00:00:00Z",
            "ended_at": "2026-03-02T00:00:00Z",
            "facts": "",
            "demand": "",
        },
    ],
)
def test_amounts_respondent_and_end_of_an_open_case_stay(here, values):
    made = accepted(here)
    with refused():
        change(made, **values)


def test_an_answer_that_was_in_time_is_not_made_late_nor_the_other_way_round(here):
    made = accepted(here)
    operations.answer(actor=here.school, complaint_id=made.complaint.pk, kind="disputed", text="不属实。")
    for other in set(Timeliness) - {Timeliness.ON_TIME}:
        with refused("no step"):
            change(made, timeliness=other)


def test_what_was_returned_is_the_sum_of_what_stands(here):
    made = agreed(here)
    report = paid(here, made)
    for wrong in (0, report.amount_fen - 1, report.amount_fen + 1):
        with refused("sum of the payments"):
            change(made, returned_fen=wrong)
    assert again(made).returned_fen == report.amount_fen


def test_the_steps_of_a_payment_are_those_of_the_table(here):
    made = agreed(here)
    report = paid(here, made)
    rows = PaymentReport.objects.filter(pk=report.pk)
    for values in ({"amount_fen": 1}, {"paid_on": "2026-01-01"}, {"instalment": None}, {"received_fen": 1}):
        with refused(), transaction.atomic():
            rows.update(**values)
    with refused("is kept"), transaction.atomic():
        rows._raw_delete("default")
    assert REPORT_STEPS[ReportState.DENIED] == frozenset()
    rows.update(state=ReportState.DENIED, answered_at=clock.now())
    for state in (ReportState.REPORTED, ReportState.CONFIRMED):
        with refused("no step"), transaction.atomic():
            rows.update(state=state)


def test_a_payment_is_of_its_own_case_and_once(here):
    mine, other = agreed(here), agreed(here)
    report = paid(here, mine)
    values = {
        "instalment": report.instalment,
        "amount_fen": 1,
        "paid_on": clock.today(),
        "reported_at": clock.now(),
    }
    with refused("instalment of its case"), transaction.atomic():
        PaymentReport.objects.create(complaint=other.complaint, **values)
    with refused("payment_of_instalment_once"), transaction.atomic():
        PaymentReport.objects.create(complaint=mine.complaint, **values)
    with refused("instalment of its case"), transaction.atomic():
        PaymentReport.objects.create(
            complaint=other.complaint,
            **values | {"instalment": Instalment.objects.latest("pk"), "amount_fen": PAID * 2},
        )


def test_who_complained_stays_with_the_case(here):
    made = accepted(here)
    for model, rows in (
        (PersonalData, PersonalData.objects.filter(person__complaint=made.complaint)),
        (Person, Person.objects.filter(complaint=made.complaint)),
    ):
        with refused("kept with the case"), transaction.atomic():
            model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))._raw_delete("default")


def test_a_fact_is_set_aside_once_and_for_good(here):
    made = accepted(here)
    fact = Fact.objects.create(
        complaint=made.complaint, institution=here.institution, kind="absent", at=clock.now()
    )
    FactSetAside.objects.create(fact=fact, reason="核实有正当理由", at=clock.now())
    with refused(), transaction.atomic():
        FactSetAside.objects.create(fact=fact, reason="再次", at=clock.now())
    with refused("append-only"), transaction.atomic():
        FactSetAside.objects.update(reason="改")
    with refused("append-only"), transaction.atomic():
        FactSetAside.objects.all()._raw_delete("default")


def test_what_a_rule_says_stays_and_it_ends_where_the_next_begins(here):
    accepted(here)
    used = Deadline.objects.filter(code="MED-END").latest("pk").rule
    unused = DeadlineRule.objects.exclude(pk__in=Deadline.objects.values("rule_id")).first()
    rules = DeadlineRule.objects
    for values in ({"title": "改"}, {"silence_means": "改"}, {"owner": "改"}):
        with refused("never changes"), transaction.atomic():
            rules.filter(pk=used.pk).update(**values)
    with refused("never deleted"), transaction.atomic():
        rules.filter(pk=unused.pk)._raw_delete("default")
    with refused("was in force"), transaction.atomic():
        rules.filter(pk=used.pk).update(valid_until="2020-06-01")
    with refused("where the next one begins"), transaction.atomic():
        rules.filter(pk=unused.pk).update(valid_until="2999-01-01")


def test_a_lead_keeps_its_category_after_it_was_screened(here):
    lead, _clerk, _code = verifying()
    assert lead.state == LeadState.VERIFYING
    for values in ({"category": "misuse_of_data"}, {"anchor": "别的法条"}):
        with refused("when it is screened"), transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(**values)
