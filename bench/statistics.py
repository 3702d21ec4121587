"""投诉统计: one million complaints counted by institution, against a plain GROUP BY with a count over the same rows."""

import json

import psycopg2

from bench.place import Place
from bench.report import Figure, middle, spread

MANY = 1_000_000
# Of every state, outcome and kind of answer, over a year, for 2,000 institutions of uneven size.
ROWS = """
SET LOCAL session_replication_role = replica;
ALTER TABLE complaints_complaint DISABLE TRIGGER complaint_begins;
INSERT INTO complaints_complaint
  (association_id, institution_id, respondent_name, respondent_address, intake, order_number, delegated_by, delegation_number,
   subject, state, outcome, confirmed_at, satisfaction, harmed_on, facts, demand, paid_fen, claimed_fen, returned_fen,
   is_consumer, handled_elsewhere, shares_phone, received_at, timeliness, closed_from,
   accepted_at, accepted_by_id, clock_id, served_at, ended_at)
SELECT %(association)s, %(first)s + floor(%(institutions)s * random() * random())::int, '演示培训学校', '', 'web', '', '', '',
  'refund', (ARRAY['received', 'not_accepted', 'await_reply', 'mediating', 'closed', 'closed', 'closed'])[1 + n %% 7],
  outcome, CASE WHEN outcome IN ('resolved', 'partly', 'unresolved') THEN now() END,
  CASE WHEN n %% 3 = 0 THEN 1 + n %% 5 END, current_date - 400, repeat('停课后不退费，请协调。', 4), '退费', 800000,
  100000 + n %% 700000, n %% 300000, true, '', false,
  timestamptz '2025-01-01 00:00:00+08' + (n %% 525600) * interval '1 minute',
  (ARRAY['not_asked', 'on_time', 'on_time', 'late', 'missed'])[1 + n %% 5], '',
  now(), 1, 1, now(), CASE WHEN n %% 7 IN (1, 4, 5, 6) THEN now() END
FROM generate_series(1, %(count)s) n
CROSS JOIN LATERAL (SELECT CASE WHEN n %% 7 > 3 THEN
  (ARRAY['unknown', 'resolved', 'partly', 'unresolved', 'no_answer'])[1 + n %% 5] ELSE 'unknown' END AS outcome) said;
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER complaint_begins;
"""


def run(place: Place) -> list[Figure]:
    name = place.copy("statistics")
    ids = json.loads(place.run("bench.statistics_worker", "prepare", database=name))
    _load(place.superuser_dsn(name), ids)
    found = json.loads(place.run("bench.statistics_worker", "measure", database=name))
    ratios = [whole / floor for whole, floor in zip(found["statistics"], found["floors"], strict=True)]
    return [
        Figure(
            f"statistics of {MANY} complaints by {ids['institutions']} institutions",
            f"{middle(found['statistics']) * 1000:.0f} ms",
            f"GROUP BY with a count {middle(found['floors']) * 1000:.0f} ms",
            middle(ratios),
            4,
            spread=spread(ratios),
        ),
        Figure(
            "facts of one institution for the rating",
            f"{middle(found['facts']) * 1000:.1f} ms",
            "50 ms",
            middle(found["facts"]) / 0.05,
            1,
        ),
    ]


def _load(dsn: str, ids: dict[str, int]) -> None:
    session = psycopg2.connect(dsn)
    with session, session.cursor() as cursor:
        cursor.execute(ROWS, ids | {"count": MANY})
    session.autocommit = True
    with session.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE complaints_complaint")
    session.close()
