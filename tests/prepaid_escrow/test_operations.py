"""Rows with two eyes, and calculations that stay as they were saved."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from association.choices import Certainty, Role
from association.models import AuditEntry, DeadlineRule, User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from prepaid_escrow import operations
from prepaid_escrow.choices import RateKind
from prepaid_escrow.models import InterestRate, RefundCalculation, RefundRuleVersion
from prepaid_escrow.queries import as_data, calculate, calculations_of, digest_of
from prepaid_escrow.rules.refunds import Basis
from tests.factories.people import actor_with, make_association
from tests.factories.rules import next_rule
from tests.prepaid_escrow.material import PAID_ON, lessons

pytestmark = pytest.mark.django_db
QUESTION = lessons(interest_until=PAID_ON + timedelta(days=130))


@pytest.fixture
def here():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def two(here):
    return actor_with(Role.SECRETARIAT), actor_with(Role.SECRETARIAT)


def rate(actor, **changes):
    values = {
        "kind": RateKind.DEPOSIT,
        "percent": Decimal("1.5"),
        "valid_from": PAID_ON - timedelta(days=400),
        "valid_until": PAID_ON + timedelta(days=1),
        "citation": "测试用公告",
    }
    return operations.propose_interest_rate(actor=actor, **(values | changes))


def version(actor, **changes):
    values = {
        "readings": {"rounding": "half_up"},
        "pledge": "",
        "valid_from": clock.today(),
        "citation": "顾问意见",
    }
    return operations.propose_rule_version(actor=actor, **(values | changes))


def interest():
    return calculate(input=QUESTION).interest_fen


def test_a_rate_drives_nothing_until_somebody_else_has_confirmed_it(two):
    one, other = two
    row = rate(one)
    assert interest() is None
    with pytest.raises(Refused, match="不能核对自己"):
        operations.confirm_interest_rate(actor=one, rate_id=row.pk)
    operations.confirm_interest_rate(actor=other, rate_id=row.pk)
    assert interest() == 1110
    with pytest.raises(Refused, match="已经核对"):
        operations.confirm_interest_rate(actor=other, rate_id=row.pk)
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[-2:] == [
        "propose_interest_rate",
        "confirm_interest_rate",
    ]


@pytest.mark.parametrize(("first", "last", "known"), [(0, 0, True), (-9, -1, False), (1, 1, False)])
def test_a_rate_holds_only_on_the_days_that_were_looked_up(two, first, last, known):
    one, other = two
    row = rate(one, valid_from=PAID_ON + timedelta(days=first), valid_until=PAID_ON + timedelta(days=last))
    operations.confirm_interest_rate(actor=other, rate_id=row.pk)
    assert (interest() is not None) is known


def test_a_corrected_rate_is_a_new_row_and_the_later_one_holds(two):
    one, other = two
    for percent in ("9.9", "1.5"):
        row = rate(one, percent=Decimal(percent))
        operations.confirm_interest_rate(actor=other, rate_id=row.pk)
    assert interest() == 1110


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"percent": Decimal("-0.1")}, "percent"),
        ({"percent": Decimal("100.1")}, "percent"),
        ({"kind": "mine"}, "kind"),
        ({"citation": "  "}, "citation"),
        ({"valid_until": date(2020, 1, 1)}, "valid_until"),
        ({"valid_until": date(2099, 1, 1)}, "valid_until"),
    ],
)
def test_a_rate_that_cannot_be_is_refused_under_its_field(two, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        rate(two[0], **changes)
    assert set(refusal.value.fields) == {field}
    assert not InterestRate.objects.exists()


def test_a_version_sets_readings_and_the_pledge_from_its_day_on(two):
    one, other = two
    row = version(
        one, pledge="本会退费承诺（测试）", readings={"used_in_window": "no_window", "rounding": "up"}
    )
    assert row.readings == {"used_in_window": "no_window"}
    today = clock.today()
    soon = lessons(demanded_at=None, under_pledge=True)
    soon = replace(soon, claim=replace(soon.claim, demanded_at=clock.now(), ended_on=today))
    assert calculate(input=soon).basis == Basis.LAW
    operations.confirm_rule_version(actor=other, version_id=row.pk)
    assert (calculate(input=soon).basis, calculate(input=soon).citation) == (
        Basis.PLEDGE,
        "本会退费承诺（测试）",
    )
    before = replace(soon, claim=replace(soon.claim, demanded_at=clock.now() - timedelta(days=1)))
    assert calculate(input=before).basis == Basis.LAW


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"readings": {"rounding": "down"}}, "readings"),
        ({"valid_from": date(2020, 1, 1)}, "valid_from"),
        ({"citation": ""}, "citation"),
    ],
)
def test_a_version_that_cannot_be_is_refused(two, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        version(two[0], **changes)
    assert set(refusal.value.fields) == {field}


def test_a_version_whose_day_has_passed_is_not_confirmed(two, monkeypatch):
    one, other = two
    row = version(one)
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(Refused, match="已经过去"), transaction.atomic():
        operations.confirm_rule_version(actor=other, version_id=row.pk)
    row.refresh_from_db()
    assert not row.is_confirmed


def test_the_database_refuses_a_confirmation_of_ones_own_and_every_other_change(two):
    one, other = two
    for row in (rate(one), version(one)):
        for change in (
            {"confirmed_by_id": one.user_id, "confirmed_at": clock.now()},
            {"citation": "别的"},
            {"confirmed_by_id": other.user_id},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                type(row).objects.filter(pk=row.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).delete()
    confirmed = operations.confirm_interest_rate(actor=other, rate_id=InterestRate.objects.get().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        InterestRate.objects.filter(pk=confirmed.pk).update(confirmed_by=None, confirmed_at=None)


@pytest.mark.parametrize("role", list(Role))
def test_others_neither_propose_nor_confirm_nor_save(two, role):
    row, person = rate(two[0]), actor_with(role)
    deeds = {
        lambda: rate(person): {Role.SECRETARIAT},
        lambda: version(person): {Role.SECRETARIAT},
        lambda: operations.confirm_interest_rate(actor=person, rate_id=row.pk): {Role.SECRETARIAT},
        lambda: operations.save_calculation(actor=person, case_kind="complaint", case_id=1, input=QUESTION): {
            Role.SECRETARIAT,
            Role.MEDIATOR,
        },
    }
    for deed, may in deeds.items():
        with nullcontext() if role in may else pytest.raises(Forbidden):
            deed()


def test_a_neighbour_association_has_its_own_rates(two):
    one, other = two
    row = rate(one)
    operations.confirm_interest_rate(actor=other, rate_id=row.pk)
    with acting_for(make_association().pk):
        neighbour = actor_with(Role.SECRETARIAT)
        assert interest() is None
        with pytest.raises(NotFound):
            operations.confirm_interest_rate(actor=neighbour, rate_id=row.pk)


def test_a_saved_calculation_says_what_it_rests_on_and_never_changes(two):
    one, other = two
    operations.confirm_interest_rate(actor=other, rate_id=rate(one).pk)
    saved = operations.save_calculation(actor=one, case_kind="complaint", case_id=7, input=QUESTION)
    answer = calculate(input=QUESTION)
    assert (saved.asked, saved.answer) == (as_data(QUESTION), as_data(answer))
    assert saved.sources["interest_rates"] == {"deposit_1y": InterestRate.objects.get().pk}
    assert saved.sources["deadline_rules"].keys() <= set(DeadlineRule.objects.values_list("code", flat=True))
    saved.refresh_from_db()
    assert saved.digest == digest_of(saved.asked, saved.answer, saved.sources)
    correction = rate(one, percent=Decimal("2.0"))
    operations.confirm_interest_rate(actor=other, rate_id=correction.pk)
    assert calculate(input=QUESTION).interest_fen != 1110
    assert calculations_of("complaint", 7).get().answer["interest_fen"] == 1110
    for change in (
        "UPDATE prepaid_escrow_refundcalculation SET case_id = 8",
        "DELETE FROM prepaid_escrow_refundcalculation",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_calculations_of_a_case_are_its_own_newest_first(two):
    first, second = (
        operations.save_calculation(actor=two[0], case_kind="complaint", case_id=7, input=QUESTION)
        for _ in range(2)
    )
    operations.save_calculation(actor=two[0], case_kind="complaint", case_id=8, input=QUESTION)
    operations.save_calculation(actor=two[0], case_kind="lead", case_id=7, input=QUESTION)
    assert list(calculations_of("complaint", 7)) == [second, first]
    assert first.digest == second.digest


@pytest.mark.parametrize("kind", ["", "a kind that is too long"])
def test_a_calculation_belongs_to_a_case(two, kind):
    with pytest.raises(InvalidInput):
        operations.save_calculation(actor=two[0], case_kind=kind, case_id=7, input=QUESTION)


def test_a_question_that_cannot_be_taken_is_not_saved(two):
    wrong = replace(QUESTION, contract=replace(QUESTION.contract, paid_fen=0))
    with pytest.raises(InvalidInput) as refusal:
        operations.save_calculation(actor=two[0], case_kind="complaint", case_id=7, input=wrong)
    assert refusal.value.fields == {"paid": "实付金额须大于零。"}
    assert not RefundCalculation.objects.exists()


def test_an_unverified_deadline_is_left_out(here):
    day = PAID_ON - timedelta(days=60)
    unused = lessons(used=0, after=3)
    next_rule("PRE-COOL-BJ", valid_from=day, certainty=Certainty.UNVERIFIED, citation="传闻")
    assert Basis.COOLING_ORDINANCE not in {way.basis for way in calculate(input=unused).ways}
    next_rule("PRE-COOL-BJ", valid_from=day + timedelta(days=1), certainty=Certainty.SOURCED, citation="原文")
    assert calculate(input=unused).basis == Basis.COOLING_ORDINANCE


def test_a_confirmed_number_counts_and_an_inferred_one_does_not(here, two):
    """As every clock has it (``DeadlineRule.may_count``): what is inferred waits for somebody who stands for it."""
    day = PAID_ON - timedelta(days=60)
    row = next_rule("PRE-COOL-BJ", valid_from=day, certainty=Certainty.INFERENCE, citation="传闻")
    unused = lessons(used=0, after=3)
    assert Basis.COOLING_ORDINANCE not in {way.basis for way in calculate(input=unused).ways}
    row.confirmed_by, row.confirmed_at, row.confirmation = (
        User.objects.get(pk=two[0].user_id),
        clock.now(),
        "查到原文",
    )
    row.save()
    assert calculate(input=unused).basis == Basis.COOLING_ORDINANCE


def test_nothing_is_in_force_for_an_association_without_versions(here):
    assert not RefundRuleVersion.objects.exists()
    assert {reading.code for reading in calculate(input=QUESTION).readings} >= {"best", "rounding"}
