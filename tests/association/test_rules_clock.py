"""Deadlines against the real calendar by table, and against a slow calculator that marks every day on the wall."""

import random
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.rules.clock import (
    Calendar,
    Pause,
    add_calendar_days,
    add_months,
    add_working_days,
    add_years,
    beijing,
    end_of_day,
    is_working_day,
)
from association.rules.reference import calendar_exceptions, calendar_of

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
EXCEPTIONS = calendar_exceptions((REFERENCE / "working_calendar_exceptions.csv").read_text(encoding="utf-8"))
REAL = calendar_of(EXCEPTIONS)
FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
ORDINARY_WEEK = Calendar(frozenset(), frozenset(), date(2099, 12, 31))

# --- the slow calculator: written apart from the rules, one mark per day ---------------------------------

OFF = {row.on for row in EXCEPTIONS if row.is_off}
OFF |= {date(2027, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))}
MADE_UP = {row.on for row in EXCEPTIONS if not row.is_off}
WALL = {
    day: "work" if day in MADE_UP else "rest" if day in OFF or day.isoweekday() in (6, 7) else "work"
    for day in (FIRST + timedelta(days=n) for n in range((date(2029, 1, 1) - FIRST).days))
}


def slow_working_days(start, number):
    working = [day for day, mark in WALL.items() if day > start and mark == "work"]
    return working[number - 1] if number else start


def slow_moved(day):
    return next(later for later, mark in WALL.items() if later >= day and mark == "work")


def slow_months(start, number):
    """Walk month by month on paper: the same number in a later month, or that month's last day."""
    year, month = start.year, start.month
    for _ in range(number):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    in_month = [day for day in WALL if (day.year, day.month) == (year, month)]
    return slow_moved(in_month[min(start.day, len(in_month)) - 1])


STARTS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days - 200)]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 7, 10, 15, 20, 45])
def test_working_days_like_the_wall_calendar(number):
    for start in STARTS[number % 3 :: 3]:
        assert add_working_days(start, number, REAL).on == slow_working_days(start, number), start


@pytest.mark.parametrize("number", [0, 1, 5, 7, 15, 30, 90])
def test_calendar_days_like_the_wall_calendar(number):
    for start in STARTS:
        assert add_calendar_days(start, number, REAL).on == slow_moved(start + timedelta(days=number)), start


@pytest.mark.parametrize("number", [1, 2, 3, 6])
def test_months_like_the_wall_calendar(number):
    for start in STARTS[:: 2 + number]:
        assert add_months(start, number, REAL).on == slow_months(start, number), start


# --- by table, counted by hand on the State Council's notices --------------------------------------------


@pytest.mark.parametrize(
    ("start", "number", "last"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # 国庆 1-7 October
        (date(2026, 10, 1), 5, date(2026, 10, 13)),  # 10 October is a Saturday at work
        (date(2026, 10, 8), 2, date(2026, 10, 10)),
        (date(2025, 9, 26), 3, date(2025, 9, 30)),  # Sunday 28 September at work
        (date(2025, 1, 24), 3, date(2025, 2, 5)),  # 春节: 26 January and 8 February at work
        (date(2025, 2, 5), 3, date(2025, 2, 8)),
        (date(2024, 4, 30), 6, date(2024, 5, 11)),  # 劳动节 1-5 May; Saturday 11 May at work
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
    ],
)
def test_working_days_counted_by_hand(start, number, last):
    assert add_working_days(start, number, REAL).on == last


@pytest.mark.parametrize(
    ("start", "number", "last"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 7, 1), 3, date(2026, 10, 8)),  # 1 October is a holiday
        (date(2025, 12, 1), 3, date(2026, 3, 2)),  # 1 March is a Sunday
        (date(2024, 10, 15), 4, date(2025, 2, 17)),  # over the year; 15 February is a Saturday
    ],
)
def test_months_counted_by_hand(start, number, last):
    assert add_months(start, number, REAL).on == last


def test_years_end_on_the_corresponding_day():
    assert add_years(date(2023, 3, 1), 3, REAL).on == date(2026, 3, 2)
    assert add_years(date(2024, 2, 29), 1, ORDINARY_WEEK).on == date(2025, 2, 28)
    assert add_years(date(2024, 2, 29), 4, ORDINARY_WEEK).on == date(2028, 2, 29)


# --- the moment ------------------------------------------------------------------------------------------


def test_day_ends_at_midnight_in_beijing():
    due = add_working_days(date(2026, 11, 23), 5, REAL)
    assert due.ends_at == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert due.ends_at.isoformat() == "2026-12-01T00:00:00+08:00"
    assert end_of_day(date(2026, 12, 31)).isoformat() == "2027-01-01T00:00:00+08:00"


def test_beijing_clock():
    assert beijing(datetime(2026, 1, 1, 16, 0, tzinfo=UTC)).date() == date(2026, 1, 2)
    with pytest.raises(ValueError, match="time zone"):
        beijing(datetime(2026, 1, 1))  # noqa: DTZ001


# --- provisional -----------------------------------------------------------------------------------------


def test_a_date_in_an_unannounced_year_is_provisional():
    inside = add_working_days(date(2026, 12, 24), 5, REAL)
    outside = add_working_days(date(2026, 12, 25), 5, REAL)
    assert (inside.on, inside.provisional) == (date(2026, 12, 31), False)
    assert (outside.on, outside.provisional) == (date(2027, 1, 4), True)  # 元旦 is fixed by law
    assert outside.explanation.endswith("；2027年及以后的放假安排尚未公布，此日期为暂定")


def test_announcing_the_year_settles_it():
    known = Calendar(REAL.holidays | {date(2027, 1, 4)}, REAL.working, date(2027, 12, 31), REAL.names)
    due = add_working_days(date(2026, 12, 25), 5, known)
    assert (due.on, due.provisional) == (date(2027, 1, 5), False)


# --- pauses ----------------------------------------------------------------------------------------------

APPRAISAL = Pause(date(2026, 11, 25), date(2026, 11, 29))  # Wednesday to Sunday: three working days


@pytest.mark.parametrize(
    ("add", "number", "last"),
    [
        (add_working_days, 5, date(2026, 12, 3)),
        (add_calendar_days, 7, date(2026, 12, 7)),  # 5 December is a Saturday
        (add_months, 1, date(2026, 12, 28)),
    ],
)
def test_paused_days_are_added(add, number, last):
    assert add(date(2026, 11, 23), number, REAL, [APPRAISAL]).on == last


def test_a_pause_after_the_last_day_still_counts():
    later = Pause(date(2026, 12, 7), date(2026, 12, 8))
    assert add_working_days(date(2026, 11, 23), 5, REAL, [later]).on == date(2026, 12, 2)


def test_overlapping_pauses_count_once_and_earlier_ones_not_at_all():
    twice = [APPRAISAL, APPRAISAL, Pause(date(2026, 11, 1), date(2026, 11, 23))]
    once = add_working_days(date(2026, 11, 23), 5, REAL, [APPRAISAL])
    assert add_working_days(date(2026, 11, 23), 5, REAL, twice) == once


@given(st.sampled_from(STARTS), st.integers(1, 60), st.integers(0, 90), st.integers(0, 20))
def test_a_pause_never_brings_the_end_nearer(start, number, after, length):
    pause = Pause(start + timedelta(days=after), start + timedelta(days=after + length))
    for add in (add_working_days, add_calendar_days):
        assert add(start, number, REAL, [pause]).on >= add(start, number, REAL).on


# --- the sentence ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "sentence"),
    [
        (
            add_working_days(date(2026, 10, 1), 5, REAL),
            "自2026年10月1日起算5个工作日（当日不计）：10月2日至7日为国庆节假期，10月10日（周六）调休上班，截至10月13日24:00",
        ),
        (
            add_working_days(date(2026, 11, 23), 5, REAL),
            "自2026年11月23日起算5个工作日（当日不计）：截至11月30日24:00",
        ),
        (
            add_calendar_days(date(2026, 9, 24), 7, REAL),
            "自2026年9月24日起算7日（当日不计）：期满日10月1日为国庆节假期，顺延至其后第一个工作日，截至10月8日24:00",
        ),
        (
            add_months(date(2025, 12, 1), 3, REAL),
            "自2025年12月1日起算3个月（当日不计）：期满日2026年3月1日为周日休息日，顺延至其后第一个工作日，截至2026年3月2日24:00",
        ),
        (
            add_working_days(date(2026, 11, 23), 5, REAL, [APPRAISAL]),
            "自2026年11月23日起算5个工作日（当日不计）：中止期间3个工作日不计入，截至12月3日24:00",
        ),
    ],
)
def test_sentence_shows_the_arithmetic(due, sentence):
    assert due.explanation == sentence


def test_sentence_of_a_long_term_stays_short():
    assert len(add_working_days(date(2024, 1, 2), 700, REAL).explanation) < 500


# --- limits and speed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("add", [add_working_days, add_calendar_days, add_months, add_years])
@pytest.mark.parametrize("number", [-1, 10**6])
def test_a_term_that_cannot_be_meant_is_an_error(add, number):
    with pytest.raises(ValueError, match="not a term"):
        add(date(2026, 1, 1), number, REAL)


def test_working_day_is_asked_of_the_calendar():
    assert is_working_day(date(2026, 10, 10), REAL)
    assert not is_working_day(date(2026, 10, 11), REAL)
    assert not is_working_day(date(2026, 10, 1), REAL)


def test_ten_thousand_deadlines_take_a_moment():
    lots = random.Random(3)
    wanted = [(lots.choice(STARTS), lots.randint(1, 45)) for _ in range(10_000)]
    started = time.process_time()
    for start, number in wanted:
        add_working_days(start, number, REAL)
    assert time.process_time() - started < 2
