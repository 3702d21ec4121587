"""A crawler: every answer, whatever its status and whoever asks, carries the headers that keep a browser safe."""

import re

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import include, path

from association.choices import Role
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused, TooLarge, TooMany
from tests.factories.people import appoint, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db
LINK = re.compile(r'(?:href|action|src|hx-get)="(/[^"#]*)"')
# More than there are; a crawl that gets so far has lost its way.
MOST_PAGES = 1000
ERRORS = {
    error.status: error("说明") for error in (InvalidInput, Forbidden, NotFound, Refused, TooLarge, TooMany)
}


def fail(request, status):
    raise ERRORS.get(status, ZeroDivisionError)


urlpatterns = [path("fail/<int:status>/", fail), path("", include("config.urls_association"))]
handler400 = "association.answers.bad_request"
handler403 = "association.answers.permission_denied"
handler404 = "association.answers.not_found"
handler500 = "association.answers.server_error"


@pytest.fixture(autouse=True)
def association(public_sees_default):
    cache.clear()
    association = make_association("first")
    with acting_for(association.pk):
        make_institution()
    with override_settings(ASSOCIATION_URLCONF=__name__):
        yield association


@pytest.fixture
def client_of(association):
    def make(role):
        client = Client(raise_request_exception=False)
        if role:
            user = make_user()
            with acting_for(association.pk):
                appoint(
                    user, role, institution=make_institution() if role == Role.INSTITUTION_ADMIN else None
                )
            client.force_login(user)
        return client

    return make


def policy_of(response):
    directives = response.headers.get("Content-Security-Policy", "").split("; ")
    return {words[0]: set(words[1:]) for words in map(str.split, directives) if words}


def faults(response, path, *, signed_in=False):
    headers, policy = response.headers, policy_of(response)
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "nosniff"
    if headers.get("Referrer-Policy") != "same-origin":
        yield "referrer policy"
    if policy.get("frame-ancestors") != {"'none'"} and "sandbox" not in policy:
        yield "frame-ancestors"
    if headers.get("X-Frame-Options") != "DENY":
        yield "frame options"
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        yield "permissions policy"
    if not re.fullmatch(r"[0-9a-zA-Z-]{8,32}", headers.get("X-Request-Id", "")):
        yield "request id"
    if signed_in and not {"private", "no-store"} <= set(headers.get("Cache-Control", "").split(", ")):
        yield "kept by caches"
    yield from loose_policy(policy, admin="/admin/" in path)


def loose_policy(policy, *, admin):
    if "sandbox" in policy:
        return
    for name, wanted in (("default-src", "'none'"), ("object-src", "'none'"), ("base-uri", "'none'")):
        if policy.get(name) != {wanted}:
            yield f"policy {name}"
    for name in ("script-src", "style-src"):
        allowed = {source for source in policy.get(name, {"missing"}) if not source.startswith("'nonce-")}
        wider = {"script-src": {"'unsafe-eval'"}, "style-src": {"'unsafe-inline'"}}[name] if admin else set()
        if allowed - {"'self'"} - wider:
            yield f"policy {name}: {sorted(allowed)}"


def crawl(client, starts, *, signed_in=False):
    """Every page that links lead to, and what each lacks."""
    waiting, seen, found = list(starts), set(), {}
    while waiting:
        assert len(seen) < MOST_PAGES
        path = waiting.pop(0)
        if path in seen or path.startswith("/static/"):
            continue
        seen.add(path)
        response = client.get(path)
        if lacking := list(faults(response, path, signed_in=signed_in)):
            found[path] = lacking
        if response.status_code in {301, 302}:
            waiting.append(response["Location"])
        elif response.headers.get("Content-Type", "").startswith("text/html"):
            waiting += sorted(set(LINK.findall(response.content.decode())))
    return seen, found


def test_public_pages(client_of):
    starts = [
        "/",
        "/healthz",
        "/readyz",
        "/first/",
        "/first/api/v1/",
        "/first/api/schema/",
        "/first/accounts/login/",
    ]
    seen, found = crawl(
        client_of(None), [*starts, "/first", "/first/desk", "/first/accounts/password/reset/"]
    )
    assert len(seen) > len(starts)
    assert found == {}


@pytest.mark.parametrize(
    "role", [Role.INSTITUTION_ADMIN, Role.ASSESSOR, Role.COMMITTEE_CHAIR, Role.SECRETARIAT]
)
def test_pages_of_a_signed_in_person_are_kept_by_nobody(client_of, role):
    starts = ["/first/desk/", "/first/admin/", "/first/accounts/2fa/", "/first/accounts/sessions/", "/first/"]
    _seen, found = crawl(client_of(role), starts, signed_in=True)
    assert found == {}


@pytest.mark.parametrize("role", [None, Role.SECRETARIAT])
@pytest.mark.parametrize("status", [*sorted(ERRORS), 500])
@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}], ids=["page", "part"])
def test_errors(client_of, role, status, headers):
    response = client_of(role).get(f"/first/fail/{status}/", headers=headers)
    assert response.status_code == status
    assert list(faults(response, "", signed_in=role is not None)) == []
    page = response.content.decode()
    assert "Traceback" not in page
    assert "ZeroDivisionError" not in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("status", [*sorted(ERRORS), 500])
def test_errors_speak_the_language_of_the_person(client_of, language, status):
    page = (
        client_of(None).get(f"/first/fail/{status}/", headers={"accept-language": language}).content.decode()
    )
    assert f'<html lang="{language}"' in page


def test_answers_made_before_any_page(client_of):
    client = client_of(None)
    refused = client.get("/", headers={"host": "evil.example"})
    assert refused.status_code == 400
    assert list(faults(refused, "")) == []
    missing = client.get("/nothing/at/all/")
    assert missing.status_code == 404
    assert list(faults(missing, "")) == []
    stale = Client(enforce_csrf_checks=True).post("/first/accounts/login/", {})
    assert stale.status_code == 403
    assert list(faults(stale, "")) == []


@pytest.mark.usefixtures("counting")
def test_answer_that_signs_in_is_kept_by_nobody(client_of, association):
    user = make_user(email="someone@example.org")
    user.set_password("a long enough password")
    user.save()
    form = {"login": user.email, "password": "a long enough password"}
    response = client_of(None).post("/first/accounts/login/", form)
    assert settings.SESSION_COOKIE_NAME in response.cookies
    assert "no-store" in response["Cache-Control"]


@override_settings(CONTENT_SECURITY_POLICY={"DIRECTIVES": {"default-src": ["'unsafe-inline'"]}})
def test_crawler_sees_a_loose_policy(client_of):
    _seen, found = crawl(client_of(None), ["/first/accounts/login/"])
    assert any("frame-ancestors" in lacking for lacking in found.values())
