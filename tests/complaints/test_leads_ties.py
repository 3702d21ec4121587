"""线索的回避与依据: a name that was only typed keeps people with a tie away; an article not verified is not cited."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from association import originals
from association.access import original_requests_visible_to
from association.choices import Role
from association.models import Notice
from association.tenancy import acting_for
from common.errors import InvalidInput, NotFound, Refused
from complaints.access.leads import leads_visible_to
from complaints.choices.leads import LeadState
from complaints.documents.leads import referral_letter_html
from complaints.models import Lead, LeadFinding
from complaints.operations import lead_handling, lead_reports
from complaints.operations.lead_secrets import request_lead_original
from complaints.rules.leads import shipped_anchors
from members.models import FormerName
from tests.association.test_locker import picture
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


def with_picture(institution, **values):
    lead, clerk, code = some.verifying(institution_name=institution.name, **values)
    lead_reports.add_lead_evidence(
        actor=some.anybody(), code=code, upload=SimpleUploadedFile("1.jpg", picture())
    )
    return lead, clerk


def test_who_is_tied_neither_hears_of_an_opening_nor_decides_about_it():
    institution = make_institution(CALLED)
    lead, clerk = with_picture(institution)
    tied, other = actor_with(Role.SECRETARIAT, employer=institution), some.officer()
    chair = actor_with(Role.COMMITTEE_CHAIR, employer=institution)
    asked = request_lead_original(actor=clerk, lead_id=lead.pk, number=1, reason="核对拍摄时间")
    told = set(Notice.objects.filter(event=f"original-request-{asked.pk}").values_list("user_id", flat=True))
    assert other.user_id in told
    for away in (tied, chair):
        assert away.user_id not in told
        assert not original_requests_visible_to(away).exists()
        for decide in (originals.approve_original, originals.refuse_original):
            with pytest.raises(NotFound):
                decide(actor=away, request_id=asked.pk)
    originals.approve_original(actor=other, request_id=asked.pk)


@pytest.mark.parametrize("secret", [some.NAME, some.PHONE, some.MAIL])
def test_the_reason_for_an_opening_does_not_name_the_informant(secret):
    lead, clerk = with_picture(make_institution(CALLED), **some.NAMED)
    with pytest.raises(InvalidInput):
        request_lead_original(actor=clerk, lead_id=lead.pk, number=1, reason=f"核对{secret}所述")
    assert not original_requests_visible_to(clerk).exists()
