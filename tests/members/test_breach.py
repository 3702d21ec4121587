"""违反自律公约: allegation, notice, defence, hearing, decision by two, each rung of the ladder; and what is refused."""

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from association import clock
from association.access import cases_kept_from, deadlines_visible_to
from association.actors import system
from association.choices import Role
from association.models import Deadline, Notice
from association.shown import Moved
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from members import operations
from members.access import breaches_visible_to
from members.choices.breach import BreachSource, BreachState, Sanction
from members.models import BreachDecision, CouncilVote, MembershipTerm, PledgeBreach
from members.queries.breach import breach_page, own_breaches
from tests.factories.people import actor_with, make_association, make_institution
from tests.members.pledges import (
    Desk,
    decision_now,
)
from tests.members.test_pledge_signing import opened, sign

REFUSALS = (IntegrityError, InternalError)


@pytest.fixture
def desk(here):
    found = Desk()
    found.adopted()
    opened(found)
    for place in (0, 1):
        sign(found, place)
    return found


def alleged(desk, place=0, **values):
    given = {
        "institution_id": desk.members[place].pk,
        "clause_place": 2,
        "facts": "演示：三次逾期退费",
    } | values
    return operations.allege_breach(actor=desk.clerk, **given)


def noticed(desk, **values):
    breach = alleged(desk, **values)
    return operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="拟予处分")


def heard(desk, **values):
    breach = noticed(desk, **values)
    operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="已经补退")
    return operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="书面听取")


def proposed(desk, sanction=Sanction.ADMONITION, **values):
    breach = heard(desk)
    given = {"grounds": "事实清楚", "charter_clause": "章程第十二条"} | values
    return operations.propose_decision(actor=desk.clerk, breach_id=breach.pk, sanction=sanction, **given)


def decided(desk, sanction=Sanction.ADMONITION, **values):
    breach = proposed(desk, sanction, **values)
    operations.decide_breach(actor=desk.second, breach_id=breach.pk, shown=decision_now(breach.pk))
    breach.refresh_from_db()
    return breach


def refused_by_database(deed):
    with pytest.raises(REFUSALS), transaction.atomic():
        deed()


# -- the way through ------------------------------------------------------------------------------------------


def test_from_allegation_to_admonition_with_every_clock(desk):
    breach = alleged(desk)
    assert not own_breaches(desk.signers[0]).exists()
    operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="拟予劝诫")
    page = breach_page(desk.signers[0], breach.pk)
    assert (page.may_defend, page.turn.code) == (True, "PLEDGE-DEFENCE")
    assert [row.code for row in deadlines_visible_to(desk.signers[0])] == ["PLEDGE-DEFENCE"]
    operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="已经补退")
    operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="书面听取")
    assert deadlines_visible_to(desk.signers[0]).filter(code="PLEDGE-DECISION").exists()
    assert not deadlines_visible_to(desk.signers[1]).filter(code="PLEDGE-DECISION").exists()
    operations.propose_decision(
        actor=desk.clerk,
        breach_id=breach.pk,
        sanction="admonition",
        grounds="事实清楚",
        charter_clause="章程第十二条",
    )
    decision = operations.decide_breach(actor=desk.second, breach_id=breach.pk, shown=decision_now(breach.pk))
    assert (decision.defence, decision.decided_by_id) == ("已经补退", desk.second.user_id)
    closed = operations.close_breach(actor=desk.clerk, breach_id=breach.pk, outcome="已约谈")
    assert closed.state == BreachState.CLOSED
    codes = Deadline.objects.filter(case_kind="breach").values_list("code", "outcome")
    assert sorted(codes) == [("PLEDGE-DECISION", "done"), ("PLEDGE-DEFENCE", "done")]


def test_no_defence_waits_for_the_end_of_its_term(desk, time):
    breach = noticed(desk)
    with pytest.raises(Refused, match="申辩期限未满"):
        operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="没有陈述")
    time.pass_days(30)
    with pytest.raises(Refused, match="期限已满"):
        operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="迟了")
    assert (
        operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="没有陈述").state
        == BreachState.HEARD
    )


def test_silence_to_the_end_of_the_term_is_told_to_the_staff_once_and_was_not_late(desk, time):
    breach = noticed(desk)
    keep = lambda: operations.keep_membership(actor=system(breach.association_id))
    keep()
    told = Notice.objects.filter(event=f"breach-{breach.pk}-silent-1")
    assert not told.exists()
    time.pass_days(30)
    keep()
    keep()
    assert set(told.values_list("user_id", flat=True)) >= {desk.clerk.user_id, desk.second.user_id}
    assert told.filter(user_id=desk.clerk.user_id, channel="desk").count() == 1
    term = Deadline.objects.get(case_kind="breach", code="PLEDGE-DEFENCE")
    assert (term.outcome, term.was_late) == ("lapsed", False)
    heard = operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="没有陈述")
    assert heard.state == BreachState.HEARD


def test_rectified_in_time_is_closed(desk):
    breach = decided(desk, Sanction.RECTIFICATION)
    assert breach.state == BreachState.RECTIFYING
    with pytest.raises(Refused, match="整改期限未满"):
        operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="再次告知")
    operations.confirm_rectified(actor=desk.clerk, breach_id=breach.pk, outcome="已补退全部款项")
    closed = operations.close_breach(actor=desk.clerk, breach_id=breach.pk, outcome="办结")
    assert closed.outcome == "已补退全部款项\n办结"


def test_what_is_not_put_right_is_told_anew_before_the_next_rung(desk, time):
    breach = decided(desk, Sanction.RECTIFICATION)
    time.pass_days(45)
    again = operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="未整改，拟予警告")
    assert (again.turn, again.defence, again.sanction) == (2, "", "")
    operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="正在筹款")
    operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="书面听取")
    operations.propose_decision(
        actor=desk.clerk,
        breach_id=breach.pk,
        sanction="warning",
        grounds="未整改",
        charter_clause="章程第十二条",
    )
    operations.decide_breach(actor=desk.second, breach_id=breach.pk, shown=decision_now(breach.pk))
    kept = BreachDecision.objects.filter(breach=breach).values_list("turn", "sanction", "defence")
    assert list(kept) == [(1, "rectification", "已经补退"), (2, "warning", "正在筹款")]


@pytest.mark.parametrize("sanction", [Sanction.WARNING, Sanction.CRITICISM])
def test_warning_and_criticism_are_told_to_the_other_members(desk, sanction):
    breach = decided(desk, sanction)
    told = set(
        Notice.objects.filter(event=f"breach-{breach.pk}-circulated-1").values_list("user_id", flat=True)
    )
    assert told == {desk.signers[1].user_id, desk.signers[2].user_id}


def test_downgrade_changes_the_tier_today(desk):
    operations.change_tier(
        actor=desk.clerk,
        institution_id=desk.members[0].pk,
        tier="council",
        from_on=clock.today(),
        reason="决议",
    )
    decided(desk, Sanction.DOWNGRADE, tier="member")
    term = MembershipTerm.objects.get(
        institution=desk.members[0], superseded_at__isnull=True, until_on__isnull=True
    )
    assert term.tier == "member"


def test_expulsion_goes_before_the_council_with_what_was_heard(desk):
    breach = decided(desk, Sanction.EXPULSION)
    vote = CouncilVote.objects.get(institution=desk.members[0], matter="expulsion")
    assert breach.state == BreachState.SANCTIONED
    assert "已经补退" in vote.proposal
    assert "章程第十二条" in vote.proposal


def test_unfounded_is_told_and_costs_nothing(desk):
    breach = decided(desk, Sanction.NONE, charter_clause="")
    assert (breach.state, breach.outcome) == (BreachState.DISMISSED, "事实清楚")
    assert Notice.objects.filter(event=f"breach-{breach.pk}-decided-1").exists()


def test_second_person_may_send_back_with_a_reason(desk):
    breach = proposed(desk)
    with pytest.raises(Refused, match="拟定人以外"):
        operations.decide_breach(actor=desk.clerk, breach_id=breach.pk, shown=decision_now(breach.pk))
    with pytest.raises(Refused, match="拟定人以外"):
        operations.send_back_decision(
            actor=desk.clerk, breach_id=breach.pk, reason="自己退回", shown=decision_now(breach.pk)
        )
    back = operations.send_back_decision(
        actor=desk.second, breach_id=breach.pk, reason="过轻", shown=decision_now(breach.pk)
    )
    assert (back.state, back.sanction, back.proposed_by_id) == (BreachState.HEARD, "", None)


def test_dropped_before_anybody_was_told(desk):
    breach = operations.drop_breach(actor=desk.clerk, breach_id=alleged(desk).pk, reason="登记有误")
    assert breach.state == BreachState.DISMISSED
    assert not own_breaches(desk.signers[0]).exists()
    told = noticed(desk)
    with pytest.raises(Refused, match="由两人决定"):
        operations.drop_breach(actor=desk.clerk, breach_id=told.pk, reason="算了")


# -- who and whom ---------------------------------------------------------------------------------------------


def test_non_member_and_who_has_not_signed_are_not_accused(desk):
    stranger = make_institution()
    with pytest.raises(Refused, match="不是会员"):
        alleged(desk, institution_id=stranger.pk)
    with pytest.raises(Refused, match="没有签署"):
        alleged(desk, place=2)
    with pytest.raises(InvalidInput) as refused:
        alleged(desk, clause_place=9)
    assert "clause_place" in refused.value.fields


def test_who_left_meanwhile_is_not_sanctioned(desk, time):
    breach = proposed(desk)
    operations.withdraw_membership(actor=desk.signers[0], institution_id=desk.members[0].pk)
    time.pass_days(2)
    with pytest.raises(Refused, match="已不是会员"):
        operations.decide_breach(actor=desk.second, breach_id=breach.pk, shown=decision_now(breach.pk))


def test_neighbours_and_other_roles_find_and_do_nothing(desk):
    breach = noticed(desk)
    with pytest.raises(NotFound):
        breach_page(desk.signers[1], breach.pk)
    with pytest.raises(NotFound):
        operations.defend_breach(actor=desk.signers[1], breach_id=breach.pk, defence="替别人")
    for role in (Role.AUDITOR, Role.COUNCIL):
        with pytest.raises(Forbidden):
            operations.hear_breach(actor=actor_with(role), breach_id=breach.pk, hearing="听取")
    tied = actor_with(Role.SECRETARIAT, employer=desk.members[0])
    with pytest.raises(NotFound):
        operations.hear_breach(actor=tied, breach_id=breach.pk, hearing="听取")
    assert not breaches_visible_to(tied).exists()
    assert f"breach-{breach.pk}" in cases_kept_from(tied.user_id)
    assert f"breach-{breach.pk}" not in cases_kept_from(desk.second.user_id)
    with acting_for(make_association().pk), pytest.raises(NotFound):
        operations.drop_breach(actor=actor_with(Role.SECRETARIAT), breach_id=breach.pk, reason="别处")


def test_one_source_and_one_open_case_for_each_clause(desk):
    first = alleged(desk, source=BreachSource.LEAD, source_id=7)
    with pytest.raises(Refused, match="已经按这一条提出过"):
        alleged(desk, source=BreachSource.LEAD, source_id=7)
    with pytest.raises(Refused, match="已有一件正在办理"):
        alleged(desk)
    assert first.source_id == 7


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"sanction": "nonsense"}, "sanction"),
        ({"charter_clause": " "}, "charter_clause"),
        ({"sanction": "downgrade"}, "tier"),
        ({"sanction": "downgrade", "tier": "member"}, "tier"),
        ({"sanction": "downgrade", "tier": "president"}, "tier"),
        ({"grounds": ""}, "grounds"),
    ],
)
def test_proposal_that_is_not_whole_says_what_is_missing(desk, values, field):
    breach = heard(desk)
    given = {"sanction": "warning", "grounds": "事实清楚", "charter_clause": "章程第十二条"} | values
    with pytest.raises(InvalidInput) as refused:
        operations.propose_decision(actor=desk.clerk, breach_id=breach.pk, **given)
    assert field in refused.value.fields


def test_defence_is_given_once(desk):
    breach = noticed(desk)
    operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="第一次")
    with pytest.raises(Refused, match="不能提交申辩"):
        operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="第二次")


# -- the database ---------------------------------------------------------------------------------------------


def decision_of(breach, desk, **values):
    term = MembershipTerm.objects.filter(institution=desk.members[0]).latest("pk")
    given = {
        "breach_id": breach.pk, "turn": 1, "sanction": breach.sanction, "grounds": breach.grounds, "tier": breach.tier,
        "charter_clause": breach.charter_clause, "notice": breach.notice, "defence": breach.defence,
        "hearing": breach.hearing, "proposed_by_id": breach.proposed_by_id, "decided_by_id": desk.second.user_id,
        "decided_at": clock.now(), "term_id": term.pk,
    }  # fmt: skip
    return BreachDecision.objects.create(**given | values)


def test_database_wants_two_people_a_member_and_what_was_proposed(desk):
    breach = PledgeBreach.objects.get(pk=proposed(desk).pk)
    other = MembershipTerm.objects.get(institution=desk.members[1])
    for wrong in (
        {"decided_by_id": desk.clerk.user_id},
        {"term_id": None},
        {"term_id": other.pk},
        {"sanction": "expulsion"},
        {"charter_clause": ""},
        {"defence": "别的"},
        {"turn": 2},
    ):
        refused_by_database(lambda wrong=wrong: decision_of(breach, desk, **wrong))
    MembershipTerm.objects.filter(institution=desk.members[0]).update(superseded_at=clock.now())
    refused_by_database(
        lambda: decision_of(breach, desk, term_id=MembershipTerm.objects.get(institution=desk.members[0]).pk)
    )


def test_database_keeps_the_steps_and_what_was_told(desk):
    breach = noticed(desk)
    rows = PledgeBreach.objects.filter(pk=breach.pk)
    for change in (
        lambda: rows.update(state="sanctioned"),
        lambda: rows.update(state="heard"),
        lambda: rows.update(facts="别的"),
        lambda: rows.update(notice="别的"),
        rows.delete,
    ):
        refused_by_database(change)
    refused_by_database(
        lambda: PledgeBreach.objects.create(
            institution=desk.members[2], signature=breach.signature, clause=breach.clause, source="staff", facts="甲",
            alleged_by_id=desk.clerk.user_id, alleged_at=clock.now(),
        )
    )  # fmt: skip


def test_database_moves_a_proposal_only_with_its_decision(desk):
    breach = proposed(desk)
    rows = PledgeBreach.objects.filter(pk=breach.pk)
    refused_by_database(lambda: rows.update(state="sanctioned", decided_at=clock.now()))
    decision = operations.decide_breach(actor=desk.second, breach_id=breach.pk, shown=decision_now(breach.pk))
    refused_by_database(lambda: BreachDecision.objects.filter(pk=decision.pk).update(grounds="改"))


# -- what the second person read ------------------------------------------------------------------------------


def test_a_decision_is_made_as_it_was_read_and_not_as_it_was_proposed_anew(desk):
    breach, third = proposed(desk), actor_with(Role.SECRETARIAT)
    read = decision_now(breach.pk)
    operations.send_back_decision(actor=desk.second, breach_id=breach.pk, reason="过轻", shown=read)
    operations.propose_decision(
        actor=desk.clerk,
        breach_id=breach.pk,
        sanction=Sanction.EXPULSION,
        grounds="另有事实",
        charter_clause="第十二条",
    )
    with pytest.raises(Moved, match="现在是“另有事实”") as moved:
        operations.decide_breach(actor=third, breach_id=breach.pk, shown=read)
    assert "事实清楚" in moved.value.sentence
    with pytest.raises(Moved):
        operations.send_back_decision(actor=third, breach_id=breach.pk, reason="过重", shown=read)
    with pytest.raises(Moved, match="看不出"):
        operations.decide_breach(actor=third, breach_id=breach.pk, shown={})
    assert not BreachDecision.objects.exists()
    operations.decide_breach(actor=third, breach_id=breach.pk, shown=moved.value.now)
    assert BreachDecision.objects.get().sanction == Sanction.EXPULSION
