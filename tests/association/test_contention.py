"""别人正在办理: a lock that is not given in time is a sentence, not an error of ours. Two connections, real commits."""

from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from rest_framework.response import Response
from rest_framework.views import APIView

from association.actors import system
from association.answers import is_contended
from association.audit import record
from association.choices import Role
from association.models import Association, AuditEntry
from association.tenancy import acting_for
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db(transaction=True)
SENTENCE = "别人正在办理同一件事，请稍后再试；您填写的内容没有丢失。"


def lock(request):
    record(system(request.association.pk), "write", None)
    Association.objects.select_for_update().get(pk=request.association.pk)


def page(request):
    lock(request)
    return HttpResponse("done")


class Answer(APIView):
    def get(self, request):
        lock(request)
        return Response("done")


urlpatterns = [
    path("desk/lock/", page),
    path("api/lock/", Answer.as_view()),
    path("", include("config.urls_association")),
]
handler500 = "association.answers.server_error"


@pytest.fixture
def desk():
    association = make_association("first")
    with acting_for(association.pk):
        actor = actor_with(Role.INSTITUTION_ADMIN)
    with override_settings(ASSOCIATION_URLCONF=__name__):
        yield Desk(association, actor)


@contextmanager
def somebody_at_it(environment):
    with closing(psycopg2.connect(environment["DATABASE_URL"])) as other, other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM association_association FOR UPDATE")
        yield


def undone(desk):
    with acting_for(desk.association.pk):
        return not AuditEntry.objects.filter(action="write").exists()


def test_a_held_row_is_a_sentence_and_leaves_nothing_behind(desk, child_environment):
    with somebody_at_it(child_environment):
        page, part = desk.get("lock/"), desk.part("lock/")
        answer = Client(raise_request_exception=False).get("/first/api/lock/")
    assert [one.status_code for one in (page, part, answer)] == [409, 409, 409]
    assert SENTENCE in page.content.decode()
    assert 'href="/first/"' in page.content.decode()
    assert (SENTENCE in part.content.decode(), part["HX-Retarget"]) == (True, "#desk-refusal")
    assert (answer["Content-Type"], answer.json()["detail"]) == ("application/problem+json", SENTENCE)
    assert undone(desk)
    assert desk.get("lock/").content == b"done"
    assert not undone(desk)


@pytest.mark.parametrize(
    ("code", "expected"), [("55P03", True), ("40P01", True), ("57014", False), (None, False)]
)
def test_only_locks_and_deadlocks_are_somebody_elses_doing(code, expected):
    error = OperationalError("x")
    error.__cause__ = type("Refusal", (Exception,), {"pgcode": code})()
    assert is_contended(error) is expected
