"""等待他人 of an applicant: the review and the vote on its own application, never a vote to expel it."""

import pytest

from association.choices import QueuePart, Role, Side
from association.clock_queue import Asked, due_now, queue
from association.tenancy import acting_for
from members import operations
from tests.factories.people import actor_with, make_association
from tests.members.joining import admitted, draft, reviewed, submitted

pytestmark = pytest.mark.django_db


def waiting(actor):
    return [
        (row.deadline.code, row.owner, row.href) for row in queue(actor, Asked(part=QueuePart.WAITING)).rows
    ]


STAFF = str(Side.STAFF.label)


def test_an_applicant_waits_for_the_review_and_then_for_the_council(here):
    draft(here)
    assert waiting(here.admin) == []
    application = reviewed(here)
    assert waiting(here.admin) == [("MEMBER-REVIEW", STAFF, f"/desk/membership/{application.pk}/")]
    operations.open_council_vote(actor=here.clerk, application_id=application.pk, opinion="建议同意。")
    assert waiting(here.admin) == [("MEMBER-VOTE", STAFF, "/desk/membership/")]
    assert due_now(here.admin).count() == 0


def test_neighbours_see_nothing_of_it(here):
    submitted(here)
    assert [code for code, _owner, _href in waiting(here.admin)] == ["MEMBER-REVIEW"]
    assert waiting(actor_with(Role.INSTITUTION_ADMIN)) == []
    with acting_for(make_association("away").pk):
        assert waiting(actor_with(Role.INSTITUTION_ADMIN)) == []


def test_a_vote_to_expel_is_not_told_by_the_clock(here):
    admitted(here)
    before = waiting(here.admin)
    operations.propose_expulsion(
        actor=here.clerk, institution_id=here.institution.pk, grounds="严重违反章程。", heard="已听取意见。"
    )
    assert waiting(here.admin) == before
    assert "MEMBER-VOTE" in [row.deadline.code for row in queue(here.clerk, Asked()).rows]
