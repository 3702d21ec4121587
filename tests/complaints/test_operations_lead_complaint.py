"""由线索立案: with the consent of a named informant, and nothing in the complaint says that there was a lead."""

from datetime import timedelta

import pytest

from association import clock
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, Refused
from complaints.choices.leads import LeadState
from complaints.models import Complaint, Lead
from complaints.operations.lead_complaint import file_from_lead
from complaints.rules.receipts import is_well_formed, normalised
from tests.factories import leads as some
from tests.factories.people import make_association, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


def filing(**values):
    return {
        "subject": "refund",
        "facts": "报名后学校停课，多次要求退费未得到答复。",
        "demand": "退还未上课程的费用。",
        "address": "演示路2号",
        "harmed_on": clock.today() - timedelta(days=30),
        "claimed_fen": 1_200_00,
        "agreed": True,
    } | values


def test_a_proven_lead_of_a_named_informant_becomes_a_complaint():
    institution = make_institution("演示万通培训中心")
    lead, clerk, _code = some.decided(LeadState.HANDLED, **some.NAMED)
    filed = file_from_lead(actor=clerk, lead_id=lead.pk, **filing())
    complaint = Complaint.objects.get()
    assert is_well_formed(normalised(filed.receipt_code))
    assert (complaint.institution_id, complaint.claimed_fen) == (institution.pk, 1_200_00)
    assert complaint.intake == "caller"
    assert lead.number not in f"{complaint.facts}{complaint.demand}"
    assert Lead.objects.get().complaint_id == complaint.pk
    with pytest.raises(Refused):
        file_from_lead(actor=clerk, lead_id=lead.pk, **filing())
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "outcome"),
    [({}, LeadState.HANDLED), (some.NAMED, LeadState.UNFOUNDED), (some.NAMED, LeadState.INSUFFICIENT)],
)
def test_an_anonymous_and_an_unproven_lead_become_none(told, outcome):
    lead, clerk, _code = some.decided(outcome, **told)
    with pytest.raises(Refused):
        file_from_lead(actor=clerk, lead_id=lead.pk, **filing())
    assert not Complaint.objects.exists()


def test_without_consent_and_by_a_colleague_it_is_refused():
    lead, clerk, _code = some.decided(LeadState.HANDLED, **some.NAMED)
    with pytest.raises(InvalidInput) as refused:
        file_from_lead(actor=clerk, lead_id=lead.pk, **filing(agreed=False))
    assert list(refused.value.fields) == ["agreed"]
    with pytest.raises(Forbidden):
        file_from_lead(actor=some.officer(), lead_id=lead.pk, **filing())
    assert not Complaint.objects.exists()


def test_what_a_complaint_needs_is_asked_for_and_the_lead_stays():
    lead, clerk, _code = some.decided(LeadState.HANDLED, **some.NAMED)
    with pytest.raises(InvalidInput) as refused:
        file_from_lead(actor=clerk, lead_id=lead.pk, **filing(demand="", address=""))
    assert set(refused.value.fields) == {"demand", "address"}
    assert Lead.objects.get().complaint_id is None
