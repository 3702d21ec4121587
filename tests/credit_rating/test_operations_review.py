"""指派、评审、补正: who may see and score what, once and for all."""

import struct
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.choices import Role
from association.models import User
from association.rules.conflict import WORDS, TieKind
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.access import assessments_visible_to, evidence_visible_to, opinions_visible_to
from credit_rating.choices import AssignmentState, Clearance, DeclaredTie, ItemState, Stage, StageKind
from credit_rating.models import Assessment, Assignment, Evidence, Opinion, OpinionItem
from credit_rating.queries.panel import candidates, panel_sheet
from credit_rating.queries.review import assignments_of, current_opinions, review_sheet
from credit_rating.rules.specification import NaPolicy
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user
from tests.factories.rating import DISTRICT_STAGES, reviewing_round, submitted_assessment, windows
from tests.factories.review import assign, move_clock, review, score_all

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def assessment(scope):
    return Assessment.objects.get(round=reviewing_round())


@pytest.fixture
def clerk(scope):
    return actor_with(Role.SECRETARIAT)


def leaf(assessment, code="B1.2"):
    return assessment.round.standard.indicators.get(code=code)


# 指派与回避


def test_assessor_sees_nothing_before_and_the_dossier_only_after_the_declaration(assessment):
    reviewer = actor_with(Role.ASSESSOR)
    assert not assessments_visible_to(reviewer).exists()
    assignment = assign(assessment, reviewer, declared=False)
    assert assessments_visible_to(reviewer).get() == assessment
    assert not opinions_visible_to(reviewer).exists()
    assert not evidence_visible_to(reviewer).exists()
    with pytest.raises(Forbidden):
        review_sheet(reviewer, assessment.pk)
    with pytest.raises(Refused, match="声明"):
        operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    operations.declare_no_conflict(actor=reviewer, assignment_id=assignment.pk)
    assert opinions_visible_to(reviewer).get().kind == StageKind.SELF_ASSESSMENT
    assert evidence_visible_to(reviewer).count() == 1
    assert [row.pk for row in assignments_of(reviewer)] == [assignment.pk]


def test_neighbours_are_not_found(assessment, clerk):
    other = submitted_assessment()
    reviewer = actor_with(Role.ASSESSOR)
    assignment = assign(assessment, reviewer, declared=False)
    stranger = actor_with(Role.ASSESSOR)
    with pytest.raises(NotFound):
        operations.declare_no_conflict(actor=stranger, assignment_id=assignment.pk)
    for call in (operations.open_review, operations.submit_review):
        with pytest.raises(NotFound):
            call(actor=reviewer, assessment_id=other.pk)
    with pytest.raises(NotFound):
        review_sheet(stranger, assessment.pk)
    with acting_for(make_association().pk), pytest.raises(NotFound):
        operations.assign_assessor(
            actor=actor_with(Role.SECRETARIAT),
            assessment_id=assessment.pk,
            kind=StageKind.REVIEW,
            assessor_id=actor_with(Role.ASSESSOR).user_id,
        )
    assert not Opinion.objects.filter(kind=StageKind.REVIEW).exists()


@pytest.mark.parametrize("until", [None, "recent", "long ago"])
def test_employer_in_the_last_three_years_keeps_an_assessor_out(assessment, clerk, until):
    ended = {None: None, "recent": date(clock.today().year - 2, 1, 1), "long ago": date(2021, 6, 1)}[until]
    user = make_user()
    appoint(user, Role.ASSESSOR)
    appoint(user, Role.ASSESSOR, employer=assessment.institution, until_on=ended)
    found = {row.user.pk: row.check for row in candidates(clerk, assessment.pk, StageKind.REVIEW)}[user.pk]
    ask = {"actor": clerk, "assessment_id": assessment.pk, "kind": StageKind.REVIEW, "assessor_id": user.pk}
    if until == "long ago":
        assert found.clearance == Clearance.CLEAR
        assert operations.assign_assessor(**ask).conflict_check["clearance"] == "clear"
        return
    assert found.clearance == Clearance.BLOCKED
    with pytest.raises(Refused, match=assessment.institution.name):
        operations.assign_assessor(**ask)
    assert not Assignment.objects.exists()


def test_competitor_is_shown_and_a_mutual_review_refused(scope, clerk):
    region = make_association().region
    first, second = (
        make_institution(region=region, field="skills"),
        make_institution(region=region, field="skills"),
    )
    held_in = reviewing_round(institutions=[first, second])
    of_first, of_second = Assessment.objects.filter(round=held_in).order_by("pk")
    from_first, from_second = (actor_with(Role.ASSESSOR, employer=one) for one in (first, second))
    assigned = assign(of_second, from_first)
    assert assigned.conflict_check["clearance"] == "warn"
    assert "竞争关系" in assigned.conflicts_told[0]
    with pytest.raises(Refused, match="互评"):
        assign(of_first, from_second)


def test_conflict_that_arises_later_stops_declaration_and_submission(assessment):
    early, late = actor_with(Role.ASSESSOR), actor_with(Role.ASSESSOR)
    assignment = assign(assessment, early, declared=False)
    assign(assessment, late)
    score_all(assessment, late)
    for actor in (early, late):
        appoint_at(actor, assessment.institution)
    with pytest.raises(Refused, match="回避"):
        operations.declare_no_conflict(actor=early, assignment_id=assignment.pk)
    with pytest.raises(Refused, match="回避"):
        operations.submit_review(actor=late, assessment_id=assessment.pk)


def appoint_at(actor, institution):
    appoint(User.objects.get(pk=actor.user_id), Role.INSTITUTION_STAFF, institution=institution)


def test_recusal_closes_the_dossier_for_good(assessment, clerk):
    reviewer = actor_with(Role.ASSESSOR)
    assignment = assign(assessment, reviewer)
    with pytest.raises(InvalidInput):
        operations.recuse(actor=reviewer, assignment_id=assignment.pk, reason="  ")
    with pytest.raises(InvalidInput, match="利害关系"):
        operations.recuse(actor=reviewer, assignment_id=assignment.pk, reason="亲属任职", tie="friend")
    operations.recuse(actor=reviewer, assignment_id=assignment.pk, reason="亲属任职", tie="family")
    assert not assessments_visible_to(reviewer).exists()
    assert not opinions_visible_to(reviewer).exists()
    with pytest.raises(Refused):
        assign(assessment, reviewer)
    with pytest.raises(Refused):
        operations.recuse(actor=reviewer, assignment_id=assignment.pk, reason="再次")
    (row,) = [
        one for one in candidates(clerk, assessment.pk, StageKind.REVIEW) if one.user.pk == reviewer.user_id
    ]
    assert row.check.clearance == Clearance.BLOCKED
    assert "近亲属任职" in row.check.told()[0]
    assert Assignment.objects.get(pk=assignment.pk).state == AssignmentState.RECUSED


def test_every_tie_that_can_be_named_is_one_that_the_rules_know():
    assert set(DeclaredTie.values) == set(TieKind) - {TieKind.COMPETITOR, TieKind.RECIPROCITY}
    assert set(DeclaredTie.values) == set(WORDS)


@pytest.mark.parametrize("role", [Role.DISTRICT_REVIEWER, Role.COMMITTEE, Role.SECRETARIAT])
def test_only_assessors_are_assigned_to_the_panel_and_only_once(assessment, clerk, role):
    ask = {"actor": clerk, "assessment_id": assessment.pk, "kind": StageKind.REVIEW}
    with pytest.raises(InvalidInput):
        operations.assign_assessor(**ask, assessor_id=actor_with(role).user_id)
    reviewer = actor_with(Role.ASSESSOR)
    operations.assign_assessor(**ask, assessor_id=reviewer.user_id)
    with pytest.raises(Refused):
        operations.assign_assessor(**ask, assessor_id=reviewer.user_id)
    with pytest.raises(InvalidInput, match="没有这个评审环节"):
        operations.assign_assessor(
            **(ask | {"kind": StageKind.DISTRICT_REVIEW}),
            assessor_id=actor_with(Role.DISTRICT_REVIEWER).user_id,
        )


# 评分


def test_gap_demands_a_reason_and_a_stale_row_is_refused_with_both_values(assessment):
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    ask = {"actor": reviewer, "assessment_id": assessment.pk, "indicator_id": leaf(assessment).pk}
    with pytest.raises(InvalidInput) as refused:
        operations.save_review_row(**ask, version=0, raw={"points": "15"})
    assert "gap_reason" in refused.value.fields
    near = operations.save_review_row(**ask, version=0, raw={"points": "１６"})
    assert (near.points, near.version) == (16, 1)
    again = operations.save_review_row(**ask, version=0, raw={"points": "16"})
    assert (again.points, again.version) == (16, 1)  # the same sent twice is no quarrel
    with pytest.raises(operations.StaleRow) as stale:
        operations.save_review_row(**ask, version=0, raw={"points": "17"})
    assert (stale.value.mine.points, stale.value.theirs.points) == (17, 16)
    far = operations.save_review_row(**ask, version=1, raw={"points": "1"}, gap_reason="抽查不符")
    assert (far.points, far.gap_reason) == (1, "抽查不符")
    row = next(
        row
        for heading in review_sheet(reviewer, assessment.pk).headings
        for row in heading.rows
        if row.leaf.code == "B1.2"
    )
    assert (row.gap, row.self_item.points, row.own.points) == (True, 20, 1)


@pytest.mark.parametrize("raw", ["21", "-1", "NaN", "1e1", "", "0.001"])
def test_impossible_points_are_refused(assessment, raw):
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    with pytest.raises(InvalidInput):
        operations.save_review_row(
            actor=reviewer,
            assessment_id=assessment.pk,
            indicator_id=leaf(assessment).pk,
            version=0,
            raw={"points": raw},
        )
    assert (
        OpinionItem.objects.get(opinion__author_id=reviewer.user_id, indicator=leaf(assessment)).state
        == ItemState.OPEN
    )


def test_not_applicable_only_where_the_standard_allows_it(assessment):
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    ask = {"actor": reviewer, "assessment_id": assessment.pk, "version": 0, "raw": {}, "na_reason": "未开展"}
    with pytest.raises(InvalidInput):
        operations.save_review_row(**ask, indicator_id=leaf(assessment).pk)
    ask["indicator_id"] = leaf(assessment, "B1.1").pk
    with pytest.raises(InvalidInput, match="差距"):
        operations.save_review_row(**ask)
    assert operations.save_review_row(**ask, gap_reason="没有学员").state == ItemState.NA


def test_submitting_needs_every_row_and_happens_once(assessment):
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    with pytest.raises(InvalidInput, match="还有7项未评分"):
        operations.submit_review(actor=reviewer, assessment_id=assessment.pk)
    score_all(assessment, reviewer)
    assert operations.submit_review(actor=reviewer, assessment_id=assessment.pk).submitted_at
    with pytest.raises(Refused, match="已提交"):
        operations.submit_review(actor=reviewer, assessment_id=assessment.pk)
    assert operations.open_review(actor=reviewer, assessment_id=assessment.pk).submitted_at
    with pytest.raises(Refused, match="已提交"):
        score_all(assessment, reviewer)


def test_the_database_packs_the_marks_when_they_are_submitted_and_nobody_else_does(assessment):
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    opinion = operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    Opinion.objects.filter(pk=opinion.pk).update(marks=b"of my own")
    opinion.refresh_from_db()
    assert opinion.marks is None
    score_all(assessment, reviewer)
    operations.save_review_row(
        actor=reviewer,
        assessment_id=assessment.pk,
        indicator_id=leaf(assessment, "B1.1").pk,
        version=1,
        raw={},
        na_reason="未开展",
        gap_reason="没有学员",
    )
    operations.submit_review(actor=reviewer, assessment_id=assessment.pk)
    opinion.refresh_from_db()
    points = opinion.items.order_by("indicator_id").values_list("points", flat=True)
    expected = [-1 if one is None else int(one * 100) for one in points]
    assert -1 in expected
    assert list(struct.unpack(f">{len(expected)}i", opinion.marks)) == expected


def test_panel_of_three_and_a_recorded_discussion(assessment, clerk):
    for points in ("20", "20", "5"):
        with pytest.raises(Refused, match="至少3份"):
            operations.finish_review(actor=clerk, assessment_id=assessment.pk)
        review(assessment, actor_with(Role.ASSESSOR), {"B1.2": {"points": points}})
    assert panel_sheet(clerk, assessment.pk).disagreements == ("B1.2",)
    with pytest.raises(InvalidInput, match="合议"):
        operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    done = operations.finish_review(actor=clerk, assessment_id=assessment.pk, discussion="经合议按中位数")
    assert done.stage == Stage.REVIEWED
    with pytest.raises(Refused):
        operations.finish_review(actor=clerk, assessment_id=assessment.pk, discussion="再来一次")


def test_reviewers_do_not_see_each_other(assessment):
    first, second = actor_with(Role.ASSESSOR), actor_with(Role.ASSESSOR)
    review(assessment, first)
    assign(assessment, second)
    assert not opinions_visible_to(second).filter(author_id=first.user_id).exists()
    with pytest.raises(NotFound):
        panel_sheet(second, assessment.pk)


def test_district_review_alone_is_enough_where_the_round_has_no_panel(scope, clerk):
    assessment = Assessment.objects.get(round=reviewing_round(stages=windows(DISTRICT_STAGES)))
    with pytest.raises(Refused, match="至少1份"):
        operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    reviewer = actor_with(Role.DISTRICT_REVIEWER)
    review(assessment, reviewer, {"B1.2": {"points": "9"}}, kind=StageKind.DISTRICT_REVIEW)
    assert operations.finish_review(actor=clerk, assessment_id=assessment.pk).stage == Stage.REVIEWED
    assert operations.compute_assessment(actor=clerk, assessment_id=assessment.pk).total == 89


# 补正


def test_supplement_is_asked_once_and_adds_files_without_touching_what_was_submitted(assessment, clerk):
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    wanted = {leaf(assessment).pk: "请补充名册", leaf(assessment, "A1.1").pk: "许可证不清晰"}
    with pytest.raises(InvalidInput):
        operations.request_supplement(
            actor=clerk, assessment_id=assessment.pk, items={leaf(assessment).pk: " "}
        )
    supplement = operations.request_supplement(actor=clerk, assessment_id=assessment.pk, items=wanted)
    assert "5个工作日" in supplement.explanation
    ask = {"actor": manager, "assessment_id": assessment.pk}
    with pytest.raises(InvalidInput, match=r"A1\.1"):
        operations.answer_supplement(**ask, answers={leaf(assessment).pk: "名册见档案"})
    before = current_opinions(assessment.pk, StageKind.SELF_ASSESSMENT).get()
    operations.answer_supplement(
        **ask,
        answers={leaf(assessment).pk: "名册见档案"},
        uploads={leaf(assessment, "A1.1").pk: [SimpleUploadedFile("许可证.png", PNG)]},
    )
    after = current_opinions(assessment.pk, StageKind.SELF_ASSESSMENT).get()
    assert after.supersedes_id == before.pk
    assert list(after.items.order_by("indicator").values_list("points", flat=True)) == list(
        before.items.order_by("indicator").values_list("points", flat=True)
    )
    counts = [Evidence.objects.filter(item__opinion=one).count() for one in (before, after)]
    assert counts == [1, 2]
    assessment.refresh_from_db()
    assert assessment.stage == Stage.SUBMITTED
    for call in (
        lambda: operations.answer_supplement(**ask, answers={leaf(assessment).pk: "再补"}),
        lambda: operations.request_supplement(actor=clerk, assessment_id=assessment.pk, items=wanted),
    ):
        with pytest.raises(Refused):
            call()


def test_supplement_that_runs_out_lets_the_review_go_on(assessment, clerk):
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    operations.request_supplement(actor=clerk, assessment_id=assessment.pk, items={leaf(assessment).pk: "补"})
    with pytest.raises(Refused):
        operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    move_clock(20, clerk)
    assessment.refresh_from_db()
    assert assessment.stage == Stage.SUBMITTED
    with pytest.raises(Refused):
        operations.answer_supplement(
            actor=manager, assessment_id=assessment.pk, answers={leaf(assessment).pk: "晚了"}
        )


def test_reviewer_asks_for_a_supplement_only_after_the_declaration(assessment):
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer, declared=False)
    ask = {"assessment_id": assessment.pk, "items": {leaf(assessment).pk: "补"}}
    with pytest.raises(Refused):
        operations.request_supplement(actor=reviewer, **ask)
    with pytest.raises(Forbidden):
        operations.request_supplement(actor=actor_with(Role.COMMITTEE), **ask)
    operations.declare_no_conflict(actor=reviewer, assignment_id=Assignment.objects.get().pk)
    assert operations.request_supplement(actor=reviewer, **ask).returns_to == Stage.SUBMITTED


def test_a_reason_that_is_too_long_is_refused_and_never_cut(assessment):
    reviewer = actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    row = assessment.round.standard.indicators.exclude(na_policy=NaPolicy.FORBIDDEN).exclude(method="")[0]
    ask = {"actor": reviewer, "assessment_id": assessment.pk, "indicator_id": row.pk, "version": 0, "raw": {}}
    with pytest.raises(InvalidInput) as refused:
        operations.save_review_row(**ask, na_reason="没" * 301)
    assert refused.value.fields == {"na_reason": "最多300个字，现在是301个字。"}
