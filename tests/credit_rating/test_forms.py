"""What pages of ours post: a number of five thousand digits is refused like any other wrong one."""

import pytest

from common.errors import InvalidInput
from credit_rating.forms import corrections_of, numbered, typed_row

ENDLESS = "9" * 5000


@pytest.mark.parametrize("version", ["", "-1", "x", ENDLESS, str(2**31)])
def test_version_of_a_row_is_a_number(version):
    with pytest.raises(InvalidInput):
        typed_row({"version": version})


def test_names_with_endless_numbers_are_left_out():
    assert list(numbered(["file-7", f"file-{ENDLESS}"], "file")) == [("file-7", 7)]
    assert corrections_of({"fix-7-points": "1", f"fix-{ENDLESS}-points": "1"}) == {7: {"points": "1"}}
