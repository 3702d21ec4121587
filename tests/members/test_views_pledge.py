"""自律公约 as whole requests: the desk, signing after a fresh proof, the public page, the card, the open interface."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from association import clock
from association.choices import Role
from association.models import PledgeVersion, User
from association.tenancy import acting_for
from disclosure.operations import refresh_register
from members import operations
from members.models import PledgePaper, PledgeSignature
from tests.factories.people import actor_with, make_institution
from tests.members.joining import upload
from tests.members.pledges import FLAGGED, TEXT, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(home, public_sees_default):
    with acting_for(home.pk):
        found = Desk()
        found.version = found.adopted()
        today = clock.today()
        operations.open_signing(actor=found.clerk, title="签署仪式", opens_on=today, closes_on=today)
    return found


def browser(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def in_scope(home, read):
    with acting_for(home.pk):
        return read()


def page(client, path, status=200):
    answer = client.get(f"/home/{path}")
    assert answer.status_code == status, path
    return answer.content.decode()


def sign(client, desk, place=0, **fields):
    given = {"sha256": desk.version.sha256, "confirmed": "on"} | fields
    return client.post(f"/home/desk/pledge/sign/{desk.members[place].pk}/", given)


def test_reading_and_signing_at_the_desk(home, desk):
    client = browser(desk.signers[0])
    shown = page(client, "desk/pledge/")
    assert "请通读全文后签署" in shown
    assert desk.version.sha256 in shown
    assert sign(client, desk)["Location"] == "/home/desk/pledge/"
    shown = page(client, "desk/pledge/")
    assert "已签署" in shown
    assert 'name="confirmed"' not in shown
    assert in_scope(home, PledgeSignature.objects.count) == 1


def test_refused_signature_comes_back_on_its_page(home, desk):
    client = browser(desk.signers[0])
    assert sign(client, desk, confirmed="").status_code == 400
    other = sign(client, desk, sha256="0" * 64)
    assert other.status_code == 409
    assert "不是现行的公约" in other.content.decode()
    sign(client, desk)
    again = sign(client, desk)
    assert again.status_code == 409
    assert "不能重复签署" in again.content.decode()
    assert in_scope(home, PledgeSignature.objects.count) == 1


def test_signing_wants_a_fresh_proof(home, desk):
    user = User.objects.get(pk=desk.signers[0].user_id)
    user.set_password("a-long-one-2026")
    user.save()
    answer = sign(browser(desk.signers[0]), desk)
    assert "reauthenticate" in answer["Location"]
    assert in_scope(home, PledgeSignature.objects.count) == 0


def test_nobody_signs_for_a_neighbour(home, desk):
    assert sign(browser(desk.signers[1]), desk).status_code == 404
    with acting_for(home.pk):
        staff = actor_with(Role.INSTITUTION_STAFF, desk.members[0])
        council = actor_with(Role.COUNCIL)
    assert sign(browser(staff), desk).status_code == 403
    assert browser(council).get("/home/desk/pledge/").status_code == 403


def test_public_page_shows_text_figures_and_institutions_only(home, desk):
    sign(browser(desk.signers[0]), desk)
    in_scope(home, refresh_register)
    shown = page(Client(), "pledge/")
    assert "不作虚假宣传" in shown
    assert desk.version.sha256 in shown
    assert desk.members[0].name in shown
    assert desk.members[1].name not in shown
    assert desk.signers[0].name not in shown
    assert "签署第1版" in page(Client(), f"register/{desk.members[0].uscc}/")
    assert "签署第1版" not in page(Client(), f"register/{desk.members[1].uscc}/")


def test_draft_is_nobodys_business_and_a_number_that_is_not_there_is_404(home, desk):
    with acting_for(home.pk):
        desk.draft(FLAGGED)
    assert "不得跨区招生" not in page(Client(), "pledge/")
    page(Client(), "pledge/2/", 404)
    page(Client(), "pledge/99999999999/", 404)
    page(Client(), "pledge/1/")


def test_association_without_a_pledge_says_so(home, public_sees_default):
    assert "还没有通过的自律公约" in page(Client(), "pledge/")
    assert Client().get("/home/api/v1/pledge/").status_code == 404


def test_open_interface_gives_text_versions_and_signatories(home, desk):
    sign(browser(desk.signers[0]), desk)
    with acting_for(home.pk):
        desk.adopted(TEXT + "\n第四条 接受监督。")
        refresh_register()
    answer = Client().get("/home/api/v1/pledge/").json()
    assert (answer["number"], len(answer["clauses"])) == (2, 4)
    assert [(row["number"], row["state"]) for row in answer["versions"]] == [
        (2, "in_force"),
        (1, "superseded"),
    ]
    assert [(row["uscc"], row["pledge_version"]) for row in answer["signatories"]] == [
        (desk.members[0].uscc, 1)
    ]
    assert desk.signers[0].name not in str(answer)
    card = Client().get(f"/home/api/v1/register/{desk.members[0].uscc}/").json()
    assert card["pledge_version"] == 1
    assert Client().get("/home/api/v1/pledge/?cursor=nonsense").status_code == 400


@pytest.mark.parametrize("signed", [1, 3])
def test_public_page_asks_the_same_however_many_signed(home, desk, signed):
    for place in range(signed):
        sign(browser(desk.signers[place]), desk, place)
    in_scope(home, refresh_register)
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page(Client(), "pledge/")
    assert len(asked) <= 20


def test_staff_desk_drafts_clears_and_registers(home, desk):
    clerk, second = browser(desk.clerk), browser(desk.second)
    made = clerk.post(
        "/home/admin/association/pledgeversion/do/draft/",
        {"title": "新公约", "preamble": "", "text": FLAGGED, "seen": ""},
    )
    place = made["Location"]
    assert "未核定" in clerk.get(place).content.decode()
    bad = clerk.post(f"{place}do/edit/", {"title": "新公约", "text": "第一条 甲\n第三条 丙", "seen": "x"})
    assert bad.status_code == 400
    assert "应为第2条" in bad.content.decode()
    with acting_for(home.pk):
        flag = PledgeVersion.objects.get(state="draft").flags.get().pk
    own = clerk.post(f"{place}do/clear/", {"flag_id": flag, "reason": "可以"})
    assert own.status_code == 409
    assert second.post(f"{place}do/clear/", {"flag_id": flag, "reason": "许可的地域"}).status_code == 302
    assert "许可的地域" in clerk.get(place).content.decode()


def test_staff_desk_takes_a_signature_on_paper(home, desk):
    clerk, second = browser(desk.clerk), browser(desk.second)
    made = clerk.post(
        "/home/admin/members/pledgepaper/do/register/",
        {
            "institution": desk.members[2].pk, "signer_name": "演示校长", "signer_role": "校长",
            "signed_on": clock.today().isoformat(), "scan": upload("签字页.jpg"),
        },
    )  # fmt: skip
    place = made["Location"]
    assert clerk.post(f"{place}do/confirm/").status_code == 409
    assert second.get(f"{place}do/scan/").status_code == 200
    assert second.post(f"{place}do/confirm/").status_code == 302
    assert in_scope(home, lambda: PledgePaper.objects.get().state) == "confirmed"
    assert "全部会员已经签署" not in page(clerk, "admin/members/pledgeceremony/")


def test_neighbour_institution_of_another_association_finds_nothing(home, desk):
    with acting_for(home.pk):
        stranger = actor_with(Role.INSTITUTION_ADMIN, make_institution())
    shown = page(browser(stranger), "desk/pledge/")
    assert "现在不是会员" in shown
    assert 'name="confirmed"' not in shown
