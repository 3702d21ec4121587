"""我要投诉 and 查询进度 as somebody with a phone does it, without script."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from association.tenancy import acting_for
from complaints.models import Complaint, Draft, Evidence
from complaints.views.intake import DRAFT_COOKIE
from tests.common.files import picture
from tests.complaints.material import MAIL, NAME, PHONE, PLANTED, STREET, accepted, world
from tests.factories.people import make_association

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]

TYPED = {
    "respondent_name": "演示某某培训学校",
    "respondent_address": "北京市朝阳区演示路1号",
    "subject": "refund",
    "facts": f"我在这里报名，交费后停课，{NAME}多次联系未果，电话{PHONE}。",
    "harmed_on": "2026-01-15",
    "paid_fen": "１２，８００",
    "claimed_fen": "9600元",
    "demand": "退还未上课程的费用。",
    "name": NAME,
    "phone": PHONE,
    "address": f"北京市朝阳区{STREET}",
    "email": MAIL,
}
CODE = re.compile(r'class="receipt-code" translate="no">([0-9A-Z-]{19})<')


@pytest.fixture
def association():
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


def text(response):
    return response.content.decode()


def type_in(client, **changes):
    return client.post("/first/complaints/new/", TYPED | changes)


def file_it(client, **changes):
    assert type_in(client, **changes).status_code == 302
    return client.post("/first/complaints/preview/", {})


def test_from_the_first_page_to_the_code(client, here):
    assert "7个工作日" in text(client.get("/first/complaints/"))
    filed = file_it(client)
    assert filed.status_code == 201
    code = CODE.search(text(filed))[1]
    assert filed["Cache-Control"].startswith("max-age=0")
    assert "no-store" in filed["Cache-Control"]
    seen = client.post("/first/complaints/track/", {"code": code.lower().replace("-", " ")})
    assert seen.status_code == 200
    assert "现在轮到" in text(seen)
    assert "最晚" in text(seen)
    for planted in PLANTED:
        assert planted not in text(seen).replace(TYPED["facts"], "")


def test_full_width_amounts_arrive_in_fen(client, here):
    file_it(client)
    complaint = Complaint.objects.get()
    assert (complaint.paid_fen, complaint.claimed_fen) == (1_280_000, 960_000)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "=HYPERLINK(1)"}, "姓名只能含有文字"),
        ({"name": "<script>"}, "姓名只能含有文字"),
        ({"phone": "123"}, "请填写能联系到您的手机号码"),
        ({"harmed_on": "2031-01-01"}, "日期不能晚于今天"),
        ({"harmed_on": "2019-01-01"}, "超过投诉的时限"),
        ({"handled_elsewhere": "朝阳区人民法院"}, "依法不再受理"),
        ({"not_consumption": "on"}, "不属于消费者投诉"),
        ({"paid_fen": "-3"}, "不能是负数"),
        ({"paid_fen": "NaN"}, "不是数字"),
        ({"facts": "短"}, "至少十个字"),
        ({"agent_name": "代某某", "agent_phone": PHONE}, "代理人须提供授权委托书"),
    ],
)
def test_bad_input_is_told_and_nothing_is_lost(client, here, changes, sentence):
    response = type_in(client, **changes)
    assert 400 <= response.status_code < 500
    assert sentence in text(response)
    again = text(client.get("/first/complaints/new/"))
    assert "演示某某培训学校" in again
    assert "退还未上课程的费用" in again
    assert not Complaint.objects.exists()


def test_draft_is_kept_as_one_types_and_only_this_browser_opens_it(client, here):
    assert client.post("/first/complaints/draft/", {"facts": "才写了一半"}).status_code == 200
    assert "才写了一半" in text(client.get("/first/complaints/new/"))
    assert "才写了一半" not in text(Client().get("/first/complaints/new/"))
    assert "才写了一半".encode() not in bytes(Draft.objects.get().box)
    client.post("/first/complaints/draft/drop/")
    assert not Draft.objects.exists()
    assert "才写了一半" not in text(client.get("/first/complaints/new/"))


def test_draft_of_a_neighbour_does_not_open(client, here):
    client.post("/first/complaints/draft/", {"facts": "才写了一半"})
    other = make_association("second")
    key = client.cookies[DRAFT_COOKIE].value
    stranger = Client()
    stranger.cookies[DRAFT_COOKIE] = key
    assert "才写了一半" not in text(stranger.get(f"/{other.slug}/complaints/new/"))


def test_more_people_join_without_script(client, here):
    page = type_in(client, more="1")
    assert "joined-2-name" in text(page)
    joined = {
        "rows": "3",
        "joined-0-name": "演示乙",
        "joined-0-phone": "13800001112",
        "joined-0-address": "演示路2号",
    }
    refused = type_in(client, **joined)
    assert refused.status_code == 400
    assert "须经全体投诉人同意" in text(refused)
    type_in(client, **joined, agrees_to_joining="on")
    seen = text(client.get("/first/complaints/preview/"))
    assert "2人就同一事项共同投诉" in seen
    assert "演示乙" in seen
    assert "13800001112" not in seen
    filed = file_it(client, **joined, agrees_to_joining="on")
    assert filed.status_code == 201
    assert Complaint.objects.get().people.count() == 2


def test_preview_tells_the_three_readers_apart(client, here):
    type_in(client)
    page = text(client.get("/first/complaints/preview/"))
    public = page[page.index("公众") : page.index("协会经办人")]
    assert "不公布单件投诉" in public
    assert NAME not in public
    assert PHONE not in public


def test_evidence_goes_with_it_and_a_bad_file_keeps_the_draft(client, here, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    type_in(client)
    wrong = SimpleUploadedFile("合同.png", b"MZ not a picture at all")
    refused = client.post("/first/complaints/preview/", {"kind-0": "contract", "file-0": wrong})
    assert refused.status_code == 400
    assert not Complaint.objects.exists()
    assert Draft.objects.exists()
    right = SimpleUploadedFile("合同.jpg", picture())
    assert (
        client.post("/first/complaints/preview/", {"kind-0": "contract", "file-0": right}).status_code == 201
    )
    assert Evidence.objects.get().kind == "contract"


def test_sent_twice_is_filed_once(client, here):
    type_in(client)
    key = client.cookies[DRAFT_COOKIE].value
    assert client.post("/first/complaints/preview/", {}).status_code == 201
    client.cookies[DRAFT_COOKIE] = key
    assert client.post("/first/complaints/preview/", {}).status_code == 302
    assert Complaint.objects.count() == 1


def test_wrong_codes_get_one_answer_and_are_counted(client, here):
    answers = [
        client.post("/first/complaints/track/", {"code": code})
        for code in ("", "ABCD", "0000-0000-0000-0000", "<script>")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all("没有找到这个查询码" in text(answer) for answer in answers)
    more = [client.post("/first/complaints/track/", {"code": "ABCD"}) for _ in range(10)]
    assert more[-1].status_code == 429


def test_code_of_a_neighbour_opens_nothing(client, here):
    made = accepted(here)
    other = make_association("second")
    assert client.post(f"/{other.slug}/complaints/track/", {"code": made.receipt_code}).status_code == 404


def test_complainant_consents_contests_and_withdraws_by_code(client, here):
    made = accepted(here)
    do = "/first/complaints/track/do/"
    page = client.post(do, {"code": made.receipt_code, "deed": "consent"})
    assert page.status_code == 400
    page = client.post(do, {"code": made.receipt_code, "deed": "consent", "given": "yes"})
    assert page.status_code == 200
    assert "已提交" in text(page)
    page = client.post(do, {"code": made.receipt_code, "deed": "contest", "text": "还没有解决"})
    assert page.status_code == 409
    assert "还没有解决" in text(page)
    page = client.post(do, {"code": made.receipt_code, "deed": "withdraw", "sure": "on"})
    assert page.status_code == 200
    assert "已撤回" in text(page)
    assert client.post(do, {"code": "AAAA", "deed": "withdraw", "sure": "on"}).status_code == 404
    assert client.get(do).status_code == 302
