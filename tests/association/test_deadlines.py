"""期限: the rule in force on the day, the arithmetic with the official calendar, in words."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from association import deadlines
from association.choices import Certainty, Unit
from association.deadlines import count, load_defaults, rule_in_force, shipped_rules, start_clock
from association.models import Association, DeadlineRule
from association.tenancy import acting_for
from common.errors import NotFound, Refused
from disclosure.management.demo import branch, chaoyang
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


def rule(**fields):
    values = {
        "code": "T", "title": "试", "number": 5, "unit": Unit.WORKING_DAY, "citation": "试",
        "certainty": Certainty.CHARTER, "valid_from": date(2020, 1, 1),
    }  # fmt: skip
    return DeadlineRule.objects.create(**(values | fields))


def test_new_association_has_its_rules_once():
    assert load_defaults() == 0
    assert DeadlineRule.objects.count() == len(shipped_rules())


def test_row_in_force_is_that_of_the_day():
    old = rule(valid_until=date(2025, 1, 1))
    new = rule(number=3, valid_from=date(2025, 1, 1))
    assert rule_in_force("T", date(2024, 12, 31)) == old
    assert rule_in_force("T", date(2025, 1, 1)) == new
    with pytest.raises(NotFound):
        rule_in_force("T", date(2019, 1, 1))


def test_unverified_rule_never_drives_a_clock():
    rule(certainty=Certainty.UNVERIFIED)
    with pytest.raises(Refused):
        rule_in_force("T", date(2025, 1, 1))


def test_working_days_follow_the_holidays_and_the_days_made_up_for_them():
    """2024-09-30 is a Monday; 1 to 7 October off, Saturday 12 October worked."""
    due = count(rule(), datetime(2024, 9, 30, 4, tzinfo=UTC))
    assert due.on == date(2024, 10, 12)


def test_term_begins_on_the_beijing_day():
    """23:30 UTC is already the next morning there: the first day is not counted."""
    assert count(rule(number=1, unit=Unit.DAY), datetime(2024, 5, 5, 23, 30, tzinfo=UTC)).on == date(
        2024, 5, 7
    )


def test_rules_of_a_neighbour_do_not_count_here():
    with acting_for(make_association().pk):
        rule(code="NEIGHBOUR")
    with pytest.raises(NotFound):
        start_clock("NEIGHBOUR")


# -- the shipped rules ----------------------------------------------------------------------------------------

REFERENCE = Path(settings.BASE_DIR) / "reference"
# Rows of the research that are no running term: amounts, dates of the year, thresholds, what is past.
NO_TERM = {
    "PRE-TRANSITION", "FILE-BJ-COM", "FEE-MAX-MONTHS", "FEE-MAX-LESSONS", "FEE-MAX-YUAN", "FEE-EARLIEST",
    "REP-MIN-MINOR", "BRAND-RECOMMEND", "ASSOC-ANNUAL-1", "ASSOC-ANNUAL-2", "DUES-QUORUM", "DUES-LAPSE",
}  # fmt: skip
UNITS = {"working day": Unit.WORKING_DAY, "calendar day": Unit.DAY, "month": Unit.MONTH, "year": Unit.YEAR}


def researched():
    with (REFERENCE / "deadlines.csv").open(encoding="utf-8", newline="") as file:
        return {row["rule_code"]: row for row in csv.DictReader(file)}


def test_every_researched_term_is_shipped_with_its_number_unit_and_certainty():
    shipped = {row.code: row for row in shipped_rules()}
    rows = researched()
    assert set(rows) - set(shipped) == NO_TERM
    for code, row in rows.items():
        if code not in NO_TERM:
            unit = next(ours for word, ours in UNITS.items() if row["unit"].strip('"').startswith(word))
            found = shipped[code]
            assert (found.number, found.unit, found.certainty) == (int(row["value"]), unit, row["status"]), (
                code
            )


def test_what_is_not_researched_is_the_associations_own():
    # One is researched under another code; one is for those charters only that have it, and waits to be confirmed; one
    # is a number of people.
    apart = {"LEAD-CHECK-EXTENSION", "MEMBER-PROBATION", "CMP-REPRESENTATIVES"}
    own = [row for row in shipped_rules() if row.code not in researched().keys() | apart]
    assert {row.certainty for row in own} == {Certainty.CHARTER}
    assert all(row.citation.startswith("协会自定：") for row in own)
    assert {"CMP-REPLY", "CMP-CLOSE", "CMP-FOLLOW-UP", "LEAD-SCREEN", "RETENTION-COMPLAINT", "RETENTION-LEAD"} <= {
        row.code for row in own
    }  # fmt: skip


def test_every_rule_says_where_it_is_written_and_no_code_twice():
    rows = shipped_rules()
    assert len({row.code for row in rows}) == len(rows)
    assert all(row.citation and row.title and row.certainty in Certainty.values for row in rows)
    assert not [row.code for row in rows if "同上" in row.citation]


def test_a_new_demo_has_every_rule_and_the_next_start_says_so(capsys, monkeypatch):
    monkeypatch.setattr(settings, "PORTAL_DEMO", True)
    for story in (chaoyang, branch):
        monkeypatch.setattr(story, "tell", lambda _cast, _users: None)
    call_command("load_reference_data")
    call_command("load_demo")
    call_command("load_reference_data")
    assert Association.objects.filter(is_open=False).exists()
    assert capsys.readouterr().out.splitlines()[-1].endswith(", 0 new deadline rules")


def test_an_association_gets_the_rules_it_lacks_and_keeps_its_own(capsys, monkeypatch):
    """Rules that came with a later version reach an older association at the next start."""
    changed = rule(code="OLD-OWN", number=9)
    came = [replace(row, code=code) for row, code in zip(shipped_rules(), ("NEW-1", "NEW-2"), strict=False)]
    later = (*shipped_rules(), *came)
    monkeypatch.setattr(deadlines, "shipped_rules", lambda: later)
    call_command("load_reference_data")
    call_command("load_reference_data")
    told = capsys.readouterr().out.splitlines()
    assert [line.rpartition(", ")[2] for line in told] == [
        "2 new deadline rules",
        "0 new deadline rules",
    ]
    assert DeadlineRule.objects.filter(code__in=["NEW-1", "NEW-2"]).count() == 2
    assert DeadlineRule.objects.get(code="OLD-OWN").number == changed.number
