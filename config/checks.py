"""``./run check``, ``test``, ``bench`` and ``lock``: what a developer and continuous integration run."""

import os
import secrets
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.child import main, python, say
from config.embedded import servers_for_tests

PACKAGES = [
    "config",
    "common",
    "association",
    "members",
    "prepaid_escrow",
    "complaints",
    "credit_rating",
    "disclosure",
]
LOCKS = (
    ["--extra", "dev", "-o", "requirements-dev.lock"],
    ["-c", "requirements-dev.lock", "-o", "requirements.lock"],
)

# What is checked; every line is a program with its arguments.
CHECKS: dict[str, list[str]] = {
    "format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": ["-m", "ruff", "check", "--quiet", "."],
    "layers": [str(Path(sys.executable).parent / "lint-imports")],
    "types": ["-m", "mypy", "--no-error-summary", *PACKAGES],
    "migrations": ["-m", "django", "makemigrations", "--check", "--dry-run"],
    "deployment": ["-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
}
# In the order of tests/conftest.py: what takes longest begins first.
TWO_AT_A_TIME = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
ALONE = "chaos or alone"
TEST_RUNS = (
    ["-q", "-m", f"not (e2e or {ALONE})", *TWO_AT_A_TIME],
    ["-q", "-m", "e2e", *TWO_AT_A_TIME],
    ["-q", "-m", ALONE],
)
LIKE_PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DEBUG": "",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "DATA_KEYS": secrets.token_urlsafe(64),
    "PUBLICATION_KEYS": secrets.token_urlsafe(64),
    "PORTAL_DEMO": "",
    "PORTAL_SKIP_SECOND_FACTOR": "",
    "ALLOWED_HOSTS": "portal.example.org",
    "SHARED_HOST": "portal.example.org",
    "TRUSTED_PROXY_COUNT": "1",
}


def failed_checks() -> list[str]:
    servers = servers_for_tests()
    environment = os.environ | servers.environment() | LIKE_PRODUCTION
    failed = []
    for name, command in CHECKS.items():
        say(f"check: {name}")
        if python(*command, environment=environment).returncode:
            failed.append(name)
    return failed


def with_test_servers(work: Callable[[], int]) -> int:
    """Servers of the tests that a developer left running stay; those started here end."""
    servers = servers_for_tests()
    running = servers.status()
    try:
        servers.start()
        return work()
    finally:
        if not all(running.values()):
            servers.stop()


def check(_arguments: list[str]) -> int:
    return with_test_servers(lambda: report(failed_checks()))


def report(failed: list[str]) -> int:
    if failed:
        say(f"FAILED checks: {', '.join(failed)}")
    return len(failed)


def test(arguments: list[str]) -> int:
    """Every check, then every test: the last line is pytest's summary unless a check failed."""

    def work() -> int:
        # One processor migrates the database that every test copies, then tells the demo for the journeys.
        with ThreadPoolExecutor(1) as beside:
            beside.submit(python, "-m", "tests.database")
            if not arguments:
                beside.submit(python, "-m", "tests.e2e.stage")
            failed = failed_checks()
            return test_runs(arguments) or report(failed)

    return with_test_servers(work)


def test_runs(arguments: list[str]) -> int:
    """All tests: two files at a time, the journeys in the browser after the others; then what wants the machine alone."""
    # Importing this package names the settings of the portal; the tests have their own.
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings_test"}
    if arguments:
        return python("-m", "pytest", *arguments, environment=environment).returncode
    say("check: tests")
    codes = [python("-m", "pytest", *run, environment=environment).returncode for run in TEST_RUNS]
    return max(codes, key=abs)


def bench(arguments: list[str]) -> int:
    return with_test_servers(lambda: python("-m", "bench", *arguments).returncode)


def lock(arguments: list[str]) -> int:
    """Both locks from pyproject.toml; the runtime's versions are those of the development's."""
    options = [
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-header",
        "--python-version",
        "3.11",
        "--quiet",
        "pyproject.toml",
    ]
    codes = [
        python("-m", "uv", "pip", "compile", *options, *target, *arguments).returncode for target in LOCKS
    ]
    return max(codes)


COMMANDS = {"check": check, "test": test, "bench": bench, "lock": lock}


if __name__ == "__main__":
    sys.exit(main(COMMANDS, sys.argv[1:]))
