"""评审 as whole requests: declared first, one's own scores only, a gap with its reason."""

import pytest

from association.choices import Role
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import AssignmentState
from credit_rating.models import Assessment, Assignment, Opinion, OpinionItem
from credit_rating.queries.standards import indicator_spec
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories.people import actor_with, make_association
from tests.factories.rating import beijing_standard, frozen_standard, full_answer, reviewing_round
from tests.factories.review import assign, review, score_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def association(settings):
    settings.PORTAL_DEMO = False
    found = make_association()
    with acting_for(found.pk):
        yield found


def begun(association, standard=None):
    """A reviewer who has declared and begun."""
    assessment = Assessment.objects.get(round=reviewing_round(standard))
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    desk = Desk(association, reviewer)
    desk.post(f"review/{assessment.pk}/begin/")
    return assessment, desk


def own_row(desk, assessment, code):
    return OpinionItem.objects.get(
        opinion__assessment=assessment, opinion__author_id=desk.actor.user_id, indicator__code=code
    )


def place(desk, assessment, code):
    return f"review/{assessment.pk}/{own_row(desk, assessment, code).indicator_id}/"


@pytest.mark.parametrize("standard", [frozen_standard, beijing_standard])
def test_sheet_costs_the_same_for_seven_rows_and_for_fifty_eight(association, standard):
    assessment, desk = begun(association, standard())
    desk.get(f"review/{assessment.pk}/")
    with statements() as found:
        answer = desk.get(f"review/{assessment.pk}/")
    assert answer.status_code == 200
    assert len(found) == 16, found  # five of them the facts of complaints


def test_dossier_opens_only_after_the_declaration(association):
    assessment, reviewer = Assessment.objects.get(round=reviewing_round()), actor_with(Role.ASSESSOR)
    assignment = assign(assessment, reviewer, declared=False)
    desk = Desk(association, reviewer)
    assert desk.get(f"review/{assessment.pk}/").status_code == 403
    assert "声明无利害关系" in desk.get("review/").content.decode()
    assert desk.post(f"review/assignments/{assignment.pk}/declare/").status_code == 302
    assert desk.get(f"review/{assessment.pk}/").status_code == 200


def test_recusal_needs_its_reason_and_closes_the_dossier(association):
    assessment, desk = begun(association)
    assignment = Assignment.objects.get()
    assert desk.post(f"review/assignments/{assignment.pk}/recuse/").status_code == 400
    address = f"review/assignments/{assignment.pk}/recuse/"
    for tie in ("", "friend", "competitor"):
        refused = desk.post(address, reason="亲属任职", tie=tie)
        assert (refused.status_code, "请选择利害关系" in refused.content.decode()) == (400, True)
    assert desk.post(address, reason="亲属任职", tie="family").status_code == 302
    assignment.refresh_from_db()
    assert (assignment.state, assignment.tie) == (AssignmentState.RECUSED, "family")
    assert desk.get(f"review/{assessment.pk}/").status_code == 404


def test_gap_over_the_threshold_asks_for_its_reason_and_keeps_the_score(association):
    assessment, desk = begun(association)
    first = desk.part(place(desk, assessment, "B1.2"), version=0, points="3")
    body = first.content.decode()
    assert first.status_code == 400
    assert 'name="gap_reason"' in body
    assert 'value="3"' in body
    assert own_row(desk, assessment, "B1.2").version == 0
    saved = desk.part(place(desk, assessment, "B1.2"), version=0, points="3", gap_reason="现场核查不符")
    assert saved.status_code == 200
    assert "现场核查不符" in saved.content.decode()
    near = desk.part(place(desk, assessment, "B1.2"), version=1, points="19")
    assert near.status_code == 200
    assert 'name="gap_reason"' not in near.content.decode()


def test_other_reviewers_scores_are_not_shown(association):
    assessment, desk = begun(association)
    review(assessment, actor_with(Role.ASSESSOR, name="另一评估员"), {"B1.2": {"points": "7.77"}})
    body = desk.get(f"review/{assessment.pk}/").content.decode()
    assert "7.77" not in body
    assert "另一评估员" not in body


def test_complete_review_is_submitted_and_then_only_read(association):
    assessment, desk = begun(association)
    assert desk.post(f"review/{assessment.pk}/submit/").status_code == 400
    score_all(assessment, desk.actor)
    assert desk.post(f"review/{assessment.pk}/submit/", summary="总体良好").status_code == 302
    assert Opinion.objects.get(author_id=desk.actor.user_id).summary == "总体良好"
    assert "不能再改" in desk.get(f"review/{assessment.pk}/").content.decode()
    assert desk.part(place(desk, assessment, "B1.2"), version=1, points="20").status_code == 409


def test_nothing_is_begun_while_material_is_supplied(association):
    assessment, reviewer = Assessment.objects.get(round=reviewing_round()), actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    desk = Desk(association, reviewer)
    assert "begin/" in desk.get(f"review/{assessment.pk}/").content.decode()
    leaf = assessment.round.standard.indicators.get(code="B1.2")
    clerk = actor_with(Role.SECRETARIAT)
    operations.request_supplement(actor=clerk, assessment_id=assessment.pk, items={leaf.pk: "补名册"})
    body = desk.get(f"review/{assessment.pk}/").content.decode()
    assert "begin/" not in body
    assert "补正结束后再评审" in body


@pytest.mark.parametrize("standard", [frozen_standard, beijing_standard])
def test_a_row_is_saved_in_the_same_few_queries_whatever_the_sheet(association, standard):
    assessment, desk = begun(association, standard())
    item = OpinionItem.objects.filter(opinion__author_id=desk.actor.user_id).first()
    raw = full_answer(indicator_spec(item.indicator)) | {"gap_reason": "演示"}
    row = f"review/{assessment.pk}/{item.indicator_id}/"
    desk.part(row, version=0, **raw)
    with statements() as found:
        answer = desk.part(row, version=1, **raw)
    assert answer.status_code == 200
    assert len(found) == 12, found
    sheet = desk.get(f"review/{assessment.pk}/").content.decode()
    drawn = answer.content.decode()
    assert (
        drawn[drawn.index('<div class="sheet-foot"') :].split(">")[0] + ">" not in sheet
    )  # sent beside the row
    assert f"1 / {OpinionItem.objects.filter(opinion=item.opinion).count()}" in drawn


def test_no_row_is_shown_or_saved_while_the_institution_supplements(association):
    assessment, desk = begun(association)
    row = place(desk, assessment, "B1.2")
    leaf = assessment.round.standard.indicators.get(code="B1.2")
    operations.request_supplement(actor=desk.actor, assessment_id=assessment.pk, items={leaf.pk: "补名册"})
    body = desk.get(f"review/{assessment.pk}/").content.decode()
    assert "等待补正的内容" in body
    assert "补名册" in body
    assert "sheet-row" not in body
    assert "提交评审意见" not in body
    assert desk.part(row, version=0, points="20").status_code == 409
    assert own_row(desk, assessment, "B1.2").version == 0
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    operations.answer_supplement(actor=manager, assessment_id=assessment.pk, answers={leaf.pk: "已补"})
    assert "sheet-row" in desk.get(f"review/{assessment.pk}/").content.decode()
    assert desk.part(row, version=0, points="20").status_code == 200


def test_somebody_not_assigned_finds_nothing(association):
    assessment, _desk = begun(association)
    stranger = Desk(association, actor_with(Role.ASSESSOR))
    assert stranger.get(f"review/{assessment.pk}/").status_code == 404
