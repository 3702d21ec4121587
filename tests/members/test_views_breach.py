"""违反公约 as whole requests: the institution's page and its defence, and every button of the staff desk."""

import re
from html import unescape

import pytest
from django.test import Client

from association import clock
from association.choices import Role
from association.models import User
from association.shown import carried
from association.tenancy import acting_for
from members import operations
from members.documents.breach import decision_html
from members.models import BreachDecision, PledgeBreach
from tests.factories.people import actor_with
from tests.members.joining import upload
from tests.members.pledges import Desk, decided_breach
from tests.members.test_pledge_signing import opened, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(home):
    with acting_for(home.pk):
        found = Desk()
        found.adopted()
        opened(found)
        sign(found, 0)
        found.breach = operations.allege_breach(
            actor=found.clerk, institution_id=found.members[0].pk, clause_place=1, facts="三次逾期退费"
        )
    return found


def browser(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def told(home, desk):
    with acting_for(home.pk):
        operations.notice_breach(actor=desk.clerk, breach_id=desk.breach.pk, notice="拟予劝诫")


def state(home, desk):
    with acting_for(home.pk):
        return PledgeBreach.objects.get(pk=desk.breach.pk).state


def page(actor, path, status=200):
    answer = browser(actor).get(f"/home/{path}")
    assert answer.status_code == status, path
    return answer.content.decode()


def own_page(desk):
    return f"desk/pledge/breaches/{desk.breach.pk}/"


def press(actor, desk, deed, status=302, **fields):
    address = f"/home/admin/members/pledgebreach/{desk.breach.pk}/do/{deed}/"
    client = browser(actor)
    opened = client.get(address)
    assert opened.status_code == 200, deed
    if carries := re.search(r'name="shown" value="([^"]*)"', opened.content.decode()):
        fields.setdefault("shown", unescape(carries[1]))
    answer = client.post(address, fields)
    assert answer.status_code == status, (deed, answer.content.decode()[:3000])
    return answer.content.decode()


# -- the institution ------------------------------------------------------------------------------------------


def test_institution_reads_and_defends_once(home, desk):
    page(desk.signers[0], own_page(desk), 404)
    assert desk.breach.number not in page(desk.signers[0], "desk/pledge/")
    told(home, desk)
    assert desk.breach.number in page(desk.signers[0], "desk/pledge/")
    shown = page(desk.signers[0], own_page(desk))
    for words in ("三次逾期退费", "拟予劝诫", "公示收费项目", "提交申辩"):
        assert words in shown
    client = browser(desk.signers[0])
    address = f"/home/{own_page(desk)}defend/"
    assert client.get(address)["Location"] == f"/home/{own_page(desk)}"
    assert client.post(address, {"defence": ""}).status_code == 400
    assert client.post(address, {"defence": "已经补退"})["Location"] == f"/home/{own_page(desk)}"
    shown = page(desk.signers[0], own_page(desk))
    assert "已经补退" in shown
    assert "提交申辩" not in shown
    assert client.post(address, {"defence": "再说一次"}).status_code == 409


def test_late_defence_comes_back_with_what_was_typed(home, desk, time):
    told(home, desk)
    time.pass_days(40)
    answer = browser(desk.signers[0]).post(f"/home/{own_page(desk)}defend/", {"defence": "迟到的申辩"})
    assert answer.status_code == 409
    assert "申辩期限已满" in answer.content.decode()
    assert "迟到的申辩" in answer.content.decode()


def test_neighbours_and_tied_staff_find_nothing(home, desk):
    told(home, desk)
    with acting_for(home.pk):
        tied = actor_with(Role.SECRETARIAT, employer=desk.members[0])
        staff = actor_with(Role.INSTITUTION_STAFF, desk.members[0])
    for other in (desk.signers[1], tied):
        page(other, own_page(desk), 404)
    page(tied, f"admin/members/pledgebreach/{desk.breach.pk}/", 404)
    assert desk.members[0].name not in page(tied, "admin/members/pledgebreach/")
    page(staff, own_page(desk))
    assert browser(staff).post(f"/home/{own_page(desk)}defend/", {"defence": "我来说"}).status_code == 403
    assert (
        browser(desk.signers[1]).post(f"/home/{own_page(desk)}defend/", {"defence": "别人"}).status_code
        == 404
    )


# -- the staff desk -------------------------------------------------------------------------------------------


def test_every_button_from_the_notice_to_the_end(home, desk):
    clerk, second = desk.clerk, desk.second
    assert (
        "申辩期限从今天起算"
        in browser(clerk)
        .get(f"/home/admin/members/pledgebreach/{desk.breach.pk}/do/notice/")
        .content.decode()
    )
    press(clerk, desk, "notice", notice="拟予限期整改")
    press(
        clerk,
        desk,
        "register",
        defence="已补退",
        received_on="2020-01-01",
        paper=upload("申辩.jpg"),
        status=400,
    )
    today = clock.today().isoformat()
    press(clerk, desk, "register", defence="已补退", received_on=today, paper=upload("申辩.jpg"))
    assert (
        browser(second)
        .get(f"/home/admin/members/pledgebreach/{desk.breach.pk}/do/paper/")["Content-Type"]
        .startswith("image/")
    )
    press(clerk, desk, "hear", hearing="书面听取")
    press(clerk, desk, "propose", sanction="downgrade", grounds="清楚", charter_clause="第十二条", status=400)
    press(clerk, desk, "propose", sanction="rectification", grounds="清楚", charter_clause="第十二条")
    shown = (
        browser(second).get(f"/home/admin/members/pledgebreach/{desk.breach.pk}/do/decide/").content.decode()
    )
    for words in ("限期整改", "整改期限从今天起算"):
        assert words in shown
    press(clerk, desk, "decide", status=409)
    for words in ("您核对的内容", "第十二条", "清楚"):
        assert words in shown
    stale = press(second, desk, "decide", status=409, shown=carried({"理由": "从轻"}))
    assert "您看到的是“从轻”，现在是“清楚”" in stale
    press(second, desk, "send-back", reason="过轻")
    press(clerk, desk, "propose", sanction="rectification", grounds="清楚", charter_clause="第十二条")
    press(second, desk, "decide")
    assert state(home, desk) == "rectifying"
    press(clerk, desk, "rectified", outcome="已全部补退")
    press(clerk, desk, "close", outcome="办结")
    assert state(home, desk) == "closed"
    shown = page(desk.signers[0], own_page(desk))
    for words in ("限期整改", "已全部补退", "清楚"):
        assert words in shown


def test_warning_says_beforehand_that_the_others_hear_of_it(home, desk):
    told(home, desk)
    with acting_for(home.pk):
        operations.defend_breach(actor=desk.signers[0], breach_id=desk.breach.pk, defence="已补退")
    press(desk.clerk, desk, "hear", hearing="书面听取")
    press(desk.clerk, desk, "propose", sanction="warning", grounds="清楚", charter_clause="第十二条")
    address = f"/home/admin/members/pledgebreach/{desk.breach.pk}/do/decide/"
    assert "其他会员的机构管理员" in browser(desk.second).get(address).content.decode()


def test_allegation_from_the_desk_and_its_drop(home, desk):
    address = "/home/admin/members/pledgebreach/do/allege/"
    client = browser(desk.clerk)
    given = {"institution": desk.members[0].pk, "clause_place": 3, "facts": "夸大宣传"}
    assert client.post(address, given | {"institution": desk.members[1].pk}).status_code == 409
    assert client.post(address, given | {"clause_place": 9}).status_code == 400
    assert client.post(address, given).status_code == 302
    press(desk.clerk, desk, "drop", reason="登记有误")
    assert state(home, desk) == "dismissed"
    page(desk.signers[0], own_page(desk), 404)


def test_decision_is_a_document_for_both_sides_and_nobody_else(home, desk):
    with acting_for(home.pk):
        decided = decided_breach(desk)
        html = decision_html(BreachDecision.objects.get())
        tied = actor_with(Role.SECRETARIAT, employer=desk.members[0])
    for words in (
        "公约违约事项决定书",
        decided.number,
        "劝诫",
        "演示理由",
        "演示申辩",
        "第十二条",
        desk.members[0].name,
    ):
        assert words in html
    address = f"desk/pledge/breaches/{decided.pk}/decisions/1/"
    for reader in (desk.signers[0], desk.second):
        answer = browser(reader).get(f"/home/{address}")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    for other in (desk.signers[1], tied):
        page(other, address, 404)
    page(desk.signers[0], f"desk/pledge/breaches/{decided.pk}/decisions/2/", 404)
    assert address in page(desk.signers[0], f"desk/pledge/breaches/{decided.pk}/")
    assert address in page(desk.clerk, f"admin/members/pledgebreach/{decided.pk}/")
