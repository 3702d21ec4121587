"""会费标准与会费通知: the figures of the general meeting, one bill a member and year, and what lessens it."""

from datetime import timedelta

import pytest

from association import clock
from association.actors import system
from association.choices import Role
from association.models import CharterRule, Deadline, Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from members import operations
from members.choices.dues import ResolutionState
from members.models import DuesEntry, DuesInvoice, DuesResolution
from members.queries.dues import dues_page, owed, plan_of, published_resolutions
from tests.factories.people import actor_with, make_association
from tests.members.dues import AMOUNTS, adopt, billed, credit, published
from tests.members.pledges import Desk


@pytest.fixture
def desk(here):
    return Desk()


# -- 会费标准 -------------------------------------------------------------------------------------------------


def test_resolution_is_registered_with_its_clock_and_published_to_every_member(desk):
    resolution = adopt(desk)
    term = Deadline.objects.get(case_kind="dues_resolution", case_id=resolution.pk)
    assert (term.code, term.rule.number, term.rule.unit) == ("DUES-PUBLISH", 30, "day")
    assert not published_resolutions().exists()
    operations.publish_dues(actor=desk.second, resolution_id=resolution.pk)
    assert published_resolutions().get().published_by_id == desk.second.user_id
    told = Notice.objects.filter(event=f"dues-resolution-{resolution.pk}", channel="desk")
    assert set(told.values_list("user_id", flat=True)) == {one.user_id for one in desk.signers}
    term.refresh_from_db()
    assert (term.outcome, term.was_late) == ("done", False)
    with pytest.raises(Refused, match="已经公布"):
        operations.publish_dues(actor=desk.clerk, resolution_id=resolution.pk)


def test_late_publication_stays_a_fact(desk, time):
    resolution = adopt(desk)
    time.pass_days(45)
    operations.publish_dues(actor=desk.clerk, resolution_id=resolution.pk)
    assert Deadline.objects.get(case_kind="dues_resolution").was_late


def test_shares_are_rows_with_a_citation(desk):
    resolution = adopt(desk)
    quorum, majority = resolution.quorum_rule, resolution.majority_rule
    assert (quorum.numerator, quorum.denominator, quorum.is_strict) == (2, 3, False)
    assert (majority.numerator, majority.denominator, majority.is_strict) == (1, 2, True)
    assert {quorum.citation, majority.citation} == {"民发〔2014〕166号"}


@pytest.mark.parametrize(
    ("figures", "why"),
    [
        ({"entitled": 3, "votes_for": 1}, "未达到法定人数"),
        ({"entitled": 30, "votes_for": 19}, "未达到法定人数"),
        ({"entitled": 4, "votes_for": 2, "abstentions": 2}, "赞成2票"),
        ({"entitled": 4, "votes_for": 2, "votes_against": 2}, "赞成2票"),
    ],
)
def test_resolution_without_its_quorum_or_majority_is_not_one(desk, figures, why):
    with pytest.raises(Refused, match=why):
        adopt(desk, **figures)
    assert not DuesResolution.objects.exists()


def test_two_thirds_exactly_and_one_more_than_half_are_enough(desk):
    adopt(desk, entitled=6, votes_for=3, votes_against=1)


def test_what_a_resolution_must_say(desk):
    today = clock.today()
    refused = [
        ({"is_secret": False}, "is_secret"),
        ({"meeting": " "}, "meeting"),
        ({"met_on": today + timedelta(days=1)}, "met_on"),
        ({"first_year": today.year - 1}, "first_year"),
        ({"amounts": AMOUNTS | {"council": None}}, "fen_council"),
        ({"entitled": 2, "votes_for": 3}, "entitled"),
        ({"remark": "", "entitled": 4}, "remark"),
    ]
    for values, field in refused:
        with pytest.raises(InvalidInput) as fault:
            adopt(desk, **values)
        assert set(fault.value.fields) == {field}
    with pytest.raises(InvalidInput, match="不能都是0"):
        adopt(desk, amounts=dict.fromkeys(AMOUNTS, 0))
    assert not DuesResolution.objects.exists()


def test_new_resolution_ends_the_one_before_it_and_not_for_years_already_billed(desk):
    billed(desk)
    with pytest.raises(InvalidInput, match="已经开具"):
        adopt(desk)
    year = clock.today().year
    after = adopt(desk, first_year=year + 1, amounts=AMOUNTS | {"member": 250_000})
    before = DuesResolution.objects.get(first_year=year)
    assert (before.last_year, after.last_year) == (year, None)


def test_resolution_of_the_same_year_replaces_one_from_which_nothing_was_billed(desk):
    wrong, right = adopt(desk), adopt(desk, amounts=AMOUNTS | {"member": 1})
    wrong.refresh_from_db()
    assert wrong.last_year == right.first_year - 1
    operations.publish_dues(actor=desk.clerk, resolution_id=right.pk)
    operations.issue_dues(actor=desk.clerk)
    assert set(DuesInvoice.objects.values_list("amount_fen", flat=True)) == {1}


# -- 会费通知 -------------------------------------------------------------------------------------------------


def test_every_member_is_billed_once_whoever_runs_it_how_often(desk):
    published(desk)
    assert len(plan_of(clock.today().year).terms) == 3
    assert operations.issue_dues(actor=desk.clerk) == 3
    assert operations.issue_dues(actor=desk.second) == 0
    operations.keep_dues(actor=system(desk.members[0].association_id))
    assert DuesInvoice.objects.count() == 3
    invoice = DuesInvoice.objects.get(institution=desk.members[0])
    assert (invoice.amount_fen, invoice.tier) == (300_000, "member")
    term = Deadline.objects.get(case_kind="dues", case_id=invoice.pk)
    assert (term.code, term.due_on, term.owner_institution_id) == (
        "DUES-PAY",
        invoice.due_on,
        desk.members[0].pk,
    )
    assert Notice.objects.filter(event=f"dues-{invoice.pk}-issued", channel="desk").count() == 1


def test_who_joins_later_is_billed_by_the_beat_and_the_next_year_comes_by_itself(desk, time):
    billed(desk)
    late = desk.member()
    beat = system(late.association_id)
    operations.keep_dues(actor=beat)
    assert DuesInvoice.objects.filter(institution=late).count() == 1
    time.pass_days(366)
    operations.keep_dues(actor=beat)
    operations.keep_dues(actor=beat)
    assert DuesInvoice.objects.filter(institution=late).count() == 2


def test_nothing_is_billed_without_a_published_resolution(desk):
    adopt(desk)
    with pytest.raises(Refused, match="没有已公布的会费标准"):
        operations.issue_dues(actor=desk.clerk)
    operations.keep_dues(actor=system(desk.members[0].association_id))
    assert not DuesInvoice.objects.exists()


def test_tier_of_today_decides_and_a_free_tier_gets_no_bill(desk):
    today = clock.today()
    for place, tier in ((0, "council"), (1, "president")):
        operations.change_tier(
            actor=desk.clerk,
            institution_id=desk.members[place].pk,
            tier=tier,
            from_on=today,
            reason="决议",
        )
    published(desk, amounts=AMOUNTS | {"president": 0})
    assert operations.issue_dues(actor=desk.clerk) == 2
    found = dict(DuesInvoice.objects.values_list("institution_id", "amount_fen"))
    assert found == {desk.members[0].pk: 2_000_000, desk.members[2].pk: 300_000}


def test_who_left_is_not_billed_and_who_is_suspended_is(desk):
    published(desk)
    operations.withdraw_membership(actor=desk.signers[0], institution_id=desk.members[0].pk, reason="自愿")
    operations.suspend_member(actor=desk.clerk, institution_id=desk.members[1].pk, reason="决议")
    operations.issue_dues(actor=desk.clerk)
    billed_ones = set(DuesInvoice.objects.values_list("institution_id", flat=True))
    assert desk.members[0].pk not in billed_ones
    assert desk.members[1].pk in billed_ones


# -- 减免 -----------------------------------------------------------------------------------------------------


def test_bill_is_lessened_by_two_people_and_never_overwritten(desk):
    invoice = billed(desk)[0]
    slip = credit(desk, invoice)
    assert owed(invoice) == 300_000
    with pytest.raises(Refused, match="经办人以外"):
        operations.confirm_slip(actor=desk.clerk, slip_id=slip.pk)
    operations.confirm_slip(actor=desk.second, slip_id=slip.pk)
    invoice.refresh_from_db()
    assert (invoice.amount_fen, owed(invoice)) == (300_000, 200_000)
    with pytest.raises(Refused, match="已经办理"):
        operations.confirm_slip(actor=desk.second, slip_id=slip.pk)
    assert DuesEntry.objects.count() == 1


def test_bill_that_comes_to_nothing_stops_its_clock(desk):
    invoice = billed(desk)[0]
    slip = credit(desk, invoice, 300_000)
    operations.confirm_slip(actor=desk.second, slip_id=slip.pk)
    assert Deadline.objects.get(case_kind="dues", case_id=invoice.pk).outcome == "paid"


def test_no_more_is_taken_off_than_is_owed(desk):
    invoice = billed(desk)[0]
    for fen in (0, 300_001):
        with pytest.raises(InvalidInput):
            credit(desk, invoice, fen)
    slips = [credit(desk, invoice, 200_000) for _ in range(2)]
    operations.confirm_slip(actor=desk.second, slip_id=slips[0].pk)
    with pytest.raises(Refused, match=r"1,000\.00"):
        operations.confirm_slip(actor=desk.second, slip_id=slips[1].pk)
    operations.refuse_slip(actor=desk.second, slip_id=slips[1].pk, answer="重复")
    assert owed(invoice) == 100_000


def test_who_is_tied_to_the_institution_keeps_away(desk):
    invoice = billed(desk)[0]
    tied = actor_with(Role.SECRETARIAT, employer=desk.members[0])
    with pytest.raises(Refused, match="回避"):
        operations.propose_credit(actor=tied, invoice_id=invoice.pk, amount_fen=1, reason="决议")
    slip = credit(desk, invoice)
    with pytest.raises(Refused, match="回避"):
        operations.confirm_slip(actor=tied, slip_id=slip.pk)


# -- who sees and may -----------------------------------------------------------------------------------------


def test_institution_sees_its_own_bills_and_no_other(desk):
    billed(desk)
    page = dues_page(desk.signers[0])
    assert [one.institution for one in page.own] == [desk.members[0]]
    assert page.own[0].owed_fen == 300_000


@pytest.mark.parametrize(
    "role", [Role.INSTITUTION_ADMIN, Role.ASSESSOR, Role.COMMITTEE_CHAIR, Role.COUNCIL, Role.AUDITOR]
)
def test_only_the_secretariat_touches_dues(desk, role):
    invoice = billed(desk)[0]
    other = actor_with(role)
    with pytest.raises(Forbidden):
        operations.issue_dues(actor=other)
    with pytest.raises(Forbidden):
        operations.propose_credit(actor=other, invoice_id=invoice.pk, amount_fen=1, reason="x")


def test_neighbours_have_their_own_shares_resolutions_and_bills(desk):
    resolution = published(desk)
    other = make_association("next")
    with acting_for(other.pk):
        stranger = Desk(members=1)
        assert CharterRule.objects.filter(code="DUES-QUORUM").count() == 1
        with pytest.raises(NotFound):
            operations.publish_dues(actor=stranger.clerk, resolution_id=resolution.pk)
        with pytest.raises(Refused):
            operations.issue_dues(actor=stranger.clerk)
    assert DuesResolution.objects.get().state == ResolutionState.PUBLISHED
