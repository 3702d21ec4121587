"""What was decided, announced or issued stays in the database too."""

import pytest
from django.db import IntegrityError, connection, transaction

from association.tenancy import acting_for
from credit_rating.choices import ROUND_STEPS, RoundState
from credit_rating.models import Assessment, Certificate, Evidence, HistoricalResult, OpinionItem, Round
from tests.factories.corrections import confirmed_import
from tests.factories.people import make_association, make_institution
from tests.factories.rating import (
    begun_assessment,
    draft_round,
    open_round,
    reviewing_round,
    submitted_assessment,
)
from tests.factories.review import on_notice, published, replaced, suspend

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    with acting_for(make_association().pk):
        yield


def refused(statement: str, *values: object) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(caught.value).partition("\n")[0]


def taken(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


PUBLISHED = [
    (
        "UPDATE credit_rating_determination SET grade = 'D' WHERE assessment_id = %s",
        "a confirmed determination",
    ),
    ("DELETE FROM credit_rating_determination WHERE assessment_id = %s", "a confirmed determination"),
    ("UPDATE credit_rating_assessment SET grade = 'D' WHERE id = %s", "a published grade"),
    ("UPDATE credit_rating_assessment SET total = 1 WHERE id = %s", "a published grade"),
    ("DELETE FROM credit_rating_assessment WHERE id = %s", "an assessment that has begun"),
    (
        (
            "UPDATE credit_rating_publicnotice SET closes_at = closes_at - interval '1 day' "
            "WHERE id = (SELECT public_notice_id FROM credit_rating_assessment WHERE id = %s)"
        ),
        "a public notice",
    ),
]


@pytest.mark.parametrize(("statement", "says"), PUBLISHED)
def test_a_published_result_is_kept_around_the_publication_too(here, statement, says):
    assert says in refused(statement, published().assessment_id)


def test_a_superseded_result_stays_superseded(here):
    publication = replaced()
    says = refused("UPDATE credit_rating_publication SET superseded_at = NULL WHERE id = %s", publication.pk)
    assert "stays superseded" in says


def test_only_a_newer_result_takes_the_place_of_one(here):
    ended = "UPDATE credit_rating_publication SET superseded_at = now() WHERE id = %s"
    publication = published()
    published(Assessment.objects.get(round=reviewing_round(institutions=[make_institution()])))
    assert "of the same or a later year" in refused(ended, publication.pk)
    assert replaced().superseded_at


def test_a_suspended_result_comes_back_with_its_assessment_only(here):
    publication = published()
    suspend(publication)
    again = "UPDATE credit_rating_publication SET suspended_at = NULL, suspended_by_id = NULL WHERE id = %s"
    assert "is resumed with its assessment" in refused(again, publication.pk)


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET code = repeat('0', 32)"])
def test_a_certificate_is_neither_taken_away_nor_given_another_code(here, statement):
    published()
    assert Certificate.objects.count() == 1
    assert "credit_rating_certificate" in refused(statement.format("credit_rating_certificate"))


def test_a_grade_is_published_by_its_own_publication_only(here):
    published()
    assessment = on_notice()
    says = refused("UPDATE credit_rating_assessment SET stage = 'published' WHERE id = %s", assessment.pk)
    assert "by a publication" in says


@pytest.mark.parametrize(
    ("table", "trigger"),
    [
        ("determination", "keep_determination"),
        ("assessment", "keep_assessment"),
        ("publicnotice", "keep_public_notice"),
        ("priornotice", "keep_prior_notice"),
        ("supplement", "keep_supplement"),
        ("objection", "keep_objection"),
        ("certificate", "keep_certificate"),
    ],
)
def test_the_rows_are_guarded_in_replica_mode_too(table, trigger):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'",
            [f"credit_rating_{table}"],
        )
        assert trigger in {name for (name,) in cursor.fetchall()}


def test_a_determination_names_a_computation_of_its_own_assessment(here):
    mine, other = published(), published()
    statement = (
        "INSERT INTO credit_rating_determination "
        "(association_id, assessment_id, computation_id, state, grade, overruled, reason) "
        "SELECT association_id, %s, computation_id, 'superseded', grade, false, '' "
        "FROM credit_rating_determination WHERE assessment_id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert taken(statement, mine.assessment_id, mine.assessment_id) == 1
    assert "credit_rating_determination_computation_same" in refused(
        statement, other.assessment_id, mine.assessment_id
    )


def submitted_evidence() -> Evidence:
    return Evidence.objects.filter(item__opinion__assessment=submitted_assessment()).first()


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET item_id = %s WHERE id = %s", "UPDATE {} SET item_id = %s"]
)
def test_submitted_evidence_is_not_moved_to_an_open_row(here, statement):
    evidence = submitted_evidence()
    institution = make_institution()
    opinion = begun_assessment(open_round(institutions=[institution]).assessments.get())
    row = OpinionItem.objects.filter(opinion=opinion).first()
    values = (row.pk, evidence.pk)[: statement.count("%s")]
    assert "submitted opinion" in refused(statement.format("credit_rating_evidence"), *values)
    assert "submitted opinion" in refused("DELETE FROM credit_rating_evidence WHERE id = %s", evidence.pk)


@pytest.mark.parametrize(
    "change",
    [
        "sha256 = repeat('0', 64)",
        "original_sha256 = repeat('0', 64)",
        "name = 'other.pdf'",
        "media_type = 'text/plain'",
        "size = size + 1",
        "created_at = created_at - interval '1 day'",
        "institution_id = NULL",
        "\"case\" = 'complaint-1'",
        "valid_until = '2020-01-01'",
    ],
)
def test_a_file_behind_a_submitted_opinion_is_kept_as_it_came(here, change):
    file = submitted_evidence().attachment_id
    says = refused(f"UPDATE association_attachment SET {change} WHERE id = %s", file)
    assert "a file of the locker" in says or "its last day" in says
    assert "a file of the locker" in refused("DELETE FROM association_attachment WHERE id = %s", file)


@pytest.mark.parametrize("statement", ["UPDATE {} SET grade = 'A'", "DELETE FROM {}"])
def test_a_result_taken_over_stays_as_its_source_says_it(here, statement):
    HistoricalResult.objects.create(
        institution=make_institution(),
        year=2023,
        scheme="演示",
        grade="B",
        issuing_body="演示",
        source_title="演示",
        taken_over_with=confirmed_import(),
    )
    assert "append-only" in refused(statement.format("credit_rating_historicalresult"))


def test_a_round_takes_only_the_steps_of_its_table(here):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'portal_round_step'")
        inside = cursor.fetchone()[0].split("ARRAY[")[1].split("]")[0]
    assert set(inside.split(", ")) == {
        f"'{now}>{then}'" for now, after in ROUND_STEPS.items() for then in after
    }
    running = open_round()
    for state in set(RoundState) - ROUND_STEPS[RoundState.OPEN] - {RoundState.OPEN}:
        says = refused("UPDATE credit_rating_round SET state = %s WHERE id = %s", state, running.pk)
        assert "no step from open" in says
    assert "is kept" in refused("DELETE FROM credit_rating_round WHERE id = %s", running.pk)
    assert Round.objects.filter(pk=draft_round(year=2031).pk).delete()
