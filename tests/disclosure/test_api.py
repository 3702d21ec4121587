"""API v1: the same facts as the pages, refusals as problem details, limits in headers."""

import re

import pytest
from django.db import connection

from association import throttle
from association.tenancy import acting_for
from disclosure.operations import refresh_register
from tests.disclosure.material import a_season
from tests.factories.people import make_association, make_institution

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]

V1 = "/chaoyang/api/v1"


@pytest.fixture
def season():
    association = make_association("chaoyang")
    with acting_for(association.pk):
        return a_season() | {"association": association}


def test_search_answers_the_same_cards_as_the_page(client, season):
    answer = client.get(f"{V1}/register/?q=培训").json()
    names = re.findall(
        r'/register/\w+/">([^<]+)</a>', client.get("/chaoyang/register/?q=培训").content.decode()
    )
    assert [row["name"] for row in answer["results"]] == names
    assert answer["next"] is None


def test_search_pages_by_cursor(client):
    with acting_for(make_association("chaoyang").pk):
        for number in range(45):
            make_institution(f"演示培训{number}")
        refresh_register()
    for start in ("?q=培训", "?q=演示培训", "", "?q="):
        names, address = [], f"http://testserver{V1}/register/{start}"
        while address:
            page = client.get(address).json()
            assert "results" in page, (address, page)
            names += [row["name"] for row in page["results"]]
            address = page["next"]
        assert len(names) == len(set(names)) == 45


def test_card_in_full(client, season):
    card = client.get(f"{V1}/register/{season['graded'].uscc}/").json()
    assert (card["state"], card["state_label"], card["grade"]) == ("graded", "已评", "B")
    assert card["url"] == f"http://testserver{V1}/register/{season['graded'].uscc}/"
    assert [row["title"] for row in card["profile"]] == ["基本条件", "教学服务", "诚信经营"]
    assert card["history"][0]["state"] == "valid"
    assert card["official"] is False


def test_wrong_code_is_explained(client, season):
    assert "字母“O”" in client.get(f"{V1}/register/?q=9111010500000000OX").json()["hint"]


def test_rounds_and_one_year(client, season):
    years = [row["year"] for row in client.get(f"{V1}/rounds/").json()["results"]]
    assert years == [season["running"].year, season["held"].year]
    held = client.get(f"{V1}/rounds/{season['held'].year}/").json()["results"][0]
    assert sorted(row["grade"] for row in held["results"]) == ["A", "B", "B", "C"]
    running = client.get(f"{V1}/rounds/{season['running'].year}/").json()["results"][0]
    assert [row["objection"] for row in running["notices"][0]["rows"]] == [False, True]
    assert running["results"] == []


def test_verify(client, season):
    answer = client.get(f"{V1}/verify/{season['certificate'].code}/").json()
    assert (answer["standing"], answer["grade"], answer["name"]) == ("valid", "B", season["graded"].name)
    assert client.get(f"{V1}/verify/zzzzzzzzzzzz/").json()["standing"] == "not_ours"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("get", "/register/999999/", {}, 404),
        ("get", "/rounds/1999/", {}, 404),
        ("get", "/rounds/abc/", {}, 404),
        ("get", "/nothing/", {}, 404),
        ("get", "/register/?cursor=abc", {}, 400),
        ("get", "/register/?q=培训&cursor=abc", {}, 400),
        ("post", "/register/", {}, 405),
        ("delete", "/register/999999/", {}, 405),
        ("options", "/register/", {}, 405),
        ("get", "/register/", {"Accept": "text/html"}, 406),
    ],
)
def test_refusals_are_problem_details(client, season, method, path, headers, status):
    answer = getattr(client, method)(f"{V1}{path}", headers=headers)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= set(body)
    if status == 405:
        assert answer["Allow"] == "GET, HEAD"


def test_no_session_and_no_cookie(client, season):
    answer = client.get(f"{V1}/register/?q=培训")
    assert not answer.cookies
    assert answer["X-Request-Id"]


@pytest.fixture
def server(django_db_setup, settings, monkeypatch):
    """A real cache server for this test."""
    settings.REDIS_URL = django_db_setup.environment()["REDIS_URL"]
    monkeypatch.setattr(throttle._Silence, "until", 0.0)
    throttle.script.cache_clear()
    client = throttle.script(settings.REDIS_URL).registered_client
    for key in list(client.scan_iter("throttle:*")):
        client.delete(key)
    yield client
    client.close()
    throttle.script.cache_clear()


def test_limit_is_told_and_kept(client, season, server, settings):
    settings.THROTTLES = {"api": (2, 60), "page": (2, 60), "verify": (2, 60)}
    first, second, third = (client.get(f"{V1}/register/") for _time in range(3))
    assert [answer.status_code for answer in (first, second, third)] == [200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in (first, second, third)] == ["1", "0", "0"]
    assert first["RateLimit-Limit"] == "2"
    assert third["Content-Type"] == "application/problem+json"
    assert 1 <= int(third["Retry-After"]) <= 60
    pages = [client.get("/chaoyang/register/") for _time in range(3)]
    assert [page.status_code for page in pages] == [200, 200, 429]
    assert 1 <= int(pages[2]["Retry-After"]) <= 60
    assert client.get(f"{V1}/register/", REMOTE_ADDR="192.0.2.9").status_code == 200


def test_limit_ends_with_its_window(server):
    assert throttle.allow("test", "a", 1, 1, fail_open=False).allowed
    assert not throttle.allow("test", "a", 1, 1, fail_open=False).allowed
    assert server.pttl("throttle:test:a") <= 1000
    server.delete("throttle:test:a")
    assert throttle.allow("test", "a", 1, 1, fail_open=False).allowed


def test_one_round_trip_for_one_request(server, monkeypatch):
    throttle.allow("test", "warm", 5, 60, fail_open=True)
    sent = []
    original = type(server).execute_command
    monkeypatch.setattr(
        type(server),
        "execute_command",
        lambda self, *args, **kw: sent.append(args[0]) or original(self, *args, **kw),
    )
    throttle.allow("test", "b", 5, 60, fail_open=True)
    assert sent == ["EVALSHA"]


def test_without_the_server_reading_goes_on_and_the_rest_does_not(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(throttle._Silence, "until", 0.0)
    assert throttle.allow("test", "c", 1, 60, fail_open=True).allowed
    assert not throttle.allow("test", "c", 1, 60, fail_open=False).allowed


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, "203.0.113.7", "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_address_is_the_one_that_our_proxies_saw(rf, settings, hops, forwarded, address):
    settings.TRUSTED_PROXY_COUNT = hops
    assert throttle.client_address(rf.get("/", headers={"X-Forwarded-For": forwarded})) == address


def test_public_answer_of_a_search_names_no_person(client, season):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, email FROM association_user")
        people = [value for row in cursor.fetchall() for value in row]
    for path in (
        "/register/?q=培训",
        f"/register/{season['graded'].uscc}/",
        f"/rounds/{season['held'].year}/",
    ):
        body = client.get(f"{V1}{path}").content.decode()
        assert not [name for name in people if name in body]
