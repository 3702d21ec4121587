"""Answers to what cannot be done, as page and as part."""

import html
import io
import re
from urllib.parse import urlencode

import pytest
from allauth.core.internal.ratelimit import respond_429
from django.conf import settings
from django.test import Client
from django.utils import translation

from association.choices import Role
from association.tenancy import acting_for
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    association = make_association()
    with acting_for(association.pk):
        yield Desk(association, actor_with(Role.INSTITUTION_ADMIN))


def test_refusal_is_a_page_or_a_notice_beside_the_form(desk):
    page = desk.post("rating/999999/submit/")
    assert page.status_code == 404
    assert "<h1>" in page.content.decode()
    part = desk.part("rating/999999/submit/")
    assert (part.status_code, part["HX-Retarget"], part["HX-Reswap"]) == (404, "#desk-refusal", "innerHTML")
    assert "<h1>" not in part.content.decode()


@pytest.mark.usefixtures("public_sees_default", "counting")
@pytest.mark.parametrize("demo", [True, False])
def test_a_refusal_inside_a_demo_says_that_it_is_one(demo):
    association = make_association("first", is_demo=demo)
    for path in ("register/999/", "admin/", "complaints/none/"):
        page = Client().get(f"/{association.slug}/{path}", follow=True).content.decode()
        assert ("名称带“演示”的机构均为虚构" in page) == demo, path


@pytest.mark.usefixtures("public_sees_default", "counting")
@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/accounts/none/"])
def test_pages_of_the_platform_say_that_it_is_a_demo(settings, demo, path):
    settings.PORTAL_DEMO = demo
    assert ("名称带“演示”的机构均为虚构" in Client().get(path).content.decode()) == demo


def test_too_many_requests_are_answered_in_the_portals_words(rf):
    answer = respond_429(rf.get("/accounts/login/"))
    assert answer.status_code == 429
    assert "请求太频繁，请过几分钟再试。" in answer.content.decode()


def test_forged_form_is_told_to_come_again(desk):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.client.cookies
    answer = strict.post(desk.path("rating/1/submit/"))
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def test_visitor_is_sent_to_sign_in_and_back(desk):
    visitor = Client()
    answer = visitor.get(desk.path("rating/"))
    slug = desk.association.slug
    assert answer["Location"] == f"/{slug}/accounts/login/?next=/{slug}/desk/rating/"
    posted = visitor.post(desk.path("rating/1/submit/"))
    assert posted["Location"] == f"/{slug}/accounts/login/?next=/{slug}/desk/"


# -- refused before a view is asked ---------------------------------------------------------------------------

MEGABYTE = 1024 * 1024
LANGUAGES = pytest.mark.parametrize(
    ("language", "expected"),
    [("zh-CN", "zh-hans"), ("en-GB,en;q=0.9", "en"), ("fr", "zh-hans"), ("", "zh-hans")],
)
IN_ENGLISH = {"accept-language": "en"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def said(answer):
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def association(monkeypatch):
    """No demo: its banner quotes a Chinese word on English pages too."""
    monkeypatch.setattr(settings, "PORTAL_DEMO", False)
    return make_association("first", is_demo=False)


@LANGUAGES
@pytest.mark.parametrize("path", ["/", "/first/", "/first/register/?q=x", "/healthz"])
def test_unknown_host_is_answered_in_the_language_of_the_browser(
    client, association, language, expected, path
):
    translation.activate("en" if expected == "zh-hans" else "zh-hans")  # what the request before has left
    answer = client.get(path, headers={"host": "evil.example", "accept-language": language})
    assert answer.status_code == 400
    assert f'<html lang="{expected}"' in answer.content.decode()
    sentence = "本平台不用这个域名" if expected == "zh-hans" else "This portal does not use this domain"
    assert sentence in said(answer)
    assert answer["Content-Language"] == expected
    assert "Accept-Language" in answer["Vary"]
    assert "evil.example" not in answer.content.decode()
    assert translation.get_language() != expected  # and nothing is left to the next


def test_unknown_host_of_the_api_is_a_problem(client, association):
    answer = client.get("/first/api/v1/register/", headers={"host": "evil.example"} | IN_ENGLISH)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["title"] == "Bad request"
    assert "domain" in answer.json()["detail"]


def test_nul_is_refused_in_the_language_of_the_browser(client, association):
    answer = client.get("/first/register/?q=%00", headers=IN_ENGLISH)
    assert answer.status_code == 400
    assert '<html lang="en"' in answer.content.decode()
    assert not CHINESE.search(said(answer))


@pytest.mark.parametrize(
    ("headers", "sentence"), [({}, "不能这样打开"), (IN_ENGLISH, "cannot be opened this way")]
)
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("post", "/first/register/", "GET, HEAD"),
        ("delete", "/first/", "GET, HEAD"),
        ("put", "/", "GET, HEAD"),
        ("options", "/first/rounds/", "GET, HEAD"),
    ],
)
def test_method_that_is_not_taken_is_a_page(client, association, headers, sentence, method, path, allowed):
    answer = getattr(client, method)(path, headers=headers)
    assert (answer.status_code, answer["Allow"]) == (405, allowed)
    assert sentence in said(answer)
    assert "405" in said(answer)


def test_address_of_a_form_that_is_opened_is_a_page(desk):
    answer = desk.client.get(desk.path("rating/999999/submit/"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "请返回原来的页面" in said(answer)
    assert f'href="/{desk.association.slug}/"' in answer.content.decode()
    part = desk.client.get(desk.path("rating/999999/submit/"), headers={"hx-request": "true"})
    assert (part.status_code, part["HX-Retarget"]) == (405, "#desk-refusal")


@pytest.mark.parametrize(("headers", "title"), [({}, "方法不支持"), (IN_ENGLISH, "Method not supported")])
@pytest.mark.parametrize("path", ["/first/api/v1/register/", "/first/api/schema/"])
def test_method_that_the_api_does_not_take_is_a_problem(client, association, path, headers, title):
    answer = client.post(path, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert "GET" in answer["Allow"]
    assert answer.json()["title"] == title


@pytest.mark.parametrize(
    ("headers", "sentence"), [({}, "一次最多提交2 MB 文字"), (IN_ENGLISH, "At most 2 MB of text")]
)
@pytest.mark.parametrize("whole", [True, False], ids=["multipart", "urlencoded"])
def test_too_much_text_is_told_the_limit(client, association, counting, headers, sentence, whole):
    form = {"login": "a@example.org", "password": "x" * 3 * MEGABYTE}
    kind = {} if whole else {"content_type": "application/x-www-form-urlencoded"}
    answer = client.post(
        "/first/accounts/login/", form if whole else urlencode(form), headers=headers, **kind
    )
    assert answer.status_code == 413
    assert sentence in said(answer)


def test_too_much_text_on_the_desk_stays_in_its_form(desk):
    strict = Client(enforce_csrf_checks=True)  # as outside of tests, the form is read before a view is asked
    strict.cookies = desk.client.cookies
    strict.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    answer = strict.post(
        desk.path("rating/1/submit/"), {"text": "x" * 3 * MEGABYTE}, headers={"hx-request": "true"}
    )
    assert (answer.status_code, answer["HX-Retarget"]) == (413, "#desk-refusal")
    assert "2 MB" in said(answer)


@pytest.mark.parametrize(("field", "most"), [("x", 2000), ("file", 100)])
def test_too_many_fields_are_told_the_limit(client, association, counting, field, most):
    form = {f"{field}{n}": "1" if field == "x" else io.BytesIO(b"1") for n in range(most + 1)}
    answer = client.post("/first/accounts/login/", form)
    assert answer.status_code == 413
    assert f"一次最多提交{most}项" in said(answer)
