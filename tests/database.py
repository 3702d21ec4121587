"""Databases for the tests: one migrated template, and a copy of it for each run and each xdist worker.

The owner migrates the template once per state of the migrations and the reference data; every test then runs as
``portal_app``, never as owner or superuser, or row security would not be tested at all. Ordinary tests roll back.
A test with real commits (``transaction=True``, ``live_server``) gets a fresh copy afterwards instead of Django's
flush, which needs rights that ``portal_app`` must not have.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connections
from psycopg2 import sql

from config import roles
from config.embedded import servers_for_tests
from config.environment import database
from config.home import PROJECT

TEMPLATES_KEPT = 3
ALIASES = {"default": "DATABASE_URL", "public": "DATABASE_PUBLIC_URL", "owner": "DATABASE_OWNER_URL"}
SHAPED_BY = [
    "*/migrations/*.py",
    "*/migration_ops.py",
    "*/management/commands/load_reference_data.py",
    "association/reference/**/*",
    "association/reference.py",
    "reference/**/*",
    "config/roles.py",
]


class TestDatabase:
    """The database of this process, and the template that it is copied from."""

    __test__ = False

    def __init__(self) -> None:
        self.servers = servers_for_tests()
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        who = "_".join(filter(None, [os.environ.get("PORTAL_TEST_DB", "main"), worker]))
        # The process id keeps two runs of one name apart, and tells a left-over from a database in use.
        self.name = f"portal_test_{re.sub(r'[^a-z0-9]+', '_', who.lower())}_{os.getpid()}"
        self.template = ""

    def start(self) -> None:
        self.servers.start()
        with self._alone():
            self.template = self._template()
            self._drop_left_overs()
        self.renew()

    def prepare(self) -> None:
        """Only the template, for those who come later."""
        self.servers.start()
        with self._alone():
            self._template()

    def renew(self) -> None:
        """A fresh copy under the same name; connections of other threads are cut."""
        connections.close_all()
        with self._superuser() as session:
            drop(session, self.name)
            roles.make_database(session, self.name, self.template)
        addresses = self.environment()
        for alias, variable in ALIASES.items():
            connections.settings[alias].update(database(addresses[variable]))

    def stop(self) -> None:
        connections.close_all()
        with self._superuser() as session:
            drop(session, self.name)

    def environment(self) -> dict[str, str]:
        """For child processes (a worker, the relay, manage.py) that must see this very database."""
        return self.servers.environment(self.name)

    def _superuser(self):
        return closing(roles.connect(self.servers.superuser_dsn()))

    @contextmanager
    def _alone(self, lock=".template-lock"):
        with (self.servers.home / lock).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _template(self) -> str:
        name = f"portal_template_{shape_of_the_schema()}"
        with self._superuser() as session:
            if name not in names_like(session, name):
                self._build(session, f"{name}_building")
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                with session.cursor() as cursor:
                    cursor.execute(rename.format(sql.Identifier(f"{name}_building"), sql.Identifier(name)))
                for old in names_like(session, "portal_template_%")[:-TEMPLATES_KEPT]:
                    drop(session, old)
        return name

    def _build(self, session, name: str) -> None:
        drop(session, name)
        roles.prepare(
            self.servers.superuser_dsn(), {role: self.servers.dsn(role, name) for role in roles.URL_VARIABLES}
        )
        manage(["migrate", "--database", "owner", "--verbosity", "0"], self.servers.environment(name))
        if (PROJECT / "association/management/commands/load_reference_data.py").exists():
            manage(["load_reference_data"], self.servers.environment(name))

    def _drop_left_overs(self) -> None:
        with self._superuser() as session:
            for name in names_like(session, "portal_test_%"):
                if not Path("/proc", name.rpartition("_")[2]).exists():
                    drop(session, name)


def shape_of_the_schema() -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SHAPED_BY for path in PROJECT.glob(pattern) if path.is_file()}):
        if path.suffix != ".pyc":
            digest.update(os.fsencode(path.relative_to(PROJECT)) + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def manage(arguments: list[str], environment: dict[str, str]) -> None:
    """A management command under the real settings, in its own process."""
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "1"}
    result = subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        cwd=PROJECT,
        env=os.environ | environment | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{result.stdout[-4000:]}\n{result.stderr[-8000:]}")


def names_like(session, pattern: str) -> list[str]:
    with session.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid", [pattern])
        return [name for (name,) in cursor.fetchall()]


def drop(session, name: str) -> None:
    with session.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


if __name__ == "__main__":
    TestDatabase().prepare()
