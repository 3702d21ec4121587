"""会籍 and 理事会表决 at the desk, as whole requests: applying, supplementing, voting, looking a day up."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from association.choices import Role
from association.models import User
from association.tenancy import acting_for
from members import operations
from members.choices.membership import ApplicationState
from members.models import CouncilBallot, MembershipApplication
from members.operations.certificates import render_certificate
from tests.factories.people import actor_with, make_association
from tests.members.joining import (
    LICENCE,
    STATEMENT,
    admitted,
    asked,
    draft,
    reviewed,
    submitted,
    upload,
    world,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(home):
    with acting_for(home.pk):
        return world()


def browser(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def in_scope(home, read):
    with acting_for(home.pk):
        return read()


def page(client, path):
    answer = client.get(f"/home/desk/{path}")
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_applying_at_the_desk(home, here):
    client = browser(here.admin)
    assert "现在不是会员" in page(client, "membership/")
    begin = f"/home/desk/membership/begin/{here.institution.pk}/"
    typed = {"field": "nonsense", "licence_number": "x", "statement": "写到一半的理由"}
    refused = client.post(begin, typed)
    assert refused.status_code == 400
    assert "写到一半的理由" in refused.content.decode()
    answer = client.post(begin, {"field": "skills", "licence_number": "第八号", "statement": STATEMENT})
    application = in_scope(home, lambda: MembershipApplication.objects.get())
    assert answer["Location"] == f"/home/desk/membership/{application.pk}/"
    do = f"/home/desk/membership/{application.pk}/do/"
    early = client.post(do, {"deed": "submit", "confirmed": "on"})
    assert early.status_code == 400
    assert "请上传登记证书或营业执照" in early.content.decode()
    client.post(do, {"deed": "add_evidence", "kind": "registration", "upload": upload()})
    assert client.post(do, {"deed": "submit", "confirmed": "on"}).status_code == 302
    shown = page(client, f"membership/{application.pk}/")
    assert "办学许可证号一般为12至15位数字" in shown
    assert "审查入会申请" in shown
    paper = in_scope(home, lambda: application.evidence.get().attachment_id)
    assert client.get(f"/home/desk/membership/{application.pk}/files/{paper}/").status_code == 200


def test_the_staff_of_an_institution_drafts_and_the_administrator_submits(home, here):
    with acting_for(home.pk):
        application = draft(here)
        staff = actor_with(Role.INSTITUTION_STAFF, here.institution)
    do = f"/home/desk/membership/{application.pk}/do/"
    assert browser(staff).post(do, {"deed": "submit", "confirmed": "on"}).status_code == 403
    assert browser(here.admin).post(do, {"deed": "submit", "confirmed": "on"}).status_code == 302


def test_supplementing_at_the_desk(home, here):
    with acting_for(home.pk):
        application = reviewed(here)
        operations.ask_supplement(actor=here.clerk, application_id=application.pk, items=["许可证副本"])
    client = browser(here.admin)
    assert "许可证副本" in page(client, f"membership/{application.pk}/")
    assert "待补正" in page(client, "")
    do = f"/home/desk/membership/{application.pk}/do/"
    assert client.post(do, {"deed": "answer", "answer": ""}).status_code == 400
    assert client.post(do, {"deed": "answer", "answer": "已补交"}).status_code == 302
    late = client.post(do, {"deed": "answer", "answer": "再补一次"})
    assert late.status_code == 409
    assert "再补一次" in late.content.decode()


def test_voting_at_the_desk(home, here):
    with acting_for(home.pk):
        vote = asked(here)
    client = browser(here.council[0])
    assert "参加表决" in page(client, "")
    shown = page(client, f"council/{vote.pk}/")
    assert (LICENCE in shown, "2/3以上" in shown) == (True, True)
    do = f"/home/desk/council/{vote.pk}/do/"
    assert client.post(do, {"deed": "cast", "reason": "x"}).status_code == 400
    assert client.post(do, {"deed": "cast", "choice": "against"}).status_code == 302
    again = client.post(do, {"deed": "cast", "choice": "for"})
    assert again.status_code == 409
    assert in_scope(home, lambda: CouncilBallot.objects.get().choice) == "against"
    seen_by_others = page(browser(here.council[1]), f"council/{vote.pk}/")
    assert in_scope(home, lambda: User.objects.get(pk=here.council[0].user_id).own_name) in seen_by_others
    assert "您的意见" not in seen_by_others


def test_the_certificate_is_the_institutions_own(home, here):
    with acting_for(home.pk):
        admitted(here)
        from association.actors import system
        from members.models import MembershipCertificate

        pk = MembershipCertificate.objects.get().pk
        made = [render_certificate(actor=system(home.pk), certificate_id=pk) for _ in range(2)]
        neighbour = actor_with(Role.INSTITUTION_ADMIN)
        assert made[0].attachment_id == made[1].attachment_id
    answer = browser(here.admin).get(f"/home/desk/membership/certificates/{pk}/")
    assert answer.content.startswith(b"%PDF")
    assert browser(neighbour).get(f"/home/desk/membership/certificates/{pk}/").status_code == 404
    verified = Client().get(f"/home/verify/{made[0].code}/").content.decode()
    assert ("证书有效" in verified, here.institution.name in verified) == (True, True)
    with acting_for(home.pk):
        operations.end_membership(
            actor=here.clerk, institution_id=here.institution.pk, until_on=made[0].member_since
        )
    from association import clock

    assert made[0].member_since <= clock.today()


def test_was_it_a_member_on_a_day(home, here):
    with acting_for(home.pk):
        operations.admit_member(actor=here.clerk, institution_id=here.institution.pk, from_on="2024-05-01")
        neighbour = actor_with(Role.INSTITUTION_ADMIN)
    asked_for = f"membership/history/?institution={here.institution.pk}"
    staff = browser(here.clerk)
    assert "2024-05-01是会员" in page(staff, f"{asked_for}&on=2024-05-01")
    assert "2024-04-30不是会员" in page(staff, f"{asked_for}&on=2024年4月30日")
    assert "2024-05-01不是会员" in page(staff, f"{asked_for}&on=2024-05-01&known_on=2024-06-01")
    assert staff.get(f"/home/desk/{asked_for}&on=x").status_code == 400
    assert browser(neighbour).get(f"/home/desk/{asked_for}&on=2024-05-01").status_code == 400


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_of_votes_asks_the_same_number_of_questions(home, here, item_count):
    with acting_for(home.pk):
        for number in range(item_count):
            asked(world(seats=1, name=f"演示申请学校{number}"))
    with acting_for(make_association().pk):
        asked(world(seats=1, name="邻会的学校"))
    client = browser(here.clerk)
    page(client, "council/")
    with CaptureQueriesContext(connection) as captured:
        shown = page(client, "council/")
    assert shown.count("演示申请学校") == item_count
    assert "邻会的学校" not in shown
    assert len([one for one in captured if one["sql"].startswith("SELECT")]) <= 12


def test_pages_are_complete_in_english(home, here):
    with acting_for(home.pk):
        application = submitted(here)
    client = browser(here.admin)
    client.get("/home/i18n/en/")
    shown = page(client, f"membership/{application.pk}/")
    assert "Application H" in shown
    assert in_scope(home, lambda: MembershipApplication.objects.get().state) == ApplicationState.APPLYING
