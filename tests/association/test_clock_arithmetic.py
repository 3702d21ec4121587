"""期限 against a slow calculator that walks the wall calendar: equal every time."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from association import clock, clocks
from association.actors import system
from association.choices import Side, Unit
from association.deadlines import COUNTERS
from association.models import DeadlineRule
from association.rules.clock import Pause, due_at_moment, due_by_document, end_of_day
from association.rules.explanation import as_parts, from_parts, in_words
from association.rules.reference import calendar_exceptions, calendar_of
from association.tenancy import acting_for, current_association_id
from tests.association.slow_calculator import FILE, WallCalendar, questions
from tests.factories.people import make_association

CALENDAR = calendar_of(calendar_exceptions(Path(FILE).read_text(encoding="utf-8")))
WALL = WallCalendar()


def quick(asked):
    pauses = [Pause(first, last) for first, last in asked.pauses]
    return COUNTERS[Unit(asked.unit)](asked.start, asked.number, CALENDAR, pauses)


def test_ten_thousand_random_terms_are_those_of_the_wall_calendar():
    asked = questions(10_000)
    kinds = Counter((one.unit, bool(one.pauses), one.start.year) for one in asked)
    assert len(kinds) == 4 * 2 * 4
    wrong = []
    for one in asked:
        due, last = quick(one), WALL.last_day(one)
        if (due.on, due.provisional) != (last, WALL.is_provisional(last)):
            wrong.append((one, due.on, last))
    assert wrong == []


def test_the_parts_of_every_arithmetic_come_back_as_they_were_stored():
    for one in questions(500, seed=21):
        reckoning = quick(one).reckoning
        assert from_parts(as_parts(reckoning)) == reckoning
        assert in_words(reckoning).count("截至") == 1
    for due in (
        due_by_document(date(2026, 1, 1), date(2026, 2, 1)),
        due_at_moment(date(2026, 1, 1), datetime(2026, 2, 1, 9, tzinfo=UTC)),
    ):
        assert from_parts(as_parts(due.reckoning)) == due.reckoning


def test_a_moment_set_by_a_document_is_told_with_its_time():
    five = due_at_moment(date(2026, 1, 1), datetime(2026, 2, 1, 9, tzinfo=UTC))
    assert (five.on, five.explanation) == (date(2026, 2, 1), "截止时间由文件确定：2026年2月1日17:00")
    midnight = due_at_moment(date(2026, 1, 1), end_of_day(date(2026, 1, 31)))
    assert (midnight.on, midnight.explanation) == (
        date(2026, 1, 31),
        "截止时间由文件确定：2026年1月31日24:00",
    )


@pytest.mark.django_db
def test_what_is_stored_with_pauses_is_that_of_the_wall_calendar(monkeypatch):
    """A hundred clocks started, paused and resumed as people do it, each on its days."""
    now = [datetime(2026, 1, 1, 2, tzinfo=UTC)]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    with acting_for(make_association().pk):
        robot = system(current_association_id())
        for place, one in enumerate(questions(100, seed=22)):
            rule = DeadlineRule.objects.create(
                code=f"TRY-{place}", title="演示", number=one.number, unit=one.unit, citation="演示", certainty="charter", valid_from=date(2020, 1, 1)
            )  # fmt: skip
            case = clocks.Case("complaint", place, "演示", "")
            now[0] = datetime(one.start.year, one.start.month, one.start.day, 2, tzinfo=UTC)
            row = clocks.start_deadline(
                actor=robot, code=rule.code, case=case, owner=clocks.Owner(Side.STAFF), action="演示"
            )
            pauses = []
            for first, last in one.pauses[:1]:
                if not one.start <= first <= row.due_on:
                    continue
                now[0] += first - one.start
                clocks.pause_deadline(actor=robot, case=case, code=rule.code, reason="鉴定")
                now[0] += (last - first) + timedelta(days=1)
                row = clocks.resume_deadline(actor=robot, case=case, code=rule.code)
                pauses.append((first, last))
            told = type(one)(one.start, one.number, one.unit, tuple(pauses))
            row.refresh_from_db()
            assert row.due_on == WALL.last_day(told), told
