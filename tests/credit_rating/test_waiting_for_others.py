"""等待他人 of an assessed institution: its public notice and the objections to its own result."""

import pytest

from association.choices import QueuePart, Role, Side
from association.clock_queue import Asked, queue
from association.tenancy import acting_for
from credit_rating import operations
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.review import on_notice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here():
    with acting_for(make_association().pk):
        yield


def waiting(actor):
    found = queue(actor, Asked(part=QueuePart.WAITING))
    assert found.counts["waiting"] == len(found.rows)
    return {row.deadline.code: (row.owner, row.href) for row in found.rows}


def test_an_institution_waits_for_its_notice_and_for_the_answer_to_objections():
    assessment, other = on_notice(), make_institution()
    own, theirs = (actor_with(Role.INSTITUTION_ADMIN, one) for one in (assessment.institution, other))
    notice = {"ROUND-PUBLIC-NOTICE": (str(Side.STAFF.label), "/desk/rating/")}
    assert waiting(own) == notice
    assert waiting(theirs) == {}
    operations.file_objection(
        actor=actor_with(Role.SECRETARIAT),
        assessment_id=assessment.pk,
        text="来函",
        document_number="1号",
        objector_id=other.pk,
    )
    answer = {"ROUND-OBJECTION": (str(Side.COMMITTEE.label), "/desk/rating/")}
    assert waiting(own) == notice | answer
    # Whoever objected waits for the answer too, and for nothing else of a competitor.
    assert waiting(theirs) == answer
    assert waiting(actor_with(Role.INSTITUTION_ADMIN)) == {}
    with acting_for(make_association("away").pk):
        assert waiting(actor_with(Role.INSTITUTION_ADMIN)) == {}


def test_the_committee_still_acts_on_the_page_of_the_objection():
    assessment = on_notice()
    objection = operations.file_objection(
        actor=actor_with(Role.INSTITUTION_ADMIN, assessment.institution),
        assessment_id=assessment.pk,
        text="有误",
    )
    member = actor_with(Role.COMMITTEE)
    rows = queue(member, Asked()).rows
    assert [row.href for row in rows] == [f"/desk/committee/objections/{objection.pk}/"]
    assert waiting(member) == {}
