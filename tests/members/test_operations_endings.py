"""会籍的中止与终止: every way out, the offices that end with it, and the way back."""

from datetime import date, timedelta

import pytest

from association import clock
from association.choices import Role
from association.models import Deadline, DeadlineRule, Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from members import operations
from members.choices.membership import EventKind, MemberState, Office, VoteState
from members.models import FormerName, MembershipEvent, MembershipTerm
from members.queries import was_member
from members.queries.membership import history_of
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rules import next_rule
from tests.members.joining import admitted, draft

pytestmark = pytest.mark.django_db
FIRST = date(2024, 5, 1)


@pytest.fixture
def member(here):
    """A member since long, with a neighbour who stays one."""
    for pk in (here.institution.pk, make_institution().pk):
        operations.admit_member(actor=here.clerk, institution_id=pk, from_on=FIRST)
    return here


def act(here, **values):
    return {"actor": here.clerk, "institution_id": here.institution.pk} | values


def state(here, day=None):
    term = was_member(institution_id=here.institution.pk, on=day or clock.today())
    return term.state if term else None


def endings():
    rows = MembershipTerm.objects.filter(superseded_at=None).order_by("institution_id")
    return [row.ending for row in rows]


def last_event(here):
    return MembershipEvent.objects.filter(institution=here.institution).order_by("pk").last().kind


def test_suspended_and_restored(member):
    yesterday, reason = clock.today() - timedelta(days=1), "章程第十条"
    with pytest.raises(InvalidInput):
        operations.suspend_member(**act(member, reason=" "))
    with pytest.raises(Refused, match="没有暂停"):
        operations.restore_member(**act(member, reason=reason))
    operations.suspend_member(**act(member, reason=reason))
    assert (state(member), state(member, yesterday)) == (MemberState.SUSPENDED, MemberState.ACTIVE)
    assert last_event(member) == EventKind.SUSPENDED
    with pytest.raises(Refused):
        operations.suspend_member(**act(member, reason=reason))
    operations.restore_member(**act(member, reason="已改正"))
    assert state(member) == MemberState.ACTIVE
    assert history_of(member.institution.pk).gaps == []


def test_leaving_is_free(member):
    own = member.admin
    with pytest.raises(NotFound):
        operations.withdraw_membership(
            actor=actor_with(Role.INSTITUTION_ADMIN), institution_id=member.institution.pk
        )
    for role in (Role.INSTITUTION_STAFF, Role.SECRETARIAT):
        with pytest.raises(Forbidden):
            operations.withdraw_membership(actor=actor_with(role), institution_id=member.institution.pk)
    operations.withdraw_membership(actor=own, institution_id=member.institution.pk)
    assert state(member) == MemberState.ACTIVE  # today is the last day
    assert state(member, clock.today() + timedelta(days=1)) is None
    assert endings() == [MemberState.WITHDRAWN, ""]
    assert Notice.objects.filter(user_id=member.clerk.user_id, subject="有会员退会").exists()
    with pytest.raises((Refused, InvalidInput)):
        operations.end_membership(**act(member, until_on=FIRST - timedelta(days=1)))


def test_unpaid_for_the_term_of_the_charter(member):
    owed = clock.today() - timedelta(days=365)
    with pytest.raises(Refused, match="未满"):
        operations.lapse_membership(**act(member, unpaid_since=owed, reason="第三次理事会决议"))
    with pytest.raises(InvalidInput, match="早于入会"):
        operations.lapse_membership(**act(member, unpaid_since=date(2020, 1, 1), reason="决议"))
    operations.lapse_membership(
        **act(member, unpaid_since=owed - timedelta(days=3), reason="第三次理事会决议")
    )
    assert endings() == [MemberState.LAPSED, ""]
    assert last_event(member) == EventKind.LAPSED


def test_a_charter_with_two_years(member):
    next_rule("MEMBER-LAPSE", valid_from=date(2024, 1, 1), number=2, citation="本会章程第十一条")
    with pytest.raises(Refused, match="未满"):
        operations.lapse_membership(
            **act(member, unpaid_since=clock.today() - timedelta(days=400), reason="决议")
        )


def test_dissolved_with_its_offices(member):
    for office in (Office.FOUNDER, Office.DIRECTOR):
        operations.give_office(**act(member, office=office, from_on=FIRST, basis="决议"))
    last = clock.today() - timedelta(days=7)
    operations.dissolve_member(**act(member, until_on=last, reason="注销登记通知书"))
    assert endings() == [MemberState.DISSOLVED, ""]
    until = {row.office: row.until_on for row in history_of(member.institution.pk).offices}
    assert until == {Office.FOUNDER: None, Office.DIRECTOR: last}


def expelled(here, *choices):
    vote = operations.propose_expulsion(
        **act(here, grounds="违反公约第三条", heard="2026年2月1日陈述，承认。")
    )
    for actor, choice in zip(here.council, choices, strict=False):
        operations.cast_ballot(actor=actor, vote_id=vote.pk, choice=choice)
    return operations.close_council_vote(actor=here.clerk, vote_id=vote.pk, reasons="事实不足")


def test_expelled_by_two_thirds_of_the_council_and_back_after_the_term(member, time):
    for values in ({"grounds": "", "heard": "x"}, {"grounds": "x", "heard": ""}):
        with pytest.raises(InvalidInput):
            operations.propose_expulsion(**act(member, **values))
    vote = expelled(member, "for", "for", "against")
    assert (vote.state, vote.majority_rule.code) == (VoteState.PASSED, "EXPULSION-MAJORITY")
    assert endings() == [MemberState.EXPELLED, ""]
    time.pass_days(30)
    with pytest.raises(Refused, match="曾被除名"):
        draft(member)
    time.pass_days(731)
    admitted(member)
    assert state(member) == MemberState.ACTIVE
    gap = history_of(member.institution.pk).gaps
    assert len(gap) == 1


def test_not_expelled_without_the_majority_of_the_charter(member):
    vote = expelled(member, "for", "against", "abstain")
    assert vote.state == VoteState.FAILED
    assert state(member) == MemberState.ACTIVE


def test_one_vote_on_an_expulsion_at_a_time_and_never_by_somebody_tied(member):
    values = {"grounds": "x", "heard": "y"}
    operations.propose_expulsion(**act(member, **values))
    with pytest.raises(Refused):
        operations.propose_expulsion(**act(member, **values))
    tied = actor_with(Role.SECRETARIAT, employer=member.institution)
    with pytest.raises(Refused, match="回避"):
        operations.propose_expulsion(**act(member, actor=tied, **values))


def test_a_probation_ends_with_the_membership(here):
    DeadlineRule.objects.filter(code="MEMBER-PROBATION").update(
        confirmed_by_id=here.clerk.user_id, confirmed_at=clock.now(), confirmation="章程"
    )
    admitted(here)
    operations.withdraw_membership(actor=here.admin, institution_id=here.institution.pk)
    assert Deadline.objects.get(code="MEMBER-PROBATION").outcome == "ended"


def test_a_new_name_keeps_the_membership_and_the_old_one(member):
    before = member.institution.name
    operations.rename_institution(**act(member, name="演示更名学校"))
    assert FormerName.objects.get().name == before
    assert (last_event(member), state(member)) == (EventKind.RENAMED, MemberState.ACTIVE)


def test_other_associations_and_roles_end_nothing(member):
    deeds = (
        (operations.suspend_member, {"reason": "x"}),
        (operations.restore_member, {"reason": "x"}),
        (operations.lapse_membership, {"unpaid_since": FIRST, "reason": "x"}),
        (operations.dissolve_member, {"until_on": FIRST, "reason": "x"}),
        (operations.propose_expulsion, {"grounds": "x", "heard": "y"}),
    )
    auditor = actor_with(Role.AUDITOR)
    for deed, values in deeds:
        with pytest.raises(Forbidden):
            deed(**act(member, actor=auditor, **values))
    with acting_for(make_association().pk):
        clerk = actor_with(Role.SECRETARIAT)
        for deed, values in deeds:
            with pytest.raises(NotFound):
                deed(actor=clerk, institution_id=member.institution.pk, **values)
    assert endings() == ["", ""]
