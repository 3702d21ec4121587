"""系统出错 after an error of the database: nothing more can be asked, so the page is drawn from what is at hand."""

import html
import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path
from rest_framework.views import APIView

from association.actors import system
from association.audit import record
from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def breaks(request):
    """An IntegrityError outside any savepoint: PostgreSQL answers nothing more in this transaction."""
    record(system(request.association.pk), "write", None)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE association_association SET is_open = NULL WHERE id = %s", [request.association.pk]
        )
    return HttpResponse("done")


class Answer(APIView):
    def get(self, request):
        return breaks(request)


urlpatterns = [
    path("desk/breaks/", breaks),
    path("breaks/", breaks),
    path("api/breaks/", Answer.as_view()),
    path("", include("config.urls_association")),
]
handler500 = "association.answers.server_error"


@pytest.fixture
def association(settings):
    settings.PORTAL_DEMO = False
    with override_settings(ASSOCIATION_URLCONF=__name__):
        yield make_association("first", is_demo=False, name_en="Demonstration Association")


@pytest.fixture
def desk(association):
    with acting_for(association.pk):
        desk = Desk(association, actor_with(Role.SECRETARIAT))
    desk.client.raise_request_exception = False
    return desk


def said(answer):
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize("place", ["/first/desk/breaks/", "/first/breaks/"])
def test_page_is_drawn_in_chinese_with_the_name_that_is_at_hand(desk, association, place):
    answer = desk.client.get(place)
    assert answer.status_code == 500
    assert "系统出错，刚才的操作没有保存。" in said(answer)
    assert association.name in said(answer)
    assert 'href="/first/"' in answer.content.decode()
    assert answer["X-Request-Id"] in said(answer)


def test_page_is_drawn_in_english(desk, association):
    answer = desk.client.get("/first/desk/breaks/", headers={"accept-language": "en"})
    assert answer.status_code == 500
    assert "Demonstration Association" in said(answer)
    assert not CHINESE.search(said(answer))


def test_page_in_english_of_an_association_without_an_english_name_has_the_portals(desk, association):
    type(association).objects.update(name_en="")
    answer = desk.client.get("/first/breaks/", headers={"accept-language": "en"})
    assert not CHINESE.search(said(answer))


def test_part_and_problem_are_told_too(desk):
    part = desk.client.get("/first/desk/breaks/", headers={"hx-request": "true"})
    assert (part.status_code, part["HX-Retarget"]) == (500, "#desk-refusal")
    assert "系统出错，刚才的操作没有保存。" in said(part)
    answer = desk.client.get("/first/api/breaks/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")


def test_nothing_is_asked_after_the_error_and_nothing_is_kept(desk, association):
    asked = []

    def watch(execute, sql, *rest):
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        desk.client.get("/first/desk/breaks/")
    after = asked[next(place for place, sql in enumerate(asked) if "is_open = NULL" in sql) + 1 :]
    assert [sql for sql in after if not sql.startswith(("ROLLBACK", "RELEASE"))] == []
    with acting_for(association.pk):
        assert not AuditEntry.objects.filter(action="write").exists()
    assert desk.client.get("/first/desk/").status_code == 200
