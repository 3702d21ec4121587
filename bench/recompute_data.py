"""A round in bulk: every institution reviewed by one opinion on 58 indicators, as rows, by SQL."""

import psycopg2

ROWS = """
SET LOCAL session_replication_role = replica;
SELECT setseed(0.5);
INSERT INTO members_institution (association_id, name, short_name, uscc, licence_number, field, address, is_demo, source, created_at)
SELECT %(association)s, '演示培训学校' || n, '', NULL, '', 'vocational', '', true, '', now() FROM generate_series(1, %(count)s) n;
INSERT INTO credit_rating_assessment (association_id, round_id, institution_id, stage, invited_at, submitted_at, grade)
SELECT %(association)s, %(round_id)s, id, 'reviewed', now(), now(), '' FROM members_institution WHERE name LIKE '演示培训学校%%' ORDER BY id;
INSERT INTO credit_rating_opinion (association_id, assessment_id, kind, author_id, summary, started_at)
SELECT %(association)s, id, 'review', %(author)s, '', now() FROM credit_rating_assessment ORDER BY id;
INSERT INTO credit_rating_opinionitem
  (association_id, opinion_id, indicator_id, state, entry, points, na_reason, comment, gap_reason, carried, version, edited_by_id, edited_at)
SELECT %(association)s, opinion.id, leaf.id,
  CASE WHEN is_na THEN 'na' ELSE 'scored' END, '{}',
  CASE WHEN NOT is_na THEN floor(leaf.points * (60 + floor(random() * 41)) / 10) / 10 END,
  CASE WHEN is_na THEN '不开展此类业务' ELSE '' END, '', '', false, 1, %(author)s, now()
FROM credit_rating_opinion opinion
CROSS JOIN (SELECT id, points, row_number() OVER (ORDER BY na_policy = 'forbidden', id) AS place, na_policy FROM credit_rating_indicator
            WHERE association_id = %(association)s AND method <> '') leaf
CROSS JOIN LATERAL (SELECT leaf.place = 1 AND leaf.na_policy <> 'forbidden' AND %(na_every)s > 0 AND opinion.id %% greatest(%(na_every)s, 1) = 0 AS is_na) given
ORDER BY opinion.id, leaf.id;
UPDATE credit_rating_opinion SET submitted_at = now();
UPDATE credit_rating_round SET state = 'open' WHERE id = %(round_id)s;
UPDATE credit_rating_round SET state = 'reviewing' WHERE id = %(round_id)s;
UPDATE credit_rating_roundstage SET opens_at = now() - interval '1 hour'
WHERE round_id = %(round_id)s AND kind = 'determination';
"""
TABLES = (
    "members_institution",
    "credit_rating_assessment",
    "credit_rating_opinion",
    "credit_rating_opinionitem",
)


def load(dsn: str, count: int, ids: dict[str, int], na_every: int) -> None:
    """Every so many (0: none) have an indicator that is not applicable.

    As the superuser of the benchmark's own server: no trigger and no key is asked for each of 800,000 rows.
    """
    session = psycopg2.connect(dsn)
    with session, session.cursor() as cursor:
        cursor.execute(ROWS, ids | {"count": count, "na_every": na_every})
    session.autocommit = True
    with session.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
    session.close()
