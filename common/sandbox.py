"""Work on strangers' files in a limited child; a killed child is an answer, not an accident.

Each serving process keeps one *nursery* (``common.nursery``), a small process without secrets that has the heavy
libraries loaded and forks once per job. A crash, a bomb or a takeover stays in a process without database,
key or network and with a few seconds to live.
"""

import atexit
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from common import errors, frames
from common.jobs import JOBS

ROOT = Path(__file__).resolve().parent.parent
PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "XDG_CACHE_HOME",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "TMPDIR",
)
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # other C libraries ignore it
GRACE_SECONDS = 30  # for loading libraries and for waiting in the queue of a busy machine
PLACES = 4
KINDS = (errors.InvalidInput, errors.TooLarge, errors.Refused)
REFUSALS = {kind.__name__: kind for kind in KINDS}


class SandboxFailed(RuntimeError):  # noqa: N818 - read as a sentence
    """The child was killed by a limit, or crashed: nothing may be taken from it."""


class _Nursery:
    def __init__(self) -> None:
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "common.nursery", str(theirs.fileno())],
                cwd=ROOT,
                env=LARGE_PAGES | {name: os.environ[name] for name in PASSED_ON if name in os.environ},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def hand_over(self, order: str, their_end: socket.socket) -> None:
        socket.send_fds(self.line, [order.encode()], [their_end.fileno()])

    def end(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.wait()


class _Keeper:
    """One nursery per process; a forked process starts with none."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.lock = threading.Lock()
        self.places = threading.BoundedSemaphore(PLACES)
        self.nursery: _Nursery | None = None

    def open_line(self, order: str) -> socket.socket:
        """Our end of the line to a new child; a nursery that has died is replaced once."""
        ours, theirs = socket.socketpair()
        with theirs, self.lock:
            if self.nursery is None:
                self.nursery = _Nursery()
            try:
                self.nursery.hand_over(order, theirs)
            except OSError:
                self.nursery.end()
                self.nursery = _Nursery()
                self.nursery.hand_over(order, theirs)
        return ours

    def end(self) -> None:
        with self.lock:
            if self.nursery is not None:
                self.nursery.end()
            self.nursery = None


_keeper = _Keeper()
os.register_at_fork(after_in_child=_keeper.forget)
atexit.register(_keeper.end)


def run(
    job: str, head: Mapping[str, Any], blobs: Sequence[bytes] = (), *, cpu_seconds: int | None = None
) -> frames.Message:
    """Do one of the known jobs in a child; its refusal is raised here. ``cpu_seconds`` can only lower the limit."""
    limits = JOBS[job]
    with _keeper.places, _keeper.open_line(f"{job} {cpu_seconds or limits.cpu_seconds}") as line:
        line.settimeout(limits.wall_seconds + GRACE_SECONDS)
        try:
            frames.send(line, head, blobs)
            answer, parts = frames.receive(line)
        except OSError as fault:
            raise SandboxFailed(f"{job}: the child did not answer") from fault
    if "refused" in answer:
        raise _refusal(answer)
    return answer, parts


def _refusal(answer: Mapping[str, Any]) -> errors.DomainError:
    return REFUSALS.get(str(answer["refused"]), errors.InvalidInput)(str(answer["sentence"]))
