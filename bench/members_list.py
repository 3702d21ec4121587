"""会员名单 on the staff desk: its lists over 100,000 institutions against the same lists over 140."""

import json
from collections.abc import Sequence
from itertools import islice

import psycopg2

from bench.lookup_data import names
from bench.place import Place
from bench.report import Figure, middle, spread
from common import uscc

MANY, FEW, ROUNDS = 100_000, 140, 3
QUICK = 0.2  # seconds: what feels like at once
SEARCHES = ("part of a name", "memberships of one institution")
WORKER = "bench.members_list_worker"
ROWS = """
SET LOCAL session_replication_role = replica;
INSERT INTO members_institution (association_id, {columns}, name, uscc)
SELECT old.association_id, {olds}, new.name, new.uscc FROM members_institution old, bulk_name new WHERE old.id = %(institution)s;
INSERT INTO members_membershipterm (association_id, {term_columns}, institution_id)
SELECT old.association_id, {term_olds}, new.id FROM members_membershipterm old, members_institution new
WHERE old.institution_id = %(institution)s AND new.id <> old.institution_id;
"""


def run(place: Place) -> list[Figure]:
    databases = {count: _made(place, count) for count in (MANY, FEW)}
    many: list[dict[str, list[float]]] = []
    few: list[dict[str, list[float]]] = []
    for _round in range(ROUNDS):  # each a process of its own; the two take turns
        many.append(json.loads(place.run(WORKER, "measure", "deep", database=databases[MANY])))
        few.append(json.loads(place.run(WORKER, "measure", database=databases[FEW])))
    for name in databases.values():
        place.drop(name)
    pages = [
        _figure(page, [(one[page], two[page]) for one, two in zip(many, few, strict=True)])
        for page in few[0]
        if page not in SEARCHES
    ]
    deep = [(one["deep"], one["institutions"]) for one in many]
    return [
        *pages,
        _figure("a page deep in the institutions", deep, "the first"),
        *[_search(page, many) for page in SEARCHES],
    ]


def _search(page: str, many: list[dict[str, list[float]]]) -> Figure:
    """A part of a name is looked for in every name, once to count and once for the page."""
    seconds = middle([middle(one[page]) for one in many])
    return Figure(
        f"lists of {MANY} members: {page}",
        f"{seconds * 1000:.1f} ms",
        f"{QUICK * 1000:.0f} ms",
        seconds / QUICK,
        1,
    )


def _figure(page: str, pairs: Sequence[tuple[list[float], list[float]]], floor: str = f"of {FEW}") -> Figure:
    """The page and its floor in every round."""
    rounds = [(middle(page_), middle(floor_)) for page_, floor_ in pairs]
    ratios = [large / small for large, small in rounds]
    return Figure(
        f"lists of {MANY} members: {page}",
        f"{middle([large for large, _small in rounds]) * 1000:.1f} ms",
        f"{floor} {middle([small for _large, small in rounds]) * 1000:.1f} ms",
        middle(ratios),
        1.5,
        spread=spread(ratios),
    )


def _made(place: Place, count: int) -> str:
    name = place.copy(f"members_{count}")
    ids = json.loads(place.run(WORKER, "prepare", database=name))
    session = psycopg2.connect(place.superuser_dsn(name))
    with session, session.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bulk_name (name text, uscc text)")
        rows = [(name, _code(number)) for number, name in enumerate(islice(names(), count), 1)]
        cursor.execute(
            "INSERT INTO bulk_name SELECT * FROM unnest(%s::text[], %s::text[])",
            [list(column) for column in zip(*rows, strict=True)],
        )
        parts = {}
        for prefix, table, own in (
            ("", "members_institution", {"name", "uscc"}),
            ("term_", "members_membershipterm", {"institution_id"}),
        ):
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
            )
            kept = [
                f'"{column}"'
                for (column,) in cursor.fetchall()
                if column not in own | {"id", "association_id"}
            ]
            parts |= {
                f"{prefix}columns": ", ".join(kept),
                f"{prefix}olds": ", ".join(f"old.{column}" for column in kept),
            }
        cursor.execute(ROWS.format(**parts), ids)
    session.autocommit = True
    with session.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE members_institution, members_membershipterm")
    session.close()
    return name


def _code(number: int) -> str:
    """A code of its own; whether its last sign fits is nobody's question here."""
    return f"52110105{number:09d}"[: uscc.LENGTH - 1] + "0"
