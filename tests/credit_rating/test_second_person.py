"""等待第二人 on the first pages and in the menu: for those who may confirm, and for nobody else."""

import pytest
from django.test import Client

from association import clock
from association.choices import Role
from association.models import User
from association.tenancy import acting_for
from config.second_person import counts_to_confirm
from credit_rating.models import HistoricalResult
from credit_rating.operations import propose_historical_results
from credit_rating.operations.historical import HistoricalRow
from members.operations import appoint_person
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories import figures
from tests.factories.corrections import proposed, taken_over
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db
OTHER = HistoricalRow("演示另一学校", 2022, "演示诚信等级评估", "B", "演示培委会", "演示日报 2023-01-30")


@pytest.fixture
def association():
    found = make_association()
    with acting_for(found.pk):
        yield found


def waiting(by):
    """One of each kind, all begun by the same person."""
    taken_over()
    figures.waiting(by)
    proposed(HistoricalResult.objects.get(), by=by)
    propose_historical_results(actor=by, rows=[OTHER])
    appoint_person(
        actor=by, email="weiyuan@example.org", name="演示委员", role=Role.COMMITTEE, from_on=clock.today()
    )


def test_only_another_person_has_it_to_do(association):
    one, chair = actor_with(Role.SECRETARIAT), actor_with(Role.COMMITTEE_CHAIR)
    other = actor_with(Role.SECRETARIAT)
    waiting(one)
    for reader in (other, chair):
        found = counts_to_confirm(reader)
        assert {kind for kind, many in found.items() if many} == {
            "appointments",
            "corrections",
            "imports",
            "figures",
        }
        assert set(found.values()) == {0, 1}
    assert set(counts_to_confirm(one).values()) == {0}
    assert set(counts_to_confirm(actor_with(Role.AUDITOR)).values()) == {0}
    assert set(counts_to_confirm(actor_with(Role.COMMITTEE)).values()) == {0}


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.COMMITTEE_CHAIR])
def test_the_first_page_and_the_menu_say_so(association, role):
    reader = actor_with(role)
    waiting(actor_with(Role.SECRETARIAT))
    body = Desk(association, reader).get("").content.decode()
    for said in ("任职", "历史结果的更正", "历史结果的导入", "年度投诉统计的更正"):
        assert f"{said}等待第二人确认" in body
    assert "没有待办" not in body.split("等待第二人确认")[0]
    assert '<span class="count">1<' in body, "appointments"
    assert '<span class="count">2<' in body, "a correction and an import, on one page"


def test_the_staff_desk_says_so(association):
    reader = actor_with(Role.SECRETARIAT)
    waiting(actor_with(Role.SECRETARIAT))
    client = Client()
    client.force_login(User.objects.get(pk=reader.user_id))
    assert "任职等待第二人确认" in client.get(f"/{association.slug}/admin/").content.decode()


def test_the_numbers_of_the_menu_cost_the_same_whatever_waits(association):
    reader = actor_with(Role.SECRETARIAT)
    with statements() as empty:
        Desk(association, reader).get("originals/")
    waiting(actor_with(Role.SECRETARIAT))
    with statements() as filled:
        Desk(association, reader).get("originals/")
    assert len(filled) == len(empty)
