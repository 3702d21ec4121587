"""别人正在办理: a lock that is not given in time is a sentence, not an error of ours. Two connections, real commits."""

import re
import threading
import time
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from rest_framework.response import Response
from rest_framework.views import APIView

from association.actors import system
from association.audit import record
from association.choices import Role
from association.contention import is_contended
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


def at_commit(request):
    """Holds the first lock; the trigger below asks for the second when the transaction ends."""
    record(system(request.association.pk), "write", None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1)")
    HOLDS.set()
    time.sleep(WAITED_FOR)
    return HttpResponse("done")


HOLDS = threading.Event()
# Whoever waits looks for a deadlock once, after a second: the other has looked by then, the request finds it.
WAITED_FOR = 1.3
SECOND_LOCK = """
CREATE FUNCTION test_second_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(2); RETURN NULL; END$$;
CREATE CONSTRAINT TRIGGER test_second_lock AFTER INSERT ON association_auditentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION test_second_lock();
"""
urlpatterns = [
    path("desk/commit/", at_commit),
    path("api/commit/", at_commit),
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


def test_the_answer_to_a_form_shows_no_link_that_leads_back_to_it_by_get(desk, child_environment):
    """A choice of language leads back to the page: here that would be an address that takes forms only."""
    with somebody_at_it(child_environment):
        sent = desk.post("lock/")
    assert sent.status_code == 409
    assert b"/i18n/" not in sent.content
    assert re.findall(r'<a [^>]*href="([^"#]+)"', sent.content.decode()) == ["/first/", "/first/"]


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
    ("code", "expected"),
    [("55P03", True), ("40P01", True), ("40001", True), ("57014", False), ("08006", False), (None, False)],
)
def test_only_locks_and_deadlocks_are_somebody_elses_doing(code, expected):
    error = OperationalError("x")
    error.__cause__ = type("Refusal", (Exception,), {"pgcode": code})()
    assert is_contended(error) is expected


# -- told only at COMMIT --------------------------------------------------------------------------------------


@contextmanager
def crossing_over(environment):
    """Somebody who holds the second lock and asks for the first once the request has it: a real deadlock."""
    HOLDS.clear()
    with closing(psycopg2.connect(environment["DATABASE_URL"])) as other, other.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_xact_lock(2)")

        def ask():
            HOLDS.wait(10)
            cursor.execute("SELECT pg_advisory_xact_lock(1)")

        thread = threading.Thread(target=ask)
        thread.start()
        yield
        thread.join(10)


@pytest.mark.parametrize("place", ["/first/desk/commit/", "/first/api/commit/"])
def test_deadlock_at_commit_is_a_sentence_and_changes_nothing(desk, child_environment, place):
    with closing(psycopg2.connect(child_environment["DATABASE_OWNER_URL"])) as owner, owner:
        owner.cursor().execute(SECOND_LOCK)
    with crossing_over(child_environment):
        answer = desk.client.get(place)
    said = answer.json()["detail"] if "/api/" in place else answer.content.decode()
    assert answer.status_code == 409
    assert "别人同时办理了同一件事，这一次什么也没有改动，可以放心重试。" in said
    assert "X-Request-Id" in answer.headers
    assert undone(desk)
    assert desk.client.get(place).content == b"done"
    assert not undone(desk)


REFUSED_AT_COMMIT = SECOND_LOCK.replace(
    "PERFORM pg_advisory_xact_lock(2)", "RAISE EXCEPTION 'x' USING ERRCODE = '23514'"
)


def test_broken_promise_at_commit_stays_our_error(desk, child_environment):
    """A deferred constraint that fails is a mistake of the code, not somebody else's doing."""
    with closing(psycopg2.connect(child_environment["DATABASE_OWNER_URL"])) as owner, owner:
        owner.cursor().execute(REFUSED_AT_COMMIT)
    desk.client.raise_request_exception = False
    page = desk.client.get("/first/desk/commit/")
    assert page.status_code == 500
    assert "系统出错，刚才的操作没有保存。" in page.content.decode()
    assert desk.client.get("/first/api/commit/").json()["status"] == 500
    assert undone(desk)
