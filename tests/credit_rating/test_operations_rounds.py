"""评估轮次: planning, inviting, opening, and everything that happens because time passes."""

from datetime import timedelta

import pytest

from association import clock
from association.actors import system
from association.choices import Role
from association.models import AuditEntry, Notice
from association.operations import move_practice_clock
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import RoundState, Stage, StageKind
from credit_rating.models import (
    Assessment,
    Round,
    RoundStage,
)
from credit_rating.operations import StageWindow
from credit_rating.queries.rounds import my_assessments, stages_of, with_progress
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import (
    DISTRICT_STAGES,
    assessment_of,
    begun_assessment,
    draft_round,
    draft_standard,
    frozen_standard,
    open_round,
    submitted_assessment,
    windows,
)

pytestmark = pytest.mark.django_db
SELF, DISTRICT, REVIEW, DETERMINATION = StageKind


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def clerk(here):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def timekeeper(here):
    return system(here.pk)


def planned(clerk, standard, **changes):
    values = {"year": 2026, "title": "2026年度评估", "standard_id": standard.pk, "stages": windows()}
    return operations.plan_round(actor=clerk, **(values | changes))


def pass_days(here, days):
    move_practice_clock(actor=system(here.pk), days=days)


# ---------------------------------------------------------------- planning


@pytest.mark.parametrize("kinds", [(SELF, REVIEW, DETERMINATION), DISTRICT_STAGES, tuple(StageKind)])
def test_stages_are_the_rounds_own(clerk, kinds):
    round_ = planned(
        clerk, frozen_standard(), stages=windows(kinds), authorising_document="促进会〔2026〕1号"
    )
    assert [stage.kind for stage in stages_of(round_.pk)] == list(kinds)
    assert round_.state == RoundState.DRAFT
    assert AuditEntry.objects.get(action="plan_round").object_id == round_.pk


def stage_table(*rows):
    start = clock.now()
    return [
        StageWindow(kind, start + timedelta(days=opens), start + timedelta(days=closes))
        for kind, opens, closes in rows
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(REVIEW, 0, 1), (SELF, 1, 2), (DETERMINATION, 2, 3)], "次序"),
        ([(SELF, 0, 1), (SELF, 1, 2), (DETERMINATION, 2, 3)], "各一次"),
        ([(SELF, 0, 1), (DETERMINATION, 2, 3)], "之一"),
        ([(SELF, 0, 1), (REVIEW, 1, 2)], "综合评定"),
        ([(SELF, 0, 2), (REVIEW, 1, 3), (DETERMINATION, 3, 4)], "截止前开始"),
        ([(SELF, 1, 1), (REVIEW, 1, 2), (DETERMINATION, 3, 4)], "晚于开始"),
        ([], "自评"),
    ],
    ids=["order", "twice", "no review", "no determination", "overlap", "empty window", "none"],
)
def test_stages_out_of_order_are_refused(clerk, rows, words):
    standard = frozen_standard()
    with pytest.raises(InvalidInput, match=words):
        planned(clerk, standard, stages=stage_table(*rows))
    assert not Round.objects.exists()


def test_a_round_is_held_under_a_frozen_standard_once_a_year(clerk):
    with pytest.raises(Refused, match="已定稿"):
        planned(clerk, draft_standard())
    standard = frozen_standard()
    planned(clerk, standard)
    with pytest.raises(Refused, match="2026年度"):
        planned(clerk, standard)
    assert planned(clerk, standard, year=2027).year == 2027


def test_a_round_needs_a_title_and_a_year(clerk):
    standard = frozen_standard()
    for wrong in ({"title": "　"}, {"year": 26}):
        with pytest.raises(InvalidInput) as refused:
            planned(clerk, standard, **wrong)
        assert set(refused.value.fields) == set(wrong)


def test_stages_change_only_while_the_round_is_prepared(clerk):
    round_ = draft_round(institutions=[make_institution()])
    operations.set_stages(actor=clerk, round_id=round_.pk, stages=windows(DISTRICT_STAGES))
    assert [stage.kind for stage in stages_of(round_.pk)] == list(DISTRICT_STAGES)
    operations.open_round(actor=clerk, round_id=round_.pk)
    with pytest.raises(Refused, match="已经开始"):
        operations.set_stages(actor=clerk, round_id=round_.pk, stages=windows())


# ---------------------------------------------------------------- inviting and opening


def test_inviting_twice_invites_once(clerk):
    first, second = make_institution(), make_institution()
    round_ = draft_round()
    assert len(operations.invite(actor=clerk, round_id=round_.pk, institution_ids=[first.pk])) == 1
    both = [first.pk, second.pk, second.pk]
    assert [
        row.institution_id for row in operations.invite(actor=clerk, round_id=round_.pk, institution_ids=both)
    ] == [second.pk]
    assert set(Assessment.objects.values_list("stage", flat=True)) == {Stage.INVITED}
    assert not Notice.objects.filter(event__endswith="-invited").exists()


def test_an_institution_of_another_association_cannot_be_invited(clerk):
    with acting_for(make_association().pk):
        theirs = make_institution()
    round_ = draft_round()
    with pytest.raises(NotFound):
        operations.invite(actor=clerk, round_id=round_.pk, institution_ids=[make_institution().pk, theirs.pk])
    assert not Assessment.objects.exists()


def test_opening_tells_each_person_of_each_institution_once(clerk):
    institution = make_institution()
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    round_ = draft_round(institutions=[institution])
    operations.open_round(actor=clerk, round_id=round_.pk)
    late = make_institution()
    other = actor_with(Role.INSTITUTION_ADMIN, late)
    operations.invite(actor=clerk, round_id=round_.pk, institution_ids=[late.pk, institution.pk])
    told = Notice.objects.filter(event__endswith="-invited", channel="desk").order_by("id")
    assert [notice.user_id for notice in told] == [admin.user_id, other.user_id]


def test_a_round_opens_once_with_institutions_and_in_time(clerk):
    empty = draft_round()
    with pytest.raises(Refused, match="没有邀请"):
        operations.open_round(actor=clerk, round_id=empty.pk)
    late = draft_round(institutions=[make_institution()])
    RoundStage.objects.filter(round=late, kind=SELF).update(closes_at=clock.now())
    with pytest.raises(Refused, match="已过"):
        operations.open_round(actor=clerk, round_id=late.pk)
    with pytest.raises(Refused, match="已截止"):
        operations.invite(actor=clerk, round_id=late.pk, institution_ids=[make_institution().pk])
    opened = open_round()
    with pytest.raises(Refused):
        operations.open_round(actor=clerk, round_id=opened.pk)


def test_a_round_does_not_open_under_a_retired_standard(clerk):
    round_ = draft_round(institutions=[make_institution()])
    operations.retire_standard(actor=clerk, standard_id=round_.standard_id, reason="已有新版")
    with pytest.raises(Refused, match="停用"):
        operations.open_round(actor=clerk, round_id=round_.pk)


@pytest.mark.parametrize("role", [Role.INSTITUTION_ADMIN, Role.ASSESSOR, Role.COMMITTEE_CHAIR, Role.AUDITOR])
def test_only_the_secretariat_runs_rounds(clerk, role):
    standard, who = frozen_standard(), actor_with(role)
    round_ = draft_round(institutions=[make_institution()])
    for deed in (
        lambda: planned(who, standard),
        lambda: operations.set_stages(actor=who, round_id=round_.pk, stages=windows()),
        lambda: operations.invite(actor=who, round_id=round_.pk, institution_ids=[]),
        lambda: operations.open_round(actor=who, round_id=round_.pk),
        lambda: operations.keep_the_clock(actor=who),
        lambda: operations.close_self_assessment(actor=who, round_id=round_.pk),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert operations.open_round(actor=clerk, round_id=round_.pk).state == RoundState.OPEN


def test_a_round_of_another_association_does_not_exist(clerk):
    with acting_for(make_association().pk):
        theirs, foreign = draft_round(institutions=[make_institution()]), frozen_standard()
    with pytest.raises(NotFound):
        operations.open_round(actor=clerk, round_id=theirs.pk)
    with pytest.raises(NotFound):
        operations.invite(actor=clerk, round_id=theirs.pk, institution_ids=[])
    with pytest.raises(NotFound):
        planned(clerk, foreign)


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_rounds_counts_in_constant_queries(here, count, django_assert_num_queries):
    standard = frozen_standard()
    for number in range(count):
        round_ = open_round(standard, [make_institution(), make_institution()], year=2026 + number)
        submitted_assessment(round_, round_.assessments.first().institution)
    with django_assert_num_queries(2):
        rows = list(with_progress(Round.objects.all()))
        assert [(row.invited, row.filed, row.not_filed, len(row.stages.all())) for row in rows] == [
            (2, 1, 0, 3)
        ] * count


def test_an_institution_sees_its_own_assessments_with_progress(here, django_assert_num_queries):
    mine, theirs = make_institution(), make_institution()
    round_ = open_round(institutions=[mine, theirs])
    admin = actor_with(Role.INSTITUTION_ADMIN, mine)
    begun_assessment(assessment_of(round_, mine), admin)
    begun_assessment(assessment_of(round_, theirs))
    with django_assert_num_queries(1):
        row = my_assessments(admin).get()
        assert (row.institution, row.rows_done, row.rows_total) == (mine, 0, 7)
        assert row.round.standard.title
    assert not my_assessments(actor_with(Role.INSTITUTION_ADMIN)).exists()
