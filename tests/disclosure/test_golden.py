"""黄金查询: what people type and whom they mean, as data, over fictitious and published names; counted for each kind."""

import csv
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from association.tenancy import acting_for
from config.home import PROJECT
from disclosure.operations import refresh_register
from disclosure.queries.search import search
from disclosure.rules.wish import wish_of
from members.models import FormerName
from tests.factories.people import make_association, make_institution

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]

HERE = Path(__file__).parent
FIRST, AMONG_FIVE = 0.95, 0.99
FEWEST = 120


def rows(path):
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


@pytest.fixture
def register():
    """The fictitious institutions, and those of the published results, whose codes nobody has told."""
    association = make_association()
    with acting_for(association.pk):
        for row in rows(HERE / "golden_institutions.csv"):
            made = make_institution(row["name"], short_name=row["short_name"], uscc=row["uscc"])
            if row["former_names"]:
                FormerName.objects.create(institution=made, name=row["former_names"])
        for row in rows(PROJECT / "reference" / "published_assessment_results.csv"):
            make_institution(row["institution_name"], uscc=None, is_demo=False, source=row["source_title"])
        refresh_register()
    return association


def place_of(association, row):
    """At which place the right institution stands, from nought; a hundred when it is not on the first page."""
    names = [card.name for card in search([association.pk], wish_of(row["query"])).cards]
    return names.index(row["expected"]) if row["expected"] in names else 100


def test_who_is_meant_stands_first(register, capsys):
    asked = rows(HERE / "golden_queries.csv")
    assert len({row["query"] for row in asked}) == len(asked) >= FEWEST
    places, missed = defaultdict(list), []
    for row in asked:
        place = place_of(register, row)
        places[row["kind"]].append(place)
        if place:
            missed.append((row["kind"], row["query"], row["expected"], place))
    lines = [
        f"  {kind}: first {found.count(0)}, among five {sum(one < 5 for one in found)}, of {len(found)}"
        for kind, found in places.items()
    ]
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *lines, *(f"  not first: {one}" for one in missed), ""]))
    all_places = [place for found in places.values() for place in found]
    assert all_places.count(0) >= FIRST * len(asked)
    assert sum(place < 5 for place in all_places) >= AMONG_FIVE * len(asked)
