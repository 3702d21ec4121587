"""What a child may not do any more: too much time or memory, write files, open sockets, start programs.

Limits hold everywhere. The system-call filter (seccomp) needs Linux on x86-64 or ARM64; where the kernel
does not have it, ``is_offline`` stays false and the fetchers' own refusal is the only wall to the network.
Reading files is not prevented: fonts are files.
"""

import ctypes
import math
import os
import platform
import resource
import signal
from typing import Final

# (audit architecture, numbers of: socket connect bind execve execveat ptrace io_uring_setup)
SYSTEM_CALLS: Final = {
    "x86_64": (0xC000003E, (41, 42, 49, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 221, 281, 117, 425)),
}
X32_BIT: Final = 0x40000000
LOAD, JUMP_EQUAL, JUMP_GREATER, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000  # refuse answers EPERM
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 1, 22, 38, 2
HIGHEST_FD = 65_536


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.POINTER(_Step)))


def confine(*, cpu_seconds: int, memory_bytes: int, keep_fd: int) -> bool:
    """Give up rights for good; says whether the network is closed by the kernel."""
    _close_all_but(keep_fd)
    die_with_parent()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for limit, value in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    return _go_offline()


def limit_time(cpu_seconds: int, wall_seconds: int) -> None:
    """For the next job: whichever of the two runs out first kills."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    end = math.ceil(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (min(end, hard), hard))
    signal.setitimer(signal.ITIMER_REAL, wall_seconds)


def rest() -> None:
    """Waiting for the next job costs no time."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def die_with_parent() -> None:
    """No orphan keeps working after its parent was killed."""
    if hasattr(ctypes.CDLL(None), "prctl"):
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _close_all_but(keep_fd: int) -> None:
    """Standard error stays for the log; input and output are nothing."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.closerange(3, keep_fd)
    os.closerange(keep_fd + 1, HIGHEST_FD)


def _go_offline() -> bool:
    known = SYSTEM_CALLS.get(platform.machine())
    if known is None or not hasattr(ctypes.CDLL(None), "prctl"):
        return False
    steps = _steps(*known)
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    if _prctl(PR_SET_NO_NEW_PRIVS, 1) != 0:
        return False
    return _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program)) == 0


def _steps(architecture: int, refused: tuple[int, ...]) -> list[_Step]:
    """Another architecture's calls kill; the refused numbers answer EPERM; everything else is allowed."""
    tail = len(refused) + 1  # steps from a comparison to the refusal at the end
    return [
        _Step(LOAD, 0, 0, 4),
        _Step(JUMP_EQUAL, 1, 0, architecture),
        _Step(RETURN, 0, 0, KILL),
        _Step(LOAD, 0, 0, 0),
        _Step(JUMP_GREATER, tail, 0, X32_BIT),
        *(_Step(JUMP_EQUAL, tail - place, 0, number) for place, number in enumerate(refused, start=1)),
        _Step(RETURN, 0, 0, ALLOW),
        _Step(RETURN, 0, 0, REFUSE),
    ]


def _prctl(option: int, first: int, second: int = 0) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    numbers = (ctypes.c_ulong(first), ctypes.c_ulong(second), ctypes.c_ulong(0), ctypes.c_ulong(0))
    return int(library.prctl(ctypes.c_int(option), *numbers))
