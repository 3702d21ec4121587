"""Handling of a lead: screening, checking, ending, and who may."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from association import clock
from association.choices import Role
from association.clocks import deadlines_of, whose_turn
from association.models import AuditEntry, Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints.access.leads import leads_visible_to
from complaints.choices.leads import LeadState
from complaints.models import Lead, LeadFinding, LeadRecusal
from complaints.operations import lead_handling
from complaints.operations.lead_secrets import read_account, unmask_informant
from tests.complaints.test_operations_leads import codes_of, days
from tests.factories import leads as some
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


# -- handling -----------------------------------------------------------------------------------------------------


def test_screening_checks_begin_and_their_clocks_follow_one_another():
    lead, clerk, _code = some.verifying()
    assert (lead.state, lead.officer_id) == (LeadState.VERIFYING, clerk.user_id)
    assert codes_of(lead) == ["LEAD-CHECK"]
    assert codes_of(lead, open_only=False) == ["LEAD-SCREEN", "LEAD-CHECK"]
    assert whose_turn("lead", lead.pk).action == "核查线索"


def test_extended_once_with_reasons_before_the_end():
    lead, clerk, _code = some.verifying()
    first = deadlines_of("lead", lead.pk).get(code="LEAD-CHECK")
    with pytest.raises(InvalidInput):
        lead_handling.extend_lead_check(actor=clerk, lead_id=lead.pk, reason=" ")
    lead_handling.extend_lead_check(actor=clerk, lead_id=lead.pk, reason="需等待主管部门回函")
    second = deadlines_of("lead", lead.pk).get(code="LEAD-CHECK-EXTENSION")
    assert second.start_on == first.due_on
    with pytest.raises(Refused):
        lead_handling.extend_lead_check(actor=clerk, lead_id=lead.pk, reason="再延长")


def test_after_the_end_nothing_is_extended():
    lead, clerk, _code = some.verifying()
    days(40)
    with pytest.raises(Refused):
        lead_handling.extend_lead_check(actor=clerk, lead_id=lead.pk, reason="忘了")


def test_decided_without_grounds_is_refused_by_the_database_too():
    lead, clerk, _code = some.verifying()
    with pytest.raises(InvalidInput):
        lead_handling.decide_lead(actor=clerk, lead_id=lead.pk, outcome="unfounded", grounds="")
    with pytest.raises(IntegrityError, match="lead_decided_with_grounds"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(
            state="unfounded", outcome="unfounded", decided_on=clock.today(), decided_by=clerk.user_id
        )


@pytest.mark.parametrize("outcome", ["referred", "draft", "archived", "nonsense"])
def test_only_an_outcome_is_decided(outcome):
    lead, clerk, _code = some.verifying()
    with pytest.raises(InvalidInput):
        lead_handling.decide_lead(actor=clerk, lead_id=lead.pk, outcome=outcome, grounds="理由")


def test_handled_under_the_pledge_is_a_finding_and_the_institution_hears_of_the_measure_only():
    institution = make_institution("演示万通培训中心")
    own = actor_with(Role.INSTITUTION_ADMIN, institution)
    lead, _clerk, _code = some.decided(LeadState.HANDLED, **some.NAMED)
    finding = LeadFinding.objects.get()
    assert (finding.lead_id, finding.measure) == (lead.pk, "责令撤下宣传页并书面检讨")
    notice = Notice.objects.filter(user_id=own.user_id, channel="desk").latest("pk")
    assert "撤下宣传页" in notice.body
    for secret in (some.NAME, some.PHONE, some.MAIL, some.FACTS, lead.number):
        assert secret not in notice.subject + notice.body


@pytest.mark.parametrize("field", ["facts", "measure"])
def test_a_finding_that_names_the_informant_is_refused_and_nothing_moves(field):
    lead, clerk, _code = some.verifying(**some.NAMED)
    some.heard(lead, clerk)
    words = {"facts": "查实", "measure": "约谈"} | {field: f"据{some.NAME}反映"}
    with pytest.raises(InvalidInput) as refused:
        lead_handling.decide_lead(actor=clerk, lead_id=lead.pk, outcome="handled", grounds="理由", **words)
    assert list(refused.value.fields) == [field]
    assert Lead.objects.get(pk=lead.pk).state == LeadState.VERIFYING


def test_a_proven_lead_without_measure_is_refused():
    lead, clerk, _code = some.verifying()
    some.heard(lead, clerk)
    with pytest.raises(InvalidInput):
        lead_handling.decide_lead(
            actor=clerk, lead_id=lead.pk, outcome="handled", grounds="理由", facts="查实"
        )
    assert not LeadFinding.objects.exists()


def test_a_step_out_of_order_is_refused_and_by_the_database_too():
    lead, _code = some.submitted()
    clerk = some.officer()
    with pytest.raises(Refused):
        lead_handling.assign_lead_officer(actor=clerk, lead_id=lead.pk, officer_id=clerk.user_id)
    with pytest.raises(Forbidden):
        lead_handling.decide_lead(actor=clerk, lead_id=lead.pk, outcome="unfounded", grounds="理由")
    with pytest.raises((IntegrityError, InternalError), match="no step"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(state="archived")


def test_screened_twice_is_refused():
    lead, _clerk, _code = some.verifying()
    with pytest.raises(Refused):
        lead_handling.screen_lead(actor=some.officer(), lead_id=lead.pk)


# -- who may --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SECRETARIAT])
def test_no_other_role_handles_a_lead(role):
    lead, clerk, _code = some.verifying()
    actor = actor_with(role)
    for deed in (
        lambda: lead_handling.screen_lead(actor=actor, lead_id=lead.pk),
        lambda: lead_handling.assign_lead_officer(actor=actor, lead_id=lead.pk, officer_id=clerk.user_id),
        lambda: lead_handling.decide_lead(actor=actor, lead_id=lead.pk, outcome="unfounded", grounds="x"),
        lambda: unmask_informant(actor=actor, lead_id=lead.pk, reason="x"),
        lambda: read_account(actor=actor, lead_id=lead.pk),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert leads_visible_to(actor).exists() == (role == Role.AUDITOR)


def test_the_institution_and_its_people_never_see_it():
    institution = make_institution("演示万通培训中心")
    some.submitted(**some.NAMED)
    for role in (Role.INSTITUTION_ADMIN, Role.INSTITUTION_STAFF):
        assert not leads_visible_to(actor_with(role, institution)).exists()
    assert leads_visible_to(some.officer()).count() == 1


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.AUDITOR])
@pytest.mark.parametrize("ended_days_ago", [None, 400])
def test_staff_who_worked_for_the_institution_do_not_see_it(role, ended_days_ago):
    institution = make_institution("演示万通培训中心")
    lead, _code = some.submitted()
    person = make_user()
    until = None if ended_days_ago is None else clock.today() - timedelta(days=ended_days_ago)
    appoint(person, Role.ASSESSOR, employer=institution, until_on=until)
    tied = actor_with(role, user=person)
    assert not leads_visible_to(tied).exists()
    if role == Role.SECRETARIAT:
        with pytest.raises(NotFound):
            lead_handling.screen_lead(actor=tied, lead_id=lead.pk)
        some.daily_round()
        assert not Notice.objects.filter(user_id=person.pk).exists()


def test_a_tied_officer_is_not_assigned():
    institution = make_institution("演示万通培训中心")
    lead, clerk, _code = some.verifying()
    tied = actor_with(Role.SECRETARIAT, employer=institution)
    with pytest.raises(Refused):
        lead_handling.assign_lead_officer(actor=clerk, lead_id=lead.pk, officer_id=tied.user_id)
    for stranger in (actor_with(Role.ASSESSOR).user_id, 0):
        with pytest.raises(InvalidInput):
            lead_handling.assign_lead_officer(actor=clerk, lead_id=lead.pk, officer_id=stranger)
    assert Lead.objects.get().officer_id == clerk.user_id


def test_a_name_is_identified_once_and_not_by_somebody_tied():
    institution = make_institution()
    lead, clerk, _code = some.verifying()
    tied = actor_with(Role.SECRETARIAT, employer=institution)
    identify = lead_handling.identify_lead_institution
    with pytest.raises(Refused):
        identify(actor=tied, lead_id=lead.pk, institution_id=institution.pk)
    identify(actor=clerk, lead_id=lead.pk, institution_id=institution.pk)
    with pytest.raises(Refused):
        identify(actor=clerk, lead_id=lead.pk, institution_id=make_institution().pk)
    assert not leads_visible_to(tied).exists()


def test_recused_officers_hand_it_back_and_do_not_get_it_again():
    lead, clerk, _code = some.verifying()
    other = some.officer()
    with pytest.raises(InvalidInput):
        lead_handling.recuse_from_lead(actor=clerk, lead_id=lead.pk, reason="")
    lead_handling.recuse_from_lead(actor=clerk, lead_id=lead.pk, reason="与其负责人是同学")
    lead = Lead.objects.get()
    assert (lead.state, lead.officer_id) == (LeadState.SCREENED, None)
    with pytest.raises(Refused):
        lead_handling.assign_lead_officer(actor=other, lead_id=lead.pk, officer_id=clerk.user_id)
    with pytest.raises((IntegrityError, InternalError), match="recused"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(state="verifying", officer=clerk.user_id)
    lead_handling.assign_lead_officer(actor=other, lead_id=lead.pk, officer_id=other.user_id)
    assert codes_of(lead) == ["LEAD-CHECK"]
    assert LeadRecusal.objects.get().person_id == clerk.user_id


def test_only_the_officer_reads_what_was_told_and_who_told():
    lead, clerk, _code = some.verifying(**some.NAMED)
    other = some.officer()
    assert read_account(actor=clerk, lead_id=lead.pk).facts == some.FACTS
    assert read_account(actor=other, lead_id=lead.pk) is None
    with pytest.raises(Forbidden):
        unmask_informant(actor=other, lead_id=lead.pk, reason="好奇")
    with pytest.raises(InvalidInput):
        unmask_informant(actor=clerk, lead_id=lead.pk, reason=" ")
    seen = unmask_informant(actor=clerk, lead_id=lead.pk, reason="电话核实时间")
    assert (seen.name, seen.phone, seen.mail) == (some.NAME, some.PHONE, some.MAIL)
    (line,) = AuditEntry.objects.filter(action="read_lead_informant")
    assert (line.user_id, line.object_id, line.reason) == (clerk.user_id, lead.pk, "电话核实时间")
    assert some.NAME not in str(line.detail)


def test_of_an_anonymous_lead_there_is_nobody_to_unmask():
    lead, clerk, _code = some.verifying()
    with pytest.raises(Refused):
        unmask_informant(actor=clerk, lead_id=lead.pk, reason="想知道")
    assert not AuditEntry.objects.filter(action="read_lead_informant").exists()


def test_a_lead_of_the_neighbour_association_is_not_there():
    with acting_for(make_association().pk):
        foreign, _code = some.submitted()
    clerk = some.officer()
    with pytest.raises(NotFound):
        lead_handling.screen_lead(actor=clerk, lead_id=foreign.pk)
