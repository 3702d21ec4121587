"""评估规范: files in and out, drafting, experts, freezing, and what the database refuses afterwards."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from common.errors import InvalidInput, NotFound, Refused, TooLarge
from credit_rating import operations
from credit_rating.choices import StandardState
from credit_rating.documents import export_standard, export_standard_header
from credit_rating.models import AssessmentStandard, Band, Indicator
from credit_rating.queries.standards import spec_of, standards
from credit_rating.rules.canonical import standard_hash
from credit_rating.rules.grid import HEADINGS, rows_from_spec
from credit_rating.rules.specification import BandSpec, Method, ReviewRule, Rounding, Veto, VetoEffect
from tests.factories.people import actor_with, make_association
from tests.factories.rating import (
    draft_standard,
    freeze,
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


def test_a_text_longer_than_its_column_is_one_wrong_row_of_an_import(clerk):
    rows = sheet_rows(evidence="证" * 201, data_source="源" * 61)
    outcome = operations.import_standard(actor=clerk, data=as_csv(rows), filename="a.csv", **NAMES)
    assert outcome.standard is None
    assert [(error.row, str(error.sentence)) for error in outcome.errors] == [
        (2, "佐证材料最多200个字，现在是201个字。"),
        (2, "数据来源最多60个字，现在是61个字。"),
    ]
    assert not AssessmentStandard.objects.exists()


def test_a_text_longer_than_its_column_is_refused_while_drafting(clerk):
    standard = draft_standard()
    row = Indicator.objects.get(code="A1.1")
    with pytest.raises(InvalidInput, match="依据最多200个字"):
        operations.edit_indicator(actor=clerk, indicator_id=row.pk, basis="长" * 201)
    with pytest.raises(InvalidInput, match="出处最多300个字"):
        operations.edit_settings(actor=clerk, standard_id=standard.pk, source="长" * 301)
    with pytest.raises(InvalidInput, match="等级最多12个字"):
        operations.edit_bands(
            actor=clerk, standard_id=standard.pk, bands=[BandSpec("级" * 13, "优", D(0), None)]
        )


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
