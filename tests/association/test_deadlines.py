"""期限: the rule in force on the day, the arithmetic with the official calendar, in words."""

from datetime import UTC, date, datetime

import pytest

from association.choices import Certainty, Unit
from association.deadlines import count, load_defaults, rule_in_force, shipped_rules, start_clock
from association.models import DeadlineRule
from association.tenancy import acting_for
from common.errors import NotFound, Refused
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
