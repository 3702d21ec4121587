"""公布的年度: only a year in which complaints were kept here is fixed, and not soon after orders of it were imported."""

from datetime import date

import pytest

from common.spreadsheet import write_csv
from complaints import operations
from complaints.models import ImportBatch, YearFigures
from complaints.queries.published import years_over
from tests.complaints.material import filed
from tests.complaints.test_operations_orders import HEADINGS, mended, rows
from tests.factories.people import make_association

PUBLISHED = "/first/api/v1/complaints/statistics/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]


@pytest.fixture
def association():
    return make_association("first")


def imported(here, day, many=2, first=0):
    """Orders called in on this day, loaded now."""
    found = [
        [f"{row[0][:-2]}{first + place:02d}", day, "2027-12-31", *row[3:]]
        for place, row in enumerate(mended(rows(here, many)))
    ]
    data = write_csv(HEADINGS, found)
    given = {"data": data, "filename": "工单.csv", "dry_run": False}
    assert operations.import_orders(actor=here.officer, **given).loaded == many


def closed(here):
    return [row.year for row in operations.close_years(actor=here.system)]


def test_a_year_that_old_orders_touch_is_not_fixed_nor_those_between(here, client, time):
    imported(here, "2024-03-04")
    filed(here)
    time.to(date(2026, 6, 1))
    assert closed(here) == []
    told = client.get(PUBLISHED).json()
    assert (told["not_closed"], told["not_kept"], told["years"]) == ([], [2024], [])
    asked = client.get(PUBLISHED, {"year": "2024"})
    assert (asked.status_code, "没有在本平台受理" in str(asked.json())) == (404, True)
    assert client.get(PUBLISHED, {"year": "2025"}).status_code == 404
    time.to(date(2027, 4, 1))
    assert closed(here) == [2026]
    assert list(YearFigures.objects.values_list("year", flat=True)) == [2026]


def test_orders_imported_in_their_own_year_are_complaints_kept_here(here, time):
    imported(here, "2026-02-02")
    time.to(date(2027, 1, 4))
    assert years_over().kept == {2026: date(2027, 4, 1)}


def test_orders_typed_in_a_year_later_keep_no_year(here, time):
    time.to(date(2027, 1, 4))
    imported(here, "2026-02-02")
    assert (years_over().kept, years_over().not_kept) == ({}, [2026])


def test_a_year_waits_thirty_days_after_the_last_import_that_touched_it(here, client, time):
    imported(here, "2026-02-02")
    time.to(date(2027, 3, 31))
    imported(here, "2026-11-11", first=20)
    imported(here, "2027-01-11", first=40)
    time.to(date(2027, 4, 1))
    assert closed(here) == []
    assert client.get(PUBLISHED).json()["not_closed"] == [{"year": 2026, "closes_on": "2027-04-30"}]
    time.to(date(2027, 4, 30))
    assert closed(here) == [2026]
    assert YearFigures.objects.get().counts["total"]["received"] == 4


def test_a_file_whose_years_nobody_kept_may_have_touched_any(here, time):
    filed(here)
    time.to(date(2027, 3, 31))
    imported(here, "2027-01-11")
    ImportBatch.objects.update(years=[])
    assert years_over().kept == {2026: date(2027, 4, 30)}


def test_what_is_due_is_told_for_a_day_that_comes(here, client, time):
    filed(here)
    time.to(date(2027, 6, 1))
    assert client.get(PUBLISHED).json()["not_closed"] == [{"year": 2026, "closes_on": "2027-06-02"}]
    assert closed(here) == [2026]
