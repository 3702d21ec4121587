"""线索的回避与依据: a name that was only typed keeps people with a tie away; an article not verified is not cited."""

import pytest
from django.utils.html import escape

from association.choices import Role
from association.models import Notice
from association.tenancy import acting_for
from common.errors import NotFound, Refused
from complaints.access.leads import leads_visible_to
from complaints.choices.leads import LeadState
from complaints.documents.leads import referral_letter_html
from complaints.models import Lead, LeadFinding
from complaints.operations import lead_handling
from complaints.rules.leads import shipped_anchors
from members.models import FormerName
from tests.complaints.test_rules_leads import UNVERIFIED
from tests.factories import leads as some
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
CALLED = "演示万通（朝阳）培训中心ABC"
# Not as it stands in the register, so nobody has identified the institution.
TYPED = ["演示万通(朝阳)培训中心ABC", "演示万通（朝阳）培训中心abc", " 演示万通 （朝阳） 培训中心ＡＢＣ"]


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


def refused(lead, clerk, officer):
    with pytest.raises(Refused, match="应当回避"):
        lead_handling.assign_lead_officer(actor=clerk, lead_id=lead.pk, officer_id=officer.user_id)


@pytest.mark.parametrize("typed", TYPED)
def test_a_typed_name_keeps_away_who_works_there(typed):
    tied = actor_with(Role.SECRETARIAT, employer=make_institution(CALLED))
    clerk = some.officer()
    lead, _code = some.submitted(institution_name=typed)
    assert lead.institution_id is None
    assert not leads_visible_to(tied).exists()
    assert leads_visible_to(clerk).get() == lead
    with pytest.raises(NotFound):
        lead_handling.screen_lead(actor=tied, lead_id=lead.pk)
    lead_handling.screen_lead(actor=clerk, lead_id=lead.pk)
    refused(lead, clerk, tied)
    some.daily_round()
    assert not Notice.objects.filter(user_id=tied.user_id).exists()


def test_a_former_name_and_the_second_of_two_of_one_name_count_too():
    first = make_institution("演示新名培训学校")
    FormerName.objects.create(institution=first, name="演示旧名培训学校")
    clerk, tied = some.officer(), actor_with(Role.SECRETARIAT, employer=first)
    lead, _code = some.submitted(institution_name="演示旧名培训学校")
    lead_handling.screen_lead(actor=clerk, lead_id=lead.pk)
    refused(lead, clerk, tied)
    twins = [make_institution("演示同名培训学校"), make_institution("演示同名 培训学校")]
    lead, _code = some.submitted(institution_name="演示 同名培训学校")
    lead_handling.screen_lead(actor=clerk, lead_id=lead.pk)
    for twin in twins:
        refused(lead, clerk, actor_with(Role.SECRETARIAT, employer=twin))


def test_another_name_and_a_neighbours_institution_tie_nobody():
    clerk = some.officer()
    near = actor_with(Role.SECRETARIAT, employer=make_institution("演示万通培训中心分部"))
    with acting_for(make_association().pk):
        make_institution(TYPED[0])
    lead, _code = some.submitted(institution_name=TYPED[0])
    lead_handling.screen_lead(actor=clerk, lead_id=lead.pk)
    lead_handling.assign_lead_officer(actor=clerk, lead_id=lead.pk, officer_id=near.user_id)
    assert leads_visible_to(near).exists()


def test_once_identified_the_institution_counts_and_no_longer_the_name():
    clerk, meant = some.officer(), make_institution("演示另一家培训学校")
    tied = actor_with(Role.SECRETARIAT, employer=make_institution(CALLED))
    lead, _code = some.submitted(institution_name=TYPED[0])
    lead_handling.identify_lead_institution(actor=clerk, lead_id=lead.pk, institution_id=meant.pk)
    assert leads_visible_to(tied).exists()


@pytest.mark.parametrize("category", sorted(UNVERIFIED))
def test_an_unverified_article_stands_in_no_lead_no_finding_and_no_letter(category):
    lead, _clerk, _code = some.decided(LeadState.HANDLED, category=category)
    assert (lead.anchor, LeadFinding.objects.get().anchor) == ("", "")
    letter = {"authority": "甲", "document_number": "1", "summary": "乙", "identity_passed": False}
    told = referral_letter_html(Lead.objects.get(), letter, [], lead.submitted_on)
    assert "可能适用的条款" not in told
    assert not [row.citation for row in shipped_anchors() if escape(row.citation) in told]


def test_a_lead_of_before_that_is_screened_under_such_a_category_loses_its_article():
    lead, _code = some.submitted(category="void_terms")
    assert lead.anchor
    lead_handling.screen_lead(actor=some.officer(), lead_id=lead.pk, category="promise")
    assert Lead.objects.get().anchor == ""


def test_the_form_says_which_articles_are_not_verified(client, association):
    page = client.get(f"/{association.slug}/leads/new/").content.decode()
    for row in shipped_anchors():
        _before, _found, after = page.partition(escape(row.citation))
        assert ("条款待核" in after.split("</dd>")[0]) is (row.category in UNVERIFIED), row.category
