"""统计 and facts for the rating: counted once, by period and institution, silence never as resolved."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from association import clock
from association.tenancy import acting_for
from complaints import operations
from complaints.choices.complaints import Outcome, RefusalGround
from complaints.models import Complaint, Enrolment
from complaints.queries.statistics import LIMITS, counts_by_institution, facts_for_rating, statistics
from complaints.rules.statistics import Limits
from tests.complaints.material import CLAIMED, accepted, agreed, filed, filing, tick, world
from tests.factories.people import make_association, make_institution

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
SMALL = Limits(denominator=1, cell=1, enrolments=1)


def finished(here, outcome=None, satisfaction=None):
    made = agreed(here)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    if outcome is not None:
        operations.survey(
            actor=here.person,
            outcome=outcome,
            satisfaction=satisfaction,
            received_fen=8_000_00,
            receipt_code=made.receipt_code,
        )
    return made


def test_silence_is_counted_as_silence(here, time):
    finished(here, Outcome.RESOLVED, 5)
    finished(here, Outcome.UNRESOLVED, 1)
    finished(here, Outcome.PARTLY)
    finished(here)
    time.pass_days(7)
    tick(here)
    found = statistics(*MARCH, limits=SMALL).total
    assert (found.counts.resolved, found.counts.no_answer, found.counts.said) == (1, 1, 3)
    assert (found.resolution.part, found.resolution.of) == (1, 3)
    assert (found.satisfaction.part, found.satisfaction.of) == (1, 2)
    assert (found.counts.claimed_fen, found.counts.returned_fen) == (4 * CLAIMED, 4 * 8_000_00)


def test_response_counts_who_was_asked_and_answered_in_time(here, time):
    in_time, late, _missed, _waiting = (accepted(here) for _ in range(4))
    reply = {"kind": "disputed", "text": "情况不属实。"}
    operations.answer(actor=here.school, complaint_id=in_time.complaint.pk, **reply)
    filed(here)
    time.pass_days(9)
    operations.answer(actor=here.school, complaint_id=late.complaint.pk, **reply)
    tick(here)
    counts = statistics(*MARCH, limits=SMALL).total.counts
    assert (counts.received, counts.accepted, counts.asked, counts.in_time) == (5, 4, 4, 1)


def test_a_period_holds_its_last_day_in_beijing(here, time):
    time.to(date(2026, 3, 31), hour=15)
    filed(here)
    time.to(date(2026, 3, 31), hour=16)
    filed(here)
    assert statistics(*MARCH, limits=SMALL).total.counts.received == 1
    assert statistics(date(2026, 4, 1), date(2026, 4, 1), limits=SMALL).total.counts.received == 1


def test_the_neighbouring_association_is_not_counted(here):
    with acting_for(make_association().pk):
        filed(world())
    filed(here)
    assert statistics(*MARCH, limits=SMALL).total.counts.received == 1


def test_a_handful_gives_no_rate_and_no_cell(here):
    for _ in range(3):
        filed(here)
    found = statistics(*MARCH)
    assert found.total.response.ratio is None
    assert found.hidden == {here.institution.pk}
    assert found.limits == LIMITS


def test_against_enrolments_of_the_days_of_the_period(here):
    Enrolment.objects.create(institution=here.institution, year=2026, learners=36_500, source="年报")
    accepted(here)
    (line,) = statistics(*MARCH, limits=SMALL).lines
    assert line.enrolments == 3_100
    assert line.per_thousand.ratio == Decimal("0.32")


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_statistics_are_three_queries_however_many(here, item_count):
    for _ in range(item_count):
        operations.file_complaint(actor=here.person, filing=filing(make_institution()))
    with CaptureQueriesContext(connection) as queries:
        assert len(statistics(*MARCH).lines) == item_count
    assert len(queries) == 3


def test_one_index_answers_the_statistics(here):
    """Every column that the query names stands in the covering index, so the table is never touched."""
    with CaptureQueriesContext(connection) as queries:
        counts_by_institution(*MARCH)
    (index,) = [one for one in Complaint._meta.indexes if one.name == "complaint_statistics"]
    inside = {Complaint._meta.get_field(name).column for name in (*index.fields, *index.include)}
    asked = set(re.findall(r'"complaints_complaint"\."(\w+)"', queries[0]["sql"]))
    assert {"institution_id", "received_at", "outcome", "claimed_fen"} <= asked <= inside


def test_facts_for_the_rating_are_counts_and_amounts(here, time):
    breached = agreed(here)
    quiet = accepted(here)
    refused = filed(here)
    operations.refuse(
        actor=here.officer,
        complaint_id=refused.complaint.pk,
        ground=RefusalGround.OTHER_RULE,
        reason="不属于受理范围。",
    )
    other = make_institution()
    operations.file_complaint(actor=here.person, filing=filing(other))
    time.pass_days(12)
    tick(here)
    operations.breach(actor=here.officer, complaint_id=breached.complaint.pk, reason="未付款")
    found = facts_for_rating(here.institution.pk, *MARCH)
    assert (found.counts.received, found.counts.accepted, found.open_now) == (3, 2, 2)
    assert (found.breaches, found.breached_fen, found.replies_missed) == (1, 8_000_00, 1)
    assert facts_for_rating(other.pk, *MARCH).breaches == 0
    assert facts_for_rating(here.institution.pk, date(2026, 4, 1), date(2026, 4, 30)).counts.received == 0
    assert Complaint.objects.filter(pk=quiet.complaint.pk).exists()
