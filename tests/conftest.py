"""Fixtures of every test. Which database they run on, and as whom: ``tests/database.py``."""

from collections import Counter
from contextlib import suppress

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test import TestCase, TransactionTestCase
from django.utils import translation

from association import throttle
from tests.database import TestDatabase


def pytest_collection_modifyitems(items):
    """Files that take minutes begin first: of two processes neither then waits long for the other at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """Replaces pytest-django's own: a copy of the migrated template, used as ``portal_app``."""
    copy = TestDatabase()
    with django_db_blocker.unblock():
        copy.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: copy.renew())
        patch.setattr(TestCase, "_enter_atomics", classmethod(begin_all_or_none(TestCase._enter_atomics)))
        yield copy
    with django_db_blocker.unblock():
        copy.stop()


def begin_all_or_none(begin):
    """Every alias is connected before the first transaction begins.

    On a machine that stands still for a moment the first words of a new connection run into the five seconds that
    ``portal_public`` has; met between two aliases, that would leave the first one's transaction open for good.
    """

    def connected(cls):
        for alias in cls._databases_names():
            for _attempt in range(3):
                with suppress(OperationalError):
                    connections[alias].ensure_connection()
                    break
        return begin.__func__(cls)

    return connected


@pytest.fixture(autouse=True)
def chinese_first():
    """A request in English leaves its language in the thread; the next test begins in Chinese."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def child_environment(django_db_setup):
    """The environment of a child process that works on the database of this test (needs real commits)."""
    return django_db_setup.environment()


@pytest.fixture
def public_sees_default(db):
    """Reads through the alias "public" see what the test has not committed.

    Quick, and right for a page's content. What ``portal_public`` may read is another question: a test of that
    is marked ``django_db(transaction=True, databases=["default", "public"])``, commits, and uses the real role.
    """
    own = connections["public"]
    connections["public"] = connections["default"]
    yield
    connections["public"] = own


@pytest.fixture
def counting(monkeypatch):
    """Limits are counted in memory: no cache server runs in most tests, and sign-in is closed without one."""
    counts = Counter()

    def count(*, keys, args):
        counts[keys[0]] += args[1]
        return counts[keys[0]], args[0]

    monkeypatch.setattr(throttle, "script", lambda _address: count)
    monkeypatch.setattr(throttle._Silence, "until", 0.0)
    return counts


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item):
    """A test that leaves a transaction open fails itself, and only itself.

    Django begins a test's transactions alias after alias; when the second cannot be begun or ended, the first stays
    open, every later test runs inside it, and the next fresh copy of the database closes it under all of them.
    """
    try:
        return (yield)
    finally:
        left = [one for one in connections.all(initialized_only=True) if one.in_atomic_block]
        for one in left:
            one.close()
            del connections[one.alias]
        if left:
            pytest.fail(f"{item.nodeid} left a transaction open on {[one.alias for one in left]}")
