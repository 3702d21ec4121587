"""线索 on the staff desk: the queue, the page of whoever is in charge, buttons, files and letters."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.choices import Role
from association.models import AuditEntry, User
from association.tenancy import acting_for
from complaints.models import Lead
from complaints.operations import lead_reports
from tests.association.test_locker import picture
from tests.credit_rating.desk import Desk
from tests.credit_rating.desk_pages import statements
from tests.factories import leads as some
from tests.factories.people import appoint, make_association, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("leads")


@pytest.fixture
def desk(association):
    return Desk(association)


def as_(association, user_id):
    """The desk of somebody who is there already."""
    there = Desk(association, Role.AUDITOR)
    there.client.force_login(User.objects.get(pk=user_id))
    return there


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_asks_the_same_number_of_questions(association, desk, item_count):
    with acting_for(association.pk):
        for number in range(item_count):
            some.submitted(institution_name=f"演示机构{number}")
        some.daily_round()
    with acting_for(make_association().pk):
        some.submitted(institution_name="邻会的机构")
    desk.get("complaints/lead/")
    with statements() as asked:
        response = desk.get("complaints/lead/")
    assert text(response).count("X20") >= item_count
    assert "邻会的机构" not in text(response)
    assert len([one for one in asked if "complaints_lead" in one]) <= 3
    assert len(asked) <= 12


def test_the_list_shows_drafts_to_nobody_and_filters(association, desk):
    with acting_for(association.pk):
        some.draft(institution_name="草稿里的机构")
        some.submitted(institution_name="待筛查的机构")
        some.decided(institution_name="已处理的机构")
    assert "草稿里的机构" not in text(desk.get("complaints/lead/"))
    assert "已处理的机构" not in text(desk.get("complaints/lead/", open="yes"))
    assert "待筛查的机构" not in text(desk.get("complaints/lead/", open="no"))
    assert "待筛查的机构" in text(desk.get("complaints/lead/", officer="nobody"))
    assert "待筛查的机构" not in text(desk.get("complaints/lead/", officer="mine"))
    assert "待筛查的机构" in text(desk.get("complaints/lead/", q="待筛查"))


def test_who_is_tied_to_the_institution_finds_no_page(association, desk):
    with acting_for(association.pk):
        institution = make_institution(some.TOLD["institution_name"])
        lead, _code = some.submitted()
        appoint(desk.user, Role.ASSESSOR, employer=institution)
    assert lead.institution_name not in text(desk.get("complaints/lead/"))
    for path in ("", "do/screen/", "files/1/"):
        assert desk.get(f"complaints/lead/{lead.pk}/{path}").status_code == 404
    assert desk.post(f"complaints/lead/{lead.pk}/do/screen/", category="promise").status_code == 404


def test_the_officer_sees_masks_and_opens_the_identity_with_a_reason(association):
    with acting_for(association.pk):
        lead, clerk, _code = some.verifying(**some.NAMED)
    own = as_(association, clerk.user_id)
    page = text(own.get(f"complaints/lead/{lead.pk}/"))
    assert "慕*" in page
    assert "139****2222" in page
    assert some.NAME not in page
    assert some.FACTS in page
    without = own.post(f"complaints/lead/{lead.pk}/do/unmask/", reason="")
    assert without.status_code == 400
    shown = own.post(f"complaints/lead/{lead.pk}/do/unmask/", reason="电话核实")
    assert some.NAME in text(shown)
    assert some.PHONE in text(shown)
    assert "no-store" in shown["Cache-Control"]
    with acting_for(association.pk):
        actions = AuditEntry.objects.filter(user_id=clerk.user_id, action__startswith="read_lead")
        assert sorted(actions.values_list("action", flat=True)) == [
            "read_lead",
            "read_lead_account",
            "read_lead_informant",
        ]


def test_a_colleague_sees_that_it_is_there_and_no_more(association, desk):
    with acting_for(association.pk):
        lead, _clerk, _code = some.verifying(**some.NAMED)
    page = text(desk.get(f"complaints/lead/{lead.pk}/"))
    assert lead.number in page
    assert "只有承办人能看" in page
    assert "慕*" not in page
    assert some.FACTS not in page
    refused = desk.post(f"complaints/lead/{lead.pk}/do/unmask/", reason="好奇")
    assert refused.status_code == 403
    assert some.NAME not in text(refused)


def test_material_is_downloaded_under_its_number(association):
    with acting_for(association.pk):
        lead, clerk, code = some.verifying()
        upload = SimpleUploadedFile("慕容.jpg", picture())
        lead_reports.add_lead_evidence(actor=some.anybody(), code=code, upload=upload)
    own = as_(association, clerk.user_id)
    assert 'href="files/1/"' in text(own.get(f"complaints/lead/{lead.pk}/"))
    sent = own.get(f"complaints/lead/{lead.pk}/files/1/")
    assert (sent.status_code, sent["Content-Type"]) == (200, "image/jpeg")
    assert "%E6%9D%90%E6%96%991.jpg" in sent["Content-Disposition"]
    assert own.get(f"complaints/lead/{lead.pk}/files/9/").status_code == 404


def test_the_letter_is_downloaded(association, desk):
    with acting_for(association.pk):
        referral, _clerk, _code = some.referred()
    sent = desk.get(f"complaints/lead/{referral.lead_id}/letters/{referral.pk}/")
    assert sent.content.startswith(b"%PDF")
    assert desk.get(f"complaints/lead/{referral.lead_id}/letters/{referral.pk + 1}/").status_code == 404


def test_a_refused_button_says_why_and_keeps_what_was_typed(association):
    with acting_for(association.pk):
        lead, clerk, _code = some.verifying()
        some.heard(lead, clerk)
    own = as_(association, clerk.user_id)
    words = {"outcome": "handled", "grounds": "已到现场核对", "facts": "", "measure": ""}
    refused = own.post(f"complaints/lead/{lead.pk}/do/decide/", **words)
    assert refused.status_code == 400
    assert "请写明查实的事实。" in text(refused)
    assert "已到现场核对" in text(refused)
    with acting_for(association.pk):
        assert Lead.objects.get().state == "verifying"


def test_a_button_out_of_order_is_refused(association, desk):
    with acting_for(association.pk):
        lead, _code = some.submitted()
    refused = desk.post(f"complaints/lead/{lead.pk}/do/archive/")
    assert refused.status_code == 409
    assert "不能变为" in text(refused)


def test_an_institution_is_identified_at_the_desk(association):
    with acting_for(association.pk):
        institution = make_institution("演示万通职业培训学校")
        lead, clerk, _code = some.verifying()
    own = as_(association, clerk.user_id)
    done = own.post(f"complaints/lead/{lead.pk}/do/identify/", institution=str(institution.pk))
    assert done.status_code == 302
    with acting_for(association.pk):
        assert Lead.objects.get().institution_id == institution.pk


def test_a_proven_lead_opens_a_complaint_at_the_desk(association):
    with acting_for(association.pk):
        lead, clerk, _code = some.decided("handled", **some.NAMED)
    own = as_(association, clerk.user_id)
    assert own.get(f"complaints/lead/{lead.pk}/do/complaint/").status_code == 200
    done = own.post(
        f"complaints/lead/{lead.pk}/do/complaint/",
        subject="refund",
        facts="报名后学校停课，多次要求退费未得到答复。",
        demand="退还未上课程的费用。",
        address="演示路2号",
        respondent_address="演示路1号",
        harmed_on="2026-01-15",
        claimed_yuan="1200.50",
        agreed="on",
    )
    assert done.status_code == 200, text(done)
    with acting_for(association.pk):
        complaint = Lead.objects.get().complaint
    assert complaint.claimed_fen == 1_200_50
    assert complaint.number in text(done)


@pytest.mark.parametrize("typed", ["字" * 5000, "abc", "9" * 5000, "9" * 18, "-1"])
def test_an_institution_that_is_no_choice_is_refused_with_a_sentence(association, typed):
    with acting_for(association.pk):
        lead, clerk, _code = some.verifying()
    own = as_(association, clerk.user_id)
    address = f"complaints/lead/{lead.pk}/do/identify/"
    assert own.get(address, institution=typed).status_code == 200
    assert own.post(address, institution=typed).status_code == 400
    with acting_for(association.pk):
        assert Lead.objects.get().institution_id is None


@pytest.mark.parametrize(
    ("category", "article", "says"),
    [("promise", "《广告法》第二十四条", True), ("void_terms", "第十五条", False)],
)
def test_an_article_that_nobody_has_read_is_shown_as_that(association, desk, category, article, says):
    with acting_for(association.pk):
        lead, _code = some.submitted(category=category)
    page = text(desk.get(f"complaints/lead/{lead.pk}/"))
    assert article in page
    assert ("依据待核实" in page) is says
