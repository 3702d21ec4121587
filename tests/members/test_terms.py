"""会籍 and 职务 by day and by knowledge: was X a member on D, as known on K; terms never overlap, gaps stay."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import Error as DatabaseFault

from association import clock
from association.choices import Role
from common.errors import Forbidden, InvalidInput, Refused
from members import operations
from members.choices.membership import MemberState, Office, Tier
from members.models import MembershipTerm, OfficeTerm
from members.queries import was_member
from members.queries.membership import history_of
from tests.factories.people import actor_with, make_institution
from tests.members.joining import world

pytestmark = pytest.mark.django_db
FIRST = date(2025, 1, 1)


def admit(here, from_on=FIRST, **more):
    return operations.admit_member(
        actor=here.clerk, institution_id=here.institution.pk, from_on=from_on, **more
    )


def end(here, until_on):
    return operations.end_membership(actor=here.clerk, institution_id=here.institution.pk, until_on=until_on)


def on(here, day, known_on=None):
    found = was_member(institution_id=here.institution.pk, on=day, known_on=known_on)
    return found.state if found else None


def test_what_was_known_on_a_day_stays_known(here, time):
    start = clock.today()
    admit(here)
    time.pass_days(10)
    left = start + timedelta(days=5)
    end(here, left)
    later = left + timedelta(days=1)
    assert on(here, later) is None
    assert on(here, left) == MemberState.ACTIVE
    assert on(here, later, known_on=start) == MemberState.ACTIVE
    assert on(here, later, known_on=clock.today()) is None
    assert on(here, FIRST, known_on=start - timedelta(days=1)) is None
    neighbour = make_institution()
    assert was_member(institution_id=neighbour.pk, on=later) is None


def test_a_gap_stays_visible(here):
    admit(here)
    end(here, date(2025, 3, 31))
    with pytest.raises(Refused, match="不能重叠"):
        admit(here, from_on=date(2025, 3, 31))
    admit(here, from_on=date(2025, 6, 1))
    found = history_of(here.institution.pk)
    assert [(gap.first, gap.last) for gap in found.gaps] == [(date(2025, 4, 1), date(2025, 5, 31))]
    assert on(here, date(2025, 4, 15)) is None
    assert on(here, date(2025, 6, 1)) == MemberState.ACTIVE


def test_a_change_of_tier_keeps_both_parts(here):
    admit(here)
    change = {"actor": here.clerk, "institution_id": here.institution.pk, "tier": Tier.VICE_PRESIDENT}
    with pytest.raises(InvalidInput, match="依据"):
        operations.change_tier(**change, from_on=date(2025, 7, 1), reason=" ")
    operations.change_tier(**change, from_on=date(2025, 7, 1), reason="第二次会员大会决议")
    tiers = {
        day: was_member(institution_id=here.institution.pk, on=day).tier
        for day in (date(2025, 6, 30), date(2025, 7, 1))
    }
    assert tiers == {date(2025, 6, 30): Tier.MEMBER, date(2025, 7, 1): Tier.VICE_PRESIDENT}
    with pytest.raises(InvalidInput):
        operations.change_tier(**change, from_on=date(2025, 8, 1), reason="再来")
    for role in (Role.AUDITOR, Role.COUNCIL, Role.INSTITUTION_ADMIN):
        with pytest.raises(Forbidden):
            operations.change_tier(**change | {"actor": actor_with(role)}, from_on=FIRST, reason="x")


def test_the_database_refuses_two_terms_at_once(here):
    term = admit(here)
    for from_on, until_on in ((FIRST, None), (date(2026, 1, 1), date(2026, 1, 1))):
        with pytest.raises(IntegrityError, match="term_no_overlap"), transaction.atomic():
            MembershipTerm.objects.create(
                institution=here.institution, from_on=from_on, until_on=until_on, recorded_at=clock.now()
            )
    with pytest.raises(DatabaseFault, match="stays known"), transaction.atomic():
        MembershipTerm.objects.filter(pk=term.pk).update(from_on=date(2024, 1, 1))
    with pytest.raises(DatabaseFault, match="stays known"), transaction.atomic():
        term.delete()
    end(here, date(2025, 3, 31))
    with pytest.raises(DatabaseFault, match="stays known"), transaction.atomic():
        MembershipTerm.objects.filter(pk=term.pk).update(superseded_at=None)


# -- 职务 -----------------------------------------------------------------------------------------------------


def give(here, office, from_on=FIRST, until_on=None, **more):
    values = {"institution_id": here.institution.pk, "basis": "第一次会员大会决议"}
    return operations.give_office(
        actor=here.clerk, office=office, from_on=from_on, until_on=until_on, **(values | more)
    )


def test_offices_follow_one_another(here):
    admit(here)
    give(here, Office.FOUNDER)
    give(here, Office.DIRECTOR, until_on=date(2025, 6, 30))
    give(here, Office.VICE_PRESIDENT, from_on=date(2025, 7, 1))
    give(here, Office.SECRETARY_GENERAL, from_on=date(2025, 7, 1))
    found = {row.office for row in history_of(here.institution.pk).offices}
    assert found == {Office.FOUNDER, Office.DIRECTOR, Office.VICE_PRESIDENT, Office.SECRETARY_GENERAL}


@pytest.mark.parametrize("office", [Office.DIRECTOR, Office.PRESIDENT, Office.SUPERVISOR])
def test_terms_of_office_never_overlap(here, office):
    admit(here)
    give(here, Office.DIRECTOR, until_on=date(2025, 6, 30))
    with pytest.raises(Refused, match="不能重叠"):
        give(here, office, from_on=date(2025, 6, 30))


def test_a_supervisor_holds_no_other_office(here):
    admit(here)
    give(here, Office.SUPERVISOR)
    for office in (Office.SECRETARY_GENERAL, Office.STANDING_DIRECTOR):
        with pytest.raises(Refused, match="监事"):
            give(here, office)


def test_there_is_one_president(here):
    other = world(seats=0)
    for one in (here, other):
        admit(one)
    term = give(here, Office.PRESIDENT)
    with pytest.raises(Refused, match="已有任职"):
        give(other, Office.PRESIDENT)
    operations.end_office(actor=here.clerk, office_id=term.pk, until_on=date(2025, 12, 31))
    give(other, Office.PRESIDENT, from_on=date(2026, 1, 1))
    give(other, Office.SECRETARY_GENERAL, from_on=date(2026, 1, 1))
    with pytest.raises(Refused, match="已经登记离任"):
        operations.end_office(actor=here.clerk, office_id=term.pk, until_on=date(2025, 11, 30))


def test_only_members_hold_an_office_and_leave_it_with_the_membership(here):
    with pytest.raises(Refused, match="不是会员"):
        give(here, Office.DIRECTOR)
    with pytest.raises(DatabaseFault, match="only a member"), transaction.atomic():
        OfficeTerm.objects.create(
            institution=here.institution, office=Office.DIRECTOR, from_on=FIRST, basis="x"
        )
    admit(here)
    give(here, Office.FOUNDER)
    give(here, Office.DIRECTOR)
    end(here, date(2025, 9, 30))
    left = {row.office: row.until_on for row in history_of(here.institution.pk).offices}
    assert left == {Office.FOUNDER: None, Office.DIRECTOR: date(2025, 9, 30)}
