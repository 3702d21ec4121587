"""任职 by two: nobody appoints or confirms themselves, and until another confirms nothing is opened."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from association import appointments, clock
from association.actors import actor_of
from association.choices import Role
from association.models import Appointment, AuditEntry, Notice, User
from association.tenancy import acting_for
from common.errors import Forbidden, NotFound, Refused
from members import operations
from tests.credit_rating.desk import desk
from tests.factories.people import actor_with, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    made = make_association()
    with acting_for(made.pk):
        yield made


@pytest.fixture
def clerk(association):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def chair(association):
    return actor_with(Role.COMMITTEE_CHAIR)


def appointed(clerk, role=Role.COMMITTEE_CHAIR, user=None, **more):
    person = user or make_user()
    return operations.appoint(
        actor=clerk, user=person, name="演示新人", role=role, from_on=clock.today(), **more
    )


def roles_of(row):
    return actor_of(row.user, row.association_id).roles


def test_one_that_begins_later_is_not_confirmed_after_it_was_declined(clerk, chair):
    row = operations.appoint(
        actor=clerk,
        user=make_user(),
        name="演示新人",
        role=Role.COMMITTEE,
        from_on=clock.today() + timedelta(days=30),
    )
    assert appointments.waiting_appointments(chair).get() == row
    appointments.decline_appointment(actor=chair, appointment_id=row.pk)
    assert not appointments.waiting_appointments(chair).exists()
    with pytest.raises(Refused, match="没有等待确认"):
        appointments.confirm_appointment(actor=chair, appointment_id=row.pk)


def test_nobody_appoints_themselves(clerk, chair):
    me = User.objects.get(pk=clerk.user_id)
    with pytest.raises(Forbidden, match="不能聘任自己"):
        appointed(clerk, user=me)
    with pytest.raises(Forbidden, match="不能聘任自己"):
        operations.appoint_person(
            actor=clerk, email=me.email.upper(), name="演示", role=Role.AUDITOR, from_on=clock.today()
        )
    assert Appointment.objects.filter(user=me).count() == 1


@pytest.mark.parametrize("role", [Role.COMMITTEE_CHAIR, Role.COMMITTEE, Role.ASSESSOR, Role.SECRETARIAT])
def test_a_role_that_decides_opens_nothing_until_another_confirms(clerk, chair, role):
    row = appointed(clerk, role)
    assert (row.awaits, roles_of(row)) == (True, frozenset())
    with pytest.raises(Forbidden, match="须由另一人确认"):
        appointments.confirm_appointment(actor=clerk, appointment_id=row.pk)
    appointments.confirm_appointment(actor=chair, appointment_id=row.pk)
    assert roles_of(row) == {role}
    assert AuditEntry.objects.get(action="confirm_appointment").user_id == chair.user_id
    with pytest.raises(Refused, match="没有等待确认"):
        appointments.decline_appointment(actor=chair, appointment_id=row.pk)


def test_the_one_who_is_appointed_does_not_confirm_it(clerk, chair):
    actor_with(Role.SECRETARIAT)
    row = appointed(clerk, Role.SECRETARIAT, user=User.objects.get(pk=chair.user_id))
    with pytest.raises(Forbidden, match="须由另一人确认"):
        appointments.confirm_appointment(actor=chair, appointment_id=row.pk)


def test_an_administrator_of_an_institution_waits_and_its_people_hear_of_it(clerk, chair):
    institution = make_institution()
    manager = actor_with(Role.INSTITUTION_ADMIN, institution)
    row = appointed(clerk, Role.INSTITUTION_ADMIN, institution_id=institution.pk)
    assert actor_of(row.user, row.association_id).institution_ids == frozenset()
    told = Notice.objects.filter(event=f"appointment-{row.pk}", channel="desk")
    assert set(told.values_list("user_id", flat=True)) == {manager.user_id, chair.user_id}
    appointments.decline_appointment(actor=chair, appointment_id=row.pk)
    assert actor_of(row.user, row.association_id).institution_ids == frozenset()
    assert not appointments.waiting_appointments(chair).exists()


def test_what_decides_nothing_holds_at_once_and_the_others_hear_of_it(clerk, chair):
    row = appointed(clerk, Role.AUDITOR)
    assert (row.awaits, roles_of(row)) == (False, {Role.AUDITOR})
    assert Notice.objects.filter(event=f"appointment-{row.pk}", user_id=chair.user_id).exists()


def test_the_first_people_of_an_association_hold_at_once(clerk):
    row = appointed(clerk)
    assert (row.awaits, roles_of(row)) == (False, {Role.COMMITTEE_CHAIR})
    assert AuditEntry.objects.get(action="appoint").detail["awaits"] is False
    assert appointed(clerk).awaits


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.AUDITOR, Role.INSTITUTION_ADMIN])
def test_others_do_not_confirm(clerk, chair, role):
    row = appointed(clerk)
    with pytest.raises(Forbidden):
        appointments.confirm_appointment(actor=actor_with(role), appointment_id=row.pk)


def test_the_neighbour_does_not_confirm(clerk, chair):
    row = appointed(clerk)
    with acting_for(make_association().pk), pytest.raises(NotFound):
        appointments.confirm_appointment(actor=actor_with(Role.COMMITTEE_CHAIR), appointment_id=row.pk)


def test_the_database_refuses_the_appointer_as_second_person_and_any_rewriting(clerk, chair):
    row = appointed(clerk)
    for change in (
        f"awaits = false, confirmed_by_id = {clerk.user_id}, confirmed_at = now()",
        f"awaits = false, confirmed_by_id = {row.user_id}, confirmed_at = now()",
        "awaits = false",
        "role = 'auditor'",
        f"user_id = {chair.user_id}",
        f"appointed_by_id = {row.user_id}",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE association_appointment SET {change} WHERE id = %s", [row.pk])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM association_appointment WHERE id = %s", [row.pk])


def test_the_second_person_confirms_on_the_desk():
    here = desk()
    with acting_for(here.association.pk):
        row = appointed(actor_with(Role.SECRETARIAT))
    address = f"/{here.association.slug}/desk/appointments/"
    assert "演示新人" in here.client.get(address).content.decode()
    assert here.client.post(f"{address}{row.pk}/confirm/", {"agree": "yes"}).status_code == 302
    with acting_for(here.association.pk):
        assert Appointment.objects.get(pk=row.pk).confirmed_by_id == here.user.pk
    assert "没有等待确认的任职" in here.client.get(address).content.decode()
