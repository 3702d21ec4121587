"""核对公布日志: chain, hashes and columns of 100,000 entries, against hashing the same bytes and nothing else."""

import json

from bench.place import Place
from bench.report import Figure, middle, spread

MANY = 100_000


def run(place: Place) -> list[Figure]:
    name = place.copy("publication_log")
    place.run("bench.publication_log_worker", "prepare", str(MANY), database=name)
    found = json.loads(place.run("bench.publication_log_worker", "measure", database=name))
    floor = middle(found["floors"])
    return [
        _figure("verify_publications, the chain in the database", found["chain"], found["floors"], floor, 15),
        _figure("verify.py on the exported file", found["script"], found["floors"], floor, 15),
    ]


def _figure(what: str, times: list[float], floors: list[float], floor: float, target: float) -> Figure:
    ratios = [whole / least for whole, least in zip(times, floors, strict=True)]
    return Figure(
        f"{what}, {MANY} entries",
        f"{middle(times):.2f} s",
        f"hashing the same bytes {floor:.2f} s",
        middle(ratios),
        target,
        spread=spread(ratios),
    )
