"""``./run bench [names]``: every benchmark, or those that are named; 1 when a target is missed."""

import sys
import time
from collections.abc import Callable

from bench import (
    certificate,
    clocks,
    complaints_import,
    lookup,
    members_list,
    publication_log,
    recompute,
    register,
    self_assessment,
    statistics,
)
from bench.place import Place, temporary_place
from bench.report import Figure, show
from config.child import say

BENCHES: dict[str, Callable[[Place], list[Figure]]] = {
    "lookup": lookup.run,
    "recompute": recompute.run,
    "self_assessment": self_assessment.run,
    "certificate": certificate.run,
    "clocks": clocks.run,
    "complaints_import": complaints_import.run,
    "statistics": statistics.run,
    "members_list": members_list.run,
    "register": register.run,
    "publication_log": publication_log.run,
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHES)
    if unknown:
        say(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}")
        return 2
    met = []
    with temporary_place() as place:
        for name in names or BENCHES:
            began = time.monotonic()
            figures = BENCHES[name](place)
            met.append(show(f"{name} ({time.monotonic() - began:.0f} s)", figures))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
