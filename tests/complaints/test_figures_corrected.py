"""更正年度统计: two people, a version of its own, the former one readable, and nothing small between the two."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from association.choices import Role
from association.models import AuditEntry, Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, Involved, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import Outcome
from complaints.choices.figures import FiguresState
from complaints.models import FiguresProposal, YearFigures
from complaints.queries.figures import changes_of, decidable_years, figures_to_confirm
from complaints.queries.published import named_in
from tests.complaints.material import ended, filed, world
from tests.complaints.test_years_kept import imported
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]
PUBLISHED, PAGE = "/first/api/v1/complaints/statistics/", "/first/complaints/figures/"
WHY = "漏记了六件电话投诉，依据受理登记簿"


@pytest.fixture
def association():
    return make_association("first")


def clerk():
    return actor_with(Role.SECRETARIAT)


def many(here, count, institution=None):
    for _ in range(count):
        filed(here, institution_id=(institution or here.institution).pk)


@pytest.fixture
def closed(here, time):
    """2026 with ten complaints of one school and eight of another, fixed."""
    here.other = make_institution(name="演示乙校")
    many(here, 10)
    many(here, 8, here.other)
    time.to(date(2027, 4, 1))
    operations.close_years(actor=here.system)
    return here


def more(here, time, count, institution=None):
    """Entered late: received in the year all the same."""
    time.to(date(2026, 11, 3))
    many(here, count, institution)
    time.to(date(2027, 6, 1))


def proposed(by=None, year=2026, reason=WHY):
    return operations.propose_figures(actor=by or clerk(), year=year, reason=reason)


def confirmed(proposal, by=None):
    return operations.confirm_figures(actor=by or clerk(), proposal_id=proposal.pk)


def test_a_second_person_makes_the_next_version_and_the_first_stays_readable(closed, client, time):
    before = client.get(PUBLISHED).json()
    more(closed, time, 6)
    proposal = proposed()
    assert client.get(PUBLISHED).json()["version"] == 1
    row = confirmed(proposal)
    assert (row.version, row.reason, row.cut_off) == (2, WHY, date(2027, 6, 1))
    told = client.get(PUBLISHED).json()
    assert (told["version"], told["reason"], told["replaced"]) == (2, WHY, None)
    assert (told["total"]["received"], told["institutions"][-1]["received"]) == (24, 16)
    first = client.get(PUBLISHED, {"version": "1"}).json()
    assert first["replaced"] == {"version": 2, "on": "2027-06-01", "reason": WHY}
    assert (first["total"], first["institutions"]) == (before["total"], before["institutions"])
    assert [one["replaced"] and one["replaced"]["version"] for one in first["versions"]] == [2, None]
    assert client.get(PUBLISHED, {"version": "3"}).status_code == 404
    assert client.get(PUBLISHED, {"version": "x"}).status_code == 404
    trail = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert trail[-2:] == ["propose_figures", "confirm_figures"]


def test_the_page_tells_which_version_replaced_which_and_why(closed, client, time):
    more(closed, time, 6)
    confirmed(proposed())
    now, then = (client.get(PAGE, asked).content.decode() for asked in ({}, {"year": 2026, "version": 1}))
    assert "2027-06-01 由第2版取代，因为：" + WHY in now
    assert "这一版已于2027-06-01由第2版取代" in then
    assert '<td class="num">24</td>' in now
    assert '<td class="num">18</td>' in then
    assert client.get(PAGE, {"version": "9"}).status_code == 404
    assert client.get(PAGE, {"year": "1999"}).status_code == 404


def test_few_cases_between_two_versions_are_told_by_neither(closed, client, time):
    more(closed, time, 1)
    confirmed(proposed())
    told = client.get(PUBLISHED).json()
    assert told["total"]["received"] is None
    assert [(row["name"], row["received"]) for row in told["institutions"]] == [("演示乙校", 8)]
    assert client.get(PUBLISHED, {"version": "1"}).json()["total"]["received"] == 18


def test_what_was_hidden_and_has_not_moved_stays_hidden(here, client, time):
    """A small one, its cover, and a third that grows: the next version must not choose another cover."""
    cover, third = make_institution(name="演示乙校"), make_institution(name="演示丙校")
    many(here, 3)
    many(here, 6, cover)
    many(here, 7, third)
    time.to(date(2027, 4, 1))
    operations.close_years(actor=here.system)
    more(here, time, 10, third)
    confirmed(proposed())
    told = {row["name"]: row["received"] for row in client.get(PUBLISHED).json()["institutions"]}
    assert told == {"演示丙校": 17}


def test_nobody_decides_about_the_own_proposal_and_only_its_author_withdraws(closed, time):
    more(closed, time, 6)
    author = clerk()
    proposal = proposed(author)
    for decide in (operations.confirm_figures, operations.decline_figures):
        with pytest.raises(Forbidden, match="不能是同一人"):
            decide(actor=author, proposal_id=proposal.pk)
    with pytest.raises(Refused, match="提出人"):
        operations.withdraw_figures(actor=clerk(), proposal_id=proposal.pk)
    assert operations.withdraw_figures(actor=author, proposal_id=proposal.pk).state == FiguresState.WITHDRAWN
    with pytest.raises(Refused, match="已经办理"):
        confirmed(proposal)
    assert YearFigures.objects.count() == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MEDIATOR, Role.INSTITUTION_ADMIN, Role.ASSESSOR])
def test_other_roles_neither_propose_nor_decide(closed, time, role):
    more(closed, time, 6)
    proposal, other = proposed(), actor_with(role)
    with pytest.raises(Forbidden):
        proposed(other)
    for decide in (operations.confirm_figures, operations.decline_figures, operations.withdraw_figures):
        with pytest.raises(Forbidden):
            decide(actor=other, proposal_id=proposal.pk)
    assert not figures_to_confirm(other).exists()


def test_the_chair_confirms_and_does_not_propose(closed, time):
    more(closed, time, 6)
    chair = actor_with(Role.COMMITTEE_CHAIR)
    with pytest.raises(Forbidden):
        proposed(chair)
    proposal = proposed()
    assert list(figures_to_confirm(chair)) == [proposal]
    assert confirmed(proposal, chair).confirmed_by_id == chair.user_id


def test_who_is_tied_to_an_institution_whose_numbers_change_stands_aside(closed, time):
    more(closed, time, 6)
    tied = actor_with(Role.SECRETARIAT, employer=closed.institution)
    with pytest.raises(Involved, match="回避"):
        proposed(tied)
    proposal = proposed()
    assert proposal.touched == [closed.institution.pk]
    with pytest.raises(Involved, match="回避"):
        confirmed(proposal, tied)
    assert not figures_to_confirm(tied).exists()
    elsewhere = actor_with(Role.SECRETARIAT, employer=closed.other)
    assert confirmed(proposal, elsewhere).version == 2


def test_without_a_change_or_a_reason_and_twice_at_a_time_is_refused(closed, time):
    with pytest.raises(Refused, match="相同"):
        proposed()
    more(closed, time, 6)
    for reason in (" ", "长" * 401):
        with pytest.raises(InvalidInput):
            proposed(reason=reason)
    with pytest.raises(Refused, match="没有可以"):
        proposed(year=2019)
    proposed()
    with pytest.raises(Refused, match="等待确认"):
        proposed()


def test_declining_leaves_what_is_published_and_another_may_follow(closed, client, time):
    more(closed, time, 6)
    operations.decline_figures(actor=clerk(), proposal_id=proposed().pk)
    assert client.get(PUBLISHED).json()["version"] == 1
    assert confirmed(proposed()).version == 2


def test_the_people_of_the_institutions_named_are_told(closed, time):
    more(closed, time, 6)
    proposal = proposed()
    assert Notice.objects.filter(event=f"figures-{proposal.pk}-waiting").exists()
    row = confirmed(proposal)
    assert named_in(row.figures) == {closed.institution.pk, closed.other.pk}
    told = set(
        Notice.objects.filter(event=f"figures-{proposal.pk}-confirmed").values_list("user_id", flat=True)
    )
    assert closed.school.user_id in told
    assert proposal.proposed_by_id in told


def test_the_second_person_sees_what_everybody_would_read_otherwise(closed, time):
    more(closed, time, 6)
    changed = {(who, label): (old, new) for who, label, old, new in changes_of(proposed())}
    assert changed["全部", "收到"] == ("18", "24")
    assert changed[closed.institution.name, "收到"] == ("10", "16")
    assert not any(who == "演示乙校" for who, _label in changed)


# -- 补定 -----------------------------------------------------------------------------------------------------


def test_a_year_that_came_late_is_fixed_by_two_thirty_days_after_the_last_import(here, client, time):
    imported(here, "2024-03-04", many=8)
    with pytest.raises(Refused, match="2026-04-01起"):
        proposed(year=2024)
    time.to(date(2026, 4, 1))
    proposal = proposed(year=2024, reason="补录2024年度工单完毕")
    assert (proposal.replaces, decidable_years()[0].year) == (0, 2024)
    row = confirmed(proposal)
    assert (row.version, row.year) == (1, 2024)
    told = client.get(PUBLISHED, {"year": "2024"}).json()
    assert (told["version"], told["total"]["received"], told["not_kept"]) == (1, 8, [])
    assert told["reason"] == "补录2024年度工单完毕"


def test_what_was_imported_after_the_proposal_puts_its_confirmation_off(here, time):
    imported(here, "2024-03-04", many=8)
    time.to(date(2026, 4, 1))
    proposal = proposed(year=2024)
    imported(here, "2024-05-06", many=3, first=30)
    with pytest.raises(Refused, match="又导入"):
        confirmed(proposal)
    operations.decline_figures(actor=clerk(), proposal_id=proposal.pk)
    time.to(date(2026, 5, 1))
    assert confirmed(proposed(year=2024)).counts["total"]["received"] == 11


# -- the walls ------------------------------------------------------------------------------------------------


def refused(deed):
    with pytest.raises(DatabaseError), transaction.atomic():
        deed()


def test_the_database_lets_no_version_in_that_two_people_did_not_decide_on(closed, time):
    more(closed, time, 6)
    first, proposal = YearFigures.objects.get(), proposed()
    values = {
        "year": 2026, "cut_off": proposal.cut_off, "query": proposal.query, "counts": proposal.counts,
        "figures": proposal.figures, "untold": proposal.untold, "reason": WHY, "made_at": first.made_at,
        "proposed_by_id": proposal.proposed_by_id, "confirmed_by_id": clerk().user_id,
    }  # fmt: skip
    for wrong in (
        {"version": 2},
        {"version": 2, "proposal": proposal},
        {"version": 3, "proposal": proposal},
        {"version": 2, "proposal": None, "proposed_by_id": None, "confirmed_by_id": None, "reason": ""},
    ):
        refused(lambda wrong=wrong: YearFigures.objects.create(**(values | wrong)))
    refused(lambda: YearFigures.objects.filter(pk=first.pk).update(reason="x"))
    refused(lambda: first.delete())
    row = confirmed(proposal)
    other = {"year": 2026, "version": 3, "proposal": proposal, "figures": row.figures | {"claimed_fen": "1"}}
    refused(lambda: YearFigures.objects.create(**(values | other)))


def test_the_database_keeps_a_proposal_as_it_was_asked_for(closed, time):
    more(closed, time, 6)
    proposal, other = proposed(), clerk()
    rows = FiguresProposal.objects.filter(pk=proposal.pk)
    decided = {"decided_at": proposal.proposed_at, "decided_by_id": other.user_id}
    own = decided | {"decided_by_id": proposal.proposed_by_id}
    for wrong in (
        {"reason": "x"},
        {"state": "confirmed"},
        {"state": "confirmed", **own},
        {"state": "withdrawn", **decided},
        {"state": "declined", "counts": {}, **decided},
    ):
        refused(lambda wrong=wrong: rows.update(**wrong))
    refused(proposal.delete)
    confirmed(proposal, other)
    refused(lambda: rows.update(state="declined"))


def test_neighbours_neither_see_nor_decide(closed, time):
    more(closed, time, 6)
    proposal = proposed()
    with acting_for(make_association("second").pk):
        stranger = world().officer
        with pytest.raises(NotFound):
            confirmed(proposal, stranger)
        assert list(decidable_years()) == []


# -- the desk -------------------------------------------------------------------------------------------------


def test_it_is_proposed_and_confirmed_at_the_desk(association, closed, time):
    more(closed, time, 6)
    desk, colleague = Desk(association, closed.officer), Desk(association, closed.colleague)
    refused_form = desk.post("complaints/figures/", year=2026, reason=" ")
    assert (refused_form.status_code, FiguresProposal.objects.count()) == (400, 0)
    assert desk.post("complaints/figures/", year=2026, reason=WHY).status_code == 302
    proposal = FiguresProposal.objects.get()
    own, page = desk.get("complaints/figures/"), colleague.get("complaints/figures/").content.decode()
    assert "撤回更正" in own.content.decode()
    assert "确认公布" not in own.content.decode()
    assert "确认公布" in page
    assert "改为" in page
    assert colleague.post(f"complaints/figures/{proposal.pk}/confirm/", agree="yes").status_code == 302
    assert YearFigures.objects.count() == 2
    assert "2027-06-01 由第2版取代" in desk.get("complaints/figures/").content.decode()


def test_the_institution_does_not_see_the_desk_of_figures(association, closed):
    assert Desk(association, closed.school).get("complaints/figures/").status_code == 403


def test_silent_complainants_are_corrected_like_the_others(here, client, time):
    for _ in range(6):
        ended(here, Outcome.NO_ANSWER)
    many(here, 20)
    time.to(date(2027, 4, 1))
    operations.close_years(actor=here.system)
    assert client.get(PUBLISHED).json()["total"]["no_answer"] == 6
