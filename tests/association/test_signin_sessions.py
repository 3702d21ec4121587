"""Sessions: how they end, how they are listed, and what a request may carry."""

import time

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db.models import F
from django.test import Client, override_settings
from django.urls import reverse

from association.choices import Role
from association.models import AssociationHost
from association.tenancy import acting_for
from tests.association.test_signin import PASSWORD, seen, sign_in, with_role
from tests.factories.people import appoint, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ours(counting):
    cache.clear()
    limits = settings.THROTTLES | {"sign_in": (1000, 60)}
    with override_settings(ASSOCIATION_URLCONF="tests.association.test_signin", THROTTLES=limits):
        yield
    cache.clear()


@pytest.fixture
def association():
    return make_association("first")


@pytest.fixture
def person(association):
    """机构管理员: no second factor is asked of this role."""
    return with_role(association, Role.INSTITUTION_ADMIN, "person@example.org")


# -- sessions -------------------------------------------------------------------------------------------------


def move_session(client, **seconds_ago):
    session = client.session
    for name, seconds in seconds_ago.items():
        session[name] = int(time.time()) - seconds
    session.save()


def test_half_an_hour_without_a_click_ends_the_session(client, person):
    sign_in(client, person.email)
    seen(client)
    move_session(client, last_click=settings.SESSION_IDLE_SECONDS - 5)
    assert seen(client) == "陈某"
    move_session(client, last_click=settings.SESSION_IDLE_SECONDS + 5)
    assert seen(client) == "nobody"
    assert seen(client) == "nobody"


def test_twelve_hours_end_the_session_however_busy(client, person):
    sign_in(client, person.email)
    seen(client)
    move_session(client, began=settings.SESSION_COOKIE_AGE + 5, last_click=1)
    assert seen(client) == "nobody"


def test_sessions_are_listed_and_the_others_can_be_ended(person):
    here, elsewhere = Client(), Client(headers={"user-agent": "Elsewhere/1.0"})
    for client in (here, elsewhere):
        sign_in(client, person.email)
        assert seen(client) == "陈某"
    page = here.get("/first/accounts/sessions/").content.decode()
    assert page.count("Elsewhere/1.0") == 1
    here.post("/first/accounts/sessions/")
    assert (seen(here), seen(elsewhere)) == ("陈某", "nobody")


def test_signing_out_ends_the_session_in_the_database(client, person):
    sign_in(client, person.email)
    key = client.session.session_key
    client.post("/first/accounts/logout/")
    assert seen(client) == "nobody"
    assert not Session.objects.filter(pk=key).exists()


def test_signing_in_gives_a_new_session(client, person):
    client.get("/first/accounts/login/")
    session = client.session
    session["mark"] = 1
    session.save()
    before = session.session_key
    sign_in(client, person.email)
    assert client.session.session_key != before


def test_disabled_account_is_out_at_once(client, person):
    sign_in(client, person.email)
    assert seen(client) == "陈某"
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert seen(client) == "nobody"


def test_role_that_ended_is_gone_at_the_next_click(client, association, person):
    from association.models import Appointment
    from tests.factories.people import FROM

    sign_in(client, person.email)
    with acting_for(association.pk):
        Appointment.objects.update(until_on=FROM, ended_by=F("user"))
    client.get("/first/who/")
    assert client.get("/first/who/").wsgi_request.actor.roles == frozenset()


def test_new_password_ends_every_session(person):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client, person.email)
    form = {
        "oldpassword": PASSWORD,
        "password1": "another long password 2",
        "password2": "another long password 2",
    }
    here.post("/first/accounts/password/change/", form)
    assert (seen(here), seen(elsewhere)) == ("nobody", "nobody")


@pytest.mark.parametrize("password", ["short1", "password1234", "chen@example.org"])
def test_weak_password_is_refused(client, person, password):
    sign_in(client, person.email)
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client.post("/first/accounts/password/change/", form).status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, person):
    sign_in(client, person.email)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_set_password"])
def test_nobody_changes_the_address_that_appointments_land_on(client, name):
    association = make_association()
    with acting_for(association.pk):
        clerk = make_user()
        school = make_institution()
        appoint(clerk, Role.INSTITUTION_STAFF, institution=school)
    client.force_login(clerk)
    place = f"/{association.slug}{reverse(name, urlconf='config.urls_association')}"
    asked = client.post(place, {"action_add": "", "email": "ghost@example.org"})
    assert (asked.status_code, client.get(place).status_code) == (404, 404)
    assert not EmailAddress.objects.filter(email="ghost@example.org").exists()


def test_a_nul_in_a_query_is_refused(client):
    association = make_association()
    assert client.get(f"/{association.slug}/register/?q=%00").status_code == 400


def test_a_machine_is_told_of_a_nul_in_its_own_form(client):
    association = make_association()
    answer = client.get(f"/{association.slug}/api/v1/register/?q=%00")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("host", ["OWN.example", "own.example."])
def test_a_host_is_the_same_however_it_is_written(client, host):
    association = make_association()
    AssociationHost.objects.create(association=association, host="own.example")
    assert client.get("/accounts/login/", headers={"host": host}).status_code == 200
