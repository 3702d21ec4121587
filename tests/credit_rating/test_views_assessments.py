"""一件评估 of an institution as whole requests: terms, answers, files, and what is not for it yet."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import Stage
from credit_rating.models import Assessment, OpinionItem, PriorNotice
from tests.common.files import pdf
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import assessment_of, open_round, reviewing_round
from tests.factories.review import assign, determined, on_notice

pytestmark = pytest.mark.django_db
POOR = {"B1.2": {"points": "0"}, "B1.1": {"mean": "1", "responses": "10"}}


@pytest.fixture
def association():
    found = make_association()
    with acting_for(found.pk):
        yield found


def admin_of(association, assessment):
    return Desk(association, actor_with(Role.INSTITUTION_ADMIN, assessment.institution))


def under_review():
    return Assessment.objects.get(round=reviewing_round())


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_assessment_and_for_three(association, settings, count):
    settings.PORTAL_DEMO = False
    institution = make_institution()
    for year in range(2026, 2026 + count):
        open_round(institutions=[institution], year=year)
    desk = Desk(association, actor_with(Role.INSTITUTION_ADMIN, institution))
    with statements() as found:
        answer = desk.get("rating/")
    assert answer.content.decode().count('<th scope="row">') == count
    assert len(found) == 6, found


def test_institution_begins_and_withdraws(association):
    assessment = assessment_of(open_round())
    desk = admin_of(association, assessment)
    assert "开始自评" in desk.get(f"rating/{assessment.pk}/").content.decode()
    assert desk.post(f"rating/{assessment.pk}/self/begin/").status_code == 302
    assert "必须处理" in desk.get(f"rating/{assessment.pk}/preflight/").content.decode()
    unsure = desk.post(f"rating/{assessment.pk}/withdraw/", reason="停业")
    assert (unsure.status_code, "请先勾选确认" in unsure.content.decode()) == (400, True)
    assert "停业" in unsure.content.decode()
    assessment.refresh_from_db()
    assert assessment.stage == Stage.SELF_ASSESSING
    assert desk.post(f"rating/{assessment.pk}/withdraw/", reason="停业", sure="on").status_code == 302
    assessment.refresh_from_db()
    assert assessment.stage == Stage.WITHDRAWN
    check = desk.get(f"rating/{assessment.pk}/preflight/").content.decode()
    assert "也不再测算" in check
    assert "可能的等级" not in check
    assert "必须处理" not in check
    assert "退出不是等级" in desk.get(f"rating/{assessment.pk}/").content.decode()


def test_grade_is_not_shown_before_it_was_told(association):
    assessment = determined()
    body = admin_of(association, assessment).get(f"rating/{assessment.pk}/").content.decode()
    assert "拟定结果" not in body
    member = Desk(association, actor_with(Role.COMMITTEE))
    assert "拟定结果" in member.get(f"rating/{assessment.pk}/").content.decode()
    assert admin_of(association, assessment).get(f"rating/{assessment.pk}/explanation/").status_code == 409


def test_prior_notice_shows_its_arithmetic_and_takes_one_defence(association):
    assessment = determined(answers=POOR)
    operations.send_prior_notice(actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk)
    desk, notice = admin_of(association, assessment), PriorNotice.objects.get()
    body = desk.get(f"rating/{assessment.pk}/").content.decode()
    assert notice.explanation in body
    assert "提交申辩" in body
    assert desk.post(f"rating/{assessment.pk}/defence/", text="已整改").status_code == 302
    body = desk.get(f"rating/{assessment.pk}/").content.decode()
    assert "已整改" in body
    assert "提交申辩" not in body
    assert desk.post(f"rating/{assessment.pk}/defence/", text="再说").status_code == 409


def test_objection_flags_the_entry(association):
    assessment = on_notice()
    desk = admin_of(association, assessment)
    assert desk.post(f"rating/{assessment.pk}/objection/", text="计分有误").status_code == 302
    assessment.refresh_from_db()
    assert assessment.stage == Stage.OBJECTION
    assert "计分有误" in desk.get(f"rating/{assessment.pk}/").content.decode()


def test_supplement_is_asked_by_the_reviewer_and_answered_with_words_and_files(association):
    assessment, reviewer = under_review(), actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    first, second = OpinionItem.objects.filter(opinion__assessment=assessment).order_by("pk")[:2]
    asked = {f"request-{first.indicator_id}": "许可证正页", f"request-{second.indicator_id}": "说明次数"}
    assert Desk(association, reviewer).post(f"review/{assessment.pk}/supplement/", **asked).status_code == 302
    desk = admin_of(association, assessment)
    assert "许可证正页" in desk.get(f"rating/{assessment.pk}/").content.decode()
    answer = desk.post(
        f"rating/{assessment.pk}/supplement/",
        **{
            f"files-{first.indicator_id}": SimpleUploadedFile("正页.pdf", pdf()),
            f"answer-{second.indicator_id}": "一次",
        },
    )
    assert answer.status_code == 302
    assessment.refresh_from_db()
    assert assessment.stage == Stage.SUBMITTED


def test_evidence_opens_to_its_institution_and_to_a_declared_reviewer_on_record(association):
    assessment, reviewer = assessment_of(open_round()), actor_with(Role.ASSESSOR)
    desk = admin_of(association, assessment)
    desk.post(f"rating/{assessment.pk}/self/begin/")
    item = OpinionItem.objects.get(opinion__assessment=assessment, indicator__code="A1.1")
    upload = SimpleUploadedFile("许可证.pdf", pdf())
    desk.part(f"rating/{assessment.pk}/self/{item.indicator_id}/evidence/", file=upload)
    place = f"files/{item.evidence.get().attachment_id}/"
    answer = desk.get(place)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert Desk(association, reviewer).get(place).status_code == 404
    neighbour = Desk(association, actor_with(Role.INSTITUTION_ADMIN, make_institution()))
    assert neighbour.get(place).status_code == 404
    assert Desk(association, actor_with(Role.AUDITOR)).get(place).status_code == 404
    assert Desk(association, actor_with(Role.COMMITTEE)).get(place).status_code == 200
    assert AuditEntry.objects.filter(action="read_evidence").count() == 1
