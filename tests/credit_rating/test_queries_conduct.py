"""投诉事实 beside the indicators: what the assessor reads, of which year, and that it is the institution's own."""

from datetime import timedelta

import pytest

from association import clock
from association.actors import visitor
from association.choices import Role
from association.rules.clock import beijing
from association.tenancy import acting_for, current_association_id
from complaints.operations.filing import file_complaint
from credit_rating.models import Assessment
from credit_rating.queries.conduct import conduct_beside
from tests.complaints.material import filing
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import open_round, reviewing_round
from tests.factories.review import assign

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


def complained(institution):
    return file_complaint(actor=visitor(current_association_id()), filing=filing(institution))


def test_the_year_up_to_the_filing_is_looked_at(here):
    assessment = Assessment.objects.get(round=reviewing_round())
    filed = beijing(assessment.submitted_at).date()
    before = conduct_beside(assessment)
    assert (before.last, (before.last - before.first).days in {364, 365}) == (filed, True)
    assert {number for _label, number in before.lines} == {0}
    assert before.owed_fen == 0


def test_nothing_is_looked_at_before_the_filing(here):
    assert conduct_beside(open_round().assessments.first()) is None


def test_the_assessor_reads_the_facts_of_this_institution_only(here):
    institution, other = make_institution(), make_institution()
    complained(institution)
    complained(other)
    complained(other)
    assessment = Assessment.objects.get(round=reviewing_round(institutions=[institution]))
    assert dict(conduct_beside(assessment).lines)["收到的投诉"] == 1
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    page = Desk(here, reviewer).get(f"review/{assessment.pk}/").content.decode()
    assert "投诉办理中的事实（供评分参考）" in page
    assert '<dt>收到的投诉</dt><dd class="num">1</dd>' in page
    with clock.rehearsing(clock.now() + timedelta(days=400)):
        assert dict(conduct_beside(assessment).lines)["收到的投诉"] == 1
