"""Files on disk: written whole or not at all."""

import os
import tempfile
from datetime import datetime
from pathlib import Path


def write_whole(target: Path, data: bytes, at: datetime | None = None) -> None:
    """A half-written file never carries the name; what carries it has reached the disk, and bears ``at`` as its time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if at is not None:
        os.utime(temporary, (at.timestamp(), at.timestamp()))
    Path(temporary).replace(target)
