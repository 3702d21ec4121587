"""由线索和投诉提出违反公约: by one button from what was found and stands, without a word of who told; and withdrawn with it."""

import pytest
from django.test import Client

from association.choices import Role
from association.models import Notice, User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints.choices.complaints import FactKind
from complaints.choices.hearings import HearingStage
from complaints.choices.leads import LeadState
from complaints.models import Fact, Lead, LeadHearing
from complaints.operations import lead_ending, lead_handling, lead_hearings, lead_objections
from complaints.operations.pledge import allege_from_complaint, allege_from_lead
from complaints.queries.hearings import review_shown
from members import operations as members
from members.choices.breach import BreachState
from members.models import PledgeBreach
from members.queries.breach import breach_page
from tests.complaints.material import NAME, PHONE, accepted
from tests.complaints.test_fact_review import breached, decide, propose
from tests.complaints.test_operations_money import deeds
from tests.factories import leads as some
from tests.factories.people import actor_with, make_association, make_institution
from tests.members.pledges import signatory


def found(institution):
    """A lead that was handled under the pledge, to which the institution may still object: the lead and its officer."""
    lead, clerk, _code = some.verifying(institution_name=institution.name)
    some.heard(some.named(lead, clerk), clerk)
    lead_handling.decide_lead(
        actor=clerk, lead_id=lead.pk, outcome=LeadState.HANDLED, grounds="已到现场核对",
        facts="宣传页写有“包过”字样", measure="责令撤下宣传页",
    )  # fmt: skip
    return Lead.objects.get(pk=lead.pk), clerk


def page(association, actor, lead, more=""):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client.get(f"/{association.slug}/admin/complaints/lead/{lead.pk}/{more}").content.decode()


def two_people_set_aside(here, fact):
    decide(here.colleague, propose(here.officer, fact))


def objection(lead):
    return LeadHearing.objects.get(lead=lead, stage=HearingStage.AFTER)


def review(who, lead, *, upheld):
    return lead_objections.review_hearing(
        actor=who,
        hearing_id=objection(lead).pk,
        upheld=upheld,
        decision="页面在核查以前已经撤下",
        shown=review_shown(objection(lead)),
    )


# -- a lead ---------------------------------------------------------------------------------------------------


def test_proven_lead_becomes_a_breach_by_one_button_and_names_nobody(here, time):
    signer = signatory(here.institution)
    lead, clerk = found(here.institution)
    time.pass_days(40)
    some.daily_round()
    made = PledgeBreach.objects.get(pk=allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=3))
    assert (made.source, made.source_id, made.clause.place) == ("lead", lead.pk, 3)
    assert made.facts == "宣传页写有“包过”字样"
    members.notice_breach(actor=clerk, breach_id=made.pk, notice="拟予劝诫")
    shown = breach_page(signer, made.pk).breach
    said = "".join(Notice.objects.filter(user_id=signer.user_id).values_list("body", flat=True))
    for secret in (lead.number, some.NAME, some.PHONE, some.FACTS):
        assert secret not in f"{shown.facts}{shown.notice}{said}"
    with pytest.raises(Refused, match="已经按这一条提出过"):
        allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=3)
    with pytest.raises(InvalidInput):
        allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=99)


def test_finding_that_may_still_fall_founds_no_breach(here, time):
    signer = signatory(here.institution)
    lead, clerk = found(here.institution)
    other, third = actor_with(Role.SECRETARIAT), actor_with(Role.SECRETARIAT)
    with pytest.raises(Refused, match="异议期满"):
        allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=3)
    lead_hearings.state_hearing(actor=signer, hearing_id=objection(lead).pk, statement="没有这样的页面")
    with pytest.raises(Refused, match="异议期满"):
        allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=3)
    review(other, lead, upheld=True)
    with pytest.raises(Refused, match="异议期满"):
        allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=3)
    review(third, lead, upheld=True)
    with pytest.raises(Refused, match="仍然作数"):
        allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=3)


def test_objection_that_was_rejected_leaves_the_finding_standing(here, time):
    signer = signatory(here.institution)
    lead, clerk = found(here.institution)
    lead_hearings.state_hearing(actor=signer, hearing_id=objection(lead).pk, statement="没有这样的页面")
    review(actor_with(Role.SECRETARIAT), lead, upheld=False)
    assert allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=3)


def test_finding_of_an_authority_founds_a_breach_at_once(here):
    signatory(here.institution)
    referral, clerk, _code = some.referred(institution_name=here.institution.name)
    with pytest.raises(Refused, match="已经查实"):
        allege_from_lead(actor=clerk, lead_id=referral.lead_id, clause_place=3)
    some.named(referral.lead, clerk)
    lead_ending.record_lead_finding(
        actor=clerk, lead_id=referral.lead_id, facts="广告违法", document_number="演市监罚〔2026〕3号"
    )
    assert allege_from_lead(actor=clerk, lead_id=referral.lead_id, clause_place=3)


def test_neither_non_members_nor_by_others_nor_elsewhere(here, time):
    stranger = make_institution()
    lead, clerk = found(stranger)
    with pytest.raises(Refused, match="异议期满"):
        allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=1)
    time.pass_days(40)
    some.daily_round()
    with pytest.raises(Refused, match="不是会员"):
        allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=1)
    for who in (here.auditor, here.mediator, here.school):
        with pytest.raises(Forbidden):
            allege_from_lead(actor=who, lead_id=lead.pk, clause_place=1)
    with pytest.raises(NotFound):
        allege_from_lead(
            actor=actor_with(Role.SECRETARIAT, employer=stranger), lead_id=lead.pk, clause_place=1
        )
    with acting_for(make_association().pk), pytest.raises(NotFound):
        allege_from_lead(actor=actor_with(Role.SECRETARIAT), lead_id=lead.pk, clause_place=1)


# -- a complaint ----------------------------------------------------------------------------------------------


def test_unperformed_agreement_becomes_a_breach_and_falls_with_the_fact(here, time):
    signatory(here.institution)
    made, fact = breached(here, time)
    breach = PledgeBreach.objects.get(
        pk=allege_from_complaint(actor=here.officer, complaint_id=made.complaint.pk, clause_place=2)
    )
    assert (breach.source, breach.source_id) == ("complaint", made.complaint.pk)
    assert made.complaint.number in breach.facts
    assert NAME not in breach.facts
    assert PHONE not in breach.facts
    members.notice_breach(actor=here.officer, breach_id=breach.pk, notice="拟予处分")
    asked = propose(here.officer, fact)
    breach.refresh_from_db()
    assert breach.state == BreachState.NOTICED
    decide(here.colleague, asked)
    breach.refresh_from_db()
    assert breach.state == BreachState.WITHDRAWN
    assert asked.reason in breach.outcome
    with pytest.raises(Refused, match="没有认定未履行"):
        allege_from_complaint(actor=here.officer, complaint_id=made.complaint.pk, clause_place=2)


def test_another_breach_that_stands_holds_it_up(here, time):
    signatory(here.institution)
    made, fact = breached(here, time)
    second = Fact.objects.create(
        complaint=fact.complaint, institution=fact.institution, kind=FactKind.BREACH, turn=fact.turn + 1,
        at=fact.at, amount_fen=fact.amount_fen,
    )  # fmt: skip
    number = allege_from_complaint(actor=here.officer, complaint_id=made.complaint.pk, clause_place=2)
    two_people_set_aside(here, fact)
    assert PledgeBreach.objects.get(pk=number).state == BreachState.ALLEGED
    two_people_set_aside(here, second)
    assert PledgeBreach.objects.get(pk=number).state == BreachState.WITHDRAWN


def test_complaint_without_such_a_fact_or_signature_founds_none(here, time):
    made = accepted(here)
    with pytest.raises(Refused, match="没有认定未履行"):
        allege_from_complaint(actor=here.officer, complaint_id=made.complaint.pk, clause_place=1)
    other, _fact = breached(here, time)
    with pytest.raises(Refused, match="不是会员"):
        allege_from_complaint(actor=here.officer, complaint_id=other.complaint.pk, clause_place=1)
    for who in (here.auditor, here.mediator, here.school):
        with pytest.raises(Forbidden):
            allege_from_complaint(actor=who, complaint_id=other.complaint.pk, clause_place=1)


# -- the pages ------------------------------------------------------------------------------------------------


def test_button_shows_where_it_can_be_pressed_and_offers_the_clauses_signed(here, time, association):
    assert "allege_breach" not in deeds(breached(here, time)[0], here.officer)
    signatory(here.institution)
    made, fact = breached(here, time)
    assert "allege_breach" in deeds(made, here.officer)
    assert "allege_breach" not in deeds(made, here.mediator)
    two_people_set_aside(here, fact)
    assert "allege_breach" not in deeds(made, here.officer)
    lead, clerk = found(here.institution)
    assert "do/allege" not in page(association, clerk, lead)
    time.pass_days(40)
    some.daily_round()
    assert "do/allege" in page(association, clerk, lead)
    assert "第3条 不作虚假宣传" in page(association, clerk, lead, "do/allege/")
    breach = PledgeBreach.objects.get(pk=allege_from_lead(actor=clerk, lead_id=lead.pk, clause_place=3))
    assert breach.number in page(association, clerk, lead)
    client = Client()
    client.force_login(User.objects.get(pk=clerk.user_id))
    shown = client.get(f"/{association.slug}/admin/members/pledgebreach/{breach.pk}/").content.decode()
    assert f"/admin/complaints/lead/{lead.pk}/" in shown
