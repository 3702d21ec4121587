"""隐去的复核: what is hidden with its scope, reason and trace; somebody else decides, once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.tenancy import acting_for
from complaints import operations
from complaints.choices.complaints import EvidenceKind, RedactionState
from complaints.models import Redaction
from tests.common.files import picture
from tests.complaints.material import accepted, world
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories.people import make_association

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]
WHY = "与本案无关的他人信息"


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


def text(response):
    return response.content.decode()


def hide(association, here, words="多次打电话"):
    made = accepted(here)
    given = {"deed": "redact", "words": words, "audience": "both", "reason": WHY}
    desk = Desk(association, here.officer)
    assert desk.client.post(desk.path(f"complaints/{made.complaint.pk}/do/"), given).status_code == 302
    return made, Redaction.objects.latest("pk")


def review(desk, row, **given):
    return desk.post(f"complaints/redactions/{row.pk}/", **({"confirmed": "yes", "decision": "属实"} | given))


def test_the_list_shows_words_scope_reason_and_trace(association, here):
    made, row = hide(association, here)
    own = text(Desk(association, here.officer).get("complaints/redactions/"))
    assert "请另一位同事复核" in own
    assert "提交复核" not in own
    colleague = Desk(association, here.colleague)
    page = text(colleague.get("complaints/redactions/"))
    for shown in (
        "<mark>多次打电话</mark>",
        "对机构和公众隐去",
        WHY,
        "演示受理员",
        made.complaint.number,
        "提交复核",
    ):
        assert shown in page
    assert review(colleague, row).status_code == 302
    assert "没有需要复核的隐去" in text(colleague.get("complaints/redactions/"))
    done = text(colleague.get("complaints/redactions/", view="all"))
    assert "演示同事" in done
    assert "属实" in done
    assert "属实" in text(colleague.get(f"complaints/{made.complaint.pk}/"))


def test_lifted_words_are_shown_again_and_confirmed_ones_are_not(association, here):
    made, row = hide(association, here)
    colleague, school = Desk(association, here.colleague), Desk(association, here.school)
    place = f"complaints/{made.complaint.pk}/"
    review(colleague, row)
    assert "多次打电话" not in text(school.get(place))
    review(colleague, row, confirmed="no", decision="应当显示")
    assert "多次打电话" in text(school.get(place))
    again = review(colleague, row, confirmed="yes")
    assert again.status_code in {400, 409}
    row.refresh_from_db()
    assert row.state == RedactionState.LIFTED


def test_a_refused_decision_keeps_what_was_typed(association, here):
    _made, row = hide(association, here)
    colleague = Desk(association, here.colleague)
    refused = review(colleague, row, confirmed="", decision="尚未想好")
    assert refused.status_code == 400
    assert "尚未想好" in text(refused)
    own = review(Desk(association, here.officer), row, decision="自己复核")
    assert own.status_code == 409
    row.refresh_from_db()
    assert row.state == RedactionState.PROPOSED


def test_who_may_not_decide_is_sent_away(association, here):
    _made, row = hide(association, here)
    assert review(Desk(association, here.auditor), row).status_code == 403
    for actor in (here.school, here.mediator):
        assert review(Desk(association, actor), row).status_code == 404
    other = make_association("second")
    with acting_for(other.pk):
        stranger = world().colleague
    assert review(Desk(other, stranger), row).status_code == 404
    assert WHY not in text(Desk(other, stranger).get("complaints/redactions/", view="all"))


def test_words_of_an_answer_and_a_file_are_hidden_too(association, here):
    made = accepted(here)
    pk = made.complaint.pk
    operations.answer(actor=here.school, complaint_id=pk, kind="disputed", text="当面与演示家长谈过。")
    operations.add_evidence(
        actor=here.person,
        receipt_code=made.receipt_code,
        exhibit=operations.Exhibit(EvidenceKind.LESSONS, SimpleUploadedFile("课时.jpg", picture())),
    )
    desk, school = Desk(association, here.officer), Desk(association, here.school)
    do = desk.path(f"complaints/{pk}/do/")
    words = {"deed": "redact", "words": "演示家长", "audience": "institution", "reason": WHY}
    assert desk.client.post(do, words).status_code == 302
    page = text(school.get(f"complaints/{pk}/"))
    assert "演示家长" not in page
    assert "课程表、考勤或课时记录</a>" in page
    evidence = made.complaint.evidence.get()
    auditor = Desk(association, here.auditor)
    seen = text(auditor.get(f"complaints/{pk}/"))
    assert "课程表、考勤或课时记录" in seen
    assert "课程表、考勤或课时记录</a>" not in seen
    assert auditor.get(f"complaints/{pk}/files/{evidence.attachment_id}/").status_code == 404
    given = {"deed": "redact_file", "evidence_id": evidence.pk, "reason": WHY}
    assert desk.client.post(do, given).status_code == 302
    assert "课程表、考勤或课时记录</a>" not in text(school.get(f"complaints/{pk}/"))
    assert school.get(f"complaints/{pk}/files/{evidence.attachment_id}/").status_code == 404
    assert {row.target for row in Redaction.objects.all()} == {"reply", "evidence"}


def test_the_list_costs_the_same_for_many_rows(association, here):
    colleague, costs = Desk(association, here.colleague), []
    colleague.get("complaints/redactions/")
    for _ in range(2):
        hide(association, here)
        with statements() as found:
            colleague.get("complaints/redactions/")
        costs.append(len(found))
    assert costs[0] == costs[1]
