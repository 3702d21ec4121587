"""依据不再作数: a breach is withdrawn in whatever state it is, and its consequences with it; and what is told on paper."""

from datetime import timedelta

import pytest
from django.db.models import F

from association import clock
from association.actors import system
from association.choices import Role
from association.models import Appointment, Deadline, Notice
from association.tenancy import current_association_id
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from members import operations
from members.choices.breach import BreachSource, BreachState, Sanction, Service
from members.models import MembershipEvent, MembershipTerm, PledgeBreach
from members.operations.reading import read_defence_paper
from members.queries.breach import breach_page
from tests.factories.people import actor_with
from tests.members.joining import upload
from tests.members.pledges import (
    Desk,
    decision_now,
)
from tests.members.test_breach import alleged, refused_by_database
from tests.members.test_pledge_signing import opened, sign

WHY = "页面在核查以前已经撤下"


@pytest.fixture
def desk(here):
    found = Desk()
    found.adopted()
    opened(found)
    for place in (0, 1):
        sign(found, place)
    return found


def of_lead(desk, **values):
    return alleged(desk, source=BreachSource.LEAD, source_id=7, **values)


def told(desk, breach):
    return operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="拟予处分")


def decided(desk, sanction=Sanction.ADMONITION, tier=""):
    breach = told(desk, of_lead(desk))
    operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="已经补退")
    operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="书面听取")
    operations.propose_decision(
        actor=desk.clerk, breach_id=breach.pk, sanction=sanction, grounds="清楚", charter_clause="第十二条", tier=tier
    )  # fmt: skip
    operations.decide_breach(actor=desk.second, breach_id=breach.pk, shown=decision_now(breach.pk))
    return PledgeBreach.objects.get(pk=breach.pk)


def withdraw(source_id=7, source=BreachSource.LEAD):
    actor = system(current_association_id())
    return operations.withdraw_breaches(actor=actor, source=source, source_id=source_id, reason=WHY)


def people_told(event):
    return set(Notice.objects.filter(event=event).values_list("user_id", flat=True))


def tier_of(desk):
    rows = MembershipTerm.objects.filter(institution=desk.members[0], superseded_at__isnull=True)
    return rows.get(until_on__isnull=True).tier


# -- withdrawn ------------------------------------------------------------------------------------------------


def test_what_nobody_was_told_of_goes_without_a_word_to_the_institution(desk):
    breach = of_lead(desk)
    assert withdraw() == 1
    breach.refresh_from_db()
    assert breach.state == BreachState.WITHDRAWN
    assert WHY in breach.outcome
    assert not people_told(f"breach-{breach.pk}-withdrawn")
    assert people_told(f"breach-{breach.pk}-withdrawn-staff") >= {desk.clerk.user_id, desk.second.user_id}


def test_open_case_stops_its_clocks_and_the_institution_reads_why(desk):
    breach = told(desk, of_lead(desk))
    withdraw()
    assert not Deadline.objects.filter(case_kind="breach", stopped_at__isnull=True).exists()
    assert people_told(f"breach-{breach.pk}-withdrawn") == {desk.signers[0].user_id}
    page = breach_page(desk.signers[0], breach.pk)
    assert WHY in page.breach.outcome
    assert not page.may_defend
    with pytest.raises(Refused):
        operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="还要申辩")
    with pytest.raises(Refused):
        operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="再告知")


def test_proposal_that_waits_is_not_decided_any_more(desk):
    breach = told(desk, of_lead(desk))
    operations.defend_breach(actor=desk.signers[0], breach_id=breach.pk, defence="已经补退")
    operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="书面听取")
    operations.propose_decision(
        actor=desk.clerk, breach_id=breach.pk, sanction="warning", grounds="清楚", charter_clause="第十二条"
    )
    assert withdraw() == 1
    with pytest.raises(Refused):
        operations.decide_breach(actor=desk.second, breach_id=breach.pk, shown=decision_now(breach.pk))


@pytest.mark.parametrize("sanction", [Sanction.WARNING, Sanction.CRITICISM])
def test_who_heard_of_a_sanction_hears_that_it_is_withdrawn(desk, sanction):
    breach = decided(desk, sanction)
    operations.close_breach(actor=desk.clerk, breach_id=breach.pk, outcome="已通报")
    assert withdraw() == 1
    assert people_told(f"breach-{breach.pk}-circulated-withdrawn") == people_told(
        f"breach-{breach.pk}-circulated-1"
    )
    kinds = MembershipEvent.objects.filter(institution=desk.members[0]).values_list("kind", flat=True)
    assert {"sanctioned", "sanction_undone"} <= set(kinds)
    breach.refresh_from_db()
    assert breach.outcome.startswith("已通报\n")


def test_lowered_tier_is_given_back_unless_it_was_changed_since(desk):
    which = {"actor": desk.clerk, "institution_id": desk.members[0].pk, "from_on": clock.today()}
    operations.change_tier(**which, tier="standing", reason="决议")
    decided(desk, Sanction.DOWNGRADE, tier="member")
    assert tier_of(desk) == "member"
    withdraw()
    assert tier_of(desk) == "standing"


def test_tier_changed_by_a_resolution_since_stays(desk):
    which = {"actor": desk.clerk, "institution_id": desk.members[0].pk, "from_on": clock.today()}
    operations.change_tier(**which, tier="standing", reason="决议")
    decided(desk, Sanction.DOWNGRADE, tier="member")
    operations.change_tier(**which, tier="council", reason="另一决议")
    withdraw()
    assert tier_of(desk) == "council"


def test_only_what_rests_on_that_source_and_only_once(desk):
    rectifying, other = decided(desk, Sanction.RECTIFICATION), alleged(desk, place=1)
    assert withdraw(8) == 0
    assert withdraw(7, BreachSource.COMPLAINT) == 0
    assert withdraw() == 1
    assert withdraw() == 0
    rectifying.refresh_from_db()
    assert rectifying.state == BreachState.WITHDRAWN
    assert PledgeBreach.objects.get(pk=other.pk).state == BreachState.ALLEGED
    assert of_lead(desk).state == BreachState.ALLEGED


def test_unfounded_stays_unfounded_and_nobody_withdraws_by_hand(desk):
    breach = of_lead(desk)
    operations.drop_breach(actor=desk.clerk, breach_id=breach.pk, reason="登记有误")
    assert withdraw() == 0
    with pytest.raises(Forbidden):
        operations.withdraw_breaches(
            actor=desk.clerk, source=BreachSource.LEAD, source_id=7, reason="不想办了"
        )


def test_database_withdraws_only_what_has_a_source_and_never_brings_it_back(desk):
    own, rows = alleged(desk, place=1), PledgeBreach.objects
    refused_by_database(lambda: rows.filter(pk=own.pk).update(state="withdrawn", outcome="算了"))
    breach = of_lead(desk)
    refused_by_database(lambda: rows.filter(pk=breach.pk).update(state="withdrawn"))
    withdraw()
    for state in ("alleged", "closed", "dismissed"):
        refused_by_database(lambda state=state: rows.filter(pk=breach.pk).update(state=state))


# -- on paper -------------------------------------------------------------------------------------------------


@pytest.fixture
def silent(desk, time):
    """A member that has signed, and of which nobody has an account any more."""
    breach = alleged(desk)
    Appointment.objects.filter(institution=desk.members[0]).update(until_on=clock.today(), ended_by=F("user"))
    time.pass_days(1)
    return breach


def serve(desk, breach, **values):
    given = {"service": Service.HANDED, "served_on": clock.today()} | values
    return operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="拟予处分", **given)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"service": ""}, "service"),
        ({"service": "notice"}, "service"),
        ({"served_on": None}, "served_on"),
        ({"served_on": -2}, "served_on"),
        ({"served_on": 1}, "served_on"),
    ],
)
def test_without_an_account_it_is_served_on_paper(desk, silent, values, field):
    day = values.get("served_on")
    if isinstance(day, int):
        values = {"served_on": clock.today() + timedelta(days=day)}
    with pytest.raises(InvalidInput) as refused:
        serve(desk, silent, **values)
    assert field in refused.value.fields


def test_term_runs_from_the_day_of_service_and_the_paper_counts_by_its_day(desk, silent, time):
    day = clock.today()
    time.pass_days(3)
    breach = serve(desk, silent, served_on=day)
    assert (breach.service, breach.served_on) == (Service.HANDED, day)
    term = Deadline.objects.get(case_kind="breach", code="PLEDGE-DEFENCE")
    assert term.start_on == day
    time.pass_days(40)
    paper = {"actor": desk.clerk, "breach_id": breach.pk, "defence": "已经补退", "paper": upload("申辩.jpg")}
    for wrong in (day - timedelta(days=1), clock.today(), clock.today() + timedelta(days=1)):
        with pytest.raises(InvalidInput):
            operations.register_defence(**paper, received_on=wrong)
    kept = operations.register_defence(**paper, received_on=term.due_on)
    assert (kept.defence, kept.received_on) == ("已经补退", term.due_on)
    with pytest.raises(Refused, match="不能提交申辩"):
        operations.register_defence(**paper, received_on=term.due_on)
    assert operations.hear_breach(actor=desk.clerk, breach_id=breach.pk, hearing="书面").state == "heard"


def test_paper_is_opened_by_the_secretariat_without_ties_and_on_record(desk, silent):
    breach = serve(desk, silent)
    operations.register_defence(
        actor=desk.clerk, breach_id=breach.pk, defence="已补退", received_on=clock.today(), paper=upload("申辩.jpg")
    )  # fmt: skip
    assert read_defence_paper(actor=desk.second, breach_id=breach.pk).pk
    for other in (actor_with(Role.AUDITOR), actor_with(Role.SECRETARIAT, employer=desk.members[0])):
        with pytest.raises(NotFound):
            read_defence_paper(actor=other, breach_id=breach.pk)


def test_without_its_paper_nothing_is_registered(desk, silent):
    breach = serve(desk, silent)
    with pytest.raises(InvalidInput):
        operations.register_defence(
            actor=desk.clerk, breach_id=breach.pk, defence="已补退", received_on=clock.today(), paper=None
        )
    assert PledgeBreach.objects.get(pk=breach.pk).defended_at is None


def test_database_wants_service_and_whole_answers(desk, silent):
    breach = serve(desk, silent)
    rows = PledgeBreach.objects.filter(pk=breach.pk)
    whole = {
        "defence": "已补退", "defended_at": clock.now(), "defended_by_id": desk.clerk.user_id,
        "received_on": clock.today(),
    }  # fmt: skip
    for wrong in (
        {"service": "notice"},
        {"served_on": clock.today() - timedelta(days=2)},
        whole | {"received_on": clock.today() - timedelta(days=2)},
        whole | {"received_on": clock.today() + timedelta(days=2)},
        whole | {"defence": ""},
        whole | {"defended_by_id": None},
    ):
        refused_by_database(lambda wrong=wrong: rows.update(**wrong))
    assert rows.update(**whole) == 1
    refused_by_database(lambda: rows.update(defence="别的"))
