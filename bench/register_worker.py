"""Searches as the public's role with their statements in turn; or a register of institutions written, swept, written anew."""

import json
import sys
import time
from collections.abc import Callable
from itertools import islice

import django

django.setup()

from django.db import connection, connections  # noqa: E402 - after the settings

from association.models import Association  # noqa: E402
from association.tenancy import acting_for  # noqa: E402
from bench.lookup_data import names  # noqa: E402
from disclosure.operations import rebuild_register, refresh_register  # noqa: E402
from disclosure.queries.search import search  # noqa: E402
from disclosure.rules.wish import wish_of  # noqa: E402
from members.models import Institution  # noqa: E402
from tests.factories.people import make_association, valid_uscc  # noqa: E402

ROUNDS = 9
# What 140,000 names like these have; the wrong characters are in the part that tells them apart.
KINDS = {
    "two characters": ["朝阳", "技能", "培训"],
    "a longer word": ["启明星河", "职业培训学校"],
    "pinyin": ["qimingxinghe", "peixun", "zhiye"],
    "initials": ["px", "qmxh"],
    "part of a code": ["52110105", "00012345"],
    "one wrong character": ["启朋星河外语", "远航薄学外语"],
}
ROWS = """
SELECT md5(string_agg(row, '' ORDER BY row)) FROM (
  SELECT (to_jsonb(card) - 'id' - 'as_of')::text AS row FROM disclosure_registercard card
  UNION ALL SELECT concat_ws('|', card.institution_id, key.gram, key.text, key.place, key.length, key.best)
  FROM disclosure_cardgram key JOIN disclosure_registercard card ON card.id = key.card_id) rows
"""


def measure_searches() -> dict[str, tuple[list[float], list[float]]]:
    association_id = Association.objects.get(slug="bench").pk
    return {kind: _in_turns(association_id, words) for kind, words in KINDS.items()}


def _in_turns(association_id: int, words: list[str]) -> tuple[list[float], list[float]]:
    whole, floors = [], []
    for word in words:
        asked: list[tuple] = []
        with connections["public"].execute_wrapper(_keeping(asked)):
            if not search([association_id], wish_of(word)).cards:
                raise RuntimeError(f"{word} finds nothing")
        for _round in range(ROUNDS):
            whole.append(_seconds(lambda word=word: search([association_id], wish_of(word))))
            floors.append(_seconds(lambda asked=asked: _ask(asked)))
    return whole, floors


def _keeping(asked: list[tuple]) -> Callable:
    def keep(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    return keep


def _ask(asked: list[tuple]) -> None:
    with connections["public"].cursor() as cursor:
        for sql, params in asked:
            cursor.execute(sql, params)
            cursor.fetchall()


def rebuild(count: int) -> dict[str, float]:
    association = make_association("bench")
    with acting_for(association.pk):
        Institution.objects.bulk_create(
            [
                Institution(
                    name=name, uscc=valid_uscc(place), is_demo=True, created_at="2024-01-01T00:00:00Z"
                )
                for place, name in enumerate(islice(names(), count))
            ],
            batch_size=2000,
        )
        refresh_register()
        before = _rows()
        sweep = _seconds(refresh_register)
        again = _seconds(rebuild_register)
        if _rows() != before:
            raise RuntimeError("the rows are not those of before")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM disclosure_cardgram")
            keys = cursor.fetchone()[0]
    return {"rebuild": again, "sweep": sweep, "keys": keys}


def _rows() -> str:
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        return cursor.fetchone()[0]


def _seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


if __name__ == "__main__":
    found = measure_searches() if sys.argv[1] == "search" else rebuild(int(sys.argv[2]))
    print(json.dumps(found))
