"""核实依据: an article that nobody had read is named after a person of the association answers for it."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from association.choices import Role
from association.models import AuditEntry, User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints.choices.leads import LeadState
from complaints.models import Lead, LeadAnchorConfirmation, LeadFinding
from complaints.operations.lead_anchors import confirm_lead_anchor
from complaints.operations.lead_handling import screen_lead
from tests.credit_rating.desk import Desk
from tests.factories import leads as some
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
ARTICLE = "《广告法》第二十四条"
READ = "已核对广告法2021年修正文本"
TWICE = """INSERT INTO complaints_leadanchorconfirmation
  (association_id, category, citation, valid_from, confirmed_by_id, confirmed_at, confirmation)
SELECT association_id, category, citation, valid_from, confirmed_by_id, confirmed_at, confirmation
  FROM complaints_leadanchorconfirmation"""


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


def confirm(lead, who, reason=READ):
    return confirm_lead_anchor(actor=who, lead_id=lead.pk, reason=reason)


def page_of(association, clerk, lead):
    there = Desk(association, Role.AUDITOR)
    there.client.force_login(User.objects.get(pk=clerk.user_id))
    return there.get(f"complaints/lead/{lead.pk}/").content.decode()


def test_after_one_has_read_it_leads_findings_and_the_form_name_it(association, client):
    before, _clerk, _code = some.decided(LeadState.HANDLED)
    lead, clerk, _code = some.verifying()
    assert f"{ARTICLE}（依据待核实" in page_of(association, clerk, lead)
    kept = confirm(lead, clerk)
    assert (kept.confirmed_by_id, kept.confirmation) == (clerk.user_id, READ)
    assert AuditEntry.objects.get(action="confirm_lead_anchor").reason == READ
    lead.refresh_from_db()
    assert lead.anchor == ARTICLE
    page = page_of(association, clerk, lead)
    assert "依据待核实" not in page
    assert f"{ARTICLE}（{clerk.name}于" in page
    later, _clerk, _code = some.decided(LeadState.HANDLED)
    assert (later.anchor, LeadFinding.objects.get(lead=later).anchor) == (ARTICLE, ARTICLE)
    before.refresh_from_db()
    assert before.anchor == ""
    form = client.get(f"/{association.slug}/leads/new/").content.decode()
    assert "条款待核" not in form.partition(ARTICLE)[2].split("</dd>")[0]


def test_another_association_answers_for_itself(association):
    lead, clerk, _code = some.verifying()
    confirm(lead, clerk)
    with acting_for(make_association().pk):
        neighbour, _clerk, _code = some.verifying()
        assert neighbour.anchor == ""
        assert not LeadAnchorConfirmation.objects.exists()
        with pytest.raises(NotFound), transaction.atomic():
            confirm(lead, some.officer())


def test_it_takes_a_reason_a_role_and_no_tie():
    lead, clerk, _code = some.verifying(**some.NAMED)
    for reason in (" ", "长" * 301, f"据{some.NAME}说"):
        with pytest.raises(InvalidInput), transaction.atomic():
            confirm(lead, clerk, reason)
    for role in (Role.AUDITOR, Role.COMMITTEE_CHAIR, Role.MEDIATOR):
        with pytest.raises(Forbidden), transaction.atomic():
            confirm(lead, actor_with(role))
    named = some.named(lead, clerk)
    with pytest.raises(NotFound), transaction.atomic():
        confirm(lead, actor_with(Role.SECRETARIAT, employer=named.institution))
    assert not LeadAnchorConfirmation.objects.exists()


def test_there_is_nothing_to_confirm_twice_or_for_what_is_sourced_or_over():
    lead, clerk, _code = some.verifying()
    confirm(lead, clerk)
    sourced, _code = some.submitted(category="refund")
    other, _code = some.submitted(category="other")
    ended, _clerk, _code = some.decided(category="advertising")
    for one in (lead, sourced, other, ended):
        with pytest.raises(Refused, match="没有待核实"), transaction.atomic():
            confirm(one, clerk)
    assert LeadAnchorConfirmation.objects.count() == 1


def test_a_lead_that_is_screened_into_the_category_names_it():
    lead, clerk, _code = some.verifying()
    confirm(lead, clerk)
    moved, _code = some.submitted(category="void_terms", institution_name=make_institution().name)
    screen_lead(actor=clerk, lead_id=moved.pk, category="promise")
    assert Lead.objects.get(pk=moved.pk).anchor == ARTICLE


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE complaints_leadanchorconfirmation SET confirmation = '别的'",
        "DELETE FROM complaints_leadanchorconfirmation",
        TWICE,
    ],
)
def test_the_database_keeps_who_confirmed_it_and_once(sql):
    lead, clerk, _code = some.verifying()
    confirm(lead, clerk)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_gives_a_lead_no_article_that_nobody_confirmed():
    lead, clerk, _code = some.verifying()
    with pytest.raises(IntegrityError, match="when it is screened"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(anchor=ARTICLE)
    confirm(lead, clerk)
    ended, _clerk, _code = some.decided(category="advertising")
    with pytest.raises(IntegrityError, match="when it is screened"), transaction.atomic():
        Lead.objects.filter(pk=ended.pk).update(anchor=ARTICLE)
