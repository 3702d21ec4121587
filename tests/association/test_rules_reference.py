from datetime import date
from pathlib import Path

import pytest

from association.rules.reference import CalendarException, calendar_exceptions, calendar_of, regions

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
CALENDAR = (REFERENCE / "working_calendar_exceptions.csv").read_text(encoding="utf-8")
REGIONS = (REFERENCE / "regions_gbt2260.csv").read_text(encoding="utf-8")


def test_calendar_file():
    days = calendar_exceptions(CALENDAR)
    assert len(days) == 218
    assert days[0] == CalendarException(
        date(2021, 1, 1),
        "元旦",
        is_off=True,
        notice="http://www.gov.cn/zhengce/zhengceku/2020-11/25/content_5564127.htm",
        source="NateScarlet/holiday-cn (MIT), snapshot 2026-08-07",
    )
    assert len({day.on for day in days}) == 218


def test_calendar_value():
    calendar = calendar_of(calendar_exceptions(CALENDAR))
    assert calendar.known_until == date(2026, 12, 31)
    assert calendar.names[date(2026, 10, 10)] == "国庆节"
    assert not calendar.holidays & calendar.working
    assert date(2027, 1, 1) in calendar.holidays


def test_calendar_without_days_knows_nothing():
    empty = calendar_of([])
    assert (empty.holidays, empty.working, empty.known_until) == (frozenset(), frozenset(), date.min)


def test_unknown_kind_of_day_is_an_error():
    text = "date,holiday_name,day_type,state_council_notice,source\n2026-01-01,元旦,half,x,y\n"
    with pytest.raises(ValueError, match="half"):
        calendar_exceptions(text)


def test_regions_file():
    rows = regions("\ufeff" + REGIONS)
    assert len(rows) == 497
    by_code = {row.code: row for row in rows}
    assert by_code["110105"].name == "朝阳区"
    assert by_code["110000"].parent_code is None
    seen = set()
    for row in rows:
        assert row.parent_code is None or row.parent_code in seen
        seen.add(row.code)
