"""Files on disk: written whole or not at all, once under a name; what no row names any more goes.

A name is held by a lock of the database until its transaction ends. Whoever writes, drops or sweeps a file holds its
name first, so nobody drops what another has just found there, and a file without a row belongs to nobody under way.
"""

import os
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from django.db import connection

PART = ".part"
# The time that a file and its folder bear from the daily round on: none.
NO_TIME = 0
# Each holds a lock of the server until the end of the round; the rest goes with the next one.
MOST_AT_ONCE = 1000
Known = Callable[[set[str]], set[str]]


def write_once(target: Path, data: bytes, at: datetime | None = None) -> None:
    """A half-written file never carries the name; what carries it has reached the disk, and bears ``at`` as its time."""
    _hold(target)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + PART)
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if at is not None:
        os.utime(part, (at.timestamp(), at.timestamp()))
    part.replace(target)


def drop(target: Path, known: Known) -> bool:
    """Unlinks the file unless ``known`` (of these names, those that a row still names) knows it. Whether it went."""
    _hold(target)
    return _drop_held(target, known)


def sweep(folder: Path, known: Known) -> int:
    """What a refused upload or a process that died left in the folders of ``folder`` goes. How many went.

    The files that stay, and their folders, lose the time at which they came: nobody sets the time of the last change
    of a file, so it is changed here, once, for all that came since the last round and in the order of their names.
    """
    gone = 0
    for place in sorted(folder.glob("??")):
        names = {path.name.removesuffix(PART) for path in place.iterdir()}
        stay = known(names)
        left = sorted(names - stay)[: MOST_AT_ONCE - gone]
        gone += sum(_try_hold(place / name) and _drop_held(place / name, known) for name in left)
        for path in [*(place / name for name in sorted(stay)), place]:
            _forget_time(path)
    return gone


def _drop_held(target: Path, known: Known) -> bool:
    if known({target.name}):
        return False
    for path in (target, target.with_name(target.name + PART)):
        path.unlink(missing_ok=True)
    return True


def _forget_time(path: Path) -> None:
    if path.exists() and path.stat().st_mtime != NO_TIME:
        os.utime(path, (NO_TIME, NO_TIME))


def _hold(target: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_of(target)])


def _try_hold(target: Path) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_of(target)])
        return bool(cursor.fetchone()[0])


def lock_of(target: Path) -> int:
    return int.from_bytes(blake2b(str(target).encode(), digest_size=8).digest(), signed=True)
