"""Says what the walls of the sandbox hold; used by the health check and by the tests."""

import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from common.frames import Message

MUCH = 4 * 1024**3


def probe(head: dict[str, Any], _blobs: Sequence[bytes]) -> Message:
    """Try one forbidden thing; the answer is how it was refused, or silence when the child was killed."""
    attempts: dict[str, Callable[[], object]] = {
        "network": lambda: socket.socket(socket.AF_INET),
        "program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - it must fail
        "memory": lambda: bytearray(MUCH),
        "write": lambda: Path(str(head["path"])).write_text("x", encoding="utf-8"),
        "time": spin,
        "environment": lambda: sorted(os.environ),
        "files": lambda: sorted(int(fd.name) for fd in Path("/proc/self/fd").iterdir()),
    }
    try:
        return {"done": str(attempts[str(head["attempt"])]())}, []
    except (OSError, MemoryError) as refusal:
        return {"refusal": type(refusal).__name__}, []


def spin() -> None:
    while True:
        pass
