"""入会申请, 表决, 会籍 and 职务 on the staff desk, through whole requests, with a query budget for each list."""

import pytest

from association import clock
from association.choices import Role
from association.models import CharterRule
from association.tenancy import acting_for
from members import operations
from members.models import CouncilVote, MembershipApplication, OfficeTerm
from tests.credit_rating.desk import Desk
from tests.credit_rating.desk_pages import statements
from tests.factories.people import make_association
from tests.members.joining import asked, draft, submitted, voted, world

pytestmark = pytest.mark.django_db
LISTS = ("membershipapplication", "councilvote", "membershipterm", "officeterm")


@pytest.fixture
def desk(home):
    return Desk(home)


def applying(home, make, **more):
    with acting_for(home.pk):
        here = world(**more)
        return here, make(here)


def text(answer):
    return answer.content.decode()


def in_scope(home, read):
    with acting_for(home.pk):
        return read()


def fill(count):
    for number in range(count):
        here = world(seats=1, name=f"演示列表学校{number}")
        asked(here)
        member = {
            "actor": here.clerk,
            "institution_id": world(seats=0, name=f"演示列表会员{number}").institution.pk,
        }
        operations.admit_member(**member, from_on=clock.today())
        operations.give_office(**member, from_on=clock.today(), office="director", basis="决议")


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize("name", LISTS)
def test_lists_ask_the_same_number_of_questions(home, desk, name, item_count):
    with acting_for(home.pk):
        fill(item_count)
    with acting_for(make_association().pk):
        fill(1)
    desk.get(f"members/{name}/")
    with statements() as asked_for:
        answer = desk.get(f"members/{name}/")
    assert text(answer).count("演示列表") == item_count
    assert len(asked_for) <= 12


def test_review_and_count_by_buttons(home, desk):
    here, application = applying(home, submitted)
    page = f"members/membershipapplication/{application.pk}/"
    assert "开始审查" in text(desk.get(page))
    assert desk.post(f"{page}do/take-up/").status_code == 302
    refused = desk.post(f"{page}do/vote/", opinion="")
    assert refused.status_code == 400
    assert "理事会成员" in text(desk.get(f"{page}do/vote/"))
    assert desk.post(f"{page}do/vote/", opinion="建议同意").status_code == 302
    vote = in_scope(home, CouncilVote.objects.get)
    count = f"members/councilvote/{vote.pk}/do/count/"
    early = desk.post(count, reasons="写了一半")
    assert early.status_code == 409
    assert "写了一半" in text(early)
    with acting_for(home.pk):
        for actor in here.council:
            operations.cast_ballot(actor=actor, vote_id=vote.pk, choice="for")
    assert "已投票" in text(desk.get(f"members/councilvote/{vote.pk}/"))
    assert desk.post(count).status_code == 302
    assert desk.post(count).status_code == 409
    assert in_scope(home, lambda: MembershipApplication.objects.get().state) == "admitted"


def test_a_supplement_is_listed_line_by_line(home, desk):
    _here, application = applying(home, submitted)
    page = f"members/membershipapplication/{application.pk}/"
    desk.post(f"{page}do/take-up/")
    assert desk.post(f"{page}do/supplement/", items="许可证\n\n 章程 \n").status_code == 302
    assert in_scope(home, lambda: MembershipApplication.objects.get().supplement_items) == ["许可证", "章程"]
    assert "告知补正" not in text(desk.get(page)).split("补正清单")[0].split("d-buttons")[-1]


def test_drafts_are_not_on_the_desk(home, desk):
    _here, application = applying(home, draft)
    assert desk.get(f"members/membershipapplication/{application.pk}/").status_code == 404
    assert application.number not in text(desk.get("members/membershipapplication/"))


def test_offices_are_entered_and_ended(home, desk):
    here, _vote = applying(home, asked)
    page = f"members/institution/{here.institution.pk}/"
    day = clock.today().isoformat()
    assert desk.post(f"{page}do/admit/", from_on=day, tier="member", reason="").status_code == 302
    form = {"office": "director", "person_name": "演示代表", "from_on": day, "until_on": "", "basis": "决议"}
    assert desk.post(f"{page}do/office/", **form).status_code == 302
    twice = desk.post(f"{page}do/office/", **form)
    assert twice.status_code == 409
    assert "不能重叠" in text(twice)
    office = in_scope(home, OfficeTerm.objects.get)
    assert desk.post(f"members/officeterm/{office.pk}/do/leave/", until_on=day, reason="").status_code == 302
    assert desk.post(f"{page}do/tier/", tier="council", from_on=day, reason="决议").status_code == 302


def test_the_shares_of_the_charter_are_changed_by_a_new_row(home, desk):
    rule = in_scope(home, lambda: CharterRule.objects.get(code="COUNCIL-MAJORITY"))
    form = {
        "numerator": 1,
        "denominator": 2,
        "is_strict": "on",
        "citation": "章程第二十二条",
        "valid_from": "2099-01-01",
    }
    wrong = desk.post(f"association/charterrule/{rule.pk}/do/change/", **form | {"numerator": 4})
    assert wrong.status_code == 400
    assert desk.post(f"association/charterrule/{rule.pk}/do/change/", **form).status_code == 302
    assert desk.post(f"association/charterrule/{rule.pk}/do/change/", **form).status_code == 409
    rows = in_scope(
        home,
        lambda: list(
            CharterRule.objects.filter(code="COUNCIL-MAJORITY").values_list("numerator", "denominator")
        ),
    )
    assert sorted(rows) == [(1, 2), (2, 3)]


def test_an_auditor_reads_and_presses_nothing(home):
    here, vote = applying(home, lambda here: voted(here, "for"))
    auditor = Desk(home, Role.AUDITOR)
    assert auditor.get(f"members/councilvote/{vote.pk}/").status_code == 200
    assert auditor.post(f"members/councilvote/{vote.pk}/do/count/").status_code == 403
    assert "do/count" not in text(auditor.get(f"members/councilvote/{vote.pk}/"))
    assert here.institution.name in text(auditor.get("members/membershipapplication/"))


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1899-12-31"])
def test_a_day_at_the_end_of_all_calendars_is_refused_at_its_field(desk, home, day):
    def admitted(here):
        operations.admit_member(actor=here.clerk, institution_id=here.institution.pk, from_on=clock.today())
        return here.institution

    _here, member = applying(home, admitted, seats=0)
    answer = desk.post(
        f"members/institution/{member.pk}/do/lapse/", unpaid_since=day, reason="第三次理事会决议"
    )
    assert (answer.status_code, "应在1900年至2999年之间" in text(answer)) == (400, True)
