"""States take the steps of their tables in the database too, and what was assigned, signed and asked for stays."""

import re

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from association.choices import Role
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import (
    ASSIGNMENT_STEPS,
    DETERMINATION_STEPS,
    OBJECTION_STEPS,
    STANDARD_STEPS,
    STEPS,
    DeterminationState,
    Stage,
    StageKind,
)
from credit_rating.models import Assessment, AssessmentPermission, Determination, Indicator, Supplement
from tests.factories.people import actor_with, make_association, make_institution, make_user
from tests.factories.rating import draft_round, frozen_standard, make_attachment, reviewing_round
from tests.factories.review import assign, computed, determined, move_clock, on_notice, published

pytestmark = pytest.mark.django_db
LOW = {"B1.2": {"points": "0"}, "A1.3": {"tier": "差"}}  # 65, a C


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def assessment():
    return Assessment.objects.get(round=reviewing_round())


def refused(statement: str, *values: object) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(caught.value).partition("\n")[0]


def run(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


@pytest.mark.parametrize(
    ("table", "steps"),
    [
        ("assessment", STEPS),
        ("assessmentstandard", STANDARD_STEPS),
        ("assignment", ASSIGNMENT_STEPS),
        ("determination", DETERMINATION_STEPS),
        ("objection", OBJECTION_STEPS),
    ],
)
def test_the_database_has_the_steps_of_the_table(table, steps):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger "
            "WHERE tgrelid = %s::regclass AND tgname = 'only_steps'",
            [f"credit_rating_{table}"],
        )
        written, enabled = cursor.fetchone()
    found = set(re.search(r"portal_only_steps\('\w+', '([^']*)'\)", written)[1].split())
    wanted = {f"{now}>{then}" for now, after in steps.items() for then in after if now != then}
    assert (found, enabled) == (wanted, "A")


def test_a_published_assessment_does_not_go_back(assessment):
    pk = published(assessment).assessment_id
    for stage in set(Stage) - STEPS[Stage.PUBLISHED] - {Stage.PUBLISHED}:
        says = refused("UPDATE credit_rating_assessment SET stage = %s WHERE id = %s", stage, pk)
        assert "no step from published" in says or "by a publication" in says
    assert Assessment.objects.get(pk=pk).stage == Stage.PUBLISHED


@pytest.mark.parametrize("change", ["grade = 'D', total = 9", "grade = 'D'", "total = 9"])
def test_a_grade_on_public_notice_is_the_determined_one(assessment, change):
    row = on_notice(assessment)
    before = (row.grade, row.total)
    says = refused(f"UPDATE credit_rating_assessment SET {change} WHERE id = %s", row.pk)
    assert "what was determined" in says
    row.refresh_from_db()
    assert (row.grade, row.total) == before


@pytest.mark.parametrize(
    "change",
    [
        "invited_at = now()",
        "submitted_at = now()",
        "submitted_at = NULL",
        "public_notice_id = NULL",
    ],
)
def test_an_assessment_keeps_when_it_was_filed_and_shown(assessment, change):
    on_notice(assessment)
    refused(f"UPDATE credit_rating_assessment SET {change} WHERE id = %s", assessment.pk)


def to_notice(assessment, notice):
    return refused(
        "UPDATE credit_rating_assessment SET stage = 'public_notice', public_notice_id = %s WHERE id = %s",
        notice,
        assessment.pk,
    )


def test_bad_news_goes_to_its_institution_first():
    good, bad = make_institution(), make_institution()
    round_ = reviewing_round(institutions=[good, bad])
    first = determined(Assessment.objects.get(round=round_, institution=good))
    row = determined(Assessment.objects.get(round=round_, institution=bad), LOW)
    clerk = actor_with(Role.SECRETARIAT)
    notice = operations.open_public_notice(actor=clerk, round_id=round_.pk, assessment_ids=[first.pk])
    assert "in public first" in to_notice(row, notice.pk)
    operations.send_prior_notice(actor=clerk, assessment_id=row.pk)
    operations.file_defence(
        actor=actor_with(Role.INSTITUTION_ADMIN, bad), assessment_id=row.pk, text="已整改"
    )
    assert "in public first" in to_notice(row, notice.pk)
    operations.answer_defence(actor=actor_with(Role.COMMITTEE), assessment_id=row.pk, answer="维持")
    run(
        "UPDATE credit_rating_assessment SET stage = 'public_notice', public_notice_id = %s WHERE id = %s",
        notice.pk,
        row.pk,
    )


def test_what_is_disputed_or_not_confirmed_is_not_shown(assessment):
    row = on_notice(assessment)
    notice = row.public_notice_id
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    operations.file_objection(actor=manager, assessment_id=row.pk, text="不服")
    assert "an objection waits" in to_notice(row, notice)
    run("UPDATE credit_rating_determination SET state = 'superseded' WHERE assessment_id = %s", row.pk)
    assert "only a confirmed grade" in to_notice(row, notice)


@pytest.mark.parametrize(
    "change",
    [
        "conflict_check = '{}'",
        "assigned_at = now()",
        "assigned_by_id = assessor_id",
        "kind = 'district_review'",
        "declared_at = now()",
        "state = 'assigned'",
    ],
)
def test_an_assignment_keeps_its_check_and_its_declaration(assessment, change):
    row = assign(assessment, actor_with(Role.ASSESSOR))
    refused(f"UPDATE credit_rating_assignment SET {change} WHERE id = %s", row.pk)
    assert "is kept" in refused("DELETE FROM credit_rating_assignment WHERE id = %s", row.pk)


@pytest.mark.parametrize("change", ["recusal_reason = '另有理由'", "state = 'declared', declared_at = now()"])
def test_who_stood_aside_stays_aside(assessment, change):
    reviewer = actor_with(Role.ASSESSOR)
    row = assign(assessment, reviewer)
    operations.recuse(actor=reviewer, assignment_id=row.pk, reason="亲属")
    refused(f"UPDATE credit_rating_assignment SET {change} WHERE id = %s", row.pk)


def test_a_dossier_opens_only_to_whoever_is_assigned(assessment):
    assign(assessment, actor_with(Role.ASSESSOR))
    other = make_user()
    says = refused("UPDATE credit_rating_assessmentpermission SET user_id = %s", other.pk)
    assert "whoever is assigned" in says
    grant = AssessmentPermission.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentPermission.objects.create(
            user=other, permission=grant.permission, content_object=assessment
        )


def overruled(assessment) -> Determination:
    row = computed(assessment, LOW)
    return operations.determine(
        actor=actor_with(Role.COMMITTEE), assessment_id=row.pk, grade="B", reason="核查属实"
    )


@pytest.mark.parametrize(
    "change", ["grade = 'A'", "reason = '另有理由'", "overruled = false", "decided_at = now()"]
)
def test_what_the_second_person_signs_is_what_the_first_one_wrote(assessment, change):
    row = overruled(assessment)
    second = make_user().pk
    for state in ("countersign", "confirmed"):
        says = refused(
            f"UPDATE credit_rating_determination SET {change}, state = '{state}', "
            "countersigned_by_id = %s, countersigned_at = now() WHERE id = %s",
            second,
            row.pk,
        )
        assert "as it was written" in says


def test_without_an_overruling_the_grade_is_the_computed_one(assessment):
    row = computed(assessment, LOW).determinations.get()
    assert row.state == DeterminationState.PROPOSED
    says = refused(
        "UPDATE credit_rating_determination SET state = 'confirmed', grade = 'A', decided_by_id = %s, "
        "decided_at = now() WHERE id = %s",
        make_user().pk,
        row.pk,
    )
    assert "the computed one" in says
    refused("DELETE FROM credit_rating_determination WHERE id = %s", row.pk)
    refused("UPDATE credit_rating_determination SET computation_id = 0 WHERE id = %s", row.pk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE credit_rating_publication SET grade = 'A', total = 99",
        "UPDATE credit_rating_publication SET proposed_by_id = NULL",
        "UPDATE credit_rating_publication SET profile = '[]'",
        "DELETE FROM credit_rating_publication",
    ],
)
def test_what_was_proposed_for_publication_is_what_is_approved(assessment, statement):
    on_notice(assessment)
    move_clock(15)
    operations.propose_publication(actor=actor_with(Role.SECRETARIAT), round_id=assessment.round_id)
    assert "what was proposed" in refused(statement)


def test_a_certificate_keeps_its_file(assessment):
    certificate = published(assessment).certificate
    mine, other = (make_attachment(assessment.institution).pk for _ in range(2))
    change = "UPDATE credit_rating_certificate SET attachment_id = %s WHERE id = %s"
    assert run(change, mine, certificate.pk) == 1
    assert "is settled" in refused(change, other, certificate.pk)


def test_a_supplement_is_asked_once_and_answered_once(assessment):
    leaf, other = Indicator.objects.filter(standard=assessment.round.standard_id).exclude(method="")[:2]
    clerk = actor_with(Role.SECRETARIAT)
    operations.request_supplement(actor=clerk, assessment_id=assessment.pk, items={leaf.pk: "补"})
    add = (
        "INSERT INTO credit_rating_supplementitem (association_id, supplement_id, indicator_id, request, answer) "
        "SELECT association_id, id, %s, '再补', '' FROM credit_rating_supplement"
    )
    assert "asked for once" in refused(add, other.pk)
    assert "is kept" in refused("UPDATE credit_rating_supplementitem SET request = '别的'")
    assert "is kept" in refused("DELETE FROM credit_rating_supplementitem")
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    operations.answer_supplement(actor=manager, assessment_id=assessment.pk, answers={leaf.pk: "已补"})
    assert "answered once" in refused("UPDATE credit_rating_supplementitem SET answer = '没有补'")
    assert "is settled" in refused("UPDATE credit_rating_supplement SET answered_at = NULL")
    assert "asked for once" in refused(add, other.pk)
    assert Supplement.objects.get().items.get().answer == "已补"


def test_an_objection_keeps_who_made_it(assessment):
    on_notice(assessment)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")
    other = make_institution().pk
    for change in (f"objector_id = {other}", "document_number = '收文1'", "objector_id = NULL"):
        assert "is settled" in refused(f"UPDATE credit_rating_objection SET {change}")


@pytest.mark.parametrize("change", ["author_id = NULL", "kind = 'district_review'", "started_at = now()"])
def test_an_open_opinion_stays_its_author_s(assessment, change):
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    opinion = operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    refused(f"UPDATE credit_rating_opinion SET {change} WHERE id = %s", opinion.pk)
    refused("DELETE FROM credit_rating_opinionitem WHERE opinion_id = %s", opinion.pk)
    refused("DELETE FROM credit_rating_opinion WHERE id = %s", opinion.pk)
    row = opinion.items.first()
    says = refused("UPDATE credit_rating_opinionitem SET indicator_id = 0 WHERE id = %s", row.pk)
    assert "is settled" in says


@pytest.mark.parametrize("change", ["title = '别的'", "year = 2031", "authorising_document = '别的'"])
def test_a_round_that_has_opened_keeps_its_name_and_year(assessment, change):
    assert "is settled" in refused(f"UPDATE credit_rating_round SET {change}")


def test_the_stages_of_a_round_that_has_opened_only_move_in_time(assessment):
    kept = "the stages of a round that has opened are kept"
    add = (
        "INSERT INTO credit_rating_roundstage (association_id, round_id, position, kind, opens_at, closes_at) "
        "SELECT association_id, id, 9, 'district_review', now(), now() + interval '1 day' FROM credit_rating_round"
    )
    assert kept in refused(add)
    assert kept in refused("UPDATE credit_rating_roundstage SET position = position + 10")
    assert kept in refused(
        "UPDATE credit_rating_roundstage SET kind = 'district_review' WHERE kind = 'review'"
    )
    other = draft_round(frozen_standard(), year=clock.today().year + 1)
    assert "stays in its round" in refused(
        "UPDATE credit_rating_roundstage SET round_id = %s, position = position + 10 WHERE round_id = %s",
        other.pk,
        assessment.round_id,
    )
    later = "UPDATE credit_rating_roundstage SET closes_at = closes_at + interval '1 day' WHERE kind = %s"
    assert run(later, StageKind.DETERMINATION) == 2
    on_notice(assessment)
    assert kept in refused(later + " AND round_id = %s", StageKind.DETERMINATION, assessment.round_id)
