"""The fixed set of jobs for the sandbox, each with its limits; no other function can be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Job:
    """A function ``(head, blobs) -> (head, blobs)`` of a module in ``common.inside``.

    ``lives`` is how many jobs one child may do; more than one only where the input is our own.
    """

    module: str
    function: str
    cpu_seconds: int
    memory_bytes: int
    wall_seconds: int
    lives: int = 1


JOBS: Final[Mapping[str, Job]] = {
    "inspect_file": Job("common.inside.files", "inspect", 10, 768 * MB, 20),
    "read_sheet": Job("common.inside.sheets", "read", 15, 512 * MB, 30),
    "render_pdf": Job("common.inside.rendering", "render", 60, 2048 * MB, 90, lives=100),
    "probe": Job("common.inside.probe", "probe", 1, 256 * MB, 3),
}
