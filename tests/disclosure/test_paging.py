"""Long lists inside a published copy: results and 公示 of a year, cut by the database, the same on pages and interface."""

import re

import pytest

from association.tenancy import acting_for
from disclosure.models import PublishedRound
from disclosure.operations import refresh_register
from tests.disclosure.material import a_season
from tests.factories.people import make_association

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]
GRADES = ("A", "B", "B", "C")


def named(place):
    return {"key": str(place), "name": f"演示{place:03}学校", "uscc": None}


def result(place):
    return named(place) | {
        "grade": GRADES[place % 4],
        "state": "graded",
        "is_demo": True,
        "published_at": None,
    }


def proposed(place):
    return named(place) | {"grade": "B", "objection": False}


def board(places):
    return {
        "opens_at": "2026-03-02T00:00:00+08:00",
        "closes_at": "2026-03-10T00:00:00+08:00",
        "explanation": "演示",
        "reckoning": None,
        "provisional": False,
        "rows": [proposed(place) for place in places],
    }


@pytest.fixture
def address():
    """A year with a round of 120 results and, still open, two boards of 公示 of 230 and of 2 rows."""
    with acting_for(make_association("chaoyang").pk):
        held = a_season()["held"]
        refresh_register()
        copy = PublishedRound.objects.get(round=held)
        copy.results = [result(place) for place in range(120)]
        copy.notice = {"open": [board(range(230)), board(range(2))]}
        copy.save()
    return f"/chaoyang/rounds/{held.year}/"


def rows_of(page):
    return re.findall(r'scope="row"><a href="[^"]+">(演示\d+学校)', page.content.decode())


def test_page_of_a_year_shows_fifty_and_counts_all(client, address):
    for page, first, last in (("", 0, 49), ("?page=2", 50, 99), ("?page=3", 100, 119), ("?page=9", 100, 119)):
        rows = rows_of(client.get(f"{address}{page}"))
        assert (rows[0], rows[-1]) == (f"演示{first:03}学校", f"演示{last:03}学校")
        assert len(rows) == last - first + 1
    page = client.get(address)
    assert "共 120 家" in page.content.decode()
    assert "230家机构的拟定结果" in page.content.decode()
    assert re.findall(r'"figure"><b>(\d+)</b><span>([A-D]) 级', page.content.decode()) == [
        ("30", "A"),
        ("60", "B"),
        ("30", "C"),
    ]


def test_each_board_of_a_notice_has_its_own_last_page(client, address):
    assert len(rows_of(client.get(f"{address}notice/"))) == 52
    last = rows_of(client.get(f"{address}notice/?page=5"))
    assert last == [*(f"演示{place:03}学校" for place in range(200, 230)), "演示000学校", "演示001学校"]


def test_interface_leads_on_until_the_longest_list_ends(client, address, django_assert_num_queries):
    onward = address.replace("/rounds/", "/api/v1/rounds/")
    client.get(onward)
    sizes = []
    while onward:
        with django_assert_num_queries(7):
            told = client.get(onward).json()
        (held,) = told["results"]
        assert held["number"] == 120
        assert [board["number"] for board in held["notices"]] == [230, 2]
        sizes.append([len(held["results"]), *(len(board["rows"]) for board in held["notices"])])
        onward = told["next"]
    assert sizes == [[100, 100, 2], [20, 100, 0], [0, 30, 0]]
