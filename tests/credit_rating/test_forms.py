"""What pages of ours post: a number of five thousand digits is refused like any other wrong one."""

import pytest

from common.errors import InvalidInput
from credit_rating.forms.rows import corrections_of, entered, numbered, posted_date, typed_row

ENDLESS = "9" * 5000


@pytest.mark.parametrize("version", ["", "-1", "x", ENDLESS, str(2**31)])
def test_version_of_a_row_is_a_number(version):
    with pytest.raises(InvalidInput):
        typed_row({"version": version})


def test_names_with_endless_numbers_are_left_out():
    assert list(numbered(["file-7", f"file-{ENDLESS}"], "file")) == [("file-7", 7)]
    assert corrections_of({"fix-7-points": "1", f"fix-{ENDLESS}-points": "1"}) == {7: {"points": "1"}}


@pytest.mark.parametrize(
    "day", ["2026-02-30", "2026-13-01", "0000-00-00", "2026-1-1", "昨天", "２０２６-01-01x"]
)
def test_day_that_is_in_no_calendar_is_a_sentence(day):
    with pytest.raises(InvalidInput, match="2026-12-31"):
        posted_date({"valid_until": day}, "valid_until")


@pytest.mark.parametrize("reason", ["", " ", "\u200b", "\x00\ufeff"])
def test_reason_that_nobody_can_see_is_no_reason(reason):
    with pytest.raises(InvalidInput, match="须说明理由"):
        entered(typed_row({"version": "0", "na": "on", "na_reason": reason}))
