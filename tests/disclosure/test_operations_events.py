"""公示页随事件更新: an objection or a suspension is on the page by its own job, before any sweep."""

import pytest

from association import clock
from association.choices import OutboxState, Role
from association.models import OutboxJob
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.models import Assessment
from disclosure import tasks
from disclosure.models import PublishedRound
from tests.factories.people import actor_with, make_association
from tests.factories.rating import reviewing_round
from tests.factories.review import on_notice, published, suspend

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


def page(assessment):
    """The round as the public reads it, once the waiting jobs of rounds have run."""
    for job in OutboxJob.objects.filter(task="disclosure.refresh_round", state=OutboxState.WAITING):
        tasks.refresh_round.__wrapped__.__wrapped__(**job.payload)
        job.state, job.done_at = OutboxState.DONE, clock.now()
        job.save()
    return PublishedRound.objects.get(round_id=assessment.round_id)


def flagged(assessment):
    return [row["objection"] for row in page(assessment).notice["open"][0]["rows"]]


def test_an_objection_flags_the_notice_and_its_rejection_unflags_it():
    assessment = on_notice(Assessment.objects.get(round=reviewing_round()))
    assert flagged(assessment) == [False]
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    objection = operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")
    assert flagged(assessment) == [True]
    operations.decide_objection(
        actor=actor_with(Role.COMMITTEE), objection_id=objection.pk, upheld=False, decision="维持"
    )
    assert flagged(assessment) == [False]


def test_suspension_and_resumption_reach_the_page_of_the_round():
    publication = published()
    chair = actor_with(Role.COMMITTEE_CHAIR)
    states = [page(publication.assessment).results[0]["state"]]
    suspend(publication, chair)
    states.append(page(publication.assessment).results[0]["state"])
    operations.resume_publication(actor=chair, publication_id=publication.pk, reason="核查")
    states.append(page(publication.assessment).results[0]["state"])
    assert states == ["graded", "suspended", "graded"]
