"""登记册: every kind of search over 140,000 cards against its own statements alone, and 14,000 cards written anew.

The floor of a search is what it asked the database, asked once more by the same connection and fetched. The floor of
the rebuild is one statement for each table that puts the same rows into an empty one with the same keys and indexes.
"""

import json

import psycopg2

from bench.lookup_data import load
from bench.place import Place
from bench.report import Figure, middle, spread

CARDS, REBUILT = 140_000, 14_000
SWEEP_SECONDS = 60
TABLES = ("disclosure_registercard", "disclosure_cardgram")


def run(place: Place) -> list[Figure]:
    return [*_searches(place), *_rebuild(place)]


def _searches(place: Place) -> list[Figure]:
    name = place.copy("register")
    association_id = int(place.run("bench.make_association", database=name))
    load(place.superuser_dsn(name), association_id, CARDS)
    found = json.loads(place.run("bench.register_worker", "search", database=name))
    place.drop(name)
    figures = []
    for kind, (searches, floors) in found.items():
        ratios = [whole / floor for whole, floor in zip(searches, floors, strict=True)]
        figures.append(
            Figure(
                f"search over {CARDS}: {kind}",
                f"{middle(searches) * 1000:.1f} ms",
                f"its statements {middle(floors) * 1000:.1f} ms",
                middle(ratios),
                2,
                spread=spread(ratios),
            )
        )
    return figures


def _rebuild(place: Place) -> list[Figure]:
    name = place.copy("rebuild")
    found = json.loads(place.run("bench.register_worker", "rebuild", str(REBUILT), database=name))
    floor = _copied(place.superuser_dsn(name))
    place.drop(name)
    return [
        Figure(
            f"rebuild of {REBUILT} cards ({found['keys']} keys; the same rows as before)",
            f"{found['rebuild']:.1f} s",
            f"INSERT of the same rows {floor:.1f} s",
            found["rebuild"] / floor,
            4,
        ),
        Figure(
            f"sweep of {REBUILT} cards that finds nothing",
            f"{found['sweep']:.1f} s",
            f"{SWEEP_SECONDS} s between two",
            found["sweep"] / SWEEP_SECONDS,
            0.25,
        ),
    ]


def _copied(dsn: str) -> float:
    session = psycopg2.connect(dsn)
    seconds = 0.0
    with session, session.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in TABLES:
            cursor.execute(f"CREATE TABLE {table}_again (LIKE {table} INCLUDING ALL)")
            cursor.execute("SELECT clock_timestamp()")
            began = cursor.fetchone()[0]
            cursor.execute(f"INSERT INTO {table}_again SELECT * FROM {table}")
            cursor.execute("SELECT clock_timestamp()")
            seconds += (cursor.fetchone()[0] - began).total_seconds()
    session.close()
    return seconds
