"""评估规范: files in and out, drafting, experts, freezing, and what the database refuses afterwards."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import Error, connection, connections, transaction
from openpyxl import Workbook, load_workbook

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused, TooLarge
from credit_rating import operations
from credit_rating.choices import StandardState
from credit_rating.documents import export_standard, export_standard_header
from credit_rating.models import AssessmentStandard, Band, Indicator, IndicatorMap
from credit_rating.queries.standards import map_rows_of, spec_of, standards
from credit_rating.rules.canonical import standard_hash
from credit_rating.rules.grid import HEADINGS, rows_from_spec
from credit_rating.rules.indicator_map import MapKind, MapRow
from credit_rating.rules.specification import BandSpec, Method, ReviewRule, Rounding, Veto, VetoEffect
from tests.factories.people import actor_with, make_association
from tests.factories.rating import (
    BANDS,
    draft_standard,
    freeze,
    frozen_standard,
    frozen_successor,
    small_spec,
)

pytestmark = pytest.mark.django_db
D = Decimal
NAMES = {"code": "R1", "version": "1", "title": "测试规范"}


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def clerk(here):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def expert(here):
    return actor_with(Role.COMMITTEE)


def sheet_rows(**changes):
    """The rows of the small standard; ``changes`` go into the first one, by plain column name."""
    rows = rows_from_spec(small_spec())
    rows[0] |= {HEADINGS[name]: value for name, value in changes.items()}
    return rows


def as_csv(rows, encoding="utf-8"):
    lines = [",".join(f'"{cell}"' for cell in row) for row in [list(rows[0]), *(r.values() for r in rows)]]
    return "\n".join(lines).encode(encoding)


def as_xlsx(rows, touch=lambda page: None):
    book = Workbook()
    page = book.active
    page.append(list(rows[0]))
    for row in rows:
        page.append(list(row.values()))
    touch(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def imported(clerk, data, filename, **more):
    return operations.import_standard(actor=clerk, data=data, filename=filename, **(NAMES | more))


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (as_csv(sheet_rows()), "规范.csv"),
        (as_csv(sheet_rows(), "gb18030"), "规范.csv"),
        (as_csv(sheet_rows(points="１０")), "规范.csv"),
        (as_xlsx(sheet_rows()), "规范.xlsx"),
    ],
    ids=["utf-8", "gb18030", "full-width digits", "xlsx"],
)
def test_a_good_file_becomes_a_draft(clerk, data, filename):
    outcome = imported(clerk, data, filename)
    assert outcome.errors == ()
    assert outcome.standard.state == StandardState.DRAFT
    spec = spec_of(outcome.standard)
    assert [leaf.code for leaf in spec.leaves] == ["A1.1", "A1.2", "A1.3", "A2.1", "A2.2", "B1.1", "B1.2"]
    assert [(band.grade, band.lower) for band in spec.bands] == [("A", 90), ("B", 75), ("C", 60), ("D", 0)]
    assert spec.by_code["A"].points == 60
    assert AuditEntry.objects.get(action="import_standard").object_id == outcome.standard.pk


@pytest.mark.parametrize(
    ("data", "filename", "error", "words"),
    [
        (b"", "规范.xlsx", InvalidInput, "0 字节"),
        (as_xlsx(sheet_rows(), lambda page: page.merge_cells("A2:A3")), "规范.xlsx", InvalidInput, "A2:A3"),
        (
            as_xlsx(sheet_rows(), lambda page: page.__setitem__("M2", "=5+5")),
            "规范.xlsx",
            InvalidInput,
            "公式",
        ),
        (as_csv(sheet_rows()), "规范.xlsx", InvalidInput, "内容却不是"),
        (as_csv(sheet_rows(), "utf-16"), "规范.csv", InvalidInput, "UTF-8"),
        (("一,二\n" * 100_000).encode(), "规范.csv", TooLarge, "2000行"),
    ],
    ids=["empty", "merged", "formula", "mislabelled", "utf-16", "100,000 rows"],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(clerk, data, filename, error, words):
    with pytest.raises(error, match=words):
        imported(clerk, data, filename)
    assert not AssessmentStandard.objects.exists()


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"points": "NaN"}, "分值"),
        ({"points": "-3"}, "分值"),
        ({"points": "1e1"}, "分值"),
        ({"points": "10.005"}, "分值"),
        ({"scoring_method": "随便"}, "计分方法"),
        ({"aspect_code": ""}, "方面编号"),
        ({"veto": "封顶 Z"}, ""),
        ({"points": "11"}, ""),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_half_imported(clerk, changes, column):
    outcome = imported(clerk, as_csv(sheet_rows(**changes)), "规范.csv")
    assert outcome.standard is None
    assert outcome.errors
    assert outcome.errors[0].column == column
    assert not AssessmentStandard.objects.exists()
    assert not Indicator.objects.exists()


def test_every_wrong_row_is_reported_with_its_line_in_the_file(clerk):
    rows = sheet_rows(points="NaN")
    rows[2][HEADINGS["scoring_method"]] = "？"
    lines = as_csv(rows).decode().split("\n")
    lines.insert(1, "")  # people leave lines empty
    outcome = imported(clerk, "\n".join(lines).encode(), "规范.csv")
    assert [(error.row, error.column) for error in outcome.errors] == [(3, "分值"), (5, "计分方法")]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_is_exported_is_imported_as_the_same_standard(clerk, ending):
    spec = small_spec(
        rounding=Rounding(2), review=ReviewRule(panel_minimum=5), legal_basis="依据", official=True
    )
    standard = draft_standard(spec)
    outcome = operations.import_standard(
        actor=clerk,
        data=export_standard(standard, ending),
        filename=f"指标.{ending}",
        header_data=export_standard_header(standard, ending),
        header_filename=f"信息.{ending}",
        version="2",
    )
    assert outcome.errors == ()
    assert standard_hash(spec_of(outcome.standard)) == standard_hash(replace(spec_of(standard), version="2"))


def test_an_export_holds_no_formula(clerk):
    spec = small_spec()
    first = replace(spec.indicators[2], title="=1+1")
    standard = draft_standard(replace(spec, indicators=(*spec.indicators[:2], first, *spec.indicators[3:])))
    page = load_workbook(io.BytesIO(export_standard(standard))).active
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "inlineStr"}


def test_names_are_asked_for_and_a_version_comes_in_once(clerk):
    data = as_csv(sheet_rows())
    with pytest.raises(InvalidInput) as refused:
        imported(clerk, data, "规范.csv", version=" ")
    assert set(refused.value.fields) == {"version"}
    with pytest.raises(InvalidInput):
        imported(clerk, data, "规范.csv", code="长" * 41)
    imported(clerk, data, "规范.csv")
    with pytest.raises(Refused, match="已有代号"):
        imported(clerk, data, "规范.csv")
    assert AssessmentStandard.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "leaves", "total"),
    [("beijing_draft", 58, 100), ("shanghai_form", None, 120), ("tianjin_form", None, 1000)],
)
def test_shipped_standards_load_once_as_unofficial_drafts_that_may_be_frozen(clerk, name, leaves, total):
    standard = operations.load_shipped_standard(actor=clerk, name=name)
    assert (standard.official, standard.state) == (False, StandardState.DRAFT)
    assert standards().get().indicator_count == (leaves or standards().get().indicator_count)
    assert spec_of(standard).total_points == total
    assert freeze(standard).state == StandardState.FROZEN
    with pytest.raises(Refused):
        operations.load_shipped_standard(actor=clerk, name=name)


def test_the_shipped_draft_has_21_headings_under_3_aspects(clerk):
    spec = spec_of(operations.load_shipped_standard(actor=clerk, name="beijing_draft"))
    levels = [one.level for one in spec.indicators]
    assert (levels.count(0), levels.count(1), levels.count(2)) == (3, 21, 49)


def test_an_unknown_template_is_not_found(clerk):
    with pytest.raises(NotFound):
        operations.load_shipped_standard(actor=clerk, name="../secrets")


# ---------------------------------------------------------------- drafting


def test_points_of_headings_follow_the_indicators_below(clerk):
    standard = draft_standard()
    row = Indicator.objects.get(code="A1.2")
    operations.edit_indicator(actor=clerk, indicator_id=row.pk, points=D("12.5"), title=" 扣分　指标 ")
    spec = spec_of(standard)
    assert spec.by_code["A1.2"].title == "扣分 指标"
    assert [spec.by_code[code].points for code in ("A1", "A", "B")] == [D("37.5"), D("62.5"), 40]


def test_an_indicator_takes_another_method_with_its_parameters(clerk):
    draft_standard()
    row = Indicator.objects.get(code="B1.2")
    with pytest.raises(InvalidInput) as refused:
        operations.edit_indicator(actor=clerk, indicator_id=row.pk, method="deduct_each")
    assert set(refused.value.fields) == {"params"}
    operations.edit_indicator(
        actor=clerk,
        indicator_id=row.pk,
        method="deduct_each",
        params={"per": "5", "unit": "次"},
        veto=Veto(VetoEffect.FORCE, "D"),
    )
    row.refresh_from_db()
    assert (row.method, row.veto_effect, row.veto_grade) == (Method.DEDUCT_EACH, "force", "D")


@pytest.mark.parametrize("points", [D("NaN"), D("Infinity"), D(-1), D("1.001"), D(100_000)])
def test_points_that_are_no_points_are_refused(clerk, points):
    draft_standard()
    row = Indicator.objects.get(code="A1.1")
    with pytest.raises(InvalidInput):
        operations.edit_indicator(actor=clerk, indicator_id=row.pk, points=points)
    assert Indicator.objects.get(pk=row.pk).points == 10


def test_a_heading_takes_no_points_and_no_field_is_smuggled_in(clerk):
    draft_standard()
    heading = Indicator.objects.get(code="A1")
    with pytest.raises(Refused):
        operations.edit_indicator(actor=clerk, indicator_id=heading.pk, points=D(50))
    with pytest.raises(InvalidInput):
        operations.edit_indicator(actor=clerk, indicator_id=heading.pk, standard_id=1)
    with pytest.raises(InvalidInput):
        operations.edit_indicator(actor=clerk, indicator_id=heading.pk, title=" ")
    operations.edit_indicator(actor=clerk, indicator_id=heading.pk, title="新标题")
    assert Indicator.objects.get(pk=heading.pk).title == "新标题"


def bands(*lowers, top=None):
    ends = [top, *lowers[:-1]]
    return [
        BandSpec(chr(65 + n), "", D(low), end and D(end), adverse=low == 0)
        for n, (low, end) in enumerate(zip(lowers, ends, strict=True))
    ]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([BandSpec("A", "", D(90), None), BandSpec("B", "", D(0), D(80))], "空档"),
        ([BandSpec("A", "", D(90), None), BandSpec("B", "", D(0), D(95))], "重叠"),
        ([BandSpec("A", "", D(90), None), BandSpec("B", "", D(10), D(90))], "从 0 分开始"),
        ([BandSpec("A", "", D(90), D(100)), BandSpec("B", "", D(0), D(90))], "不应有上限"),
        ([BandSpec("A", "", D(110), None), BandSpec("B", "", D(0), D(110))], "超过满分"),
        ([], "没有等级"),
    ],
    ids=["hole", "overlap", "bottom", "top", "out of reach", "none"],
)
def test_a_band_table_with_a_hole_is_refused_and_the_old_one_stays(clerk, table, words):
    standard = draft_standard()
    with pytest.raises(InvalidInput, match=words):
        operations.edit_bands(actor=clerk, standard_id=standard.pk, bands=table)
    assert Band.objects.filter(standard=standard).count() == 4


def test_bands_are_replaced_as_a_whole(clerk):
    standard = draft_standard()
    operations.edit_bands(actor=clerk, standard_id=standard.pk, bands=bands(85, 60, 0))
    assert [(band.grade, band.lower) for band in spec_of(standard).bands] == [("A", 85), ("B", 60), ("C", 0)]


def test_settings_of_a_draft(clerk):
    standard, other = (
        draft_standard(small_spec(code="one")),
        draft_standard(small_spec(code="one", version="2")),
    )
    changed = operations.edit_settings(
        actor=clerk, standard_id=standard.pk, title="新名称", rounding=Rounding(2), official=True
    )
    changed.refresh_from_db()
    assert (changed.title, changed.rounding_digits, changed.official) == ("新名称", 2, True)
    for wrong in ({"total_points": D(0)}, {"rounding": Rounding(3)}, {"review": ReviewRule(panel_minimum=0)}):
        with pytest.raises(InvalidInput):
            operations.edit_settings(actor=clerk, standard_id=standard.pk, **wrong)
    with pytest.raises(Refused):
        operations.edit_settings(actor=clerk, standard_id=standard.pk, version=other.version)
    with pytest.raises(InvalidInput):
        operations.edit_settings(actor=clerk, standard_id=standard.pk, state="frozen")


# ---------------------------------------------------------------- experts and freezing


def test_a_draft_is_judged_then_frozen_with_its_hash(clerk, expert):
    standard = draft_standard()
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    with pytest.raises(Refused, match="还没有专家"):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)
    operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict="agree", text="同意")
    frozen = operations.freeze_standard(actor=clerk, standard_id=standard.pk)
    frozen.refresh_from_db()
    assert frozen.state == StandardState.FROZEN
    assert frozen.sha256 == standard_hash(spec_of(frozen))
    assert frozen.frozen_at is not None
    with pytest.raises(Refused):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)


def test_a_draft_is_not_frozen_past_the_experts(clerk):
    with pytest.raises(Refused, match="专家评审"):
        operations.freeze_standard(actor=clerk, standard_id=draft_standard().pk)


def test_an_opinion_on_an_earlier_text_does_not_count(clerk, expert):
    standard = draft_standard()
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    operations.give_expert_opinion(
        actor=expert, standard_id=standard.pk, verdict="agree_with_changes", text="改一处"
    )
    operations.return_to_draft(actor=clerk, standard_id=standard.pk, reason="按意见修改")
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    with pytest.raises(Refused, match="这一稿"):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)


def test_where_an_expert_disagrees_freezing_needs_a_reason(clerk, expert):
    standard = draft_standard()
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict="disagree", text="不妥")
    with pytest.raises(Refused, match="理由"):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)
    operations.freeze_standard(actor=clerk, standard_id=standard.pk, reason="理事会第3次会议决定")
    assert AuditEntry.objects.get(action="freeze_standard").reason == "理事会第3次会议决定"


def test_opinions_are_given_only_during_the_review_and_with_words(clerk, expert):
    standard = draft_standard()
    with pytest.raises(Refused):
        operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict="agree", text="同意")
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    for verdict, text in (("perhaps", "同意"), ("agree", " ")):
        with pytest.raises(InvalidInput):
            operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict=verdict, text=text)
    with pytest.raises(Refused, match="只有编制中"):
        operations.edit_bands(actor=clerk, standard_id=standard.pk, bands=BANDS)


@pytest.mark.parametrize("fault", ["band", "sum", "total"])
def test_what_is_wrong_with_a_standard_is_named_when_it_is_to_be_frozen(clerk, expert, fault):
    standard = draft_standard()
    if fault == "band":
        Band.objects.filter(standard=standard, grade="B").update(lower=D(80))
    elif fault == "sum":
        Indicator.objects.filter(standard=standard, code="A1").update(points=D(36))
    else:
        AssessmentStandard.objects.filter(pk=standard.pk).update(total_points=D(101))
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict="agree", text="同意")
    with pytest.raises(Refused, match={"band": "空档", "sum": "须相等", "total": "须相等"}[fault]):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)
    standard.refresh_from_db()
    assert (standard.state, standard.sha256) == (StandardState.EXPERT_REVIEW, "")


def test_retiring_leaves_the_standard_as_it_was(clerk):
    standard = frozen_standard()
    with pytest.raises(InvalidInput):
        operations.retire_standard(actor=clerk, standard_id=standard.pk, reason=" ")
    retired = operations.retire_standard(actor=clerk, standard_id=standard.pk, reason="已有新版")
    assert (retired.state, retired.sha256) == (StandardState.RETIRED, standard.sha256)
    with pytest.raises(Refused):
        operations.retire_standard(actor=clerk, standard_id=standard.pk, reason="再停一次")


# ---------------------------------------------------------------- the database refuses


CHANGES = [
    "UPDATE credit_rating_assessmentstandard SET title = '改' WHERE id = %(id)s",
    "UPDATE credit_rating_assessmentstandard SET state = 'draft' WHERE id = %(id)s",
    "UPDATE credit_rating_assessmentstandard SET state = 'retired', rounding_digits = 0 WHERE id = %(id)s",
    "UPDATE credit_rating_indicator SET points = 99 WHERE standard_id = %(id)s",
    "DELETE FROM credit_rating_band WHERE standard_id = %(id)s",
    """INSERT INTO credit_rating_band (association_id, standard_id, grade, label, lower, adverse)
    SELECT association_id, id, 'X', '', 999, false FROM credit_rating_assessmentstandard WHERE id = %(id)s""",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_sql_cannot_change_a_frozen_standard(here, statement):
    standard = frozen_standard()
    before = standard_hash(spec_of(standard))
    with pytest.raises(Error, match="frozen standard"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"id": standard.pk})
    standard.refresh_from_db()
    assert (standard.state, standard.sha256) == (StandardState.FROZEN, before)


def test_the_orm_cannot_change_a_frozen_standard(here):
    standard = frozen_standard()
    row = Indicator.objects.get(code="A1.1")

    def renamed():
        standard.title = "改"
        standard.save()

    attempts = [
        renamed,
        lambda: Indicator.objects.filter(standard=standard).update(points=1),
        lambda: Indicator.objects.filter(pk=row.pk).update(title="改"),
        lambda: Band.objects.filter(standard=standard).delete(),
        lambda: Band.objects.create(standard=standard, grade="X", label="", lower=D(99)),
    ]
    for attempt in attempts:
        with pytest.raises(Error, match="frozen standard"), transaction.atomic():
            attempt()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("statement", CHANGES[:5])
def test_not_even_the_owner_of_the_tables_changes_a_frozen_standard(statement):
    association = make_association()
    with acting_for(association.pk):
        standard = frozen_standard()
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('portal.association', %s, true)", [str(association.pk)])
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portal_owner",)
        with pytest.raises(Error, match="frozen standard"):
            cursor.execute(statement, {"id": standard.pk})
        transaction.set_rollback(True, "owner")


@pytest.mark.parametrize(
    "deed",
    [
        lambda who, one, row: operations.edit_indicator(actor=who, indicator_id=row, title="改"),
        lambda who, one, row: operations.edit_bands(actor=who, standard_id=one, bands=BANDS),
        lambda who, one, row: operations.edit_settings(actor=who, standard_id=one, title="改"),
        lambda who, one, row: operations.set_indicator_map(actor=who, standard_id=one, rows=[]),
        lambda who, one, row: operations.send_to_experts(actor=who, standard_id=one),
        lambda who, one, row: operations.return_to_draft(actor=who, standard_id=one, reason="改"),
    ],
)
def test_operations_refuse_a_frozen_standard_in_words(clerk, deed):
    standard = frozen_standard()
    with pytest.raises(Refused):
        deed(clerk, standard.pk, Indicator.objects.get(code="A1.1").pk)


# ---------------------------------------------------------------- the map


def test_a_successor_needs_its_map_before_freezing(clerk, expert):
    old = frozen_standard(small_spec(code="s"))
    new = draft_standard(small_spec(code="s", version="2"), successor_of=old)
    operations.send_to_experts(actor=clerk, standard_id=new.pk)
    operations.give_expert_opinion(actor=expert, standard_id=new.pk, verdict="agree", text="同意")
    with pytest.raises(Refused, match="指标对照"):
        operations.freeze_standard(actor=clerk, standard_id=new.pk)
    operations.return_to_draft(actor=clerk, standard_id=new.pk, reason="补对照")
    rows = operations.suggest_indicator_map(actor=clerk, standard_id=new.pk)
    assert {row.kind for row in rows} == {MapKind.SAME}
    operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=rows)
    assert freeze(new).state == StandardState.FROZEN
    assert map_rows_of(new) == rows


def test_splits_and_mergers_come_back_as_they_were_written(clerk):
    old = frozen_standard(small_spec(code="s"))
    spec = small_spec(code="s", version="2")
    new = draft_standard(spec, successor_of=old)
    rows = (
        MapRow(MapKind.SPLIT, ("A1.1",), ("A1.1", "A1.2")),
        MapRow(MapKind.MERGED, ("A1.2", "A1.3"), ("A1.3",)),
        MapRow(MapKind.SAME, ("A2.1",), ("A2.1",)),
        MapRow(MapKind.RETIRED, ("A2.2",)),
        MapRow(MapKind.NEW, (), ("A2.2",)),
        MapRow(MapKind.SAME, ("B1.1",), ("B1.1",)),
        MapRow(MapKind.SAME, ("B1.2",), ("B1.2",)),
    )
    operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=rows)
    operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=rows)
    assert map_rows_of(new) == rows
    assert IndicatorMap.objects.count() == 9


def test_a_map_that_leaves_something_out_or_lies_is_refused(clerk):
    old = frozen_standard(small_spec(code="s"))
    new = draft_standard(small_spec(code="s", version="2"), successor_of=old)
    rows = operations.suggest_indicator_map(actor=clerk, standard_id=new.pk)
    for wrong in (rows[1:], (replace(rows[0], kind=MapKind.RENAMED), *rows[1:])):
        with pytest.raises(InvalidInput):
            operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=wrong)
    assert not IndicatorMap.objects.exists()


def test_the_map_of_a_frozen_successor_stays(here):
    old = frozen_standard(small_spec(code="s"))
    frozen_successor(old, small_spec(code="s", version="2"))
    with pytest.raises(Error, match="frozen standard"), transaction.atomic():
        IndicatorMap.objects.all().delete()


def test_a_draft_is_no_predecessor(clerk):
    old = draft_standard()
    with pytest.raises(Refused, match="须已定稿"):
        imported(clerk, as_csv(sheet_rows()), "规范.csv", successor_of_id=old.pk)
    with pytest.raises(Refused, match="没有注明"):
        operations.suggest_indicator_map(actor=clerk, standard_id=old.pk)


# ---------------------------------------------------------------- who may, and whose


DEEDS = {
    "import": lambda who, one, row: imported(who, as_csv(sheet_rows()), "规范.csv"),
    "shipped": lambda who, one, row: operations.load_shipped_standard(actor=who, name="beijing_draft"),
    "settings": lambda who, one, row: operations.edit_settings(actor=who, standard_id=one, title="新"),
    "bands": lambda who, one, row: operations.edit_bands(actor=who, standard_id=one, bands=BANDS),
    "indicator": lambda who, one, row: operations.edit_indicator(actor=who, indicator_id=row, title="新"),
    "send": lambda who, one, row: operations.send_to_experts(actor=who, standard_id=one),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    "role", [Role.INSTITUTION_ADMIN, Role.ASSESSOR, Role.COMMITTEE_CHAIR, Role.AUDITOR, Role.SECRETARIAT]
)
def test_only_the_secretariat_makes_standards(here, role, deed):
    standard = draft_standard()
    who, row = actor_with(role), Indicator.objects.get(code="A1.1").pk
    if role == Role.SECRETARIAT:
        assert DEEDS[deed](who, standard.pk, row) is not None
    else:
        with pytest.raises(Forbidden):
            DEEDS[deed](who, standard.pk, row)


def test_the_secretariat_gives_no_expert_opinion(clerk):
    standard = draft_standard()
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    with pytest.raises(Forbidden):
        operations.give_expert_opinion(actor=clerk, standard_id=standard.pk, verdict="agree", text="同意")


@pytest.mark.parametrize("deed", ["settings", "bands", "indicator", "send"])
def test_a_standard_of_another_association_does_not_exist(here, deed):
    with acting_for(make_association().pk):
        theirs = draft_standard()
        row = Indicator.objects.get(code="A1.1").pk
    with pytest.raises(NotFound):
        DEEDS[deed](actor_with(Role.SECRETARIAT), theirs.pk, row)


def test_reading_a_frozen_standard_again_asks_nothing(here, django_assert_num_queries):
    standard = frozen_standard()
    spec = spec_of(standard)
    with django_assert_num_queries(0):
        assert spec_of(standard) is spec
