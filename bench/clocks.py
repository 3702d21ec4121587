"""钟表: the arithmetic against a slow independent calculator, and the list of 50,000 open cases against its table."""

import json
import time
from pathlib import Path

import psycopg2

from association.rules.clock import Pause, add_calendar_days, add_months, add_working_days, add_years
from association.rules.reference import calendar_exceptions, calendar_of
from bench.place import Place
from bench.report import Figure, middle, spread
from tests.association.slow_calculator import FILE, WallCalendar, questions

COUNTED, OPEN, ROUNDS = 10_000, 50_000, 5
COUNTERS = {
    "working_day": add_working_days,
    "day": add_calendar_days,
    "month": add_months,
    "year": add_years,
}
# Every kind of owner and of end: a tenth overdue, some today and this week, the rest ahead; half waits for others.
ROWS = """
SET LOCAL session_replication_role = replica;
INSERT INTO association_deadline
  (association_id, case_kind, case_id, case_title, case_path, code, title, action, started_at, start_on, set_on, due_on, ends_at,
   provisional, reckoning, counted_times, owner_side, owner_institution_id, outcome)
SELECT %(association)s, (ARRAY['complaint', 'lead', 'rating', 'objection'])[1 + n %% 4], n, '投诉 T' || n || ' · 演示培训学校', '/desk/complaints/' || n || '/',
  'CMP-ACCEPT', '投诉的受理决定与告知', '决定是否受理', now() - interval '60 days', current_date - 60, day, day,
  (day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', false,
  jsonb_build_object('start', (current_date - 60)::text, 'number', 0, 'unit', '', 'counted', day::text, 'last', day::text, 'idle', 0,
    'off', '[]'::jsonb, 'off_more', 0, 'made_up', '[]'::jsonb, 'made_up_more', 0, 'holiday', NULL, 'unknown_year', NULL, 'at', '24:00'),
  1, CASE WHEN n %% 2 = 0 THEN 'staff' WHEN n %% 4 = 1 THEN 'institution' ELSE 'complainant' END,
  CASE WHEN n %% 4 = 1 THEN %(institution)s END, ''
FROM generate_series(1, %(count)s) n CROSS JOIN LATERAL (SELECT current_date - 6 + (n * 7919) %% 60 AS day) ends;
"""


def run(place: Place) -> list[Figure]:
    return [_arithmetic(), *_queue(place)]


def _arithmetic() -> Figure:
    """The same 10,000 questions to both; an answer that differs is an error, not a figure."""
    calendar = calendar_of(calendar_exceptions(Path(FILE).read_text(encoding="utf-8")))
    wall, asked = WallCalendar(), questions(COUNTED)
    ratios, quickest = [], []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        quick = [
            COUNTERS[one.unit](one.start, one.number, calendar, [Pause(*pause) for pause in one.pauses]).on
            for one in asked
        ]
        between = time.perf_counter()
        slow = [wall.last_day(one) for one in asked]
        ended = time.perf_counter()
        if quick != slow:
            raise RuntimeError("the two calculators differ")
        quickest.append((between - began, ended - between))
        ratios.append((between - began) / (ended - between))
    return Figure(
        f"{COUNTED} random terms with their arithmetic, equal every time",
        f"{middle([quick for quick, _slow in quickest]) * 1000:.0f} ms",
        f"walking day by day {middle([slow for _quick, slow in quickest]) * 1000:.0f} ms",
        middle(ratios),
        1,
        spread=spread(ratios),
    )


def _queue(place: Place) -> list[Figure]:
    name = place.copy("clocks")
    ids = json.loads(place.run("bench.clocks_worker", "prepare", database=name))
    load(place.superuser_dsn(name), ids)
    found = json.loads(place.run("bench.clocks_worker", "measure", database=name))
    ratios = [page / floor for page, floor in zip(found["pages"], found["floors"], strict=True)]
    return [
        Figure(
            f"staff's list of {OPEN} open cases: queries",
            f"{found['queries']} queries",
            "1",
            found["queries"],
            12,
        ),
        Figure(
            f"staff's list of {OPEN} open cases",
            f"{middle(found['pages']) * 1000:.1f} ms",
            f"COUNT and one page {middle(found['floors']) * 1000:.1f} ms",
            middle(ratios),
            5,
            spread=spread(ratios),
        ),
        Figure(
            "a page deep in the list",
            f"{middle(found['deep']) * 1000:.1f} ms",
            f"first page {middle(found['pages']) * 1000:.1f} ms",
            middle(found["deep"]) / middle(found["pages"]),
            1.5,
        ),
    ]


def load(dsn: str, ids: dict[str, int]) -> None:
    session = psycopg2.connect(dsn)
    with session, session.cursor() as cursor:
        cursor.execute(ROWS, ids | {"count": OPEN})
    session.autocommit = True
    with session.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE association_deadline")
    session.close()
