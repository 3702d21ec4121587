"""工单导入: 15,275 work orders loaded by the decision of a clerk, against COPY of exactly the rows that it wrote.

The figure is the whole deed in one transaction: rows read again from the sealed batch, checked, personal data sealed and
hashed, two clocks and two lines of the trail for each. The floor is what PostgreSQL needs to take those rows as they are.
"""

import json

import psycopg2
from psycopg2 import sql

from bench.place import Place
from bench.report import Figure, middle, spread

ROUNDS = 3
TABLES = (
    "complaints_complaint",
    "complaints_person",
    "complaints_personaldata",
    "association_deadline",
    "association_auditentry",
)


def run(place: Place) -> list[Figure]:
    loads, looks, floors = [], [], []
    rows = 0
    for number in range(ROUNDS):
        name = place.copy(f"import_{number}")
        found = json.loads(place.run("bench.complaints_import_worker", database=name))
        loads.append(found["load"])
        looks.append(found["look"])
        seconds, rows = _copied(place.superuser_dsn(name))
        floors.append(seconds)
        place.drop(name)
    ratios = [load / floor for load, floor in zip(loads, floors, strict=True)]
    return [
        Figure(
            f"load 15,275 work orders ({rows} rows of {len(TABLES)} tables)",
            f"{middle(loads):.2f} s",
            f"COPY of the same rows {middle(floors):.2f} s",
            middle(ratios),
            8,
            spread=spread(ratios),
        ),
        Figure(
            "look at the same file first (read, check, seal, keep)",
            f"{middle(looks):.2f} s",
            f"COPY {middle(floors):.2f} s",
            middle([look / floor for look, floor in zip(looks, floors, strict=True)]),
            4,
        ),
    ]


def _copied(dsn: str) -> tuple[float, int]:
    """The rows go out and into empty tables with the same keys, indexes and checks, in one transaction each way."""
    session = psycopg2.connect(dsn)
    seconds, rows = 0.0, 0
    with session, session.cursor() as cursor:
        for table in TABLES:
            named = sql.Identifier(table)
            twin = sql.Identifier(f"{table}_copied")
            file = f"/tmp/{session.info.dbname}_{table}.copy"
            cursor.execute(sql.SQL("COPY {} TO {}").format(named, sql.Literal(file)))
            rows += cursor.rowcount
            cursor.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(twin, named))
            cursor.execute("SELECT clock_timestamp()")
            (began,) = cursor.fetchone()
            cursor.execute(sql.SQL("COPY {} FROM {}").format(twin, sql.Literal(file)))
            cursor.execute("SELECT clock_timestamp()")
            (ended,) = cursor.fetchone()
            cursor.execute(sql.SQL("COPY (SELECT 1) TO PROGRAM {}").format(sql.Literal(f"rm -f {file}")))
            seconds += (ended - began).total_seconds()
    session.close()
    return seconds, rows
