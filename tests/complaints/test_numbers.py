"""编号: the year in a number is the year in Beijing, on New Year's morning too."""

from datetime import UTC, date, datetime

import pytest

from complaints.models import Complaint, Lead, LeadHearing

OLD_YEAR = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(("moment", "year"), [(OLD_YEAR, 2026), (NEW_YEAR, 2027)])
def test_the_year_begins_at_midnight_in_beijing(moment, year):
    assert LeadHearing(pk=7, asked_at=moment).number == f"H{year}-000007"
    assert Complaint(pk=7, received_at=moment).number == f"T{year}-000007"


def test_a_lead_has_the_year_of_its_day():
    assert Lead(pk=7, saved_on=date(2026, 12, 31), submitted_on=date(2027, 1, 1)).number == "X2027-000007"
    assert Lead(pk=7, saved_on=date(2026, 12, 31)).number == "X2026-000007"
