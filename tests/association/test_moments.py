"""How moments are written: the end of a day is 24:00 of that day, on pages, in mails and in refusals alike."""

from datetime import UTC, date, datetime

import pytest

from association.moments import in_words, last_day, minute, until, until_in_words
from association.rules.clock import BEIJING, end_of_day
from association.templatetags import portal

NOON = datetime(2026, 12, 1, 12, 30, tzinfo=BEIJING)


def test_a_term_that_ends_with_a_day_ends_at_24():
    end = end_of_day(date(2026, 12, 31))
    assert end.astimezone(UTC).hour == 16
    for moment in (end, end.astimezone(UTC)):
        assert until(moment) == "2026-12-31 24:00"
        assert until_in_words(moment) == "2026年12月31日24:00"
        assert last_day(moment) == date(2026, 12, 31)
        assert portal.until(moment) == "2026-12-31 24:00"


def test_what_begins_at_midnight_begins_at_0():
    begin = datetime(2026, 12, 1, tzinfo=BEIJING)
    assert minute(begin) == "2026-12-01 00:00"
    assert in_words(begin) == "2026年12月1日00:00"


@pytest.mark.parametrize("write", [minute, until])
def test_another_moment_is_itself(write):
    assert write(NOON) == "2026-12-01 12:30"
    assert (in_words(NOON), until_in_words(NOON)) == ("2026年12月1日12:30",) * 2
    assert last_day(NOON) == date(2026, 12, 1)


def test_what_has_no_end_is_not_written():
    assert portal.until(None) == ""
