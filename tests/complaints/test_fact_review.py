"""事实不再作数: two people, a reason, a notice; the fact itself is never touched. And a lead that a case gives cause for."""

import re

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from association.choices import Role
from association.clocks import whose_turn
from association.models import AuditEntry, Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.access.leads import leads_visible_to
from complaints.choices.complaints import FactKind
from complaints.choices.facts import FactReviewState
from complaints.choices.leads import LeadState
from complaints.models import Fact, FactReview, FactSetAside, Lead
from complaints.operations import lead_handling, lead_secrets
from complaints.queries.lead_boxes import opened
from tests.complaints.material import NAME, PHONE, accepted, agreed, filed, tick, world
from tests.complaints.test_operations_money import breach, conduct, deeds
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association

WHY = "银行回单证明款项在期限内已经到账。"


def breached(here, time):
    made = agreed(here)
    time.pass_days(15)
    tick(here)
    breach(here, made)
    return made, Fact.objects.get(complaint=made.complaint, kind=FactKind.BREACH)


def propose(actor, fact, reason=WHY):
    return operations.propose_set_aside(
        actor=actor, complaint_id=fact.complaint_id, fact_id=fact.pk, reason=reason
    )


def decide(actor, asked, granted=True, decision="已核对回单。"):
    return operations.decide_set_aside(
        actor=actor,
        complaint_id=asked.complaint_id,
        review_id=asked.pk,
        granted=granted,
        decision=decision,
    )


# -- by two people --------------------------------------------------------------------------------------------


def test_two_people_set_a_fact_aside_and_the_rating_counts_it_no_more(here, time):
    _made, fact = breached(here, time)
    assert (conduct(here).breaches, conduct(here).breached_fen) == (1, 8_000_00)
    asked = propose(here.officer, fact)
    assert conduct(here).breaches == 1
    with pytest.raises(Refused, match="另一位同事"):
        decide(here.officer, asked)
    told = Notice.objects.filter(user_id=here.school.user_id, subject__contains="不再作数", channel="desk")
    assert not told.exists()
    decide(here.colleague, asked)
    assert (conduct(here).breaches, conduct(here).breached_fen) == (0, 0)
    gone = FactSetAside.objects.get()
    assert (gone.fact, gone.reason, gone.by_id) == (fact, WHY, here.colleague.user_id)
    assert told.count() == 1
    for action in ("propose_set_aside", "decide_set_aside", "set_aside_fact"):
        assert AuditEntry.objects.filter(action=action).count() == 1, action
    with pytest.raises(Refused, match="已经复核"):
        decide(here.colleague, asked)
    with pytest.raises(Refused, match="已经不再作数"):
        propose(here.officer, fact)


def test_who_is_not_convinced_leaves_it_standing_and_it_may_be_asked_again(here, time):
    _made, fact = breached(here, time)
    asked = propose(here.officer, fact)
    with pytest.raises(Refused, match="正在等待复核"):
        propose(here.colleague, fact)
    decide(here.colleague, asked, granted=False, decision="回单不是本案的。")
    assert conduct(here).breaches == 1
    assert not FactSetAside.objects.exists()
    assert FactReview.objects.get().state == FactReviewState.REFUSED
    assert not Notice.objects.filter(user_id=here.school.user_id, subject__contains="不再作数").exists()
    propose(here.colleague, fact)


def test_reasons_are_needed_and_hold_nobody(here, time):
    _made, fact = breached(here, time)
    for reason in ("", " ", f"{NAME}本人来电", f"电话{PHONE}", "长" * 201):
        with pytest.raises(InvalidInput):
            propose(here.officer, fact, reason)
    asked = propose(here.officer, fact)
    for decision in ("", f"{NAME}说收到了"):
        with pytest.raises(InvalidInput):
            decide(here.colleague, asked, decision=decision)


def test_neither_others_nor_those_who_are_tied_touch_a_fact(here, time):
    _made, fact = breached(here, time)
    tied = actor_with(Role.SECRETARIAT, employer=here.institution)
    asked = propose(here.officer, fact)
    for actor in (here.school, here.mediator, here.auditor, tied):
        with pytest.raises(Forbidden):
            propose(actor, fact)
        with pytest.raises(Forbidden):
            decide(actor, asked)
    other = accepted(here)
    with pytest.raises(NotFound):
        operations.propose_set_aside(
            actor=here.officer, complaint_id=other.complaint.pk, fact_id=fact.pk, reason=WHY
        )
    with pytest.raises(NotFound):
        operations.decide_set_aside(
            actor=here.colleague,
            complaint_id=other.complaint.pk,
            review_id=asked.pk,
            granted=True,
            decision=WHY,
        )
    elsewhere = make_association("elsewhere")
    with acting_for(elsewhere.pk), pytest.raises(NotFound):
        propose(world().officer, fact)


def test_the_database_keeps_facts_and_decisions(here, time):
    _made, fact = breached(here, time)
    asked = propose(here.officer, fact)
    who = here.officer.user_id
    for statement in (
        f"UPDATE complaints_fact SET amount_fen = 0 WHERE id = {fact.pk}",
        f"DELETE FROM complaints_fact WHERE id = {fact.pk}",
        f"UPDATE complaints_factreview SET reason = 'x' WHERE id = {asked.pk}",
        f"DELETE FROM complaints_factreview WHERE id = {asked.pk}",
        f"UPDATE complaints_factreview SET state = 'granted', decision = 'x', decided_at = now(), decided_by_id = {who}",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    decide(here.colleague, asked)
    for statement in (
        "DELETE FROM complaints_factsetaside",
        "UPDATE complaints_factsetaside SET reason = 'x'",
        "UPDATE complaints_factreview SET state = 'asked', decided_by_id = NULL, decided_at = NULL",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.usefixtures("counting")
def test_the_page_shows_the_record_to_both_and_the_proposal_to_staff(here, time, association):
    made, fact = breached(here, time)
    place = f"complaints/{made.complaint.pk}/"
    officer, colleague, school = (
        Desk(association, one) for one in (here.officer, here.colleague, here.school)
    )
    assert "未履行调解协议" in school.get(place).content.decode()
    asking = {"deed": "propose_set_aside", "fact_id": fact.pk, "reason": WHY}
    assert officer.post(f"{place}do/", **(asking | {"reason": ""})).status_code == 400
    assert officer.post(f"{place}do/", **asking).status_code == 302
    assert WHY in colleague.get(place).content.decode()
    assert WHY not in school.get(place).content.decode()
    asked = FactReview.objects.get()
    said = {"deed": "decide_set_aside", "review_id": asked.pk, "granted": "yes", "decision": "已核对。"}
    assert officer.post(f"{place}do/", **said).status_code == 409
    assert school.post(f"{place}do/", **said).status_code in {400, 403}
    assert colleague.post(f"{place}do/", **said).status_code == 302
    page = school.get(place).content.decode()
    assert "不再作数" in page
    assert WHY in page
    assert not {"propose_set_aside", "decide_set_aside"} & set(deeds(made, here.officer))


# -- a lead from a case ---------------------------------------------------------------------------------------


def lead_of(actor, made, **more):
    return operations.open_lead_from_complaint(actor=actor, complaint_id=made.complaint.pk, **more)


def test_a_breach_becomes_a_lead_by_one_button_and_names_nobody(here, time):
    made, _fact = breached(here, time)
    lead = lead_of(here.officer, made)
    assert (lead.state, lead.category, lead.institution) == (LeadState.SUBMITTED, "refund", here.institution)
    assert lead.anchor
    assert (lead.from_complaint, lead.is_anonymous, lead.receipt_key) == (made.complaint, True, None)
    account = opened(lead, "facts_box")
    assert made.complaint.number in account
    assert "8,000元" in account
    assert not any(secret in account for secret in (NAME, PHONE))
    assert whose_turn("lead", lead.pk) is not None
    with pytest.raises(Refused, match="同时只有一件"):
        lead_of(here.colleague, made)
    # It goes the way of every lead.
    lead_handling.screen_lead(actor=here.colleague, lead_id=lead.pk)
    lead_handling.assign_lead_officer(
        actor=here.colleague, lead_id=lead.pk, officer_id=here.colleague.user_id
    )
    found = lead_secrets.read_account(actor=here.colleague, lead_id=lead.pk)
    assert made.complaint.number in repr(found) + account


def test_without_a_breach_somebody_says_what_was_found(here):
    made = accepted(here)
    for note in ("", f"{NAME}说的", f"电话{PHONE}"):
        with pytest.raises(InvalidInput):
            lead_of(here.officer, made, note=note)
    with pytest.raises(InvalidInput):
        lead_of(here.officer, made, category="?", note="没有办学许可证。")
    assert not Lead.objects.exists()
    lead = lead_of(here.officer, made, category="unlicensed", note="没有办学许可证。")
    assert "没有办学许可证" in opened(lead, "facts_box")


def test_who_may_not_and_from_what_not(here, time):
    made, _fact = breached(here, time)
    tied = actor_with(Role.SECRETARIAT, employer=here.institution)
    for actor in (here.school, here.mediator, here.auditor, tied):
        with pytest.raises(Forbidden):
            lead_of(actor, made)
    with pytest.raises(Refused, match="受理以后"):
        lead_of(here.officer, filed(here), note="发现情况")
    lead = lead_of(here.officer, made)
    assert not leads_visible_to(tied).filter(pk=lead.pk).exists()
    with pytest.raises(IntegrityError, match="where a lead was found"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(from_complaint=None)
    assert clock.today() == lead.submitted_on


@pytest.mark.django_db
@pytest.mark.usefixtures("counting")
def test_both_pages_lead_to_each_other_and_the_institution_sees_neither(here, time, association):
    made, _fact = breached(here, time)
    place = f"complaints/{made.complaint.pk}/"
    officer, school = Desk(association, here.officer), Desk(association, here.school)
    assert 'id="deed-open_lead"' in officer.get(place).content.decode()
    assert 'id="deed-open_lead"' not in school.get(place).content.decode()
    assert officer.post(f"{place}do/", deed="open_lead", category="refund", note="").status_code == 302
    lead = Lead.objects.get()
    page = officer.get(place).content.decode()
    assert lead.number in page
    assert 'id="deed-open_lead"' not in page
    assert lead.number not in school.get(place).content.decode()
    (address,) = re.findall(rf'href="([^"]+/complaints/lead/{lead.pk}/[^"]*)"', page)
    answer = officer.client.get(address)
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert made.complaint.number in shown
    assert f"/desk/complaints/{made.complaint.pk}/" in shown
    assert "协会在投诉中发现" in shown
