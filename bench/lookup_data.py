"""Register cards in bulk: names as training institutions have them, keys as the real code makes them."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

import psycopg2

from common import uscc
from disclosure.rules.keys import compared, keys_of

DISTRICTS = ("朝阳", "海淀", "丰台", "通州", "昌平", "大兴", "顺义")
SUBJECTS = ("职业", "技能", "艺术", "外语", "会计")
KINDS = ("培训学校", "教育中心", "培训中心")
CHARACTERS = "启明星河远航博学新程云山青禾立德致远求是弘毅思源知行"
# Every word is found on a full page, also among 140.
WORDS = (*DISTRICTS, *SUBJECTS, "培训", "教育", "学校", "中心", "演示", "北京")
CARD = """
INSERT INTO disclosure_registercard (association_id, institution_id, name, short_name, former_names, uscc, field,
  region, is_member, is_demo, source, state, grade, grade_year, standard, official, overruled, profile, published_at, valid_until,
  history, search_text, as_of)
SELECT %(association)s, row_number() OVER (), name, '', '{}', uscc, 'vocational', '北京市朝阳区', true, true, '', 'graded', 'B', 2026,
  '北京市演示评估规范（1）', false, false, '[]', now(), current_date + 365, '[]', text, now() FROM bulk_card
"""
KEYS = """
INSERT INTO disclosure_cardgram (association_id, card_id, gram, text, place, length, best)
SELECT card.association_id, card.id, key.gram, key.text, key.place, key.length, key.best
FROM bulk_key key JOIN disclosure_registercard card ON card.search_text = key.name
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'disclosure_cardgram' AND indexdef NOT LIKE '%UNIQUE%'"


def names() -> Iterator[str]:
    """Each name once, districts and subjects in turn."""
    number = 0
    while True:
        word = ""
        rest = number
        for _place in range(4):
            rest, place = divmod(rest, len(CHARACTERS))
            word += CHARACTERS[place]
        district, subject = DISTRICTS[number % len(DISTRICTS)], SUBJECTS[number % len(SUBJECTS)]
        yield f"北京演示{district}{word}{subject}{KINDS[number % len(KINDS)]}"
        number += 1


def load(dsn: str, association_id: int, count: int) -> None:
    """Cards and keys; indexes are made once, at the end."""
    with psycopg2.connect(dsn) as session, session.cursor() as cursor:
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("CREATE TEMP TABLE bulk_card (name text, uscc text, text text)")
        cursor.execute(
            "CREATE TEMP TABLE bulk_key (name text, gram text, text text, place int, length int, best bool)"
        )
        cursor.execute("SET session_replication_role = replica")
        found = list(islice(names(), count))
        codes = [_code(place) for place in range(count)]
        _copy(cursor, "bulk_card", zip(found, codes, map(compared, found), strict=True))
        _copy(cursor, "bulk_key", _keys(found, codes))
        cursor.execute("ANALYZE bulk_card, bulk_key")
        cursor.execute(CARD, {"association": association_id})
        cursor.execute(KEYS)
        for _name, definition in indexes:
            cursor.execute(definition)
    session.close()
    _tidy(dsn)


def _keys(names: list[str], codes: list[str]) -> Iterator[tuple]:
    for name, code in zip(names, codes, strict=True):
        for key in keys_of([name], code):
            yield compared(name), key.gram, key.text, key.place, key.length, key.best


def _code(number: int) -> str:
    return uscc.with_body_check_digit(f"52110105{number:08d}")


def _copy(cursor, table: str, rows: Iterator[tuple]) -> None:
    """In pieces, so that four million keys need no memory."""
    while piece := list(islice(rows, 200_000)):
        text = io.StringIO()
        csv.writer(text).writerows(piece)
        text.seek(0)
        cursor.copy_expert(f"COPY {table} FROM STDIN WITH (FORMAT csv)", text)


def _tidy(dsn: str) -> None:
    session = psycopg2.connect(dsn)
    session.autocommit = True
    with session.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE disclosure_registercard")
        cursor.execute("VACUUM ANALYZE disclosure_cardgram")
    session.close()
