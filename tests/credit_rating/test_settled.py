"""What was decided, announced or issued stays in the database too."""

import pytest
from django.db import IntegrityError, connection, transaction

from association.tenancy import acting_for
from credit_rating.models import Certificate
from tests.factories.people import make_association
from tests.factories.review import on_notice, published

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
    publication = published()
    assert (
        taken("UPDATE credit_rating_publication SET superseded_at = now() WHERE id = %s", publication.pk) == 1
    )
    says = refused("UPDATE credit_rating_publication SET superseded_at = NULL WHERE id = %s", publication.pk)
    assert "stays superseded" in says


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
