"""登录限流: counted before the form is looked at, closed without the server that counts, in both languages."""

import pytest
from django.core.cache import cache
from django.test import Client

from association import throttle
from association.choices import Role
from tests.association.test_signin import PASSWORD, sign_in, with_role
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db
NOWHERE = "redis://127.0.0.1:1/0"
CLOSED = "登录和重设密码暂时停用"


@pytest.fixture(autouse=True)
def forgotten():
    """What allauth counts."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person():
    return with_role(make_association("first"), Role.INSTITUTION_ADMIN, "person@example.org")


@pytest.fixture
def nowhere(settings, monkeypatch):
    """The cache server is down: for our limits and for allauth's."""
    settings.REDIS_URL = NOWHERE
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOWHERE}
    }
    throttle.script.cache_clear()
    monkeypatch.setattr(throttle._Silence, "until", 0.0)


def ask_reset(email="person@example.org", **more):
    return Client().post("/first/accounts/password/reset/", {"email": email}, **more)


def test_without_the_server_nobody_signs_in_and_is_told_so(client, person, nowhere):
    for answer in (sign_in(client, person.email), ask_reset()):
        assert answer.status_code == 503
        assert CLOSED in answer.content.decode()
    assert seen_home(client) == 200
    english = ask_reset(headers={"accept-language": "en"})
    assert (english.status_code, CLOSED in english.content.decode()) == (503, False)


def seen_home(client):
    return client.get("/first/accounts/login/").status_code


def test_server_that_dies_under_allauths_limits_is_the_same_sentence(client, person, nowhere, counting):
    answer = sign_in(client, person.email)
    assert (answer.status_code, CLOSED in answer.content.decode()) == (503, True)


def test_eleventh_sign_in_within_a_minute_is_refused_for_this_address_only(client, person, counting):
    answers = [sign_in(Client(), f"nobody{number}@example.org", "wrong") for number in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[10]["Retry-After"] == "60"
    assert "尝试太频繁，请在60秒后再试。" in answers[10].content.decode()
    elsewhere = {"login": person.email, "password": PASSWORD}
    assert client.post("/first/accounts/login/", elsewhere, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_resets_are_counted_by_address_and_by_account_without_naming_it(person, counting):
    assert [ask_reset(" Person@example.org ").status_code for _time in range(4)] == [302, 302, 302, 429]
    assert ask_reset(REMOTE_ADDR="192.0.2.9").status_code == 429
    assert not any("person" in key for key in counting)
    others = [ask_reset(f"nobody{number}@example.org").status_code for number in range(17)]
    assert others == [302] * 16 + [429]
