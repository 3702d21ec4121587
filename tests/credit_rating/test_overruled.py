"""改判 in public: card, interface, verification, certificate and log say it, and no way leads to the grade that was given."""

import pytest

from association.choices import Role
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import overruled_note
from credit_rating.documents.certificate import certificate_html
from credit_rating.models import Determination
from credit_rating.queries.explanation import explanation_of
from credit_rating.queries.public_facts import facts_of_institutions
from credit_rating.queries.results import certificate_standing, public_standings
from disclosure.operations import refresh_register
from tests.disclosure.test_pages import marked
from tests.factories.people import actor_with, make_association
from tests.factories.review import (
    computed,
    move_clock,
    overruling_now,
    proposed_now,
    published,
)

pytestmark = pytest.mark.django_db
B_BY_POINTS = {"B1.2": {"points": "5"}}
SENTENCE = "按得分对应的等级"


@pytest.fixture
def association():
    found = make_association("chaoyang")
    with acting_for(found.pk):
        yield found


def overruled(grade="A"):
    """Computed as a B, made an A by two members."""
    assessment = computed(answers=B_BY_POINTS)
    assert Determination.objects.get().grade == "B"
    operations.determine(
        actor=actor_with(Role.COMMITTEE), assessment_id=assessment.pk, grade=grade, reason="核查情况"
    )
    operations.countersign(
        actor=actor_with(Role.COMMITTEE),
        determination_id=Determination.objects.get().pk,
        shown=overruling_now(Determination.objects.get().pk),
    )
    return assessment


def published_overruled():
    assessment, clerk = overruled(), actor_with(Role.SECRETARIAT)
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    move_clock(15)
    operations.propose_publication(actor=clerk, round_id=assessment.round_id)
    chair = actor_with(Role.COMMITTEE_CHAIR)
    (publication,) = operations.approve_publication(
        actor=chair, round_id=assessment.round_id, shown=proposed_now(assessment.round_id)
    )
    return publication


def test_every_place_that_tells_the_grade_says_that_it_was_overruled(association):
    publication = published_overruled()
    institution, code = publication.assessment.institution, publication.certificate.code
    standing = public_standings([institution.pk])[institution.pk]
    assert (standing.grade, standing.overruled) == ("A", True)
    assert standing.history[0].overruled
    assert certificate_standing(code).overruled_note == overruled_note(overruled=True)
    assert SENTENCE in certificate_html(publication.certificate)
    grade = next(one for one in facts_of_institutions([institution.pk]) if one.kind == "grade")
    assert grade.content["overruled"] is True


@marked
def test_the_public_reads_it_on_card_interface_and_verification(client):
    with acting_for(make_association("chaoyang").pk):
        publication = published_overruled()
        refresh_register()
        key, code = publication.assessment.institution.uscc, publication.certificate.code
    assert SENTENCE in client.get(f"/chaoyang/register/{key}/").content.decode()
    assert SENTENCE in client.get(f"/chaoyang/verify/{code}/").content.decode()
    card = client.get(f"/chaoyang/api/v1/register/{key}/").json()
    assert card["overruled"] is True
    assert SENTENCE in card["overruled_note"]
    assert card["history"][0]["overruled"] is True
    verified = client.get(f"/chaoyang/api/v1/verify/{code}/").json()
    assert verified["overruled"] is True
    assert SENTENCE in verified["overruled_note"]


@marked
@pytest.mark.parametrize(("make", "said"), [(published_overruled, True), (published, False)])
def test_the_list_of_the_round_says_it(client, make, said):
    with acting_for(make_association("chaoyang").pk):
        year = make().assessment.round.year
        refresh_register()
    assert ("改判" in client.get(f"/chaoyang/rounds/{year}/").content.decode()) is said
    (held,) = client.get(f"/chaoyang/api/v1/rounds/{year}/").json()["results"]
    assert [row["overruled"] for row in held["results"]] == [said]


def test_a_grade_as_computed_says_nothing_of_it(association):
    publication = published()
    institution = publication.assessment.institution
    standing = public_standings([institution.pk])[institution.pk]
    assert (standing.overruled, standing.history[0].overruled) == (False, False)
    assert certificate_standing(publication.certificate.code).overruled_note == ""
    assert SENTENCE not in certificate_html(publication.certificate)
    grade = next(one for one in facts_of_institutions([institution.pk]) if one.kind == "grade")
    assert "overruled" not in grade.content


def test_no_way_leads_to_the_grade_that_was_given(association):
    assessment = computed(answers=B_BY_POINTS)
    clerk = actor_with(Role.SECRETARIAT)
    assert {way.grade for way in explanation_of(clerk, assessment.pk).ways_up} == {"A"}
    operations.determine(
        actor=actor_with(Role.COMMITTEE), assessment_id=assessment.pk, grade="A", reason="核查情况"
    )
    assert explanation_of(clerk, assessment.pk).ways_up == ()
