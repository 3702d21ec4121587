"""The process that forks the children of the sandbox: ``python -m common.nursery <socket>``.

It reads no stranger's byte itself. It ends when the serving process does, because the line then closes.
"""

import ctypes
import gc
import importlib
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from common import errors, frames
from common.confine import confine, limit_time, rest
from common.jobs import JOBS, Job
from common.said import as_parts

LONGEST_NAME = 100
SELDOM = 200_000  # within a job, collecting garbage often costs more than it frees


def serve(line: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        name, fds, _flags, _address = socket.recv_fds(line, LONGEST_NAME, 1)
        if not name:
            return
        with socket.socket(fileno=fds[0]) as job_line:
            job = JOBS[name.decode()]
            work = _function(job)
            if os.fork() == 0:
                _be_child(job, work, job_line)


def _function(job: Job) -> Callable[..., frames.Message]:
    """Loaded before the fork, so that every later child has it already."""
    if job.module not in sys.modules:
        importlib.import_module(job.module)
        gc.collect()
        gc.freeze()
        _give_back_free_memory()
    function: Callable[..., frames.Message] = getattr(sys.modules[job.module], job.function)
    return function


def _give_back_free_memory() -> None:
    """A child then gets fresh large pages instead of copying small ones: a PDF takes a tenth less time."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def _be_child(job: Job, work: Callable[..., frames.Message], line: socket.socket) -> NoReturn:
    try:
        confine(cpu_seconds=job.cpu_seconds * job.lives, memory_bytes=job.memory_bytes, keep_fd=line.fileno())
        gc.set_threshold(SELDOM)
        _work_off(job, work, line)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(1)


def _work_off(job: Job, work: Callable[..., frames.Message], line: socket.socket) -> None:
    """As many jobs as the child has lives, or until the serving process has no more."""
    for _ in range(job.lives):
        try:
            order, blobs = frames.receive(line)
        except frames.BrokenFrame:
            return
        limit_time(min(job.cpu_seconds, int(order["cpu_seconds"])), job.wall_seconds)
        frames.send(line, *_answer(work, order["head"], blobs))
        rest()
        gc.collect()  # WeasyPrint leaves whole font files in circles


def _answer(work: Callable[..., frames.Message], head: dict[str, Any], blobs: list[bytes]) -> frames.Message:
    try:
        return work(head, blobs)
    except errors.DomainError as refusal:
        return {"refused": type(refusal).__name__, "sentence": as_parts(refusal.sentence)}, []


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as control:
        serve(control)
