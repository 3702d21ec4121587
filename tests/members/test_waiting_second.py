"""等待第二人: papers to compare and decisions to make stand on the first pages and in the menu of whoever may, and of nobody else."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from association import clock
from association.choices import Role
from association.models import User
from association.tenancy import acting_for
from config.second_person import counts_to_confirm
from members import operations
from members.choices.breach import Sanction
from members.models import PledgeBreach, PledgePaper
from tests.credit_rating.desk_pages import Desk as Page
from tests.credit_rating.desk_pages import statements
from tests.factories.people import actor_with, appoint, make_association
from tests.members.pledges import Desk, decision_now
from tests.members.test_breach import heard
from tests.members.test_pledge_signing import opened, paper, sign

LONG_AGO, LATELY = timedelta(days=365 * 4), timedelta(days=365)
BOTH = {"papers": 1, "breaches": 1}


@pytest.fixture
def desk(home, here):
    """The clerk has proposed a decision about the first member and registered the paper of the second."""
    found = Desk()
    found.adopted()
    opened(found)
    sign(found, 0)
    begin(found)
    return found


def begin(desk):
    breach = heard(desk)
    operations.propose_decision(
        actor=desk.clerk,
        breach_id=breach.pk,
        sanction=Sanction.ADMONITION,
        grounds="事实清楚",
        charter_clause="章程第十二条",
    )
    return breach, paper(desk, 1)


def waiting(actor):
    counts = counts_to_confirm(actor)
    return {kind: counts[kind] for kind in BOTH}


def nothing_of(*kinds):
    return {kind: 0 if kind in kinds else 1 for kind in BOTH}


def test_only_another_person_has_it_to_do(desk):
    assert waiting(desk.second) == BOTH
    assert waiting(desk.clerk) == nothing_of("papers", "breaches")
    for role in (Role.AUDITOR, Role.COMMITTEE_CHAIR, Role.MEDIATOR):
        assert waiting(actor_with(role)) == nothing_of("papers", "breaches")
    assert waiting(desk.signers[0]) == nothing_of("papers", "breaches")


@pytest.mark.parametrize("ended", [None, LATELY])
def test_whoever_is_tied_to_the_institution_does_not_hear_of_it(desk, ended):
    until = None if ended is None else clock.today() - ended
    of_first = actor_with(Role.SECRETARIAT)
    tie(of_first, desk.members[0], until)
    of_second = actor_with(Role.SECRETARIAT)
    tie(of_second, desk.members[1], until)
    assert waiting(of_first) == nothing_of("breaches")
    assert waiting(of_second) == nothing_of("papers")


def test_a_tie_of_before_the_look_back_says_nothing(desk):
    reader = actor_with(Role.SECRETARIAT)
    for place in (0, 1):
        tie(reader, desk.members[place], clock.today() - LONG_AGO)
    assert waiting(reader) == BOTH


def tie(actor, institution, until):
    appoint(User.objects.get(pk=actor.user_id), Role.SECRETARIAT, employer=institution, until_on=until)


def test_another_association_hears_nothing(desk):
    with acting_for(make_association().pk):
        assert waiting(actor_with(Role.SECRETARIAT)) == nothing_of("papers", "breaches")


def test_what_is_done_waits_no_more(desk):
    breach = PledgeBreach.objects.get().pk
    operations.decide_breach(actor=desk.second, breach_id=breach, shown=decision_now(breach))
    operations.refuse_paper_signature(
        actor=desk.second, paper_id=PledgePaper.objects.get().pk, reason="看不清"
    )
    assert waiting(desk.second) == nothing_of("papers", "breaches")


def test_first_page_staff_desk_and_menu_say_so_and_lead_there(home, desk):
    page = Page(home, desk.second)
    body = page.get("").content.decode()
    client = Client()
    client.force_login(User.objects.get(pk=desk.second.user_id))
    staff_desk = client.get(f"/{home.slug}/admin/").content.decode()
    for said in ("纸质签署等待第二人核对", "公约违约的决定等待第二人作出"):
        assert said in body
        assert said in staff_desk
    for place, chosen in (("pledgepaper", "waiting"), ("pledgebreach", "proposed")):
        address = f"/{home.slug}/admin/members/{place}/?state__exact={chosen}"
        assert address in body
        assert "共 1 条" in client.get(address).content.decode()
    for label in ("纸质签署", "公约违约"):
        assert re.search(rf'{label}[^<]*<span class="count">1<', body), label


def test_the_numbers_cost_the_same_whatever_waits(home, here):
    reader = actor_with(Role.SECRETARIAT)
    client = Client()
    client.force_login(User.objects.get(pk=reader.user_id))
    places = (f"/{home.slug}/desk/originals/", f"/{home.slug}/admin/")
    # The first page of all reads the calendar, which is kept.
    client.get(places[0])
    with statements() as empty:
        for place in places:
            client.get(place)
    found = Desk()
    found.adopted()
    opened(found)
    sign(found, 0)
    begin(found)
    assert waiting(reader) == BOTH
    with statements() as filled:
        for place in places:
            client.get(place)
    assert len(filled) == len(empty)
