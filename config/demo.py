"""``./run demo`` and ``./run manage``: the whole portal on one machine.

Every process that is started here ends with the command, PostgreSQL and Valkey too.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import Manager

from config.checks import PACKAGES
from config.child import main, python, say
from config.embedded import Servers
from config.home import HOST, PROJECT

READY_SECONDS = 60
PREPARED = "prepared.json"


def local_environment(servers: Servers) -> dict[str, str]:
    """Our servers where the environment names none, and the programs of this virtual environment first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return servers.environment() | os.environ | {"PATH": path}


def start_local(servers: Servers) -> None:
    if "DATABASE_URL" not in os.environ:
        servers.start("postgres")
    if "REDIS_URL" not in os.environ:
        servers.start("valkey")


def demo(arguments: list[str]) -> int:
    """Everything on this machine, until Ctrl-C or SIGTERM."""
    if arguments not in ([], ["--reset"]):
        say("usage: ./run demo [--reset]")
        return 2
    port = os.environ.get("PORT", "8000")
    if not port_is_free(int(port)):
        say(f"port {port} is in use; choose another one: PORT=8001 ./run demo")
        return 1
    servers = Servers()
    if arguments:
        servers.reset()
    try:
        start_local(servers)
        environment = demo_environment(servers, port)
        accounts = prepared(servers, environment)
        return serve(environment, port, accounts) if accounts else 1
    finally:
        servers.stop()


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def demo_environment(servers: Servers, port: str) -> dict[str, str]:
    mail = servers.home / "mail"
    defaults = {
        "PORTAL_DEMO": "1",
        "PORTAL_SKIP_SECOND_FACTOR": "1",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SHARED_HOST": HOST,
        "LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "ignore:You're running the worker",
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(mail),
        "GRANIAN_HOST": HOST,
        "GRANIAN_PORT": port,
        "GRANIAN_WORKERS": "2",
        "GRANIAN_BLOCKING_THREADS": "4",
        "GRANIAN_WORKERS_KILL_TIMEOUT": "3",
        "GRANIAN_LOG_LEVEL": "warning",
    }
    environment = defaults | local_environment(servers) | {"PORT": port}
    for place in (mail, Path(environment["MEDIA_ROOT"]), PROJECT / "staticfiles"):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return environment


def prepared(servers: Servers, environment: dict[str, str]) -> str:
    """What ``prepare`` prints, the accounts; nothing when it failed.

    It takes half of a start, and a second time on the same data and code it finds nothing to do: then what it said is
    kept beside the data. A database that is not ours is always looked at.
    """
    kept = servers.home / PREPARED
    mark = "" if "DATABASE_URL" in os.environ else state(servers, environment["PORT"])
    with suppress(OSError, ValueError, LookupError, TypeError):
        before = json.loads(kept.read_text())
        if mark and before["mark"] == mark:
            return str(before["accounts"])
    done = python("-m", "config.demo", "prepare", environment=environment, stdout=subprocess.PIPE)
    if done.returncode:
        return ""
    kept.write_text(json.dumps({"mark": mark, "accounts": done.stdout}))
    return str(done.stdout)


def state(servers: Servers, port: str) -> str:
    """Changes with the cluster, with any file of code or reference data, and with the port in the addresses."""
    digest = hashlib.sha256(f"{port} {(servers.postgres_data / 'PG_VERSION').stat().st_mtime_ns}".encode())
    for folder in (*PACKAGES, "reference"):
        for path in sorted((PROJECT / folder).rglob("*.*")):
            if path.suffix != ".pyc":
                told = path.stat()
                digest.update(f"{path} {told.st_size} {told.st_mtime_ns}".encode())
    return digest.hexdigest()


def prepare(_arguments: list[str]) -> int:
    """Schema, reference data and the demo's data; the demo's accounts go to standard output. May run again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415 - the other commands start without it
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", database="owner", verbosity=0)
    call_command("load_reference_data", stdout=sys.stderr)
    call_command("load_demo", stdout=sys.stderr)
    call_command("demo_accounts")
    return 0


def serve(environment: dict[str, str], port: str, accounts: str) -> int:
    """The Procfile's processes; when one ends, all end."""
    manager = Manager()
    for name, command in parse_procfile((PROJECT / "Procfile").read_text()).processes.items():
        manager.add_process(name, command, env=environment, cwd=str(PROJECT))
    threading.Thread(target=announce, args=(port, accounts), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode in {128 + signal.SIGINT, 128 + signal.SIGTERM} else 1


def announce(port: str, accounts: str) -> None:
    address = f"http://{HOST}:{port}"
    deadline = time.monotonic() + READY_SECONDS
    while not answers(f"{address}/healthz"):
        if time.monotonic() > deadline:
            return
        time.sleep(0.2)
    say(f"\n{accounts}\n{address}/   ready; Ctrl-C ends everything\n")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == HTTPStatus.OK)
    except OSError:
        return False


def manage(arguments: list[str]) -> int:
    """manage.py on the demo's data; servers that were not running end again."""
    servers = Servers()
    running = servers.status()
    try:
        start_local(servers)
        environment = demo_environment(servers, os.environ.get("PORT", "8000"))
        (servers.home / PREPARED).unlink(missing_ok=True)  # the command may change what was prepared
        return python("manage.py", *arguments, environment=environment).returncode
    finally:
        if not all(running.values()):
            servers.stop()


COMMANDS = {"demo": demo, "prepare": prepare, "manage": manage}


if __name__ == "__main__":
    sys.exit(main(COMMANDS, sys.argv[1:]))
