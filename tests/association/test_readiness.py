"""What ``/readyz`` tells the machines: relay, queue, and migrations, which are asked about until they are applied."""

import pytest
from django.conf import settings as portal
from django.db.migrations.recorder import MigrationRecorder

from association import queries, throttle

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
