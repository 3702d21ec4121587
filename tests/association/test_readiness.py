"""What ``/readyz`` tells the machines: relay, queue, and migrations, which are asked about until they are applied."""

from datetime import timedelta

import pytest
from django.conf import settings as portal
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from association import queries, throttle
from association.choices import OutboxState
from association.models import OutboxJob, WorkerBeat
from association.outbox import enqueue
from association.tenancy import acting_for
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(queries._Schema, "complete", False)
    throttle.script.cache_clear()
    yield
    throttle.script.cache_clear()


def test_queue_that_does_not_answer_is_told():
    assert portal.REDIS_URL == "redis://127.0.0.1:1/0"
    assert queries.readiness()["queue"] == "unreachable"


def test_queue_that_answers_is_no_problem(django_db_setup, settings):
    settings.REDIS_URL = django_db_setup.environment()["REDIS_URL"]
    assert set(queries.readiness()) == {"relay"}


def test_missing_migration_is_told_until_it_is_applied(monkeypatch, django_assert_num_queries):
    applied = MigrationRecorder.applied_migrations
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _self: {})
    assert "migrations" in queries.readiness()
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", applied)
    assert "migrations" not in queries.readiness()
    with django_assert_num_queries(3):
        assert "migrations" not in queries.readiness()


# -- numbers for the operator ---------------------------------------------------------------------------------


def numbers(client, **more):
    answer = client.get("/metrics", **more)
    if answer.status_code != 200:
        return answer.status_code
    return {
        name: float(value) for name, value in (line.split() for line in answer.content.decode().splitlines())
    }


def test_numbers_tell_what_waits_how_long_and_what_was_given_up(client):
    association, moment = make_association(), timezone.now()
    with acting_for(association.pk):
        enqueue("association.send_notice", key="late", due=moment - timedelta(seconds=90))
        enqueue("association.send_notice", key="later", due=moment + timedelta(days=1))
        enqueue("association.send_notice", key="dead")
    OutboxJob.objects.filter(key="dead").update(state=OutboxState.DEAD)
    WorkerBeat.objects.create(name="relay", at=moment)
    WorkerBeat.objects.create(name="gone", at=moment - timedelta(hours=1))
    found = numbers(client)
    assert 90 <= found.pop("portal_outbox_lag_seconds") < 120
    assert 0 <= found.pop("portal_outbox_oldest_seconds") < 30
    assert found == {
        "portal_outbox_waiting": 2,
        "portal_outbox_due": 1,
        "portal_outbox_dead": 1,
        "portal_processes_alive": 1,
    }


def test_numbers_are_for_this_machine_or_for_who_knows_the_secret(client, settings):
    assert numbers(client, REMOTE_ADDR="203.0.113.9") == 404
    assert numbers(client, REMOTE_ADDR="::1") != 404
    settings.METRICS_TOKEN = "a secret of the operator"
    assert numbers(client) == 404
    assert numbers(client, headers={"Authorization": "Bearer wrong"}) == 404
    asked = {"REMOTE_ADDR": "203.0.113.9", "headers": {"Authorization": "Bearer a secret of the operator"}}
    assert numbers(client, **asked) != 404


def test_numbers_are_not_inside_an_association(client):
    make_association("first")
    assert client.get("/first/metrics").status_code == 404
