"""综合计分 of a whole round by one worker, against one GROUP BY over the same marks."""

import json
from typing import Any

from bench.place import Place
from bench.recompute_data import load
from bench.report import Figure, middle, spread

USUAL, FEW = 14_000, 140
ROUNDS = 3


def run(place: Place) -> list[Figure]:
    ids = json.loads(place.run("bench.make_round", database=place.copy("recompute")))
    few = _rounds(place, ids, FEW, na_every=20)
    many = _rounds(place, ids, USUAL, na_every=0)
    ratios = [row["seconds"] / middle(row["floors"]) for row in many]
    return [
        Figure(
            f"{USUAL} assessments of 58 indicators",
            f"{middle([row['seconds'] for row in many]):.2f} s",
            f"one GROUP BY {middle([floor for row in many for floor in row['floors']]):.2f} s",
            middle(ratios),
            4,
            spread=spread(ratios),
        ),
        Figure(
            "memory of the worker",
            f"{max(row['memory'] for row in many):.0f} MB",
            "500 MB",
            max(row["memory"] for row in many) / 500,
            1,
        ),
        Figure(
            f"{FEW} assessments",
            f"{middle([row['seconds'] for row in few]):.2f} s",
            "2 s",
            middle([row["seconds"] for row in few]) / 2,
            1,
        ),
    ]


def _rounds(place: Place, ids: dict[str, int], count: int, na_every: int) -> list[dict[str, Any]]:
    """Each time on a fresh copy: what is computed once would only be compared the second time."""
    template = place.copy(f"recompute_{count}", "recompute")
    load(place.superuser_dsn(template), count, ids, na_every)
    found = []
    for number in range(ROUNDS):
        name = place.copy(f"{template}_{number}", template)
        arguments = (ids["association"], ids["round_id"], ids["clerk"], count)
        found.append(json.loads(place.run("bench.recompute_worker", *map(str, arguments), database=name)))
        place.drop(name)
    place.drop(template)
    return found
