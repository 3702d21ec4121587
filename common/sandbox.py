"""Work on strangers' files in a limited child; a killed child is an answer, not an accident.

Each serving process keeps one *nursery* (``common.nursery``), a small process without secrets that has the heavy
libraries loaded and forks the children. A crash, a bomb or a takeover stays in a process without database,
key or network and with a few seconds to live. Children that open uploads do one job; those that
render our own templates may do several (``Job.lives``), because starting costs them a third of a certificate.
"""

import atexit
import os
from collections.abc import Mapping, Sequence
from typing import Any

from common import errors, frames
from common.jobs import JOBS
from common.keeper import Keeper
from common.said import from_parts

GRACE_SECONDS = 30  # for loading libraries and for waiting in the queue of a busy machine
KINDS = (errors.InvalidInput, errors.TooLarge, errors.Refused)
REFUSALS = {kind.__name__: kind for kind in KINDS}


class SandboxFailed(RuntimeError):  # noqa: N818 - read as a sentence
    """The child was killed by a limit, or crashed: nothing may be taken from it."""


keeper = Keeper()
os.register_at_fork(after_in_child=keeper.forget)
atexit.register(keeper.end)


def run(
    job: str, head: Mapping[str, Any], blobs: Sequence[bytes] = (), *, cpu_seconds: int | None = None
) -> frames.Message:
    """Do one of the known jobs in a child; its refusal is raised here. ``cpu_seconds`` can only lower the limit."""
    limits = JOBS[job]
    order = {"cpu_seconds": cpu_seconds or limits.cpu_seconds, "head": head}
    with keeper.places:
        child = keeper.child_for(job)
        child.line.settimeout(limits.wall_seconds + GRACE_SECONDS)
        try:
            frames.send(child.line, order, blobs)
            answer, parts = frames.receive(child.line)
        except OSError as fault:
            child.line.close()
            raise SandboxFailed(f"{job}: the child did not answer") from fault
        keeper.take_back(child, limits.lives)
    if "refused" in answer:
        raise _refusal(answer)
    return answer, parts


def _refusal(answer: Mapping[str, Any]) -> errors.DomainError:
    """In parts, for a page to say it in its own language; a child that speaks otherwise is not ours any more."""
    try:
        sentence = from_parts(answer["sentence"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise SandboxFailed("the child did not say why") from fault
    return REFUSALS.get(str(answer["refused"]), errors.InvalidInput)(sentence)
