"""What was said, answered and decided is kept by the database itself, whoever holds the pen."""

import pytest
from django.db import IntegrityError, connection, transaction

from association.choices import Role
from association.tenancy import acting_for
from common.errors import Refused
from credit_rating import operations
from credit_rating.models import Assessment, Objection, PriorNotice
from tests.factories.people import actor_with, make_association
from tests.factories.rating import reviewing_round
from tests.factories.review import determined, on_notice, reviewed

pytestmark = pytest.mark.django_db
LOW = {"B1.2": {"points": "0"}, "A1.3": {"tier": "差"}}  # 65, a C


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def assessment():
    return Assessment.objects.get(round=reviewing_round())


def refused(statement):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_defence_and_its_answer_stay_as_they_were_given(assessment):
    member, clerk = actor_with(Role.COMMITTEE), actor_with(Role.SECRETARIAT)
    determined(assessment, LOW, member)
    operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    operations.file_defence(actor=manager, assessment_id=assessment.pk, text="已整改")
    for change in ("defence = ''", "defended_at = NULL", "defended_at = now()"):
        refused(f"UPDATE credit_rating_priornotice SET {change}")
    operations.answer_defence(actor=member, assessment_id=assessment.pk, answer="维持")
    for change in ("answer = '采纳'", "answered_at = NULL", f"answered_by_id = {clerk.user_id}"):
        refused(f"UPDATE credit_rating_priornotice SET {change}")
    assert (PriorNotice.objects.get().defence, PriorNotice.objects.get().answer) == ("已整改", "维持")


def test_a_decision_on_an_objection_stays(assessment):
    on_notice(assessment)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    objection = operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")
    member = actor_with(Role.COMMITTEE)
    operations.decide_objection(actor=member, objection_id=objection.pk, upheld=False, decision="维持")
    for change in ("decision = '成立'", "state = 'filed'", "decided_at = NULL", "state = 'upheld'"):
        refused(f"UPDATE credit_rating_objection SET {change}")
    assert Objection.objects.get().decision == "维持"


def test_the_stages_of_a_round_that_has_opened_are_kept(assessment):
    refused("DELETE FROM credit_rating_roundstage")


def test_a_computed_result_is_not_made_to_vanish_by_one_person(assessment):
    clerk = actor_with(Role.SECRETARIAT)
    reviewed(assessment)
    operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    with pytest.raises(Refused, match="不能再由一人终止"):
        operations.discontinue_assessment(actor=clerk, assessment_id=assessment.pk, reason="停办")
