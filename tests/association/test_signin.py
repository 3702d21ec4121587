"""Signing in: lock-out, silence about accounts, second factor, sessions that end."""

import os
import re
import subprocess
import sys

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import translation

from association import tasks
from association.accounts import send_password_link
from association.choices import SECOND_FACTOR_ROLES, Role
from association.models import OutboxJob
from association.second_factor import SEALED, SealingAdapter
from association.tenancy import acting_for
from common.sealing import CannotOpen
from config.home import PROJECT
from tests.factories.people import appoint, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


def who(request):
    return HttpResponse(request.actor.name if request.actor.is_signed_in else "nobody")


urlpatterns = [path("who/", who, name="who"), path("", include("config.urls_association"))]
handler404 = "association.answers.not_found"


@pytest.fixture(autouse=True)
def ours(counting):
    cache.clear()
    limits = settings.THROTTLES | {"sign_in": (1000, 60)}
    with override_settings(ASSOCIATION_URLCONF=__name__, THROTTLES=limits):
        yield
    cache.clear()


@pytest.fixture
def association():
    return make_association("first")


@pytest.fixture
def person(association):
    """机构管理员: no second factor is asked of this role."""
    return with_role(association, Role.INSTITUTION_ADMIN, "person@example.org")


def with_role(association, role, email):
    user = make_user("陈某", email=email)
    user.set_password(PASSWORD)
    user.save()
    with acting_for(association.pk):
        appoint(user, role, institution=make_institution() if role == Role.INSTITUTION_ADMIN else None)
    return user


def sign_in(client, email, password=PASSWORD):
    return client.post("/first/accounts/login/", {"login": email, "password": password})


def seen(client):
    return client.get("/first/who/").content.decode()


def plain(response, *emails):
    """A page without what differs from one request to the next."""
    page = response.content.decode()
    for pattern in (
        *map(re.escape, emails),
        r'name="csrfmiddlewaretoken" value="[^"]*"',
        r'datetime="[^"]*"',
        r">[0-9a-f]{16}<",
    ):
        page = re.sub(pattern, "", page)
    return response.status_code, response.headers.get("Location"), page


def test_right_password_signs_in_and_a_wrong_one_does_not(client, person):
    assert sign_in(client, person.email, "wrong").status_code == 200
    assert seen(client) == "nobody"
    assert sign_in(client, person.email.upper())["Location"] == "/first/desk/"
    assert seen(client) == "陈某"


def test_five_failures_lock_the_account_out_even_with_the_right_password(client, person):
    for _ in range(5):
        sign_in(client, person.email, "wrong")
    locked = sign_in(client, person.email)
    assert locked.status_code == 200
    assert seen(client) == "nobody"
    other = with_role(make_association("other"), Role.INSTITUTION_ADMIN, "other@example.org")
    assert sign_in(client, other.email).status_code == 302


def test_lock_out_of_an_unknown_account_reads_the_same(person):
    for email in (person.email, "nobody@example.org"):
        for _ in range(5):
            sign_in(Client(), email, "wrong")
    pages = [
        plain(sign_in(Client(), email, "wrong"), email) for email in (person.email, "nobody@example.org")
    ]
    assert pages[0] == pages[1]


def test_failed_sign_in_does_not_tell_whether_the_account_exists(person):
    pages = [
        plain(sign_in(Client(), email, "wrong"), email) for email in (person.email, "nobody@example.org")
    ]
    assert pages[0] == pages[1]


def ask_reset(email):
    return Client().post("/first/accounts/password/reset/", {"email": email})


def test_reset_does_not_tell_whether_the_account_exists(person):
    pages = [plain(ask_reset(email), email) for email in (person.email, "nobody@example.org")]
    assert pages[0] == pages[1]
    assert mail.outbox == []  # nothing is sent while anybody waits
    send_what_was_asked()
    assert [message.to for message in mail.outbox] == [[person.email]]


def send_what_was_asked():
    """What the worker does with the outbox."""
    for job_id in OutboxJob.objects.filter(task="association.send_reset_link").values_list("pk", flat=True):
        tasks.send_reset_link(job_id)


@pytest.mark.parametrize(
    ("asked_in", "subject", "words"),
    [("", "重设密码的链接", "申请重设您账号的密码"), ("en", "Link to reset your password", "somebody asked")],
)
def test_the_mail_is_in_the_language_of_the_page_where_it_was_asked_for(
    association, person, asked_in, subject, words
):
    client = Client()
    if asked_in:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = asked_in
    client.post("/first/accounts/password/reset/", {"email": person.email})
    translation.deactivate()  # the worker asks nobody for a language
    send_what_was_asked()
    (message,) = mail.outbox
    assert message.subject == subject
    assert words in message.body
    assert association.name in message.body
    assert re.search(r"20\d\d.{1,12}\d\d:\d\d", message.body)  # until when it works


def test_reset_takes_the_same_way_for_known_and_unknown_addresses(person):
    """The same statements in the same order: no lookup, no mail, one row of the outbox."""
    asked = []
    for email in (person.email, "nobody@example.org"):
        with CaptureQueriesContext(connection) as captured:
            assert ask_reset(email).status_code == 302
        asked.append([re.sub(r"'[^']*'|\d+|\bs\w+_x\w+", "?", query["sql"]) for query in captured])
    assert asked[0] == asked[1]
    assert not [sql for sql in asked[0] if '"association_user"' in sql or "account_emailaddress" in sql]
    assert [job.payload.keys() for job in OutboxJob.objects.all()] == [{"box", "at_platform", "language"}] * 2
    assert not [job for job in OutboxJob.objects.all() if "example.org" in str(job.payload)]


def test_reset_by_the_mail_sets_a_new_password(client, association, person):
    ask_reset(person.email)
    send_what_was_asked()
    (link,) = re.findall(r"http://\S+/key/\S+", mail.outbox[0].body)
    assert link.startswith("http://testserver:8000/first/accounts/password/reset/key/")
    form = client.get(link.removeprefix("http://testserver:8000"), follow=True)
    new = "another long enough password"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(Client(), person.email, new)["Location"] == "/first/desk/"


def test_reset_on_the_platforms_page_links_to_the_platform(association, person):
    assert Client().post("/accounts/password/reset/", {"email": person.email}).status_code == 302
    send_what_was_asked()
    assert "http://testserver:8000/accounts/password/reset/key/" in mail.outbox[0].body


def test_closed_account_is_sent_nothing(person):
    person.is_active = False
    person.save()
    ask_reset(person.email)
    send_what_was_asked()
    assert mail.outbox == []


def test_fourth_reset_within_an_hour_is_refused_the_same_way(person):
    for email in (person.email, "nobody@example.org"):
        for _ in range(3):
            assert ask_reset(email).status_code == 302
    pages = [plain(ask_reset(email), email) for email in (person.email, "nobody@example.org")]
    assert pages[0] == pages[1]
    assert pages[0][0] == 429
    send_what_was_asked()
    assert len(mail.outbox) == 3


def test_nobody_makes_an_account(client, association):
    page = client.post(
        "/first/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert page.status_code == 404
    assert seen(client) == "nobody"


# -- second factor --------------------------------------------------------------------------------------------


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR_ROLES))
@override_settings(PORTAL_SKIP_SECOND_FACTOR=False)
def test_who_decides_about_others_must_set_up_a_second_factor(client, association, role):
    user = with_role(association, role, "staff@example.org")
    sign_in(client, user.email)
    for address in ("/first/who/", "/first/desk/", "/first/admin/", "/first/api/v1/"):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, "/first/accounts/2fa/totp/activate/")
    again = client.get("/first/accounts/2fa/totp/activate/")["Location"]
    assert again.startswith("/first/accounts/reauthenticate/")
    assert client.post(again, {"password": PASSWORD})["Location"] == "/first/accounts/2fa/totp/activate/"
    assert client.get("/first/accounts/2fa/totp/activate/").status_code == 200


@override_settings(PORTAL_SKIP_SECOND_FACTOR=False)
def test_who_is_new_goes_from_the_mailed_link_to_the_second_factor(client, association):
    user = with_role(association, Role.SECRETARIAT, "staff@example.org")
    user.set_unusable_password()
    user.save()
    with acting_for(association.pk):
        send_password_link(user_id=user.pk)
    link = client.get(re.search(r"https?://[^/]+(/\S+)", mail.outbox[0].body)[1])["Location"]
    client.post(link, {"password1": PASSWORD, "password2": PASSWORD})
    sign_in(client, user.email)
    assert client.get("/first/who/")["Location"] == "/first/accounts/2fa/totp/activate/"
    page = client.get("/first/accounts/2fa/totp/activate/", follow=True)
    if page.redirect_chain:
        page = client.post(page.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    client.post("/first/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert seen(client) == "陈某"


@override_settings(PORTAL_SKIP_SECOND_FACTOR=False)
def test_institution_may_come_in_without_a_second_factor(client, person):
    sign_in(client, person.email)
    assert seen(client) == "陈某"


@override_settings(PORTAL_SKIP_SECOND_FACTOR=False)
def test_second_factor_is_asked_and_a_code_works_once(client, association):
    user = with_role(association, Role.SECRETARIAT, "staff@example.org")
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    assert sign_in(client, user.email)["Location"].startswith("/first/accounts/2fa/authenticate/")
    assert seen(client) == "nobody"
    assert client.post("/first/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert seen(client) == "nobody"
    code = code_of(secret)
    assert client.post("/first/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert seen(client) == "陈某"
    again = Client()
    sign_in(again, user.email)
    assert again.post("/first/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert seen(again) == "nobody"


@override_settings(PORTAL_SKIP_SECOND_FACTOR=False)
def test_second_factors_stand_sealed_and_what_stood_open_still_works(client, association):
    user = with_role(association, Role.SECRETARIAT, "staff@example.org")
    secret = generate_totp_secret()
    held = TOTP.activate(user, secret).instance
    codes = RecoveryCodes.activate(user)
    kept = [held.data["secret"], codes.instance.data["seed"]]
    assert all(text.startswith(SEALED) for text in kept)
    assert secret not in kept[0]
    assert codes.generate_codes() == RecoveryCodes(codes.instance).generate_codes()
    with pytest.raises(CannotOpen):
        SealingAdapter().decrypt(kept[0][:-8] + kept[1][-8:])
    held.data["secret"] = secret
    held.save()
    sign_in(client, user.email)
    assert client.post("/first/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302


def test_switch_lets_the_demo_accounts_in(client, association):
    user = with_role(association, Role.SECRETARIAT, "staff@example.org")
    sign_in(client, user.email)
    assert seen(client) == "陈某"


def settings_start(**changes):
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "x" * 60,
        "DATA_KEYS": "y" * 60,
        "DATABASE_URL": "postgres://portal_app@127.0.0.1/portal",
        "DATABASE_PUBLIC_URL": "postgres://portal_public@127.0.0.1/portal",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    result = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=PROJECT,
        env={name: value for name, value in (environment | changes).items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("changes", "starts"),
    [
        ({"PORTAL_SKIP_SECOND_FACTOR": "1", "ALLOWED_HOSTS": "portal.example.org"}, False),
        ({"PORTAL_SKIP_SECOND_FACTOR": "1", "ALLOWED_HOSTS": "localhost,portal.example.org"}, False),
        ({"PORTAL_SKIP_SECOND_FACTOR": "1", "ALLOWED_HOSTS": "*"}, False),
        ({"PORTAL_SKIP_SECOND_FACTOR": "1", "ALLOWED_HOSTS": "localhost"}, True),
        ({"PORTAL_SKIP_SECOND_FACTOR": "1", "ALLOWED_HOSTS": "portal.example.org", "DEBUG": "1"}, True),
        ({"ALLOWED_HOSTS": "portal.example.org"}, True),
        ({"PORTAL_DEMO": "1", "ALLOWED_HOSTS": "portal.example.org"}, False),
        ({"SECRET_KEY": None}, False),
        ({"DATA_KEYS": None}, False),
    ],
)
def test_settings_refuse_the_switch_where_others_can_come_in(changes, starts):
    started, output = settings_start(**changes)
    assert started is starts
    assert starts or "ImproperlyConfigured" in output
