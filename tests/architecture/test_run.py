"""``./run``: the door itself with a bare machine played to it, and the demo from start to the last process."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from config import checks, demo
from config.home import PROJECT

RUN = (PROJECT / "run").read_text()
OWN_VARIABLES = (
    "DATABASE",
    "REDIS",
    "PORTAL",
    "SECRET_KEY",
    "DATA_KEYS",
    "PUBLICATION_KEYS",
    "DEBUG",
    "ALLOWED_HOSTS",
    "SHARED_HOST",
    "MEDIA_ROOT",
    "DJANGO",
)


def machine(tmp_path, **programs):
    """A PATH with the usual small programs, and these scripts in front of them."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "id", "grep", "cat", "sha256sum", "env"):
        (folder / name).symlink_to(shutil.which(name))
    for name, script in programs.items():
        path = folder / name.replace("_", "-")
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    return {"PATH": str(folder)}


def run(*arguments, environment):
    command = [shutil.which("sh"), str(PROJECT / "run"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_the_door_is_short_and_plain_shell():
    assert subprocess.run(["sh", "-n", str(PROJECT / "run")], check=False).returncode == 0
    assert len(RUN.splitlines()) <= 120
    assert RUN.startswith("#!/bin/sh\n")
    assert os.access(PROJECT / "run", os.X_OK)
    assert os.access(PROJECT / ".ci" / "run", os.X_OK)


def test_continuous_integration_runs_what_a_person_runs():
    assert (PROJECT / ".ci" / "run").read_text().rstrip().endswith("exec ./run test </dev/null")


def test_every_word_has_its_command():
    offered = set(re.findall(r'say ".*\./run (\w+)', RUN))
    assert offered == (checks.COMMANDS.keys() | demo.COMMANDS.keys()) - {"prepare"}


@pytest.mark.parametrize("words", [[], ["demos"], ["--help"]])
def test_an_unknown_word_gets_the_usage(tmp_path, words):
    result = run(*words, environment=machine(tmp_path))
    assert result.returncode == 2
    assert "./run demo" in result.stderr


def test_without_root_the_one_line_to_run_is_printed(tmp_path):
    nothing = machine(tmp_path, dpkg_query="exit 1", id="echo 1000", sudo="exit 1")
    result = run("demo", environment=nothing)
    assert result.returncode == 1
    assert (
        "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk\n"
        in result.stderr
    )


def test_chromium_is_asked_for_by_the_tests_only(tmp_path):
    nothing = machine(tmp_path, dpkg_query="exit 1", id="echo 1000", sudo="exit 1")
    assert "chromium" in run("test", environment=nothing).stderr
    assert "chromium" not in run("demo", environment=nothing).stderr
    asked = {word: "gettext" in run(word, environment=nothing).stderr for word in ("test", "bench", "demo")}
    assert asked == {"test": True, "bench": False, "demo": False}


def test_root_installs_what_is_missing(tmp_path):
    log = tmp_path / "apt"
    played = machine(
        tmp_path,
        dpkg_query='case "$3" in fonts-noto-cjk) exit 1 ;; *) echo "install ok installed" ;; esac',
        id="echo 0",
        apt_get=f'echo "$@" >> "{log}"; exit 7',
    )
    assert run("demo", environment=played).returncode == 7
    assert log.read_text().splitlines() == ["install -y -qq fonts-noto-cjk", "update -qq"]


def test_on_another_system_continuous_integration_fails(tmp_path):
    result = run("test", environment=machine(tmp_path) | {"CI": "true"})
    assert result.returncode == 1
    assert "up to you" in result.stderr


def test_an_old_python_is_refused(tmp_path):
    copy = tmp_path / "project"
    copy.mkdir()
    shutil.copy(PROJECT / "run", copy)
    (copy / "requirements.lock").touch()
    old = machine(tmp_path, dpkg_query='echo "install ok installed"', python3="exit 1")
    result = subprocess.run(
        ["/bin/sh", str(copy / "run"), "demo"], env=old, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "Python 3.11 or newer is missing" in result.stderr


@pytest.mark.parametrize("arguments", [["--restart"], ["--reset", "now"]])
def test_the_demo_refuses_words_it_does_not_know(arguments):
    assert demo.demo(arguments) == 2


def test_a_port_in_use_is_named(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert demo.demo([]) == 1
    assert "is in use; choose another one: PORT=8001 ./run demo" in capsys.readouterr().err


# -- the whole demo ---------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def living_in(home):
    """Processes that work in the home or were told of it; a zombie waits for its parent only."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = str(home).encode() in (process / "environ").read_bytes()
            if told or (process / "cwd").readlink().is_relative_to(home):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def answer(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def start_demo(tmp_path):
    home = tmp_path / "演示 home"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    started = []

    def start(*arguments):
        port = free_port()
        log = (tmp_path / f"log{len(started)}").open("w+")
        command = [sys.executable, "-m", "config.demo", "demo", *arguments]
        environment = clean | {"PORTAL_HOME": str(home), "PORT": str(port)}
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
        started.append((process, log))
        return process, port, home, log

    yield start
    for process, log in started:
        process.terminate()
        process.wait(60)
        log.close()


def end(process, how, home):
    process.send_signal(how)
    assert process.wait(30) == 0
    wait_until(lambda: living_in(home) == [], 5)


@pytest.mark.alone
def test_the_demo_serves_ends_whole_and_comes_back_with_its_data(start_demo):
    process, port, home, log = start_demo()
    wait_until(lambda: answer(port, "/healthz") == 200 or process.poll() is not None, 600)
    assert process.poll() is None, Path(log.name).read_text()[-3000:]
    wait_until(lambda: answer(port, "/readyz") == 200, 30)
    assert answer(port, "/") == 200
    wait_until(lambda: f"http://127.0.0.1:{port}/   ready" in Path(log.name).read_text(), 10)
    secret = (home / "servers.json").read_text()
    end(process, signal.SIGTERM, home)

    process, port, home, log = start_demo()
    wait_until(lambda: answer(port, "/healthz") == 200, 60)
    assert (home / "servers.json").read_text() == secret
    end(process, signal.SIGINT, home)


def test_a_management_command_finds_the_demos_database_and_leaves_nothing_running(tmp_path):
    home = tmp_path / "演示 home"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    command = [sys.executable, "-m", "config.demo", "manage", "migrate", "--plan", "--database", "owner"]
    result = subprocess.run(
        command,
        cwd=PROJECT,
        env=clean | {"PORTAL_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert "association.0001_initial" in result.stdout
    wait_until(lambda: living_in(home) == [], 5)
