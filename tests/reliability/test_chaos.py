"""The drill: what may be killed is killed, and every job has its effect exactly once.

Real workers, a real relay, PostgreSQL and Valkey of a home of their own; nothing of it is shared with other tests.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from config.embedded import Servers, living
from config.home import PROJECT
from tests.database import manage
from tests.reliability.world import PUBLISHED

JOBS = 2000
SECONDS = 145
WORKER = "celery -A config worker --queues default,pdf --concurrency 2 --without-gossip --without-mingle --loglevel error"
RELAY = "django relay"
# At so many finished jobs, this is killed.
SCRIPT = (
    *((at, "worker") for at in (60, 240, 420, 600, 780, 960, 1140, 1320, 1500, 1680)),
    *((at, "relay") for at in (150, 1050)),
    *((at, "valkey") for at in (330, 1230)),
    (870, "postgres"),
)


class Stage:
    """The processes of the drill, and a supervisor that starts again what has ended."""

    def __init__(self, servers):
        self.servers = servers
        self.commands = {"worker": WORKER.split(), "relay": RELAY.split()}
        self.running = {}
        self.log = (servers.home / "processes.log").open("ab")
        self.environment = os.environ | servers.environment() | {
            "DJANGO_SETTINGS_MODULE": "tests.reliability.settings",
            "OUTBOX_LEASE_SECONDS": "2",
            "LOG_LEVEL": "ERROR",
            "DEBUG": "",
            "COUNTED_MAILS": str(servers.home / "mails"),
            "PORTAL_DEMO": "",
            "PORTAL_SKIP_SECOND_FACTOR": "",
        }  # fmt: skip

    def supervise(self):
        for name, command in self.commands.items():
            if name not in self.running or self.running[name].poll() is not None:
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=PROJECT,
                    env=self.environment,
                    stdout=self.log,
                    stderr=self.log,
                    start_new_session=True,
                )

    def kill(self, name):
        if name in self.running:
            os.killpg(self.running[name].pid, signal.SIGKILL)
            self.running[name].wait()
        elif name == "valkey":
            os.kill(living(self.servers.valkey_data / "valkey.pid", "valkey-server"), signal.SIGKILL)
            shutil.rmtree(self.servers.valkey_data)
            self.servers.start("valkey")
        else:
            os.kill(living(self.servers.postgres_data / "postmaster.pid", "postgres"), signal.SIGQUIT)
            self.servers.start("postgres")

    def end(self):
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.log.close()
        print((self.servers.home / "processes.log").read_text(errors="replace")[-6000:])  # noqa: T201 - shown on failure


@pytest.fixture(scope="module")
def servers():
    # Not pytest's own folder: only root may enter it, and PostgreSQL does not run as root.
    home = Path(tempfile.mkdtemp(prefix="portal-drill-", dir=PROJECT / ".portal"))
    home.chmod(0o711)
    servers = Servers(home)
    try:
        servers.start()
        manage(["migrate", "--database", "owner", "--verbosity", "0"], servers.environment())
        yield servers
    finally:
        servers.reset()
        shutil.rmtree(home)


@pytest.fixture
def stage(servers):
    stage = Stage(servers)
    yield stage
    stage.end()


@pytest.fixture
def ask(servers):
    """Run one statement as the superuser, whom row security does not bind; a new connection each time."""

    def run(statement):
        with (
            closing(psycopg2.connect(servers.dsn("postgres"))) as session,
            session,
            session.cursor() as cursor,
        ):
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    return run


ENQUEUE = f"""
INSERT INTO association_region (code, name, level) VALUES ('110000', '北京市', 'province') ON CONFLICT DO NOTHING;
INSERT INTO association_association
  (slug, kind, name, short_name, name_en, region_id, supervising_unit, registration_authority, accent, is_open, is_demo)
VALUES ('drill', 'association', '演练协会', '演练', '', '110000', '', '', 'ink', true, false);
INSERT INTO association_outboxjob
  (association_id, task, key, payload, state, handed_out, attempts, due_at, last_error, created_at)
SELECT a.id, 'tests.drill', 'n-' || n, jsonb_build_object('number', n), 'waiting', 0, 0, now(), '', now()
FROM association_association a, generate_series(1, {JOBS}) n WHERE a.slug = 'drill'
"""
DONE = "SELECT count(*) FROM association_outboxjob WHERE state = 'done'"
EFFECTS = "SELECT count(*) FROM association_auditentry WHERE action = 'drill'"
DIFFERENT = "SELECT count(DISTINCT detail->>'number') FROM association_auditentry WHERE action = 'drill'"
STATES = "SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT state, count(*) n FROM association_outboxjob GROUP BY 1) s"


@pytest.mark.chaos
def test_every_job_has_its_effect_exactly_once_whatever_is_killed(stage, ask):
    ask(ENQUEUE)
    script = sorted(SCRIPT)
    killed = []
    deadline = time.monotonic() + SECONDS
    while (done := ask(DONE)) < JOBS and time.monotonic() < deadline:
        stage.supervise()
        if script and done >= script[0][0]:
            name = script.pop(0)[1]
            stage.kill(name)
            killed.append(name)
            print(f"{time.monotonic() - deadline + SECONDS:.1f} {done} {name}")  # noqa: T201
        time.sleep(0.1)
    assert ask(STATES) == {"done": JOBS}
    assert (ask(EFFECTS), ask(DIFFERENT)) == (JOBS, JOBS)
    assert {name: killed.count(name) for name in killed} == {
        "worker": 10,
        "relay": 2,
        "valkey": 2,
        "postgres": 1,
    }


# -- mails and certificates -----------------------------------------------------------------------------------

WAITING = "SELECT count(*) FROM association_outboxjob WHERE state = 'waiting'"
DEAD = "SELECT count(*) FROM association_outboxjob WHERE state = 'dead'"
MAILS = "SELECT count(*) FROM association_notice WHERE channel = 'mail'"
UNSENT = "SELECT count(*) FROM association_notice WHERE channel = 'mail' AND sent_at IS NULL"
CERTIFICATES = "SELECT count(*) FROM credit_rating_certificate"
DRAWN = """SELECT count(*) FROM credit_rating_certificate certificate
JOIN association_attachment file ON file.id = certificate.attachment_id AND file.media_type = 'application/pdf'"""
# What the institutions handed in as evidence is a file too, and none of these.
FILES = """SELECT count(*) FROM association_attachment file WHERE media_type = 'application/pdf'
AND NOT EXISTS (SELECT FROM credit_rating_evidence evidence WHERE evidence.attachment_id = file.id)"""
RENDERED = "SELECT count(*) FROM association_auditentry WHERE action = 'render_certificate'"
# Of all that waits at the beginning this share is done when this is killed.
SHARES = (
    (0.05, "worker"),
    (0.3, "worker"),
    (0.5, "valkey"),
    (0.7, "worker"),
    (0.85, "relay"),
    (0.95, "worker"),
)
WORKER_KILLS = sum(name == "worker" for _share, name in SHARES)


@pytest.mark.chaos
def test_mails_and_certificates_are_made_once_whatever_is_killed(stage, ask):
    told = {"DJANGO_SETTINGS_MODULE": "config.settings", "PORTAL_DEMO": "1", "DEBUG": ""}
    local = {"ALLOWED_HOSTS": "127.0.0.1,localhost", "SHARED_HOST": "127.0.0.1"}
    manage(["load_reference_data"], stage.servers.environment())
    subprocess.run(
        [sys.executable, "-m", "tests.reliability.world"],
        cwd=PROJECT,
        env=os.environ | stage.servers.environment() | told | local,
        check=True,
    )
    waiting, script = ask(WAITING), list(SHARES)
    deadline = time.monotonic() + SECONDS
    while (left := ask(WAITING)) and time.monotonic() < deadline:
        stage.supervise()
        if script and 1 - left / waiting >= script[0][0]:
            stage.kill(script.pop(0)[1])
        time.sleep(0.1)
    assert (ask(WAITING), ask(DEAD), script) == (0, 0, [])
    # 证书: one file each, drawn once; a half-drawn one was never on record.
    drawn = ask(CERTIFICATES)
    assert drawn == PUBLISHED
    assert (ask(DRAWN), ask(FILES), ask(RENDERED)) == (drawn, drawn, drawn)
    # 邮件: a mail server cannot take part in our transaction. Each mail has one name, so that the same one sent again
    # after a kill is known as the same; nobody is left out, and no more is repeated than a kill can interrupt.
    sent = [
        line.split()[0]
        for line in (stage.servers.home / "mails").read_text().splitlines()
        if line.startswith("<notice-")
    ]
    assert (ask(UNSENT), len(set(sent))) == (0, ask(MAILS))
    assert len(sent) - len(set(sent)) <= 2 * WORKER_KILLS


@pytest.mark.chaos
def test_relay_ends_on_sigterm(stage, ask):
    stage.commands = {"relay": RELAY.split()}
    stage.supervise()
    deadline = time.monotonic() + 30
    relay = stage.running["relay"]
    beats = f"SELECT count(*) FROM association_workerbeat WHERE name LIKE '% {relay.pid}'"
    while not ask(beats) and time.monotonic() < deadline:
        time.sleep(0.1)
    relay.terminate()
    assert relay.wait(timeout=10) == 0
    assert ask(beats) == 0
