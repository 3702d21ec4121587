"""回避 from appointments: whose cases are not whose."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from association import clock
from association.choices import Role
from association.conflicts import conflicts_with, institutions_tied_to, is_of_tied
from association.language import translated
from association.models import Appointment, DeadlineRule
from association.tenancy import acting_for
from tests.factories.people import appoint, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


def test_employment_stands_against_and_a_stranger_is_clear():
    institution, other = make_institution(), make_institution()
    employed, stranger = make_user(), make_user()
    appoint(employed, Role.SECRETARIAT, employer=institution)
    appoint(stranger, Role.SECRETARIAT, employer=other)
    found = conflicts_with([employed.pk, stranger.pk], institution)
    assert [one.sentence for one in found[employed.pk]] == [f"任职于“{institution.name}”"]
    assert found[stranger.pk] == ()
    assert institutions_tied_to(employed.pk) == {institution.pk}


def test_what_stands_against_is_said_in_the_language_of_the_page_and_kept_in_chinese():
    institution, person = make_institution(), make_user()
    appoint(person, Role.INSTITUTION_ADMIN, institution, until_on=clock.today())
    with translation.override("en"):
        (one,) = conflicts_with([person.pk], institution)[person.pk]
        told = translated(one.sentence)
    assert one.sentence.startswith(f"任职于“{institution.name}”（")
    assert not re.search("[a-z]", one.sentence)
    assert not re.search("[\u4e00-\u9fff]", told.replace(institution.name, "")), told


@pytest.mark.parametrize(("years", "tied"), [(1, True), (2, True), (4, False)])
def test_an_ended_tie_counts_within_the_look_back(years, tied):
    institution, person = make_institution(), make_user()
    ended = clock.today() - timedelta(days=365 * years)
    appoint(person, Role.SECRETARIAT, employer=institution, until_on=ended)
    assert bool(conflicts_with([person.pk], institution)[person.pk]) == tied
    assert (institution.pk in institutions_tied_to(person.pk)) == tied


def test_a_tie_of_another_association_says_nothing_here():
    institution, person = make_institution(), make_user()
    with acting_for(make_association().pk):
        appoint(person, Role.SECRETARIAT, employer=make_institution())
    assert institutions_tied_to(person.pk) == frozenset()
    assert conflicts_with([person.pk], institution)[person.pk] == ()


def tied_by_one_query(person):
    """The institutions of which a row would be kept from this person: rows of appointments stand for cases."""
    keeper = make_user()
    for institution in [row.employer for row in Appointment.objects.filter(user=person) if row.employer]:
        appoint(keeper, Role.INSTITUTION_ADMIN, institution)
    rows = Appointment.objects.filter(user=keeper)
    return frozenset(rows.filter(is_of_tied(person.pk)).values_list("institution_id", flat=True))


def rule_from_today(**values):
    before, today = DeadlineRule.objects.get(code="CONFLICT-LOOK-BACK", valid_until=None), clock.today()
    kept = {
        name: getattr(before, name) for name in ("code", "title", "citation", "number", "unit", "certainty")
    }
    DeadlineRule.objects.create(**(kept | values), valid_from=today)
    before.valid_until = today
    before.save(update_fields=["valid_until"])


@pytest.mark.parametrize(("number", "unit"), [(36, "month"), (1, "month"), (3, "year"), (1, "year")])
def test_counts_ask_the_same_in_one_query(number, unit):
    rule_from_today(number=number, unit=unit)
    person, today = make_user(), clock.today()
    for days in (0, 1, 27, 29, 32, 360, 364, 368, 1090, 1094, 1098, 2000):
        appoint(
            person,
            Role.SECRETARIAT,
            employer=make_institution(),
            from_on=today - timedelta(days=3000),
            until_on=today - timedelta(days=days),
        )
    assert tied_by_one_query(person) == institutions_tied_to(person.pk)


@pytest.mark.parametrize("change", [{"certainty": "unverified"}, {"unit": "day"}])
def test_without_a_rule_that_may_count_every_tie_keeps_its_cases_away(change):
    rule_from_today(**change)
    person, today = make_user(), clock.today()
    appoint(
        person,
        Role.SECRETARIAT,
        employer=make_institution(),
        from_on=today - timedelta(days=6000),
        until_on=today - timedelta(days=5000),
    )
    assert len(tied_by_one_query(person)) == 1
