"""一件匿名线索: from the phone of somebody whom nobody knows, over a question and an answer, to the authority's receipt.

Every step is a whole request: the informant's without a cookie, the officers' at the staff desk.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.choices import Role
from association.clocks import deadlines_of
from association.locker import read_file
from association.models import Notice
from association.person_fields import posts_of
from association.tenancy import acting_for
from complaints.models import Lead, LeadReferral
from tests.association.test_locker import picture
from tests.complaints.test_views_leads import Visitor, code_in, text
from tests.credit_rating.desk import Desk
from tests.factories import leads as some
from tests.factories.people import appoint, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db
FACTS = "报考材料由学校代填，工作年限是编的，每人另收三千元。"


@pytest.fixture
def association(settings, tmp_path, counting):
    settings.MEDIA_ROOT = tmp_path
    return make_association("leads")


def told(visitor):
    form = {
        "institution_name": "演示捷成教育咨询有限公司",
        "category": "certificate_fraud",
        "facts": FACTS,
        "when": "2026年秋季班",
        "identity": "anonymous",
    }
    code = code_in(visitor.post("new/", **form, do="save"))
    photo = SimpleUploadedFile("我拍的.jpg", picture())
    preview = visitor.post("new/", **form, code=code, file=photo, do="preview")
    assert "材料1.jpg" in text(preview)
    return code_in(visitor.post("new/", code=code, do="submit"))


def press(desk, lead, deed, **fields):
    response = desk.post(f"complaints/lead/{lead.pk}/do/{deed}/", **fields)
    assert response.status_code == 302, response.content.decode()
    return response


def test_from_the_receipt_code_to_the_referral(association):
    informant, clerk, colleague = Visitor(), Desk(association), Desk(association)
    with acting_for(association.pk):
        employer = make_institution("演示捷成教育咨询有限公司")
        appoint(make_user(), Role.SECRETARIAT, employer=employer)
    code = told(informant)

    with acting_for(association.pk):
        lead = Lead.objects.get()
        some.daily_round()
        told_of_it = set(Notice.objects.values_list("user_id", flat=True))
    assert told_of_it == {clerk.user.pk, colleague.user.pk}  # not the one who works there

    assert FACTS in text(clerk.get(f"complaints/lead/{lead.pk}/"))
    press(clerk, lead, "screen", category="certificate_fraud")
    with acting_for(association.pk):
        post = posts_of([clerk.user.pk])[clerk.user.pk]
    press(clerk, lead, "assign", officer_id=str(post))
    assert FACTS not in text(colleague.get(f"complaints/lead/{lead.pk}/"))
    press(clerk, lead, "ask", text="代填的是哪一期的报考材料？")

    page = informant.post("track/", code=code)
    assert "承办人在等您的回复" in text(page)
    assert "代填的是哪一期的报考材料？" in text(page)
    more = SimpleUploadedFile("群聊.jpg", picture() + b"\0")
    answered = informant.post("track/answer/", code=code, text="二〇二六年下半年那一期。", file=more)
    assert "已收到您的补充" in text(answered)

    with acting_for(association.pk):
        some.daily_round()
    assert "二〇二六年下半年那一期。" in text(clerk.get(f"complaints/lead/{lead.pk}/"))
    press(clerk, lead, "extend", reason="需向考试机构核对报名名单")
    press(
        clerk,
        lead,
        "refer",
        authority="演示市人力资源和社会保障局",
        document_number="演培促函〔2026〕11号",
        summary="该公司涉嫌代填虚假工作年限报考，材料附后。",
        grounds="属于职业资格考试监管职责",
        passed=["1", "2"],
    )
    with acting_for(association.pk):
        referral = LeadReferral.objects.get()
        assert referral.passed == [1, 2]
        assert read_file(referral.letter).startswith(b"%PDF")
        assert referral.lead.institution_id == employer.pk
    press(
        clerk,
        lead,
        "receipt",
        referral_id=str(referral.pk),
        received_on=f"{clock.today():%Y-%m-%d}",
        receipt="收文〔2026〕207号",
    )
    press(clerk, lead, "feedback", text="已移送主管部门，谢谢您。")
    last = text(informant.post("track/", code=code))
    assert "已移送主管部门，谢谢您。" in last
    assert "演示市人力资源和社会保障局" not in last
    press(clerk, lead, "archive")
    with acting_for(association.pk):
        lead = Lead.objects.get()
        assert (lead.state, lead.outcome) == ("archived", "referred")
        codes = deadlines_of("lead", lead.pk).order_by("pk").values_list("code", "was_late")
        assert list(codes) == [
            ("LEAD-SCREEN", False),
            ("LEAD-CHECK", False),
            ("LEAD-CHECK-EXTENSION", False),
        ]
