"""Child processes of ``./run``: our interpreter, our modules, the project's folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from config.home import PROJECT

Command = Callable[[list[str]], int]


def say(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)  # noqa: T201 - this is what a person reads


def python(
    *arguments: str, environment: Mapping[str, str] = os.environ, **options: Any
) -> "subprocess.CompletedProcess[str]":
    """Run our interpreter to its end; the caller looks at the return code."""
    return subprocess.run(  # noqa: S603 - our own programs, no shell
        [sys.executable, *arguments], cwd=PROJECT, env=dict(environment), check=False, text=True, **options
    )


def stop_politely(signum: int, _frame: object) -> None:
    """SIGTERM ends a command the way Ctrl-C does: through its ``finally`` blocks."""
    raise SystemExit(128 + signum)


def main(commands: Mapping[str, Command], arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, stop_politely)
    signal.signal(signal.SIGINT, stop_politely)
    return commands[arguments[0]](arguments[1:])
