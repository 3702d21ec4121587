"""Statistics, facts, and in turn with them the plain count by institution, all as the serving role behind the walls."""

import json
import sys
import time
from collections.abc import Callable
from datetime import date

import django

django.setup()

from django.db import connection  # noqa: E402 - after the settings

from association.models import Association  # noqa: E402
from association.tenancy import acting_for  # noqa: E402
from complaints.queries.statistics import facts_for_rating, statistics  # noqa: E402
from members.models import Institution  # noqa: E402
from tests.factories.people import make_association, valid_uscc  # noqa: E402

INSTITUTIONS, ROUNDS = 2_000, 7
YEAR = date(2025, 1, 1), date(2025, 12, 31)
FLOOR = "SELECT institution_id, count(*) FROM complaints_complaint GROUP BY institution_id"


def prepare() -> dict[str, int]:
    association = make_association("bench")
    with acting_for(association.pk):
        made = Institution.objects.bulk_create(
            [
                Institution(
                    name=f"演示培训学校{number}",
                    uscc=valid_uscc(number),
                    is_demo=True,
                    created_at="2024-01-01T00:00:00Z",
                )
                for number in range(INSTITUTIONS)
            ]
        )
    return {"association": association.pk, "first": made[0].pk, "institutions": INSTITUTIONS}


def measure() -> dict[str, list[float]]:
    association = Association.objects.get(slug="bench")
    found: dict[str, list[float]] = {"statistics": [], "floors": [], "facts": []}
    with acting_for(association.pk):
        first = Institution.objects.order_by("pk").values_list("pk", flat=True)[0]
        _floor()
        for _round in range(ROUNDS):
            found["floors"].append(_seconds(_floor))
            found["statistics"].append(_seconds(lambda: statistics(*YEAR)))
            found["facts"].append(_seconds(lambda: facts_for_rating(first, *YEAR)))
    return found


def _floor() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR)
        cursor.fetchall()


def _seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps({"prepare": prepare, "measure": measure}[sys.argv[1]]()))
