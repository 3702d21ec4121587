"""The whole portal on a copy of the demo: web, worker and relay as real processes, and the database they share.

The demo is told once per state of the code and day, into a template of its own; every journey begins on a fresh copy
under the same name, while the processes keep running and reconnect.
"""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg2
import redis

from config import roles
from config.home import HOST, PROJECT
from tests.database import TestDatabase, drop, manage, names_like, shape_of_the_schema

READY_SECONDS = 60
SETTLE_SECONDS = 180  # papers are printed by the same worker, one after the other
QUEUES = range(9, 15)  # Valkey's databases for the journeys; the other tests use the first
STOP_SECONDS = 15
UNDONE = "FROM association_outboxjob WHERE state = 'waiting' AND (due_at <= now() OR handed_out > 0)"
TOLD_BY = ("common", "association", "members", "prepaid_escrow", "complaints", "credit_rating", "disclosure")
ONLY_SHOWN_BY = {"admin", "views", "urls", "forms", "api", "context"}
TICK = """
INSERT INTO association_outboxjob
  (association_id, task, key, payload, state, handed_out, attempts, due_at, last_error, created_at)
SELECT id, task, 'now-' || gen_random_uuid(), '{}'::jsonb, 'waiting', 0, 0, now(), '', now() FROM association_association,
  unnest(ARRAY['credit_rating.keep_the_clock', 'disclosure.refresh_register']) task WHERE is_open"""
COMMANDS = {
    "web": ["-m", "granian", "--interface", "wsgi", "config.wsgi:application"],
    "worker": ["-m", "celery", "--quiet", "-A", "config", "worker", "--queues", "default,pdf", "--concurrency", "1"],
    "relay": ["manage.py", "relay"],
}  # fmt: skip


def tale() -> str:
    """Changes with everything the told demo depends on: schema, operations, and today."""
    digest = hashlib.sha256(f"{shape_of_the_schema()} {date.today()}".encode())  # noqa: DTZ011 - only a name
    for app in TOLD_BY:
        for path in sorted((PROJECT / app).rglob("*.py")):
            if not ONLY_SHOWN_BY & {path.stem, *path.parent.parts}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class DemoDatabase(TestDatabase):
    """A copy of the told demo. Django's own connections of this process stay where they are."""

    def __init__(self) -> None:
        super().__init__()
        self.name = self.name.replace("portal_test_", "portal_test_demo_", 1)

    def renew(self) -> None:
        with self._superuser() as session:
            drop(session, self.name)
            roles.make_database(session, self.name, self.template)

    def stop(self) -> None:
        with self._superuser() as session:
            drop(session, self.name)

    def ask(self, statement: str, *values: object) -> list[tuple]:
        """One statement as the superuser, whom row security does not bind."""
        with (
            closing(psycopg2.connect(self.servers.dsn("postgres", self.name))) as session,
            session,
            session.cursor() as cursor,
        ):
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def _alone(self, lock=".tale-lock"):
        """Its own lock: other tests begin while the demo is told."""
        return super()._alone(lock)

    def _template(self) -> str:
        with super()._alone():
            migrated = super()._template()
        name = f"portal_tale_{tale()}"
        with self._superuser() as session:
            if name not in names_like(session, name):
                drop(session, f"{name}_building")
                roles.make_database(session, f"{name}_building", migrated)
                self._tell(f"{name}_building")
                with session.cursor() as cursor:
                    cursor.execute(f'ALTER DATABASE "{name}_building" RENAME TO "{name}"')
                for old in names_like(session, "portal_tale_%")[:-2]:
                    drop(session, old)
        return name

    def _tell(self, name: str) -> None:
        local = {"PORTAL_DEMO": "1", "ALLOWED_HOSTS": HOST, "SHARED_HOST": HOST}
        manage(["load_demo"], self.servers.environment(name) | local)


class Stage:
    """The processes. ``address`` is where the browser goes."""

    def __init__(self) -> None:
        self.database = DemoDatabase()
        self.folder = Path(tempfile.mkdtemp(prefix="portal-e2e-"))
        self.running: list[subprocess.Popen] = []
        self.cookies: dict = {}  # of those who have signed in since the last renewal
        port = free_port()
        self.address = f"http://{HOST}:{port}"
        self.settings = settings_of_the_demo(self.folder, port)

    def start(self) -> None:
        self.database.servers.start()
        self.database.start()
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        queue = f"{self.database.servers.redis_url().rpartition('/')[0]}/{QUEUES[worker]}"
        self.environment = os.environ | self.database.environment() | self.settings | {"REDIS_URL": queue}
        self.forget_queue()
        with (self.folder / "processes.log").open("ab") as log:
            self.running = [
                subprocess.Popen(
                    [sys.executable, *command],
                    cwd=PROJECT,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                for command in COMMANDS.values()
            ]
        wait_until(lambda: answers(f"{self.address}/healthz"), "the portal does not answer", READY_SECONDS)
        beats = "SELECT count(*) FROM association_workerbeat WHERE name LIKE 'relay%'"
        wait_until(lambda: self.database.ask(beats) == [(1,)], "the relay does not begin", READY_SECONDS)

    def forget_queue(self) -> None:
        """Queue, throttles and lock-outs."""
        with redis.Redis.from_url(self.environment["REDIS_URL"]) as queue:
            queue.flushdb()

    def renew(self) -> None:
        """Before each journey: the demo as on its first day; no throttle or lock-out of the one before."""
        self.database.renew()
        self.forget_queue()
        self.cookies.clear()

    def stop(self) -> str:
        """Ends every process; the answer is what they wrote last."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.database.stop()
        log = self.folder / "processes.log"
        said = log.read_text(errors="replace")[-4000:] if log.exists() else ""
        shutil.rmtree(self.folder)
        return said

    def tick(self) -> None:
        """What beat asks for every minute, now; ends when all that is due is done."""
        self.database.ask(TICK)
        self.settle()

    def settle(self) -> None:
        """Wait until no job is due: the worker has done what pages asked for."""
        try:
            wait_until(lambda: self.database.ask(f"SELECT count(*) {UNDONE}") == [(0,)], "", SETTLE_SECONDS)
        except AssertionError:
            raise AssertionError(self.says_why()) from None

    def says_why(self) -> str:
        """What a person would look at first: the jobs left, the processes, and what they wrote last."""
        left = self.database.ask(
            f"SELECT task, key, attempts, handed_out, due_at - now(), last_error {UNDONE} LIMIT 10"
        )
        ended = {name: process.poll() for name, process in zip(COMMANDS, self.running, strict=True)}
        said = (self.folder / "processes.log").read_text(errors="replace")[-3000:]
        return f"the worker does not finish: {left}\nprocesses (None runs): {ended}\n{said}"


def settings_of_the_demo(home: Path, port: int) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "",
        "PORTAL_DEMO": "1",
        "PORTAL_SKIP_SECOND_FACTOR": "1",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SHARED_HOST": HOST,
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(home),
        "PUBLIC_PER_MINUTE": "5000",
        "SIGN_IN_PER_MINUTE": "5000",
        "GRANIAN_HOST": HOST,
        "GRANIAN_PORT": str(port),
        "GRANIAN_WORKERS": "1",
        "GRANIAN_BLOCKING_THREADS": "4",
        "GRANIAN_WORKERS_KILL_TIMEOUT": "3",
        "GRANIAN_LOG_LEVEL": "warning",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


def wait_until(holds, otherwise: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise)
        time.sleep(0.2)


if __name__ == "__main__":
    DemoDatabase().prepare()
