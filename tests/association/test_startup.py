"""A process that serves refuses to begin as a role that row security does not bind."""

import os
import subprocess
import sys

import psycopg2
import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from association.checks import FAULTS, ROLE, faults_of_role, faults_of_roles, refuse_unsafe_roles
from config.home import PROJECT
from config.roles import BACKUP, OWNER

WEB = "import config.wsgi"
WORKER = "from celery import signals; import django; import config; django.setup(); signals.worker_init.send(sender=None)"
IMPATIENT = "from association import checks; checks.refuse_unsafe_roles.__defaults__ = (0,); "
RELAY = "from django.core.management import execute_from_command_line as run; run(['manage.py', 'relay'])"


@pytest.mark.django_db(databases=["default", "public"])
def test_roles_of_the_portal_may_serve():
    assert faults_of_roles() == []
    assert run_checks(databases=["default", "public"]) == []


@pytest.mark.django_db(databases=["default", "owner"])
def test_owner_is_told_apart():
    assert faults_of_role("owner") == [f"{OWNER} owns tables"]


def start(program, environment):
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "1"}
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env=os.environ | environment | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return result.returncode, result.stderr


@pytest.fixture
def address_of(django_db_setup):
    """The address of a role on this run's database."""
    return lambda role: django_db_setup.servers.dsn(role, django_db_setup.name)


@pytest.mark.parametrize(
    ("variable", "role", "words"),
    [
        ("DATABASE_URL", OWNER, "owns tables"),
        ("DATABASE_URL", BACKUP, "has BYPASSRLS"),
        ("DATABASE_URL", "postgres", "is a superuser"),
        ("DATABASE_PUBLIC_URL", "portal_app", "not published"),
    ],
)
def test_web_does_not_start_as_a_role_that_is_not_bound(address_of, child_environment, variable, role, words):
    code, output = start(WEB, child_environment | {variable: address_of(role)})
    assert code != 0
    assert "refusing to serve" in output
    assert words in output


@pytest.mark.parametrize("program", [WORKER, RELAY], ids=["worker", "relay"])
def test_worker_and_relay_do_not_start_as_owner(address_of, child_environment, program):
    code, output = start(program, child_environment | {"DATABASE_URL": address_of(OWNER)})
    assert code != 0
    assert "refusing to serve" in output


def test_web_and_worker_start_as_the_roles_made_for_them(child_environment):
    for program in (WEB, WORKER):
        code, output = start(program, child_environment)
        assert (code, "refusing" in output) == (0, False)


def test_row_security_off_is_refused(child_environment):
    address = child_environment["DATABASE_URL"] + "?options=-crow_security%3Doff"
    code, output = start(WEB, child_environment | {"DATABASE_URL": address})
    assert code != 0
    assert "row_security off" in output


@pytest.mark.django_db(databases=["default", "public"])
def test_refusal_names_every_fault(monkeypatch):
    monkeypatch.setattr("association.checks.faults_of_roles", lambda: ["a", "b"])
    monkeypatch.setattr("association.checks.connections.close_all", lambda: None)
    with pytest.raises(ImproperlyConfigured, match="a; b"):
        refuse_unsafe_roles()


@pytest.mark.django_db(databases=["default", "public"])
def test_a_database_that_is_not_there_yet_is_waited_for(monkeypatch):
    answers = [OperationalError, OperationalError, []]

    def ask():
        answer = answers.pop(0)
        if answer == []:
            return answer
        raise answer

    monkeypatch.setattr("association.checks.faults_of_roles", ask)
    monkeypatch.setattr("association.checks.connections.close_all", lambda: None)
    monkeypatch.setattr("association.checks.time.sleep", lambda _seconds: None)
    refuse_unsafe_roles()
    assert answers == []


def found_after(address, change):
    """What the check would say of the application's role after a change that is rolled back."""
    server = psycopg2.connect(address)
    try:
        cursor = server.cursor()
        cursor.execute(change)
        cursor.execute(ROLE.replace("IN (current_user, session_user)", "= 'portal_app'"))
        return {fault for fault, there in zip(FAULTS, cursor.fetchone()[1:], strict=True) if there}
    finally:
        server.rollback()
        server.close()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (f"GRANT {BACKUP} TO portal_app", "is a member of another role"),
        ("GRANT pg_read_all_data TO portal_app", "is a member of another role"),
        ("ALTER ROLE portal_app CREATEROLE", "may make roles (CREATEROLE)"),
        ("ALTER ROLE portal_app REPLICATION", "may copy the whole server (REPLICATION)"),
    ],
)
def test_a_role_with_more_than_it_needs_is_refused(address_of, change, fault):
    assert found_after(address_of("postgres"), "SELECT 1") == set()
    assert found_after(address_of("postgres"), change) == {fault}


def test_an_account_that_is_turned_away_is_not_waited_for(monkeypatch):
    def ask():
        raise OperationalError('FATAL:  password authentication failed for user "portal_app"')

    monkeypatch.setattr("association.checks.faults_of_roles", ask)
    monkeypatch.setattr("association.checks.connections.close_all", lambda: None)
    monkeypatch.setattr("association.checks.time.sleep", lambda _seconds: pytest.fail("waited"))
    with pytest.raises(ImproperlyConfigured, match="turns the account away"):
        refuse_unsafe_roles()


@pytest.mark.parametrize("program", [WORKER, RELAY], ids=["worker", "relay"])
def test_who_could_not_ask_does_not_serve(child_environment, program):
    nowhere = child_environment["DATABASE_URL"].rpartition("/")[0] + "/portal_nowhere"
    code, output = start(IMPATIENT + program, child_environment | {"DATABASE_URL": nowhere})
    assert code != 0
    assert "the database does not answer" in output
