"""会费 as whole requests: the public page, the institution's page, and the buttons of the staff desk."""

import pytest
from django.test import Client

from association import clock
from association.models import User
from association.tenancy import acting_for
from members.models import DuesInvoice, DuesResolution, DuesSlip
from tests.members.dues import AMOUNTS, billed, credit, published
from tests.members.joining import upload
from tests.members.pledges import Desk

pytestmark = pytest.mark.django_db
ADOPT = "/home/admin/members/duesresolution/do/adopt/"
ISSUE = "/home/admin/members/duesinvoice/do/issue/"


@pytest.fixture(autouse=True)
def proven(monkeypatch):
    monkeypatch.setattr("association.step_up.did_recently_reauthenticate", lambda _request: True)


@pytest.fixture
def desk(home):
    with acting_for(home.pk):
        return Desk()


def browser(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def given(**changed):
    today = clock.today()
    values = {
        "meeting": "第一次会员大会", "met_on": today.isoformat(), "first_year": today.year, "entitled": 3, "votes_for": 3,
        "votes_against": 0, "abstentions": 0, "is_secret": "on", "remark": "", "minutes": upload("决议.jpg"),
    }  # fmt: skip
    return values | {f"fen_{tier}": str(fen // 100) for tier, fen in AMOUNTS.items()} | changed


def test_adopted_published_and_billed_by_buttons(home, desk):
    clerk = browser(desk.clerk)
    place = clerk.post(ADOPT, given())["Location"]
    assert "已登记" in clerk.get(place).content.decode()
    assert "还没有公布的会费标准" in Client().get("/home/dues/").content.decode()
    assert clerk.post(f"{place}do/publish/").status_code == 302
    public = Client().get("/home/dues/").content.decode()
    assert "3,000.00" in public
    assert "应到3家，到会3家" in public
    assert "民发〔2014〕166号" in public
    preview = clerk.get(ISSUE).content.decode()
    assert "会费通知3份" in preview
    assert "9,000.00" in preview
    assert clerk.post(ISSUE).status_code == 302
    assert "没有需要开具" in clerk.post(ISSUE, follow=True).content.decode()
    with acting_for(home.pk):
        assert DuesInvoice.objects.count() == 3


def test_refused_resolution_keeps_what_was_typed_and_says_why(home, desk):
    answer = browser(desk.clerk).post(ADOPT, given(votes_for=1))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "未达到法定人数" in page
    assert "第一次会员大会" in page
    missing = browser(desk.clerk).post(ADOPT, given(fen_council=""))
    assert (missing.status_code, "每一级会员都要有固定的金额" in missing.content.decode()) == (400, True)
    open_ballot = given()
    del open_ballot["is_secret"]
    assert "无记名投票表决" in browser(desk.clerk).post(ADOPT, open_ballot).content.decode()
    with acting_for(home.pk):
        assert not DuesResolution.objects.exists()


def test_institution_reads_its_own_bill_and_what_lessened_it(home, desk):
    with acting_for(home.pk):
        invoice = billed(desk)[0]
        credit(desk, invoice)
        slip = DuesSlip.objects.get()
    other = browser(desk.second)
    assert other.post(f"/home/admin/members/duesslip/{slip.pk}/do/confirm/").status_code == 302
    page = browser(desk.signers[0]).get("/home/desk/dues/").content.decode()
    assert invoice.number in page
    assert "2,000.00" in page
    assert "第三次理事会决议" in page
    neighbour = browser(desk.signers[1]).get("/home/desk/dues/").content.decode()
    assert invoice.number not in neighbour


def test_own_slip_is_refused_in_place(home, desk):
    with acting_for(home.pk):
        slip = credit(desk, billed(desk)[0])
    answer = browser(desk.clerk).post(f"/home/admin/members/duesslip/{slip.pk}/do/confirm/")
    assert (answer.status_code, "经办人以外" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_of_bills_do_not_ask_for_each_row(home, desk, count, django_assert_max_num_queries):
    with acting_for(home.pk):
        del desk.members[count:]
        published(desk)
        billed_ones = browser(desk.clerk)
    billed_ones.post(ISSUE)
    with django_assert_max_num_queries(40):
        page = billed_ones.get("/home/admin/members/duesinvoice/").content.decode()
    assert "3,000.00" in page
