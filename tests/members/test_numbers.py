"""编号: the year in a number is the year in Beijing, on New Year's morning too."""

from datetime import UTC, datetime

import pytest

from members.models import MembershipApplication, PledgeBreach

OLD_YEAR = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(("moment", "year"), [(OLD_YEAR, 2026), (NEW_YEAR, 2027)])
def test_the_year_begins_at_midnight_in_beijing(moment, year):
    assert MembershipApplication(pk=7, saved_at=OLD_YEAR, submitted_at=moment).number == f"H{year}-00007"
    assert MembershipApplication(pk=7, saved_at=moment).number == f"H{year}-00007"
    assert PledgeBreach(pk=7, alleged_at=moment).number == f"W{year}-00007"
