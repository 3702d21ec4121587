"""平台运维: a secretary where nobody is left who appoints, and a second factor lost; on record, told, and by no role."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command

from association import clock
from association.actors import actor_of
from association.appointments import confirm_appointment
from association.choices import Role
from association.models import Appointment, AuditEntry, Notice, OutboxJob, User
from association.tenancy import acting_for
from config.home import PROJECT
from members import operations
from tests.association.test_signin import PASSWORD, ours, seen, sign_in, with_role  # noqa: F401 - pages of the sign-in
from tests.factories.people import FROM, actor_with, appoint, make_association, make_user

pytestmark = pytest.mark.django_db
NEW = "演示接任 <Jieren@example.org>"


@pytest.fixture
def association():
    return make_association("first")


def run(command, *words):
    told = StringIO()
    call_command(command, *words, stdout=told)
    return told.getvalue()


def named(*more, slug="first", grounds="理事会决议第3号"):
    return run("appoint_secretary", slug, "--secretary", NEW, "--grounds", grounds, *more)


def told_of(event):
    return set(Notice.objects.filter(event=event, channel="desk").values_list("user_id", flat=True))


# -- a secretary ----------------------------------------------------------------------------------------------


def test_an_association_without_anybody_gets_a_secretary_and_everybody_hears_of_it(association):
    with acting_for(association.pk):
        appoint(make_user(), Role.SECRETARIAT, until_on=FROM)
        there = {actor_with(role).user_id for role in (Role.ASSESSOR, Role.INSTITUTION_STAFF, Role.AUDITOR)}
    assert named().startswith("first: 演示接任")
    with acting_for(association.pk):
        row = Appointment.objects.get(role=Role.SECRETARIAT, until_on=None)
        assert (row.awaits, row.appointed_by_id, row.from_on) == (False, None, clock.today())
        assert actor_of(row.user, association.pk).roles == {Role.SECRETARIAT}
        assert told_of(f"secretary-{row.pk}") == there | {row.user_id}
        assert "理事会决议第3号" in Notice.objects.filter(event=f"secretary-{row.pk}")[0].body
        entry = AuditEntry.objects.get(action="appoint_by_operator")
        assert (entry.user_id, entry.object_id, entry.reason) == (None, row.pk, "理事会决议第3号")
        job = OutboxJob.objects.get(task="association.send_password_link")
        assert job.payload == {"user_id": row.user_id}


def test_the_chair_named_with_it_waits_for_that_secretary_and_then_they_appoint_by_two(association):
    with acting_for(association.pk):
        appoint(make_user(), Role.SECRETARIAT, until_on=FROM)
    named("--chair", "演示主任 <zhuren@example.org>")
    with acting_for(association.pk):
        secretary = actor_of(User.objects.get(email="jieren@example.org"), association.pk)
        chair = Appointment.objects.get(role=Role.COMMITTEE_CHAIR)
        assert chair.awaits
        confirm_appointment(actor=secretary, appointment_id=chair.pk)
        new = operations.appoint(
            actor=secretary, user=make_user(), name="演示", role=Role.COMMITTEE, from_on=clock.today()
        )
        assert new.awaits
        confirm_appointment(actor=actor_of(chair.user, association.pk), appointment_id=new.pk)


def test_the_same_again_and_what_is_wrong_change_nothing(association):
    named()
    for words, said in (
        ({}, "演示接任已经担任秘书处"),
        ({"slug": "nobody"}, "没有代号为“nobody”的协会"),
        ({"grounds": " "}, "请写明依据"),
    ):
        with pytest.raises(CommandError, match=said):
            named(**words)
    with pytest.raises(CommandError, match="须是两个人"):
        named("--chair", NEW)
    with pytest.raises(CommandError, match="write it as"):
        run("appoint_secretary", "first", "--secretary", "没有地址", "--grounds", "x")
    with acting_for(association.pk):
        assert Appointment.objects.count() == 1


def test_the_neighbour_has_nothing_of_it_and_an_account_stays_as_it_is(association):
    known = make_user("演示别处的名字", email="jieren@example.org")
    known.set_password(PASSWORD)
    known.save()
    elsewhere = make_association("second")
    with acting_for(elsewhere.pk):
        appoint(known, Role.ASSESSOR)
        before = AuditEntry.objects.count()
    named()
    with acting_for(elsewhere.pk):
        assert actor_of(known, elsewhere.pk).roles == {Role.ASSESSOR}
        assert (AuditEntry.objects.count(), Notice.objects.count()) == (before, 0)
    known.refresh_from_db()
    assert known.check_password(PASSWORD)


# -- a second factor ------------------------------------------------------------------------------------------


@pytest.fixture
def person(association):
    """Somebody with a factor and recovery codes who cannot get in any more."""
    user = with_role(association, Role.ASSESSOR, "lost@example.org")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def test_the_factor_goes_the_password_stays_and_all_who_should_hear_do(association, person):
    other, neighbour, third = (
        make_association("second"),
        make_association("third"),
        make_association("fourth"),
    )
    with acting_for(association.pk):
        secretary = actor_with(Role.SECRETARIAT).user_id
        actor_with(Role.COMMITTEE_CHAIR)
    with acting_for(other.pk):
        appoint(person, Role.MEDIATOR)
    with acting_for(neighbour.pk):
        appoint(person, Role.MEDIATOR, until_on=FROM)
        actor_with(Role.SECRETARIAT)
    colleague = make_user()
    TOTP.activate(colleague, generate_totp_secret())
    before = User.objects.get(pk=person.pk).password
    said = run("reset_second_factor", person.email.upper(), "--grounds", "当面核对身份证件")
    assert said.strip().endswith("first, second")
    assert list(Authenticator.objects.values_list("user_id", flat=True)) == [colleague.pk]
    assert User.objects.get(pk=person.pk).password == before
    for place, heard in ((association, {person.pk, secretary}), (other, {person.pk})):
        with acting_for(place.pk):
            entry = AuditEntry.objects.get(action="reset_second_factor")
            assert (entry.user_id, entry.object_id, entry.reason) == (None, person.pk, "当面核对身份证件")
            assert told_of(f"factor-{entry.pk}") == heard
    for place in (neighbour, third):
        with acting_for(place.pk):
            assert not AuditEntry.objects.filter(action="reset_second_factor").exists()


def test_every_session_ends_and_the_password_alone_opens_nothing_but_a_new_factor(
    association, client, person, settings
):
    Authenticator.objects.all().delete()
    sign_in(client, person.email)
    assert seen(client) != "nobody"
    TOTP.activate(person, generate_totp_secret())
    run("reset_second_factor", person.email)
    assert (seen(client), Session.objects.count()) == ("nobody", 0)
    settings.PORTAL_SKIP_SECOND_FACTOR = False
    sign_in(client, person.email)
    assert "2fa" in client.get("/first/desk/")["Location"]


def test_twice_an_unknown_address_and_an_account_without_a_post_are_refused(association, person):
    run("reset_second_factor", person.email)
    lonely = make_user()
    TOTP.activate(lonely, generate_totp_secret())
    for address, said in (
        (person.email, "没有第二因素"),
        ("nobody@example.org", "没有使用这个邮箱的账号"),
        (lonely.email, "没有在任何协会任职"),
    ):
        with pytest.raises(CommandError, match=said):
            run("reset_second_factor", address)
    assert Authenticator.objects.filter(user=lonely).exists()
    with acting_for(association.pk):
        assert AuditEntry.objects.filter(action="reset_second_factor").count() == 1


def test_no_page_of_an_association_takes_a_factor_away():
    """A colleague who knew the password of another would be that other: only the command on the machine does it."""
    apps = ("association", "members", "credit_rating", "complaints", "disclosure", "config")
    users = {
        path.relative_to(PROJECT).as_posix()
        for app in apps
        for path in (PROJECT / app).rglob("*.py")
        if "lost_factor" in path.read_text()
    }
    assert users == {"association/management/commands/reset_second_factor.py"}
