"""任职终止 by two: nobody gets rid of the others alone, nobody is the first again, and somebody who appoints is left."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from association import appointments, clock, endings
from association.actors import actor_of
from association.choices import CONFIRMED_ROLES, INSTITUTION_ROLES, Role
from association.models import Appointment, AuditEntry, Notice, User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from config.second_person import counts_to_confirm
from members import operations
from tests.credit_rating.desk import desk
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user

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
def colleague(association):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def chair(association):
    return actor_with(Role.COMMITTEE_CHAIR)


def today(days=0):
    return clock.today() + timedelta(days=days)


def post_of(actor):
    return Appointment.objects.filter(user_id=actor.user_id).order_by("-pk")[0]


def end(actor, whose, days=0):
    return operations.end_appointment(actor=actor, appointment_id=post_of(whose).pk, until_on=today(days))


def confirm(actor, row, days=0):
    return endings.confirm_ending(actor=actor, appointment_id=row.pk, until_on=today(days).isoformat())


def told(verb):
    entry = AuditEntry.objects.filter(action=verb).order_by("-pk")[0]
    rows = Notice.objects.filter(event=f"ending-{entry.object_id}-{entry.pk}", channel="desk")
    return set(rows.values_list("user_id", flat=True))


def sql(row, change):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE association_appointment SET {change} WHERE id = %s", [row.pk])


# -- two people ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(CONFIRMED_ROLES))
def test_the_post_of_somebody_else_who_decides_waits_and_both_hear_of_it(clerk, chair, role):
    actor_with(Role.SECRETARIAT)
    other = actor_with(role)
    row = end(clerk, other, -1)
    assert (row.until_on, row.ends_on, row.ended_by_id) == (None, today(-1), clerk.user_id)
    assert role in actor_of(User.objects.get(pk=other.user_id), row.association_id).roles
    assert {other.user_id, chair.user_id} <= told("propose_ending")
    assert clerk.user_id not in told("propose_ending")
    assert counts_to_confirm(chair)["endings"] == 1
    assert (counts_to_confirm(clerk)["endings"], counts_to_confirm(other).get("endings", 0)) == (0, 0)
    row = confirm(chair, row, -1)
    assert (row.until_on, row.ends_on, row.end_confirmed_by_id) == (today(-1), None, chair.user_id)
    assert actor_of(User.objects.get(pk=other.user_id), row.association_id).roles == frozenset()
    assert {other.user_id, clerk.user_id} <= told("confirm_ending")
    with pytest.raises(Refused, match="没有等待确认的终止"):
        confirm(chair, row, -1)


def test_one_of_the_secretariat_does_not_become_two(clerk, colleague, chair):
    """Ending all others first, and then appointing a second account, opens nothing."""
    for other in (colleague, chair):
        end(clerk, other, -1)
    assert actor_of(User.objects.get(pk=chair.user_id), chair.association_id).roles
    new = operations.appoint(
        actor=clerk, user=make_user(), name="演示新人", role=Role.COMMITTEE_CHAIR, from_on=today()
    )
    assert new.awaits


def test_who_is_alone_again_is_not_the_first_again(clerk, chair):
    """With two people only the other's post ends at once, for nobody else could agree; and then nobody confirms."""
    row = end(clerk, chair, -1)
    assert (row.until_on, row.ends_on) == (today(-1), None)
    assert told("end_appointment") == {chair.user_id}
    new = operations.appoint(
        actor=clerk, user=make_user(), name="演示新人", role=Role.COMMITTEE_CHAIR, from_on=today()
    )
    assert new.awaits
    with pytest.raises(IntegrityError), transaction.atomic():
        appoint(make_user(), Role.SECRETARIAT, appointed_by_id=clerk.user_id)


def test_neither_who_proposed_it_nor_whose_post_it_is_confirms_or_declines(clerk, colleague, chair):
    row = end(clerk, chair)
    for person in (clerk, chair):
        for decide in (endings.confirm_ending, endings.decline_ending):
            with pytest.raises(Forbidden, match="须由另一人确认"):
                decide(actor=person, appointment_id=row.pk, until_on=today().isoformat())
    with pytest.raises(Forbidden):
        confirm(actor_with(Role.COMMITTEE), row)
    assert confirm(colleague, row).until_on == today()


def test_declined_it_goes_on_and_may_be_proposed_again(clerk, colleague, chair):
    row = end(clerk, chair)
    row = endings.decline_ending(actor=colleague, appointment_id=row.pk, until_on=today().isoformat())
    assert (row.until_on, row.ends_on, row.ended_by_id) == (None, None, None)
    assert told("decline_ending") == {clerk.user_id, chair.user_id}
    assert end(clerk, chair, 3).ends_on == today(3)


def test_the_second_person_signs_the_day_that_was_shown(clerk, colleague, chair):
    row = end(clerk, chair, 9)
    with pytest.raises(Refused, match="已有人提出在这一天终止"):
        end(clerk, chair, 9)
    end(clerk, chair, 3)
    for shown in (today(9).isoformat(), "", "2026"):
        with pytest.raises(Refused, match="日期已经改变"):
            endings.confirm_ending(actor=colleague, appointment_id=row.pk, until_on=shown)
    assert confirm(colleague, row, 3).until_on == today(3)


def test_what_waited_for_somebody_who_left_ends_at_once_when_it_is_asked_again(clerk, colleague, chair):
    row = end(clerk, chair)
    end(colleague, colleague, -1)
    assert (end(clerk, chair).until_on, post_of(chair).ends_on) == (today(), None)
    row.refresh_from_db()
    assert row.end_confirmed_by_id is None


def test_the_neighbour_neither_ends_nor_confirms(clerk, colleague, chair):
    row = end(clerk, chair)
    with acting_for(make_association().pk):
        with pytest.raises(NotFound):
            confirm(actor_with(Role.COMMITTEE_CHAIR), row)
        with pytest.raises(NotFound):
            operations.end_appointment(
                actor=actor_with(Role.SECRETARIAT), appointment_id=row.pk, until_on=today()
            )


def test_ones_own_post_and_what_decides_nothing_end_at_once(clerk, colleague, chair):
    assert end(clerk, clerk).until_on == today()
    assert told("end_appointment") == {colleague.user_id, chair.user_id}
    auditor = actor_with(Role.AUDITOR)
    assert end(colleague, auditor).until_on == today()


def test_what_still_waits_is_taken_back_by_one(clerk, chair):
    new = operations.appoint(
        actor=clerk, user=make_user(), name="演示新人", role=Role.COMMITTEE, from_on=today(5)
    )
    row = operations.end_appointment(actor=clerk, appointment_id=new.pk, until_on=today(5))
    assert (row.until_on, row.ends_on) == (today(5), None)
    assert not appointments.waiting_appointments(chair).exists()


# -- earlier only -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [2, 3, 30000])
def test_a_post_is_not_made_longer(clerk, colleague, chair, days):
    short = appoint(make_user(), Role.COMMITTEE, until_on=today(2))
    with pytest.raises(InvalidInput, match="不能延长") as wrong:
        operations.end_appointment(actor=clerk, appointment_id=short.pk, until_on=today(days))
    assert "until_on" in wrong.value.fields
    with pytest.raises(IntegrityError, match="never longer"):
        sql(short, f"until_on = DATE '{today(3)}', ended_by_id = {short.user_id}")
    with pytest.raises(IntegrityError, match="never longer"):
        sql(short, f"until_on = NULL, ended_by_id = {short.user_id}")


# -- somebody is left ---------------------------------------------------------------------------------------------


def test_the_last_who_appoints_is_not_ended(clerk, chair):
    with pytest.raises(Refused, match="请先聘任接任的人"):
        end(clerk, clerk)
    waiting = operations.appoint(
        actor=clerk, user=make_user(), name="演示接任", role=Role.SECRETARIAT, from_on=today()
    )
    with pytest.raises(Refused, match="请先聘任接任的人"):
        end(clerk, clerk)
    appointments.confirm_appointment(actor=chair, appointment_id=waiting.pk)
    assert end(clerk, clerk).until_on == today()


def test_a_successor_begins_the_day_after_at_the_latest_and_stays(clerk, chair):
    appoint(make_user(), Role.SECRETARIAT, until_on=today(4))
    appoint(make_user(), Role.SECRETARIAT, from_on=today(9))
    with pytest.raises(Refused, match="请先聘任接任的人"):
        end(clerk, clerk, 4)
    with pytest.raises(IntegrityError, match="the last one who appoints"):
        sql(post_of(clerk), f"until_on = DATE '{today(4)}', ended_by_id = {clerk.user_id}")
    assert end(clerk, clerk, 8).until_on == today(8)


def test_two_ends_that_wait_do_not_leave_nobody(clerk, colleague, chair):
    one, two = end(clerk, colleague), end(colleague, clerk)
    confirm(chair, one)
    with pytest.raises(Refused, match="请先聘任接任的人"):
        confirm(chair, two)
    assert post_of(clerk).until_on is None


# -- the database -------------------------------------------------------------------------------------------------


def test_the_database_refuses_an_end_by_one_and_any_rewriting(clerk, colleague, chair):
    day = f"DATE '{today()}'"
    for change in (
        f"until_on = {day}",
        f"until_on = {day}, ended_by_id = {clerk.user_id}",
        f"until_on = {day}, ended_by_id = {clerk.user_id}, end_confirmed_by_id = {colleague.user_id}, end_confirmed_at = now()",
        f"ends_on = {day}",
        f"ends_on = {day}, ended_by_id = {chair.user_id}",
        f"ended_by_id = {clerk.user_id}",
    ):
        with pytest.raises(IntegrityError):
            sql(post_of(chair), change)
    row = end(clerk, chair)
    for who in (clerk.user_id, chair.user_id):
        with pytest.raises(IntegrityError):
            sql(
                row,
                f"until_on = {day}, ends_on = NULL, end_confirmed_by_id = {who}, end_confirmed_at = now()",
            )
    with pytest.raises(IntegrityError, match="the end that was proposed"):
        sql(
            row,
            f"until_on = {day}::date - 1, ends_on = NULL, end_confirmed_by_id = {colleague.user_id}, end_confirmed_at = now()",
        )
    confirm(colleague, row)
    for change in (
        "end_confirmed_by_id = NULL, end_confirmed_at = NULL",
        f"ended_by_id = {colleague.user_id}",
    ):
        with pytest.raises(IntegrityError):
            sql(row, change)


@pytest.mark.parametrize("role", sorted(CONFIRMED_ROLES))
def test_the_database_refuses_an_appointment_that_should_have_waited(clerk, chair, role):
    where = {"institution": make_institution()} if role in INSTITUTION_ROLES else {}
    with pytest.raises(IntegrityError, match="by a second person"), transaction.atomic():
        appoint(make_user(), role, appointed_by_id=clerk.user_id, **where)
    assert appoint(make_user(), role, appointed_by_id=clerk.user_id, awaits=True, **where).pk


# -- the pages ----------------------------------------------------------------------------------------------------


def test_the_page_shows_the_whole_span_and_the_second_person_ends_there():
    here = desk()
    with acting_for(here.association.pk):
        clerk, other = actor_with(Role.SECRETARIAT), actor_with(Role.COMMITTEE)
        row = end(clerk, other)
        operations.appoint(
            actor=clerk,
            user=make_user(),
            name="演示短期",
            role=Role.COMMITTEE,
            from_on=today(),
            until_on=today(2),
        )
    address = f"/{here.association.slug}/desk/appointments/"
    page = here.client.get(address).content.decode()
    assert f"自 {today()} 至 {today(2)}" in page
    assert f"拟终止于 {today()}" in page
    form = {"agree": "yes", "until_on": today(1).isoformat()}
    assert here.client.post(f"{address}{row.pk}/end/", form).status_code == 409
    assert (
        here.client.post(f"{address}{row.pk}/end/", form | {"until_on": today().isoformat()}).status_code
        == 302
    )
    with acting_for(here.association.pk):
        assert post_of(other).end_confirmed_by_id == here.user.pk


def test_the_button_says_that_another_person_is_asked():
    here = desk()
    with acting_for(here.association.pk):
        actor_with(Role.COMMITTEE_CHAIR)
        row = post_of(actor_with(Role.COMMITTEE))
    address = f"association/appointment/{row.pk}/do/end/"
    assert "任职的本人不能确认" in here.get(address).content.decode()
    here.post(address, until_on=today())
    with acting_for(here.association.pk):
        row.refresh_from_db()
    assert (row.until_on, row.ends_on) == (None, today())
