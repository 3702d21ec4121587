"""暂停 of a published result: one person asks, the institution reads why, a chair who is another person decides."""

import pytest
from django.db import IntegrityError, connection, transaction

from association.choices import Role
from association.models import AuditEntry, Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import PublicState, Stage
from credit_rating.models import Assessment, Publication
from tests.credit_rating.test_operations_determination import also
from tests.factories.people import actor_with, make_association
from tests.factories.rating import reviewing_round
from tests.factories.review import public_state_of, published, suspension_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def publication():
    return published(Assessment.objects.get(round=reviewing_round()))


@pytest.fixture
def chair():
    return actor_with(Role.COMMITTEE_CHAIR)


def propose(publication, actor=None, reason="举报核查"):
    clerk = actor or actor_with(Role.SECRETARIAT)
    return operations.propose_suspension(actor=clerk, publication_id=publication.pk, reason=reason)


def state_of(publication):
    return public_state_of(publication.assessment.institution_id).state


def test_nothing_is_public_before_the_second_person_and_the_institution_reads_why(publication, chair):
    manager = actor_with(Role.INSTITUTION_ADMIN, publication.assessment.institution)
    propose(publication)
    assert state_of(publication) == PublicState.GRADED
    told = Notice.objects.filter(user_id=manager.user_id, channel="desk", subject="拟暂停评估结果").get()
    assert "举报核查" in told.body
    assert "书面陈述和申辩" in told.body
    operations.suspend_publication(
        actor=chair, publication_id=publication.pk, shown=suspension_now(publication.pk)
    )
    assert state_of(publication) == PublicState.SUSPENDED
    again = Notice.objects.filter(user_id=manager.user_id, channel="desk", subject="评估结果暂停").get()
    assert "书面向秘书处提出异议" in again.body
    assert AuditEntry.objects.get(action="suspend_publication").user_id == chair.user_id


def test_one_person_suspends_nothing(publication, chair):
    with pytest.raises(Refused, match="没有等待决定"):
        operations.suspend_publication(
            actor=chair, publication_id=publication.pk, shown=suspension_now(publication.pk)
        )
    with pytest.raises(Forbidden):
        propose(publication, chair)
    both = also(actor_with(Role.SECRETARIAT), Role.COMMITTEE_CHAIR)
    propose(publication, both)
    with pytest.raises(Forbidden, match="同一人"):
        operations.suspend_publication(
            actor=both, publication_id=publication.pk, shown=suspension_now(publication.pk)
        )
    with pytest.raises(Refused, match="已经提请"):
        propose(publication)
    assert state_of(publication) == PublicState.GRADED


def test_what_is_not_agreed_to_leaves_the_result_and_can_be_asked_again(publication, chair):
    with pytest.raises(InvalidInput):
        propose(publication, reason=" ")
    propose(publication)
    operations.decline_suspension(
        actor=chair, publication_id=publication.pk, shown=suspension_now(publication.pk)
    )
    row = Publication.objects.get()
    assert (row.suspension_asked_by, row.suspension_reason, state_of(publication)) == (
        None,
        "",
        PublicState.GRADED,
    )
    with pytest.raises(Refused):
        operations.decline_suspension(
            actor=chair, publication_id=publication.pk, shown=suspension_now(publication.pk)
        )
    propose(publication)
    operations.suspend_publication(
        actor=chair, publication_id=publication.pk, shown=suspension_now(publication.pk)
    )
    operations.resume_publication(actor=chair, publication_id=publication.pk, reason="已核实")
    assert Assessment.objects.get().stage == Stage.PUBLISHED
    assert propose(publication).suspension_asked_at


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ASSESSOR, Role.INSTITUTION_ADMIN, Role.COMMITTEE])
def test_others_do_not_decide_and_neighbours_find_nothing(publication, chair, role):
    propose(publication)
    with pytest.raises(Forbidden):
        operations.suspend_publication(
            actor=actor_with(role), publication_id=publication.pk, shown=suspension_now(publication.pk)
        )
    with acting_for(make_association().pk), pytest.raises(NotFound):
        propose(publication)


def test_the_database_refuses_a_suspension_by_one(publication, chair):
    alone = "suspended_at = now(), suspension_reason = '核查'"
    changes = [alone, f"{alone}, suspended_by_id = {chair.user_id}"]
    asked = propose(publication).suspension_asked_by_id
    changes.append(f"{alone}, suspended_by_id = {asked}")
    changes.append("suspension_reason = ''")
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE credit_rating_publication SET {change}")
