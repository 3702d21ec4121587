"""Start-up refuses to serve as a role that row security does not bind; deployment wants the publication log signed."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

from common.signing import LEAST_SECRET

SERVING = ("default", "public")
PATIENCE_SECONDS = 60.0
ROLE = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls,
  EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = r.oid),
  EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relowner <> r.oid
          AND pg_has_role(r.oid, c.relowner, 'MEMBER')),
  EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid),
  r.rolcreaterole,
  r.rolreplication,
  current_setting('row_security') = 'off'
FROM pg_roles r WHERE r.rolname IN (current_user, session_user)
"""
FAULTS = (
    "is a superuser",
    "has BYPASSRLS",
    "owns tables",
    "is a member of the owner of tables",
    "is a member of another role",
    "may make roles (CREATEROLE)",
    "may copy the whole server (REPLICATION)",
    "works with row_security off",
)
# What a server says of an account that no waiting will let in.
TURNED_AWAY = (
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "is not permitted to log in",
)
BEHIND_WALLS = """
SELECT count(*) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND has_table_privilege(oid, 'SELECT')
  AND NOT EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'everybody_reads'
                  AND polcmd = 'r' AND pg_get_expr(polqual, polrelid) = 'true')
"""  # a published copy is open to every reader, and walled for whoever writes


def faults_of_role(alias: str) -> list[str]:
    """Why the role behind this alias may not serve; empty when it may."""
    with connections[alias].cursor() as cursor:
        cursor.execute(ROLE)
        rows = cursor.fetchall()
        cursor.execute(BEHIND_WALLS)
        readable = cursor.fetchone()[0]
    faults = [
        f"{row[0]} {fault}" for row in rows for fault, found in zip(FAULTS, row[1:], strict=True) if found
    ]
    if alias == "public" and readable:
        faults.append(f"{rows[0][0]} reads {readable} tables that are not published")
    return faults


def faults_of_roles(aliases: Iterable[str] = SERVING) -> list[str]:
    return [fault for alias in aliases for fault in faults_of_role(alias)]


def refuse_unsafe_roles(patience: float = PATIENCE_SECONDS) -> None:
    """Called where a process that serves begins; the connections used here are not handed to children.

    A database that is not there yet is waited for, ``patience`` seconds; one that turns the account away is not. Then
    the process ends (ImproperlyConfigured): whoever could not ask does not serve.
    """
    faults = _asked_until(time.monotonic() + patience)
    connections.close_all()
    if faults:
        raise ImproperlyConfigured("refusing to serve: " + "; ".join(faults))


def _asked_until(deadline: float) -> list[str]:
    while True:
        try:
            return faults_of_roles()
        except OperationalError as error:
            connections.close_all()
            if any(words in str(error) for words in TURNED_AWAY):
                return ["the database turns the account away: its name, password or pg_hba.conf is wrong"]
            if time.monotonic() > deadline:
                return ["the database does not answer"]
            time.sleep(1)


@register(Tags.security, deploy=True)
def log_is_signed(**_kwargs: Any) -> list[CheckMessage]:
    """``manage.py check --deploy``, as the process that signs: without a key nobody outside can hold us to what we published."""
    faults = ["PUBLICATION_KEYS is missing"] if not settings.PUBLICATION_KEYS else []
    faults += [
        "a secret in PUBLICATION_KEYS has fewer than 32 characters"
        for secret in settings.PUBLICATION_KEYS
        if len(secret) < LEAST_SECRET
    ]
    return [Error(fault, id="portal.E002") for fault in faults]


@register(Tags.database)
def roles_are_bound(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """``manage.py check --database default --database public``."""
    asked = [alias for alias in SERVING if alias in (databases or ())]
    return [Error(fault, id="portal.E001") for fault in faults_of_roles(asked)]
