"""回避 in what is read: a seat on the committee shows nobody what is said about the own institution."""

import pytest

from association.actors import actor_of
from association.choices import Role
from association.models import User
from association.tenancy import acting_for
from common.errors import Forbidden, Refused
from credit_rating import operations
from credit_rating.access import assignments_visible_to, opinions_visible_to
from credit_rating.models import Assessment, Opinion
from credit_rating.queries.committee import assessments_in, table_rows
from credit_rating.queries.desk import dossier_of
from credit_rating.queries.explanation import explanation_of
from credit_rating.queries.panel import panel_sheet
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, appoint, make_association, make_institution
from tests.factories.rating import reviewing_round
from tests.factories.review import computed, determined, on_notice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


def row_of(actor, assessment):
    return table_rows(actor, assessments_in(actor, assessment.round_id))[0]


def manages(member, institution):
    user = User.objects.get(pk=member.user_id)
    appoint(user, Role.INSTITUTION_ADMIN, institution=institution)
    return actor_of(user, member.association_id)


@pytest.mark.parametrize("tie", ["institution", "employer"])
def test_a_member_of_the_committee_does_not_read_what_is_said_about_the_own_institution(tie):
    assessment = computed()
    if tie == "institution":
        tied = manages(actor_with(Role.COMMITTEE), assessment.institution)
    else:
        tied = actor_with(Role.COMMITTEE, employer=assessment.institution)
    free, clerk = actor_with(Role.COMMITTEE), actor_with(Role.SECRETARIAT)
    assert set(opinions_visible_to(tied).values_list("kind", flat=True)) == {"self_assessment"}
    assert not assignments_visible_to(tied).exists()
    with pytest.raises(Forbidden):
        panel_sheet(tied, assessment.pk)
    for actor in (free, clerk):
        assert opinions_visible_to(actor).count() == Opinion.objects.count()
        assert assignments_visible_to(actor).count() == 3
        assert len(panel_sheet(actor, assessment.pk).authors) == 3


def test_a_tied_member_reads_the_explanation_when_the_institution_does():
    assessment = computed()
    tied = manages(actor_with(Role.COMMITTEE), assessment.institution)
    with pytest.raises(Refused, match="尚未告知"):
        explanation_of(tied, assessment.pk)


@pytest.mark.parametrize("tie", ["institution", "employer"])
def test_a_tied_member_does_not_see_the_proposal_in_the_table_of_the_round(tie):
    assessment = determined()
    if tie == "institution":
        tied = manages(actor_with(Role.COMMITTEE), assessment.institution)
    else:
        tied = actor_with(Role.COMMITTEE, employer=assessment.institution)
    free, clerk = actor_with(Role.COMMITTEE), actor_with(Role.SECRETARIAT)
    seen = {actor: row_of(actor, assessment) for actor in (tied, free, clerk)}
    assert (seen[tied].determination, seen[tied].vetoes, seen[tied].barred) == (None, (), True)
    assert not dossier_of(tied, assessment.pk).told
    for actor in (free, clerk):
        assert (seen[actor].determination.grade, seen[actor].barred) == ("A", False)
        assert dossier_of(actor, assessment.pk).told
    body = Desk(assessment.association, tied).get(f"committee/{assessment.round_id}/").content.decode()
    assert "本人任职机构，回避" in body
    assert f"/assessments/{assessment.pk}/" not in body


def test_a_tied_member_sees_the_proposal_once_it_is_public():
    assessment = on_notice()
    tied = actor_with(Role.COMMITTEE, employer=assessment.institution)
    row = row_of(tied, assessment)
    assert (row.determination.grade, row.barred) == ("A", False)
    assert dossier_of(tied, assessment.pk).told


def test_peers_are_those_whose_results_are_public():
    round_ = reviewing_round(institutions=[make_institution() for _number in range(5)])
    rows = list(Assessment.objects.filter(round=round_).order_by("pk"))
    for row in rows:
        determined(row)
    clerk = actor_with(Role.SECRETARIAT)
    operations.open_public_notice(
        actor=clerk, round_id=round_.pk, assessment_ids=[row.pk for row in rows[:4]]
    )
    assert explanation_of(clerk, rows[0].pk).peers is None
    operations.open_public_notice(actor=clerk, round_id=round_.pk, assessment_ids=[rows[4].pk])
    peers = explanation_of(clerk, rows[0].pk).peers
    assert peers.count == 5
    assert not hasattr(peers, "lowest")
    assert not hasattr(peers, "highest")
