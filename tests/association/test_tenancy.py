"""The scope: nested and restored, one with its transaction, refused where nobody was named."""

import pytest
from django.db import connection, transaction
from django.db.models import Count

from association.actors import actor_of, system, visitor
from association.choices import Role
from association.models import Association, AssociationHost
from association.scope import NOBODY, selected
from association.tenancy import NoAssociationSelected, acting_for, acting_where, current_association_id
from common.errors import Forbidden
from members.models import Institution
from tests.factories.people import FROM, appoint, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def first():
    return make_association()


@pytest.fixture
def second():
    return make_association()


def database_says():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(nullif(current_setting('portal.association', true), ''), '0')::bigint"
        )
        return cursor.fetchone()[0]


def test_scopes_nest_and_the_outer_one_comes_back(first, second):
    with acting_for(first.pk):
        with acting_for(second.pk):
            assert (current_association_id(), database_says()) == (second.pk, second.pk)
        assert (current_association_id(), database_says()) == (first.pk, first.pk)
    assert (selected.get(), database_says()) == (NOBODY, 0)


def test_scope_is_handed_back_after_an_accident(first, second):
    with acting_for(first.pk):
        with pytest.raises(ZeroDivisionError), acting_for(second.pk):
            1 / 0  # noqa: B018
        assert (current_association_id(), database_says()) == (first.pk, first.pk)


# -- a scope for the association that a request has yet to find ------------------------------------------------


def by_slug(slug):
    return Association.objects.filter(slug=slug, is_open=True)


def by_host(host):
    return Association.objects.filter(hosts__host=host, is_open=True)


PLANS = [(), ("enable_indexscan", "enable_bitmapscan"), ("enable_nestloop", "enable_hashjoin")]


@pytest.fixture(params=PLANS, ids=["as it comes", "whole table read", "merged"])
def planned(request):
    """The planner with some of its ways closed: whichever it takes, the wall is the same."""
    with connection.cursor() as cursor:
        for way in request.param:
            cursor.execute(f"SET LOCAL {way} = off")
    associations = [make_association() for _ in range(5)]
    for one in associations:
        AssociationHost.objects.create(association=one, host=f"{one.slug}.example")
    return associations


@pytest.mark.parametrize("at", range(5))
def test_statement_that_finds_an_association_tells_the_database_of_no_other(planned, at):
    wanted = planned[at]
    for place in (by_slug(wanted.slug), by_host(f"{wanted.slug}.example")):
        with acting_where(place) as found:
            assert found == wanted
            assert (current_association_id(), database_says()) == (wanted.pk, wanted.pk)
        assert (selected.get(), database_says()) == (NOBODY, 0)


def test_association_that_is_not_found_or_closed_opens_nothing(planned):
    closed = planned[0]
    Association.objects.filter(pk=closed.pk).update(is_open=False)
    nowhere = (
        by_slug("nobody"),
        by_host("nobody.example"),
        by_slug(closed.slug),
        by_host(f"{closed.slug}.example"),
    )
    with acting_where(*nowhere) as found:
        assert found is None
        assert (selected.get(), database_says()) == (NOBODY, 0)
    with acting_for(planned[1].pk):
        with acting_where(*nowhere) as found:
            assert found is None
            assert (current_association_id(), database_says()) == (planned[1].pk, planned[1].pk)
        assert database_says() == planned[1].pk


def test_first_place_that_fits_is_taken_and_the_outer_scope_comes_back(first, second):
    with acting_for(first.pk):
        with acting_where(by_host("nobody.example"), by_slug(second.slug), by_slug(first.slug)) as found:
            assert (found, database_says()) == (second, second.pk)
            with acting_for(first.pk):
                assert database_says() == first.pk
            assert database_says() == second.pk
        assert (current_association_id(), database_says()) == (first.pk, first.pk)


def test_found_scope_is_handed_back_after_an_accident(first, second):
    with acting_for(first.pk):
        with pytest.raises(ZeroDivisionError), acting_where(by_slug(second.slug)):
            1 / 0  # noqa: B018
        assert (current_association_id(), database_says()) == (first.pk, first.pk)


@pytest.mark.django_db(transaction=True)
def test_found_setting_ends_with_the_transaction_and_costs_no_statement(first, django_assert_num_queries):
    with django_assert_num_queries(3), acting_where(by_slug(first.slug)):  # BEGIN, the association, COMMIT
        pass
    with acting_where(by_slug(first.slug)):
        assert database_says() == first.pk
        assert connection.in_atomic_block
    assert (selected.get(), database_says()) == (NOBODY, 0)
    assert not connection.in_atomic_block


def test_broken_savepoint_does_not_lose_the_scope(first):
    with acting_for(first.pk):
        with transaction.atomic():
            make_institution()
            transaction.set_rollback(True)
        assert database_says() == first.pk
        assert Institution.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_setting_ends_with_the_transaction(first):
    with acting_for(first.pk):
        assert database_says() == first.pk
    assert database_says() == 0
    assert not connection.in_atomic_block


def test_nobody_asks_without_a_scope():
    with pytest.raises(NoAssociationSelected):
        current_association_id()
    with pytest.raises(NoAssociationSelected):
        Institution.objects.filter(pk=1)
    with pytest.raises(NoAssociationSelected):
        Institution(name="x").save()


def test_queryset_made_in_one_scope_shows_nothing_of_it_in_another(first, second):
    with acting_for(first.pk):
        make_institution()
        kept = Institution.objects.all()
        assert kept.count() == 1
    with acting_for(second.pk):
        assert list(kept.all()) == []  # the manager's filter and row security together


def test_rows_are_claimed_for_the_scope_also_in_bulk(first, second):
    with acting_for(first.pk):
        one = make_institution()
        made = Institution.objects.bulk_create([Institution(name="乙", uscc=None, created_at=one.created_at)])
        assert {row.association_id for row in [one, *made]} == {first.pk}
    with acting_for(second.pk), pytest.raises(NoAssociationSelected):
        Institution.objects.bulk_create([one])


def test_sums_and_joins_stay_inside(first, second):
    for association, count in ((first, 1), (second, 2)):
        with acting_for(association.pk):
            for _ in range(count):
                appoint(make_user(), Role.INSTITUTION_ADMIN, institution=make_institution())
    with acting_for(first.pk):
        rows = Institution.objects.annotate(people=Count("appointments"))
        assert [row.people for row in rows] == [1]


# -- who acts -------------------------------------------------------------------------------------------------


def test_actor_has_the_roles_of_this_association_and_of_today(first, second):
    user = make_user()
    with acting_for(second.pk):
        appoint(user, Role.COMMITTEE_CHAIR)
    with acting_for(first.pk):
        institution = make_institution()
        appoint(user, Role.INSTITUTION_ADMIN, institution=institution)
        appoint(user, Role.SECRETARIAT, until_on=FROM)
        actor = actor_of(user, first.pk)
    assert actor.roles == {Role.INSTITUTION_ADMIN}
    assert actor.institution_ids == {institution.pk}
    assert not actor.is_staff


def test_appointment_of_tomorrow_does_not_count_today(first):
    from datetime import timedelta

    from association import clock

    user = make_user()
    with acting_for(first.pk):
        appoint(user, Role.SECRETARIAT, from_on=clock.today() + timedelta(days=1))
        assert actor_of(user, first.pk).roles == frozenset()
        appoint(user, Role.SECRETARIAT, from_on=clock.today(), until_on=clock.today())
        assert actor_of(user, first.pk).roles == {Role.SECRETARIAT}


def test_visitor_may_nothing_and_the_system_what_rules_say(first):
    table = {"something": frozenset({Role.SECRETARIAT})}
    with pytest.raises(Forbidden):
        visitor(first.pk).require(table, "something")
    system(first.pk).require(table, "something")
    assert not visitor(first.pk).is_signed_in
