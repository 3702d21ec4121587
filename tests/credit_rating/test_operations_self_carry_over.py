"""去年的答案 in a new self-assessment, and two people at the same moment."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from association import clock
from association.actors import system
from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from common.errors import Refused
from credit_rating import operations
from credit_rating.choices import ItemState, Stage
from credit_rating.models import Assessment, Evidence, Opinion, OpinionItem
from credit_rating.operations import NotReady, StaleRow
from credit_rating.queries.self_sheet import self_sheet
from credit_rating.rules.indicator_map import MapKind, MapRow
from tests.at_once import at_once
from tests.credit_rating.desk_pages import Desk as PageDesk
from tests.credit_rating.self_desk import Desk, begun, colleague, full
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import (
    assessment_of,
    begun_assessment,
    beijing_standard,
    close_windows,
    fill,
    frozen_standard,
    frozen_successor,
    open_round,
    small_spec,
    submitted_assessment,
)

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def desk(here):
    return begun()


# ---------------------------------------------------------------- last year's answers


def next_year(institution, standard, year=2027):
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    round_ = open_round(standard, [institution], year=year)
    desk = Desk(assessment_of(round_, institution), admin)
    begun_assessment(desk.assessment, admin)
    return desk


def filed_year(standard, institution, answers=None):
    round_ = open_round(standard, [institution], year=2026)
    return submitted_assessment(round_, institution, answers)


def test_last_years_answers_come_along_with_origin_and_evidence(here):
    standard, institution = frozen_standard(), make_institution()
    before = filed_year(standard, institution, {"B1.2": {"points": "17.5"}})
    desk = next_year(institution, standard)
    row, old = desk.row("B1.2"), OpinionItem.objects.get(opinion__assessment=before, indicator__code="B1.2")
    assert (row.entry, row.points, row.carried, row.origin) == ({"points": "17.5"}, D("17.5"), True, old)
    assert OpinionItem.objects.filter(opinion__assessment=desk.assessment, carried=True).count() == 7
    assert Evidence.objects.filter(item=desk.row("A1.1")).count() == 1
    assert AuditEntry.objects.filter(action="open_self_assessment").first().detail == {"carried": 7}


def test_carried_rows_wait_to_be_confirmed_one_by_one_or_all_at_once(here):
    standard, institution = frozen_standard(), make_institution()
    filed_year(standard, institution)
    desk = next_year(institution, standard)
    with pytest.raises(NotReady, match="7项上年带入"):
        desk.submit()
    one = operations.confirm_carried(
        actor=desk.admin, assessment_id=desk.assessment.pk, indicator_id=desk.ids["A1.1"]
    )
    rest = operations.confirm_carried(actor=desk.admin, assessment_id=desk.assessment.pk)
    again = operations.confirm_carried(actor=desk.admin, assessment_id=desk.assessment.pk)
    assert (one, rest, again) == (1, 6, 0)
    row = desk.row("A1.1")
    assert (row.carried, row.version, row.origin is not None) == (False, 1, True)
    assert desk.submit().stage == Stage.SUBMITTED


def test_a_changed_row_has_no_origin_and_a_saved_one_is_confirmed(here):
    standard, institution = frozen_standard(), make_institution()
    filed_year(standard, institution)
    desk = next_year(institution, standard)
    desk.save("B1.2", {"points": "3"})
    desk.save("A1.2", {"count": "0"})
    changed, kept = desk.row("B1.2"), desk.row("A1.2")
    assert (changed.origin, changed.carried) == (None, False)
    assert (kept.origin is not None, kept.carried) == (True, False)


def test_a_split_indicator_is_never_carried_silently(here):
    institution = make_institution()
    old = frozen_standard(small_spec(code="s"))
    filed_year(old, institution)
    rows = (
        MapRow(MapKind.SPLIT, ("A1.1",), ("A1.1", "A1.2")),
        MapRow(MapKind.MERGED, ("A1.2", "A1.3"), ("A1.3",)),
        MapRow(MapKind.SAME, ("A2.1",), ("A2.1",)),
        MapRow(MapKind.RETIRED, ("A2.2",)),
        MapRow(MapKind.NEW, (), ("A2.2",)),
        MapRow(MapKind.SAME, ("B1.1",), ("B1.1",)),
        MapRow(MapKind.SAME, ("B1.2",), ("B1.2",)),
    )
    new = frozen_successor(old, small_spec(code="s", version="2"), rows)
    desk = next_year(institution, new)
    carried = OpinionItem.objects.filter(opinion__assessment=desk.assessment, carried=True)
    assert set(carried.values_list("indicator__code", flat=True)) == {"A2.1", "B1.1", "B1.2"}
    assert desk.row("A1.1").state == ItemState.OPEN
    notes = {row.leaf.code: row.note for row in self_sheet(desk.admin, desk.assessment.pk).rows}
    assert notes["A1.1"] == "该指标由上年指标 A1.1 拆分而来，须重新填写。"
    assert notes["A1.3"] == "该指标由上年指标 A1.2、A1.3 合并而来，须重新填写。"
    assert (notes["A2.2"], notes["B1.2"]) == ("本版新增指标。", "")
    with override("en"):
        english = {row.leaf.code: row.note for row in self_sheet(desk.admin, desk.assessment.pk).rows}
    assert "A1.1" in english["A1.1"]
    assert "拆分" not in english["A1.1"]
    page = PageDesk(here, desk.admin).get(f"rating/{desk.assessment.pk}/self/").content.decode()
    assert page.count("该指标由上年指标 A1.1 拆分而来，须重新填写。") == 2  # of both parts


def test_neither_a_neighbours_answers_nor_unfiled_ones_come_along(here):
    standard, institution = frozen_standard(), make_institution()
    filed_year(standard, make_institution())
    round_ = open_round(standard, [institution], year=2025)
    fill(assessment_of(round_, institution), actor_with(Role.INSTITUTION_ADMIN, institution))
    desk = next_year(institution, standard)
    assert not OpinionItem.objects.filter(opinion__assessment=desk.assessment, carried=True).exists()


def test_a_repeat_with_few_changes_needs_at_most_twelve_inputs(here):
    """58 rows, nothing changed but five of them: one click for the rest."""
    standard, institution = beijing_standard(), make_institution()
    filed_year(standard, institution)
    desk = next_year(institution, standard)
    inputs = 0
    for row in OpinionItem.objects.filter(opinion__assessment=desk.assessment).select_related("indicator")[
        :5
    ]:
        desk.save(row.indicator.code, row.entry, version=row.version, comment="今年情况")
        inputs += 1
    operations.confirm_carried(actor=desk.admin, assessment_id=desk.assessment.pk)
    desk.submit()
    assert inputs + 2 <= 12


# ---------------------------------------------------------------- at the same moment


@pytest.mark.django_db(transaction=True)
def test_two_people_saving_one_row_at_once_lose_nothing():
    association = make_association()
    with acting_for(association.pk):
        desk = begun()
        other = colleague(desk)
    for version in range(5):
        first, second = at_once(
            association,
            lambda version=version: desk.save(
                "B1.2", {"points": "5"}, version=version, comment=f"甲{version}"
            ),
            lambda version=version: desk.save(
                "B1.2", {"points": "6"}, version=version, comment=f"乙{version}", actor=other
            ),
        )
        saved, stale = (second, first) if isinstance(first, StaleRow) else (first, second)
        assert isinstance(stale, StaleRow), (first, second)
        assert {saved.points, stale.mine.points} == {5, 6}
        assert (stale.theirs.points, stale.theirs.version) == (saved.points, version + 1)
        with acting_for(association.pk):
            assert (desk.row("B1.2").points, desk.row("B1.2").version) == (saved.points, version + 1)


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_are_one():
    association = make_association()
    with acting_for(association.pk):
        desk = full()
        other = colleague(desk, Role.INSTITUTION_ADMIN)
    outcomes = at_once(association, desk.submit, lambda: desk.submit(other))
    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Assessment)) == [Assessment]
    assert [outcome.status for outcome in outcomes if isinstance(outcome, Refused)] == [409]
    with acting_for(association.pk):
        assert AuditEntry.objects.filter(action="submit_self_assessment").count() == 1
        assert Opinion.objects.filter(submitted_at__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_save_and_a_submit_at_once_end_in_one_order():
    association = make_association()
    with acting_for(association.pk):
        desk = full()
    saved, submitted = at_once(
        association, lambda: desk.save("B1.2", {"points": "5"}, version=1), desk.submit
    )
    assert isinstance(submitted, Assessment)
    with acting_for(association.pk):
        expected = D(5) if isinstance(saved, OpinionItem) else D(20)
        assert desk.row("B1.2").points == expected


@pytest.mark.django_db(transaction=True)
def test_a_submit_and_the_closing_at_once_end_in_one_of_both():
    association = make_association()
    with acting_for(association.pk):
        desk = full()
        stage = desk.assessment.round.stages.get(kind="self_assessment")
        stage.closes_at = clock.now() + timedelta(milliseconds=150)
        stage.save()
        clockwork = system(association.pk)
    at_once(association, desk.submit, lambda: operations.keep_the_clock(actor=clockwork))
    threading.Event().wait(0.2)
    with acting_for(association.pk):
        operations.keep_the_clock(actor=clockwork)
        assessment = assessment_of(desk.assessment.round)
        if assessment.stage == Stage.SUBMITTED:
            assert assessment.submitted_at < stage.closes_at
        else:
            assert (assessment.stage, assessment.submitted_at) == (Stage.NOT_FILED, None)


def test_the_story_of_a_closed_round_keeps_every_filed_answer(here):
    desk = full()
    desk.submit()
    close_windows(desk.assessment.round)
    assert desk.row("B1.2").points == 20
