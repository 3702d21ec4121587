"""自评表与提交前预审: what the page shows, to whom, and in how many queries."""

from datetime import timedelta
from decimal import Decimal

import pytest

from association import clock
from association.actors import system
from association.choices import Role
from association.models import Attachment
from association.operations import move_practice_clock
from association.tenancy import acting_for
from common.errors import NotFound
from credit_rating import operations
from credit_rating.choices import ItemState
from credit_rating.models import Evidence, Indicator, OpinionItem
from credit_rating.queries.self_check import preflight_of
from credit_rating.queries.self_sheet import self_sheet, sheet_row
from credit_rating.rules.indicator_map import MapKind, MapRow
from credit_rating.rules.marks import Mark
from credit_rating.rules.preflight import FindingKind
from credit_rating.rules.scoring import rate
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import (
    assessment_of,
    begun_assessment,
    beijing_standard,
    fill,
    frozen_standard,
    frozen_successor,
    give_evidence,
    open_round,
    small_spec,
    submitted_assessment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def desk(here):
    return begun(frozen_standard())


def begun(standard, institution=None, year=None):
    """(assessment, administrator) with the sheet open."""
    institution = institution or make_institution()
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    assessment = assessment_of(open_round(standard, [institution], year=year), institution)
    begun_assessment(assessment, admin)
    return assessment, admin


def row_of(sheet, code):
    return next(row for row in sheet.rows if row.leaf.code == code)


def save(desk, code, raw, version=0, **more):
    assessment, admin = desk
    indicator = Indicator.objects.get(standard=assessment.round.standard, code=code)
    return operations.save_row(
        actor=admin, assessment_id=assessment.pk, indicator_id=indicator.pk, version=version, raw=raw, **more
    )


# ---------------------------------------------------------------- the sheet


def test_the_shipped_draft_is_58_rows_under_21_headings(here):
    assessment, admin = begun(beijing_standard())
    sheet = self_sheet(admin, assessment.pk)
    assert (len(sheet.headings), len(sheet.rows), sheet.total, sheet.done) == (21, 58, 58, 0)
    assert len({heading.aspect for heading in sheet.headings}) == 3
    assert [row.leaf.code for row in sheet.rows] == [leaf.code for leaf in sheet.spec.leaves]
    assert sum(heading.points for heading in sheet.headings) == 100
    assert sheet.is_open


@pytest.mark.parametrize("filled", [0, 1, 58])
def test_the_sheet_takes_five_queries_and_one_for_names_however_much_is_in_it(
    here, django_assert_num_queries, filled
):
    standard, institution = beijing_standard(), make_institution()
    if filled == 58:
        submitted_assessment(open_round(standard, [institution], year=2025), institution)
    assessment, admin = begun(standard, institution, year=2026)
    for item in list(OpinionItem.objects.filter(opinion__assessment=assessment))[:filled]:
        give_evidence(item, admin)
    self_sheet(admin, assessment.pk)
    with django_assert_num_queries(6 if filled == 58 else 5):
        sheet = self_sheet(admin, assessment.pk)
        shown = [
            (
                row.leaf.title, row.item.state, row.points, row.item.get_state_display(), row.origin,
                row.item.edited_by and row.item.edited_by.name, row.fields, row.note,
                [(one.attachment.name, one.attachment.size) for one in row.evidence], row.evidence_missing,
            )
            for row in sheet.rows
        ]  # fmt: skip
        assert sheet.assessment.institution.name
        assert sheet.assessment.round.standard.title
        assert len(shown) == 58
    assert sheet.done == 0  # what was carried counts once it is confirmed
    assert sheet.carried == (58 if filled == 58 else 0)


def test_a_saved_row_is_drawn_again_without_a_query_files_included(desk, django_assert_num_queries):
    _assessment, admin = desk
    stored = save(desk, "A1.1", {"passed": "yes"})
    give_evidence(stored, admin)
    item = save(desk, "A1.1", {"passed": "yes"}, version=1)
    with django_assert_num_queries(0):
        row = sheet_row(item)
        assert (row.leaf.code, row.points, row.done) == ("A1.1", 10, True)
        (file,) = row.evidence
        assert not row.evidence_missing
    kept = Evidence.objects.select_related("attachment").get(item=stored)
    names = ("pk", "name", "size", "valid_until")
    assert file == kept
    assert [getattr(file.attachment, name) for name in names] == [
        getattr(kept.attachment, name) for name in names
    ]


def test_what_a_row_says(desk):
    assessment, admin = desk
    save(desk, "A1.1", {"passed": "yes"})
    save(desk, "B1.1", {}, na_reason="未开展")
    sheet = self_sheet(admin, assessment.pk)
    passed, left, skipped = (row_of(sheet, code) for code in ("A1.1", "A1.2", "B1.1"))
    assert (passed.item.entry, passed.points, passed.evidence_missing) == ({"passed": "yes"}, 10, True)
    assert (left.item.state, left.points) == (ItemState.OPEN, None)
    assert (skipped.item.state, skipped.item.na_reason) == (ItemState.NA, "未开展")
    assert [field.name for field in row_of(sheet, "A2.2").fields] == ["sampled", "passed"]
    assert [(heading.code, heading.done, heading.total) for heading in sheet.headings] == [
        ("A1", 1, 3),
        ("A2", 0, 2),
        ("B1", 1, 2),
    ]
    expired = give_evidence(passed.item, admin, valid_until=clock.today() - timedelta(days=1))
    again = row_of(self_sheet(admin, assessment.pk), "A1.1")
    assert (again.expired, again.evidence_missing) == ((expired,), True)
    give_evidence(passed.item, admin)
    assert not row_of(self_sheet(admin, assessment.pk), "A1.1").evidence_missing


def test_carried_rows_show_their_origin_and_split_ones_say_why_they_are_empty(here):
    institution = make_institution()
    old = frozen_standard(small_spec(code="s"))
    before = submitted_assessment(open_round(old, [institution], year=2025), institution)
    rows = (
        MapRow(MapKind.SPLIT, ("A1.1",), ("A1.1", "A1.2")),
        MapRow(MapKind.MERGED, ("A1.2", "A1.3"), ("A1.3",)),
        MapRow(MapKind.SAME, ("A2.1",), ("A2.1",)),
        MapRow(MapKind.RETIRED, ("A2.2",)),
        MapRow(MapKind.NEW, (), ("A2.2",)),
        MapRow(MapKind.SAME, ("B1.1",), ("B1.1",)),
        MapRow(MapKind.SAME, ("B1.2",), ("B1.2",)),
    )
    assessment, admin = begun(
        frozen_successor(old, small_spec(code="s", version="2"), rows), institution, year=2026
    )
    sheet = self_sheet(admin, assessment.pk)
    origin = row_of(sheet, "A2.1").origin
    assert (origin.year, origin.code, origin.submitted_at) == (2025, "A2.1", before.submitted_at)
    assert "A1.1 拆分而来" in row_of(sheet, "A1.2").note
    assert "A1.2、A1.3 合并而来" in row_of(sheet, "A1.3").note
    assert row_of(sheet, "A2.2").note == "本版新增指标。"
    assert row_of(sheet, "A2.1").note == ""


def test_the_sheet_closes_with_its_window(here, desk):
    assessment, admin = desk
    move_practice_clock(actor=system(here.pk), days=19)
    assert not self_sheet(admin, assessment.pk).is_open


def test_before_it_is_begun_the_sheet_has_no_rows(here):
    institution = make_institution()
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    assessment = assessment_of(open_round(institutions=[institution]))
    sheet = self_sheet(admin, assessment.pk)
    assert (sheet.opinion, sheet.rows, sheet.total, sheet.is_open) == (None, (), 7, False)


def test_who_sees_the_sheet(desk):
    assessment, _admin = desk
    staff = self_sheet(actor_with(Role.SECRETARIAT), assessment.pk)
    assert (len(staff.rows), staff.is_open) == (7, False)
    for stranger in (actor_with(Role.INSTITUTION_ADMIN), actor_with(Role.ASSESSOR)):
        for look in (self_sheet, preflight_of):
            with pytest.raises(NotFound):
                look(stranger, assessment.pk)
    with acting_for(make_association().pk):
        neighbour = actor_with(Role.SECRETARIAT)
        for look in (self_sheet, preflight_of):
            with pytest.raises(NotFound):
                look(neighbour, assessment.pk)


# ---------------------------------------------------------------- the check before submitting


@pytest.fixture
def filled(here):
    institution = make_institution()
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    assessment = assessment_of(open_round(beijing_standard(), [institution]))
    fill(assessment, admin)
    return assessment, admin


def test_a_clean_file_raises_no_alarm_and_the_forecast_is_what_would_be_computed(filled):
    assessment, admin = filled
    check = preflight_of(admin, assessment.pk)
    assert (check.findings, check.unconfirmed, check.may_submit) == ((), (), True)
    marks = {leaf.code: Mark.scored(leaf.points) for leaf in check.spec.leaves}
    result = rate(check.spec, marks)
    assert (check.likely.lowest_total, check.likely.lowest_grade) == (result.total, result.grade)
    assert check.likely.lowest_total == check.likely.highest_total == Decimal("100.0")
    assert "不是评定结果" in check.likely.sentence


def test_forty_seeded_defects_are_forty_findings(filled):
    """Every required evidence expired or taken away, and rows emptied, forty in all: no more and no fewer are named."""
    assessment, admin = filled
    items = list(
        OpinionItem.objects.filter(opinion__assessment=assessment)
        .select_related("indicator")
        .order_by("indicator__code")
    )
    needing = [item for item in items if item.indicator.evidence_required]
    others = [item for item in items if not item.indicator.evidence_required]
    expired, bare = needing[: len(needing) // 2], needing[len(needing) // 2 :]
    emptied = others[: 40 - len(needing)]
    Attachment.objects.filter(pk__in=[item.evidence.get().attachment_id for item in expired]).update(
        valid_until=clock.today() - timedelta(days=1)
    )
    for item in bare:
        item.evidence.all().delete()
    OpinionItem.objects.filter(pk__in=[item.pk for item in emptied]).update(
        state=ItemState.OPEN, points=None, entry={}
    )
    check = preflight_of(admin, assessment.pk)
    wanted = {
        **{item.indicator.code: FindingKind.EXPIRED for item in expired},
        **{item.indicator.code: FindingKind.MISSING for item in (*bare, *emptied)},
    }
    assert len(wanted) == 40
    assert {finding.code: finding.kind for finding in check.blocking} == wanted
    assert len(check.findings) == 40
    assert not check.may_submit


def test_the_check_takes_three_queries(filled, django_assert_num_queries):
    assessment, admin = filled
    preflight_of(admin, assessment.pk)
    with django_assert_num_queries(3):
        preflight_of(admin, assessment.pk)
