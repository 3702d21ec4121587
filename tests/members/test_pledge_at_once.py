"""两个人同时签署、同时办违约: of two who write at once one wins, the other reads why. Real commits."""

import pytest

from association.actors import system
from association.choices import Role
from association.tenancy import acting_for
from members import operations
from members.choices.breach import BreachSource, BreachState
from members.models import BreachDecision, PledgeBreach, PledgeSignature
from tests.factories.people import actor_with, make_association
from tests.members.pledges import (
    Desk,
    decision_now,
)
from tests.members.test_membership_at_once import both, count, made
from tests.members.test_pledge_signing import opened, sign

pytestmark = pytest.mark.django_db(transaction=True)
LEAD = {"source": BreachSource.LEAD, "source_id": 7}


@pytest.fixture
def home(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("home")


@pytest.fixture
def desk(home):
    with acting_for(home.pk):
        found = Desk()
        found.adopted()
        opened(found)
        sign(found, 0)
        found.third = actor_with(Role.SECRETARIAT)
    return found


def alleged(desk, **values):
    given = {"institution_id": desk.members[0].pk, "clause_place": 2, "facts": "三次逾期退费"} | LEAD
    return operations.allege_breach(actor=desk.clerk, **given | values)


def proposed(desk):
    breach = alleged(desk)
    operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="拟予劝诫")
    operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="已补退")
    operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="书面")
    return operations.propose_decision(
        actor=desk.clerk,
        breach_id=breach.pk,
        sanction="admonition",
        grounds="清楚",
        charter_clause="第十二条",
    )


def test_two_windows_sign_once(home, desk):
    deed = lambda: sign(desk, 1)
    assert both(home, deed, deed) == [None, "该机构已经签署这一版，不能重复签署。"]
    assert count(home, PledgeSignature, institution=desk.members[1]) == 1


def test_two_allege_the_same_once(home, desk):
    deed = lambda: alleged(desk)
    assert both(home, deed, deed) == [None, "这件事项已经按这一条提出过。"]
    assert count(home, PledgeBreach) == 1


def test_two_decide_once(home, desk):
    breach = made(home, lambda: proposed(desk))
    said = both(
        home,
        lambda: operations.decide_breach(
            actor=desk.second, breach_id=breach.pk, shown=decision_now(breach.pk)
        ),
        lambda: operations.decide_breach(
            actor=desk.third, breach_id=breach.pk, shown=decision_now(breach.pk)
        ),
    )
    assert said == [None, "现在没有拟定的决定等待办理。"]
    assert count(home, BreachDecision) == 1


def test_decision_and_withdrawal_at_once_end_withdrawn(home, desk):
    """Either it was decided and is undone, or it cannot be decided any more."""
    breach = made(home, lambda: proposed(desk))
    both(
        home,
        lambda: operations.decide_breach(
            actor=desk.second, breach_id=breach.pk, shown=decision_now(breach.pk)
        ),
        lambda: operations.withdraw_breaches(actor=system(home.pk), reason="不再作数", **LEAD),
    )
    assert made(home, lambda: PledgeBreach.objects.get(pk=breach.pk).state) == BreachState.WITHDRAWN


def test_two_windows_defend_once(home, desk):
    def told():
        breach = alleged(desk)
        return operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="拟予劝诫")

    breach = made(home, told)
    said = both(
        home,
        *[
            lambda words=words: operations.defend_breach(
                actor=desk.signers[0], breach_id=breach.pk, defence=words
            )
            for words in ("第一份", "第二份")
        ],
    )
    assert said == [None, "这件事项现在不能提交申辩。"]
