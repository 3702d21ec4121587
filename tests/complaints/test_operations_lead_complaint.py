"""由线索立案: with the consent of a named informant, and nothing in the complaint says that there was a lead."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Role
from association.models import Notice, User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, Refused
from complaints.admin.lead_deeds import OBJECT
from complaints.choices.hearings import HearingStage
from complaints.choices.leads import LeadState
from complaints.models import Complaint, Lead, LeadHearing, LeadMessage
from complaints.operations.lead_complaint import file_from_lead
from complaints.operations.lead_ending import archive_lead, give_lead_feedback
from complaints.queries.lead_pages import tracked
from complaints.rules.receipts import is_well_formed, normalised
from tests.complaints.test_operations_lead_hearings import own_of, review, say
from tests.credit_rating.desk import Desk
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


def offers(lead):
    """Whether the desk offers to file a complaint from it."""
    return next(deed for deed in OBJECT if deed.name == "complaint").fits(lead)


def page_of(association, clerk, lead):
    there = Desk(association, Role.AUDITOR)
    there.client.force_login(User.objects.get(pk=clerk.user_id))
    return there.get(f"complaints/lead/{lead.pk}/").content.decode()


def set_aside(lead):
    """The institution objected, and two colleagues upheld it."""
    after = LeadHearing.objects.get(lead=lead, stage=HearingStage.AFTER)
    say(after, own_of(lead))
    for colleague in (some.officer(), some.officer()):
        review(after, colleague)


def test_a_lead_whose_finding_counts_no_more_becomes_no_complaint():
    lead, clerk, _code = some.decided(LeadState.HANDLED, **some.NAMED)
    give_lead_feedback(actor=clerk, lead_id=lead.pk, text="已经按公约处理。")
    lead.refresh_from_db()
    assert offers(lead)
    set_aside(lead)
    lead = Lead.objects.get(pk=lead.pk)
    assert not offers(lead)
    with pytest.raises(Refused, match="不再作数"), transaction.atomic():
        file_from_lead(actor=clerk, lead_id=lead.pk, **filing())
    assert not Complaint.objects.exists()
    other, other_clerk, _code = some.decided(LeadState.HANDLED, **some.NAMED)
    filed = file_from_lead(actor=other_clerk, lead_id=other.pk, **filing())
    with pytest.raises(IntegrityError, match="whose finding counts"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(complaint=filed.complaint)


@pytest.mark.parametrize("told", [some.NAMED, some.NAMED | {"name": "机构"}, {}])
def test_the_informant_and_the_officer_learn_that_it_counts_no_more(association, told):
    lead, clerk, code = some.decided(LeadState.HANDLED, **told)
    give_lead_feedback(actor=clerk, lead_id=lead.pk, text="已经按公约处理。")
    assert "不再作数" not in tracked(code).state
    set_aside(lead)
    page = tracked(code)
    assert "不再作数" in page.state
    assert "不再作数" in page.said[-1].text
    assert page.step == LeadState.HANDLED
    assert Notice.objects.filter(user_id=clerk.user_id, body__contains="不再作数", channel="desk").exists()
    shown = page_of(association, clerk, lead)
    assert shown.count("后经复核，认定不再作数") == 2


def test_who_was_forgotten_is_written_nothing(monkeypatch):
    lead, clerk, code = some.decided(LeadState.HANDLED)
    after = LeadHearing.objects.get(lead=lead, stage=HearingStage.AFTER)
    say(after, own_of(lead))
    review(after, some.officer())
    archive_lead(actor=clerk, lead_id=lead.pk)
    moment = clock.now() + timedelta(days=366 * 10)
    monkeypatch.setattr(clock, "now", lambda: moment)
    some.daily_round()
    assert Lead.objects.get(pk=lead.pk).retired_on is not None
    review(after, some.officer())
    assert not LeadMessage.objects.filter(lead=lead).exists()
    assert tracked(code) is None


def test_the_day_of_a_hearing_is_the_day_in_beijing(association, monkeypatch):
    evening = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: evening)
    lead, clerk, _code = some.decided(LeadState.HANDLED)
    shown = page_of(association, clerk, lead)
    _before, _found, after = shown.partition("听取机构的意见</h2>")
    assert "2026-11-24" in after
    assert "18:30" not in shown
