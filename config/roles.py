"""The four database roles, and what each may do: the only place where this is written.

The embedded server runs it when it is made, ``docker-compose.yml`` runs it as ``python -m config.roles``.
It may run again at any time: roles get the passwords of the addresses, nothing is taken away from tables.

* ``portal_owner`` owns database and schema; used by ``migrate`` only.
* ``portal_app`` serves: rows only as row security allows, never the schema.
* ``portal_public`` reads what a migration grants it by name, nothing by default.
* ``portal_backup`` reads every row (a dump made under row security would be silently empty) and writes none.
"""

import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection, parse_dsn

from config.environment import text

OWNER, APP, PUBLIC, BACKUP = "portal_owner", "portal_app", "portal_public", "portal_backup"

ATTRIBUTES = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT"
BYPASS = {OWNER: "NOBYPASSRLS", APP: "NOBYPASSRLS", PUBLIC: "NOBYPASSRLS", BACKUP: "BYPASSRLS"}
URL_VARIABLES = {
    OWNER: "DATABASE_OWNER_URL",
    APP: "DATABASE_URL",
    PUBLIC: "DATABASE_PUBLIC_URL",
    BACKUP: "DATABASE_BACKUP_URL",
}

# A stuck request gives its locks back by itself; a migration would rather fail than queue everybody behind it.
# A certificate's job holds its row while the PDF is rendered beside it, for 90 seconds at most (common/sandbox.py):
# its transaction is idle that long, and must not be ended under it.
LIMITS = {
    OWNER: {"lock_timeout": "3s"},
    APP: {
        "lock_timeout": "2s",
        "statement_timeout": "15s",
        "idle_in_transaction_session_timeout": "2min",
    },
    PUBLIC: {
        "default_transaction_read_only": "on",
        "statement_timeout": "5s",
        "idle_in_transaction_session_timeout": "15s",
    },
    BACKUP: {"default_transaction_read_only": "on"},
}

INSIDE = """
ALTER SCHEMA public OWNER TO portal_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO portal_app, portal_public, portal_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO portal_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO portal_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO portal_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT SELECT ON SEQUENCES TO portal_backup;
"""


def connect(dsn: str, **changes: Any) -> connection:
    """A connection outside any transaction: databases and roles are made one statement at a time."""
    session: connection = psycopg2.connect(dsn, connect_timeout=5, **changes)
    session.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return session


def prepare(superuser_dsn: str, urls: Mapping[str, str]) -> None:
    """Make or repair the roles and the database that the addresses (by role) name."""
    parts = {role: parse_dsn(urls[role]) for role in URL_VARIABLES}
    database = str(parts[OWNER]["dbname"])
    with closing(connect(superuser_dsn)) as session:
        for role, dsn in parts.items():
            make_role(session, role, str(dsn["password"]))
        make_database(session, database)
    with closing(connect(superuser_dsn, dbname=database)) as session, session.cursor() as cursor:
        cursor.execute(INSIDE)


def make_role(session: connection, role: str, password: str) -> None:
    name = sql.Identifier(role)
    with session.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
        rights = sql.SQL(f"ALTER ROLE {{}} {ATTRIBUTES} {BYPASS[role]} PASSWORD {{}}")
        cursor.execute(rights.format(name, sql.Literal(password)))
        for setting, value in LIMITS[role].items():
            limit = sql.SQL("ALTER ROLE {} SET {} = {}")
            cursor.execute(limit.format(name, sql.Identifier(setting), sql.Literal(value)))


def make_database(session: connection, name: str, template: str | None = None) -> None:
    """An empty database, or a copy of the template; the rights *inside* come with a copy by themselves."""
    database = sql.Identifier(name)
    with session.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(database, sql.Identifier(OWNER)) + source
            )
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        others = sql.SQL(", ").join(map(sql.Identifier, (APP, PUBLIC, BACKUP)))
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, others))


def main(arguments: Iterable[str]) -> None:
    """Read the addresses from the environment; ``DATABASE_SUPERUSER_URL`` is used here and nowhere else."""
    if list(arguments):
        raise SystemExit("usage: python -m config.roles")
    prepare(text("DATABASE_SUPERUSER_URL"), {role: text(name) for role, name in URL_VARIABLES.items()})


if __name__ == "__main__":
    main(sys.argv[1:])
