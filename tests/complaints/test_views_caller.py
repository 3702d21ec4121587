"""代录与补发查询码: one page for somebody on the phone, the code shown once; a new code after the identity was checked."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.choices import Role
from association.models import AuditEntry, User
from association.tenancy import acting_for
from complaints.choices.complaints import Intake
from complaints.models import Complaint, Evidence, PersonalData
from complaints.queries.tracking import track
from complaints.rules.receipts import is_well_formed, normalised
from tests.common.files import picture
from tests.complaints.material import IDENTITY, NAME, PHONE, STREET, accepted, filed, queued, world
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, appoint, make_association, make_institution

pytestmark = pytest.mark.django_db
PAGE = "complaints/caller/"


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


@pytest.fixture
def officer(association, here):
    return Desk(association, here.officer)


def text(response):
    return response.content.decode()


def told(here, **fields):
    """What is typed while somebody talks."""
    values = {
        "respondent_name": here.institution.name,
        "respondent_address": "北京市朝阳区演示路1号",
        "subject": "refund",
        "facts": "报名后学校停课，多次打电话要求退费，均未得到答复。",
        "harmed_on": (clock.today() - timedelta(days=40)).isoformat(),
        "paid_fen": "12,800",
        "claimed_fen": "９６００",
        "demand": "退还未上课程的费用。",
        "name": NAME,
        "phone": PHONE,
        "address": f"北京市朝阳区{STREET}",
        "filing_key": "k" * 32,
    }
    return values | fields


def code_on(response):
    page = text(response)
    return page.split('class="receipt-code" translate="no">')[1].split("<")[0]


def test_a_caller_is_told_a_code_once_and_it_opens_the_case(officer, here):
    assert "登记投诉" in text(officer.get(PAGE))
    answer = officer.post(PAGE, **told(here, delegated_by="演示市场监管所", delegation_number="2026-1"))
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (201, True)
    code = code_on(answer)
    assert is_well_formed(normalised(code))
    complaint = Complaint.objects.get()
    assert track(code).complaint == complaint
    assert (complaint.intake, complaint.received_by_id, complaint.claimed_fen, complaint.delegated_by) == (
        Intake.CALLER,
        here.officer.user_id,
        960_000,
        "演示市场监管所",
    )
    assert code not in text(officer.get(f"complaints/{complaint.pk}/"))
    assert [secret for secret in (NAME, PHONE, STREET) if secret in text(answer)] == []


def test_a_refused_page_comes_back_with_everything_typed(officer, here):
    answer = officer.post(PAGE, **told(here, phone="123", facts="太短", harmed_on="2999-01-01"))
    page = text(answer)
    assert answer.status_code == 400
    for kept in (NAME, STREET, "太短", "退还未上课程的费用。", here.institution.name, "2999-01-01"):
        assert kept in page
    for sentence in ("至少十个字", "手机号码", "日期不能晚于今天"):
        assert sentence in page
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "<script>alert(1)</script>"},
        {"name": "=HYPERLINK(1)"},
        {"paid_fen": "很多"},
        {"respondent_name": "长" * 300},
        {"subject": "x"},
        {"agent_name": "演示代理人"},
        {"joined-0-name": "演示学员", "joined-0-phone": "13800000000", "rows": "1"},
    ],
)
def test_the_same_is_refused_as_on_the_public_page(officer, here, fields):
    answer = officer.post(PAGE, **told(here, **fields))
    assert answer.status_code == 400
    assert "<script>alert" not in text(answer)
    assert not Complaint.objects.exists()


def test_more_rows_come_without_script_and_keep_what_was_typed(officer, here):
    page = text(officer.post(PAGE, **told(here, more="1")))
    assert 'name="joined-2-name"' in page
    assert 'value="' + "k" * 32 in page
    assert NAME in page
    assert not Complaint.objects.exists()


def test_an_agent_comes_with_papers(officer, here):
    agent = {"agent_name": "演示代理人", "agent_phone": "13800000000", "agent_id_number": IDENTITY}
    without = officer.post(PAGE, **told(here, **agent))
    assert without.status_code == 400
    assert "授权委托书和身份证号码" in text(without)
    paper = SimpleUploadedFile("委托书.jpg", picture())
    brought = SimpleUploadedFile("合同.jpg", picture())
    answer = officer.post(PAGE, **told(here, **agent, agent_authority=paper, kind="contract", file=brought))
    assert answer.status_code == 201
    assert set(Evidence.objects.values_list("kind", flat=True)) <= {"contract", "authority"}
    assert PersonalData.objects.count() == 2


def test_a_large_file_is_refused_and_nothing_is_filed(officer, here):
    large = SimpleUploadedFile("大图.jpg", b"\xff\xd8\xff" + bytes(11 * 1024 * 1024))
    answer = officer.post(PAGE, **told(here, kind="contract", file=large))
    assert (answer.status_code, "10 MB" in text(answer), NAME in text(answer)) == (413, True, True)
    assert not Complaint.objects.exists()


def test_sent_twice_is_one_complaint_and_says_which(officer, here):
    officer.post(PAGE, **told(here))
    again = officer.post(PAGE, **told(here))
    assert again.status_code == 409
    assert Complaint.objects.get().number in text(again)
    other = officer.post(PAGE, **told(here, filing_key="m" * 32))
    assert (other.status_code, Complaint.objects.count()) == (201, 2)


def test_what_speaks_against_taking_it_is_said_and_decided_later(officer, here):
    old = {"harmed_on": "2020-01-01", "handled_elsewhere": "演示法院"}
    answer = officer.post(PAGE, **told(here, **old))
    assert answer.status_code == 201
    assert "已超过投诉的时限" in text(answer)
    assert "由别处受理" in text(answer)


def test_nobody_else_writes_down_or_gives_out_codes(association, here):
    made = accepted(here)
    place = f"complaints/{made.complaint.pk}/receipt/"
    for actor in (here.school, here.mediator, here.auditor):
        desk = Desk(association, actor)
        assert desk.get(PAGE).status_code == 403
        assert desk.post(PAGE, **told(here)).status_code == 403
        assert desk.get(place).status_code == 403
        assert desk.post(place, identity="papers", reason="x").status_code == 403
    other = make_association("second")
    with acting_for(other.pk):
        elsewhere = Desk(other, actor_with(Role.SECRETARIAT))
    assert elsewhere.get(place).status_code == 404
    assert elsewhere.post(place, identity="papers", reason="x").status_code == 404
    assert Complaint.objects.count() == 1
    assert track(made.receipt_code) is not None


def test_a_new_code_kills_the_former_when_a_colleague_confirmed_it(association, officer, here):
    made = accepted(here)
    place = f"complaints/{made.complaint.pk}/receipt/"
    assert place in text(officer.get(f"complaints/{made.complaint.pk}/"))
    assert "139****5678" in text(officer.get(place))
    for wrong in (
        {"identity": "", "reason": "遗失"},
        {"identity": "papers", "reason": " "},
        {"identity": "x", "reason": "y"},
    ):
        refused = officer.post(place, **wrong)
        assert refused.status_code == 400
    assert track(made.receipt_code) is not None
    answer = officer.post(place, identity="called_back", reason="本人来电，查询码遗失")
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (201, True)
    code = code_on(answer)
    assert (track(made.receipt_code).complaint, track(code)) == (made.complaint, None)
    request = made.complaint.receipt_requests.get()
    own = text(officer.get("complaints/receipts/"))
    assert "须由另一人确认" in own
    assert "decide/" not in own
    colleague = Desk(association, here.colleague)
    shown = text(colleague.get("complaints/receipts/"))
    assert "拨打登记的电话核实" in shown
    assert "本人来电，查询码遗失" in shown
    assert code not in shown
    assert colleague.post(f"complaints/receipts/{request.pk}/decide/", agree="yes").status_code == 302
    assert (track(made.receipt_code), track(code).complaint) == (None, made.complaint)
    entry = AuditEntry.objects.get(action="issue_receipt")
    assert entry.user_id == here.officer.user_id
    assert entry.detail["identity"] == "called_back"
    assert entry.reason == "本人来电，查询码遗失"
    assert code not in str(entry.detail)
    assert AuditEntry.objects.get(action="confirm_receipt").user_id == here.colleague.user_id
    assert [job for job in queued("complaints.mail_complainant") if "receipt" in job.key]


def test_an_officer_with_a_tie_gives_out_no_code(officer, here):
    made = filed(here)
    appoint(User.objects.get(pk=here.officer.user_id), Role.ASSESSOR, employer=here.institution)
    answer = officer.post(f"complaints/{made.complaint.pk}/receipt/", identity="papers", reason="遗失")
    assert answer.status_code == 403
    assert track(made.receipt_code) is not None


def test_an_unknown_institution_is_taken_as_typed(officer, here):
    make_institution()
    assert officer.post(PAGE, **told(here, respondent_name="某培训班")).status_code == 201
    assert Complaint.objects.get().institution is None
