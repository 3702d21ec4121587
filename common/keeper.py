"""Keeps the nursery of this process, and the children that may do more than one job."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

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
PLACES = 4


class Child:
    """Our end of the line to one child, and how many jobs it did."""

    def __init__(self, job: str, line: socket.socket) -> None:
        self.job, self.line, self.done = job, line, 0


class Nursery:
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

    def hand_over(self, job: str, their_end: socket.socket) -> None:
        socket.send_fds(self.line, [job.encode()], [their_end.fileno()])

    def end(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.wait()


class Keeper:
    """One nursery per process; a forked process starts with none."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.lock = threading.Lock()
        self.places = threading.BoundedSemaphore(PLACES)
        self.nursery: Nursery | None = None
        self.idle: list[Child] = []

    def child_for(self, job: str) -> Child:
        """One that waits for such a job, or a new one."""
        with self.lock:
            for child in self.idle:
                if child.job == job:
                    self.idle.remove(child)
                    return child
        return Child(job, self._open_line(job))

    def take_back(self, child: Child, lives: int) -> None:
        """It may wait for the next job until its lives are used up."""
        child.done += 1
        if child.done >= lives:
            child.line.close()
            return
        with self.lock:
            self.idle.append(child)

    def _open_line(self, job: str) -> socket.socket:
        """Our end of the line to a new child; a nursery that has died is replaced once."""
        ours, theirs = socket.socketpair()
        with theirs, self.lock:
            if self.nursery is None:
                self.nursery = Nursery()
            try:
                self.nursery.hand_over(job, theirs)
            except OSError:
                self.nursery.end()
                self.nursery = Nursery()
                self.nursery.hand_over(job, theirs)
        return ours

    def end(self) -> None:
        with self.lock:
            for child in self.idle:
                child.line.close()
            self.idle.clear()
            if self.nursery is not None:
                self.nursery.end()
            self.nursery = None
