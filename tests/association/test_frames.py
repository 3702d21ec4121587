"""A visitor's page is kept under what it shows and nothing else; a person's is never kept. And the language's link."""

import re

import pytest
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from association import frames
from association.choices import Role
from association.tenancy import acting_for
from disclosure.models import RegisterCard
from disclosure.operations import refresh_register
from tests.factories.people import appoint, make_association, make_institution, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sees_default")]

FOUND = "/first/register/?q=启明"
PAGES = ["/first/", FOUND, "/first/register/", "/first/rounds/", "/first/verify/"]


@pytest.fixture(autouse=True)
def nothing_kept():
    frames._pieces.cache_clear()


@pytest.fixture
def association():
    association = make_association("first", is_demo=False)
    with acting_for(association.pk):
        make_institution("演示启明学校")
        refresh_register()
    return association


@pytest.fixture
def person(association):
    user = make_user()
    with acting_for(association.pk):
        appoint(user, Role.ASSESSOR)
    client = Client()
    client.force_login(user)
    return client


def page_of(client, address, **headers):
    return client.get(address, headers=headers).content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_visitors_get_no_cookie_and_no_form_that_changes_something(client, association, address):
    answer = client.get(address)
    assert not answer.cookies
    assert 'method="post"' not in answer.content.decode()
    assert "Cookie" in answer["Vary"]
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize("address", PAGES)
def test_a_person_and_a_visitor_in_turns(client, person, address):
    for _turn in range(2):
        assert "/first/accounts/login/" in page_of(client, address)
        own = page_of(person, address)
        assert "/first/accounts/logout/" in own
        assert "/first/accounts/login/" not in own


def test_a_persons_page_is_not_kept(person):
    page_of(person, FOUND)
    assert frames._pieces.cache_info().currsize == 0


def test_a_person_who_signs_out_is_a_visitor(person):
    person.logout()
    assert "/first/accounts/login/" in page_of(person, FOUND)


def test_a_waiting_message_is_shown(client, association, monkeypatch):
    """A cookie of messages is enough to draw the page whole, whatever it says."""
    client.cookies[CookieStorage.cookie_name] = "x"
    page_of(client, FOUND)
    assert frames._pieces.cache_info().currsize == 0


def test_a_visitors_page_is_the_one_that_is_drawn_whole(client, association):
    whole = Client()
    whole.cookies[settings.SESSION_COOKIE_NAME] = "unknown"
    for address in (
        FOUND,
        "/first/register/",
        "/first/register/?q=没有这家",
        "/first/register/?q=9111010500000000OX",
    ):
        kept, drawn = page_of(client, address), page_of(whole, address)
        assert lines_of(kept) == lines_of(drawn)


def lines_of(page):
    return [line.strip() for line in re.sub(r"\d\d:\d\d", "", page).splitlines() if line.strip()]


def test_what_changes_is_shown_at_once(client, association):
    assert association.name in page_of(client, FOUND)
    association.name, association.accent = "改了名的协会", "vermilion"
    association.save()
    page = page_of(client, FOUND)
    assert page.count("改了名的协会") == 3
    assert 'data-accent="vermilion"' in page
    with acting_for(association.pk):
        RegisterCard.objects.update(state="suspended", grade="A", grade_year=2026)
    assert "暂停" in page_of(client, FOUND)


def test_neighbours_and_languages_have_pages_of_their_own(client, association):
    make_association("second")
    first, second = (page_of(client, f"/{slug}/register/?q=启明") for slug in ("first", "second"))
    assert 'href="/second/' not in first
    assert 'href="/first/' not in second
    assert "演示启明学校" not in second
    english = page_of(client, FOUND, accept_language="en")
    assert '<html lang="en"' in english
    assert "机构查询" not in english
    assert "机构查询" in page_of(client, FOUND)


def test_minutes_have_pages_of_their_own(client, association, monkeypatch):
    page_of(client, FOUND)
    page_of(client, FOUND)
    assert frames._pieces.cache_info().hits == 1
    monkeypatch.setattr(frames, "_minute", lambda: 1)
    page_of(client, FOUND)
    assert frames._pieces.cache_info().misses == 2


@pytest.mark.parametrize("typed", ['"><b>x', "&amp;", "<script>", "hits", "{{ hits }}", "{% now 'Y' %}"])
def test_what_was_typed_is_escaped_in_its_hole_and_in_nobody_elses_page(client, association, typed):
    page = client.get("/first/register/", {"q": typed}).content.decode()
    assert "<b>x" not in page
    assert "<script" not in page
    if typed != "hits":
        other = client.get("/first/register/", {"q": "别的"}).content.decode()
        assert typed not in other
        assert '<ul class="plain-list">' not in other


def test_search_asks_the_database_twice(client, association, settings):
    """The association with its scope, the hits; nothing about a person or a session, and one more hit costs no question.

    The test has a transaction of its own, so that the scope is a savepoint, and its setting is handed back at the end.
    """
    settings.PORTAL_DEMO = False  # the practice clock would ask too
    for _hits in range(2):
        with CaptureQueriesContext(connection) as asked:
            page_of(client, FOUND)
        asked = [query["sql"] for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]
        assert len(asked) == 3
        for sql, part in zip(asked, ("association_association", "portal_search", "set_config"), strict=True):
            assert part in sql
        assert "set_config" in asked[0]
        with acting_for(association.pk):
            make_institution("演示启明中心")
            refresh_register()


# -- the language ---------------------------------------------------------------------------------------------


def links_of(page):
    return dict(re.findall(r'href="(/[^"]*)" rel="nofollow" lang="([^"]*)"', page))


@pytest.mark.parametrize("address", ["/", *PAGES, "/first/accounts/login/"])
def test_every_page_leads_to_the_other_language(client, association, address):
    mount = "/first" if address.startswith("/first") else ""
    assert links_of(page_of(client, address)) == {
        f"{mount}/i18n/zh-hans/": "zh-hans",
        f"{mount}/i18n/en/": "en",
    }


def test_language_is_chosen_by_a_link_that_leads_back(association):
    client = Client(enforce_csrf_checks=True)
    answer = client.get(
        "/first/i18n/en/", headers={"referer": "http://testserver/first/register/?q=%E5%90%AF"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/first/register/?q=%E5%90%AF"
    assert answer["X-Robots-Tag"] == "noindex"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert set(answer.cookies) == {settings.LANGUAGE_COOKIE_NAME}
    assert '<html lang="en"' in page_of(client, answer["Location"], accept_language="zh-CN")
    client.get("/first/i18n/zh-hans/")
    assert '<html lang="zh-hans"' in page_of(client, FOUND, accept_language="en")


def test_language_is_chosen_by_a_person_too(person):
    person.get("/first/i18n/en/")
    assert '<html lang="en"' in page_of(person, "/first/desk/")


@pytest.mark.parametrize("code", ["fr", "zh", "EN", "en-gb", "x" * 300])
def test_unknown_language_is_not_found_and_sets_nothing(client, association, code):
    answer = client.get(f"/first/i18n/{code}/")
    assert answer.status_code == 404
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_language_is_a_link_and_no_form(client, association, method):
    answer = getattr(client, method)("/first/i18n/en/")
    assert answer.status_code == 405
    assert not answer.cookies


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "https://elsewhere.example/first/",
        "http://testserver.elsewhere.example/",
        "http://testserver//elsewhere.example/",
        "http://testserver/\\elsewhere.example/",
        "http://testserver:81/first/",
        "javascript:alert(1)",
        "http://testserver/first/i18n/en/",
        "http://testserver",
        "http://[",
    ],
)
def test_language_leads_home_from_anywhere_else(client, association, origin):
    assert client.get("/first/i18n/en/", headers={"referer": origin})["Location"] == "/first/"
