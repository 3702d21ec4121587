"""自评表 as whole requests: what it costs, what a refused row keeps, what others may not see."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.choices import Role
from association.tenancy import acting_for
from credit_rating.choices import Stage
from credit_rating.models import Evidence, OpinionItem
from tests.common.files import pdf
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import (
    assessment_of,
    begun_assessment,
    beijing_standard,
    fill,
    frozen_standard,
    open_round,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def association(settings):
    settings.PORTAL_DEMO = False
    found = make_association()
    with acting_for(found.pk):
        yield found


def sheet(association, standard=None):
    """A begun self-assessment, and the desk of its administrator."""
    assessment = assessment_of(open_round(standard or frozen_standard()))
    actor = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    begun_assessment(assessment, actor)
    return assessment, Desk(association, actor)


def row(assessment, code):
    return OpinionItem.objects.get(opinion__assessment=assessment, indicator__code=code)


def place(assessment, code):
    return f"rating/{assessment.pk}/self/{row(assessment, code).indicator_id}/"


@pytest.mark.parametrize("standard", [frozen_standard, beijing_standard])
def test_sheet_costs_the_same_for_seven_rows_and_for_fifty_eight(association, standard):
    assessment, desk = sheet(association, standard())
    desk.get(f"rating/{assessment.pk}/self/")
    with statements() as found:
        answer = desk.get(f"rating/{assessment.pk}/self/")
    assert answer.status_code == 200
    assert len(found) == 9, found


@pytest.mark.parametrize("standard", [frozen_standard, beijing_standard])
def test_saving_a_row_costs_the_same_for_seven_rows_and_for_fifty_eight(association, standard):
    assessment, desk = sheet(association, standard())
    item = OpinionItem.objects.filter(opinion__assessment=assessment, indicator__method="pass_fail").first()
    desk.get(f"rating/{assessment.pk}/self/")
    with statements() as found:
        answer = desk.part(f"rating/{assessment.pk}/self/{item.indicator_id}/", version=0, passed="yes")
    assert answer.status_code == 200
    item.refresh_from_db()
    assert (item.state, item.version) == ("scored", 1)
    assert len(found) == 6, found


def test_saved_row_comes_back_with_the_foot_beside_it(association):
    assessment, desk = sheet(association)
    answer = desk.part(place(assessment, "A1.2"), version=0, count="１", comment="一次")
    body = answer.content.decode()
    assert 'id="row-A1.2"' in body
    assert 'id="sheet-foot" hx-swap-oob="true"' in body
    assert "1 / 7" in body
    assert row(assessment, "A1.2").entry == {"count": "1"}


def test_without_script_saving_goes_back_to_the_row(association):
    assessment, desk = sheet(association)
    answer = desk.post(place(assessment, "A1.1"), version=0, passed="no")
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/desk/rating/{assessment.pk}/self/#row-A1.1")


@pytest.mark.parametrize("ask", ["part", "post"])
def test_refused_entry_keeps_what_was_typed(association, ask):
    assessment, desk = sheet(association)
    answer = getattr(desk, ask)(place(assessment, "B1.2"), version=0, points="二十一", comment="说明在此")
    body = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="二十一"' in body
    assert "说明在此" in body
    assert "row-error" in body
    assert row(assessment, "B1.2").version == 0


@pytest.mark.parametrize("ask", ["part", "post"])
def test_stale_row_shows_both_values_and_mine_can_be_saved_over_it(association, ask):
    assessment, desk = sheet(association)
    colleague = Desk(association, actor_with(Role.INSTITUTION_STAFF, assessment.institution))
    colleague.part(place(assessment, "A1.2"), version=0, count="3")
    answer = getattr(desk, ask)(place(assessment, "A1.2"), version=0, count="1", comment="我的说明")
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "<p>1 次</p>" in body
    assert "<p>3 次</p>" in body
    assert "我的说明" in body
    assert "用我的" in body
    assert "用对方的" in body
    assert row(assessment, "A1.2").entry == {"count": "3"}
    mine = desk.part(place(assessment, "A1.2"), version=1, count="1", comment="我的说明")
    assert mine.status_code == 200
    assert row(assessment, "A1.2").entry == {"count": "1"}


def test_both_values_of_a_stale_row_are_in_the_language_of_the_page(association):
    assessment, desk = sheet(association)
    colleague = Desk(association, actor_with(Role.INSTITUTION_STAFF, assessment.institution))
    colleague.part(place(assessment, "A2.2"), version=0, sampled="40", passed="36")
    desk.client.cookies["django_language"] = "en"
    answer = desk.part(place(assessment, "A2.2"), version=0, sampled="10", passed="5")
    assert answer.status_code == 409
    assert "抽查数" not in answer.content.decode()


def test_not_applicable_needs_its_reason_and_drops_the_entry(association):
    assessment, desk = sheet(association)
    without = desk.part(place(assessment, "B1.1"), version=0, na="on", mean="4")
    assert without.status_code == 400
    assert "选“不适用”须说明理由。" in without.content.decode()
    given = desk.part(place(assessment, "B1.1"), version=0, na="on", na_reason="无学员", mean="4")
    assert given.status_code == 200
    assert (row(assessment, "B1.1").state, row(assessment, "B1.1").na_reason) == ("na", "无学员")


def test_evidence_comes_and_goes_in_its_row(association):
    assessment, desk = sheet(association)
    upload = SimpleUploadedFile("许可证.pdf", pdf())
    answer = desk.part(f"{place(assessment, 'A1.1')}evidence/", file=upload, valid_until="2099-12-31")
    assert answer.status_code == 200
    assert "许可证.pdf" in answer.content.decode()
    evidence = Evidence.objects.get()
    assert str(evidence.attachment.valid_until) == "2099-12-31"
    gone = desk.part(f"rating/{assessment.pk}/evidence/{evidence.pk}/remove/")
    assert gone.status_code == 200
    assert "许可证.pdf" not in gone.content.decode()


def test_refused_file_is_named_in_its_row(association):
    assessment, desk = sheet(association)
    upload = SimpleUploadedFile("证明.docx", b"\xd0\xcf\x11\xe0" + b"0" * 600)
    answer = desk.part(f"{place(assessment, 'A1.1')}evidence/", file=upload)
    assert answer.status_code == 400
    assert "旧版 Office 文件" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_preflight_leads_to_each_row_that_needs_work(association):
    assessment, desk = sheet(association)
    body = desk.get(f"rating/{assessment.pk}/preflight/").content.decode()
    assert body.count("#row-") == 7
    assert "提交自评" not in body


def test_complete_sheet_is_submitted_and_then_only_read(association):
    assessment, desk = sheet(association)
    fill(assessment, desk.actor)
    assert "提交自评" in desk.get(f"rating/{assessment.pk}/preflight/").content.decode()
    assert desk.post(f"rating/{assessment.pk}/submit/").status_code == 302
    assessment.refresh_from_db()
    assert assessment.stage == Stage.SUBMITTED
    body = desk.get(f"rating/{assessment.pk}/self/").content.decode()
    assert "<button" not in body.split("<main")[1].split("</main")[0]
    late = desk.part(place(assessment, "A1.2"), version=1, count="0")
    assert (late.status_code, late["HX-Retarget"]) == (409, "#desk-refusal")
    assert "自评不能再改" in late.content.decode()


def test_another_institution_finds_nothing(association):
    assessment, _desk = sheet(association)
    stranger = Desk(association, actor_with(Role.INSTITUTION_ADMIN, make_institution()))
    assert stranger.get(f"rating/{assessment.pk}/self/").status_code == 404
    assert stranger.part(place(assessment, "A1.2"), version=0, count="0").status_code == 404
    assert row(assessment, "A1.2").version == 0


def test_expired_session_sends_htmx_to_the_sign_in_page(association, client):
    assessment, _desk = sheet(association)
    page = f"/{association.slug}/desk/rating/{assessment.pk}/self/"
    answer = client.post(
        f"/{association.slug}/desk/{place(assessment, 'A1.2')}",
        {"version": 0},
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"},
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"/{association.slug}/accounts/login/?next={page}"
