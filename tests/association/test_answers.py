"""Answers to what cannot be done, as page and as part."""

import pytest
from allauth.core.internal.ratelimit import respond_429
from django.test import Client

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
