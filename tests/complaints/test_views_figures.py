"""统计、招生人次: the page and its files show the same numbers; small ones are left out; figures come in with a source."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from association.models import AuditEntry
from association.tenancy import acting_for
from common.csvtext import csv_rows
from complaints import operations
from complaints.choices.complaints import Outcome
from complaints.documents import statistics as table
from complaints.models import Enrolment
from complaints.queries.periods import Period, periods_told, statistics_told
from complaints.rules.enrolments import Known, headings_found, read_figures
from tests.complaints.material import Time, ended, filed, world
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories.people import make_association, make_institution

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]
SPRING, FIXED = {"period": "2026-1"}, {"period": "2026"}
SILENT = "隐去"
HEAD = "统一社会信用代码,机构名称,年度,招生人次,来源\n"


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association, monkeypatch):
    time = Time(monkeypatch)
    with acting_for(association.pk):
        made = world()
        made.time = time
        yield made


def spring(here):
    """The first quarter of 2026, when it is over."""
    here.time.to(date(2026, 4, 1))
    return table.table_of(statistics_told(Period(2026, "1", over=1)))


def fixed(here):
    """The year 2026 as it was fixed."""
    here.time.to(date(2027, 4, 1))
    operations.close_years(actor=here.system)
    return table.table_of(statistics_told(Period(2026, "", 1)))


def many(here, count, institution=None, outcome=None, **more):
    for _ in range(count):
        if outcome is None:
            filed(here, institution_id=(institution or here.institution).pk)
        else:
            ended(here, outcome, institution=institution, **more)


def text(response):
    return response.content.decode()


def numbers(row):
    return [cell for cell in row.cells if cell is not None]


def test_page_excel_and_csv_hold_the_same_numbers(association, here):
    Enrolment.objects.create(institution=here.institution, year=2026, learners=36_500, source="年报")
    many(here, 20, outcome=Outcome.RESOLVED, satisfaction=5, returned_fen=100_00)
    many(here, 6)
    whole = fixed(here)
    desk = Desk(association, here.auditor)
    page = text(desk.get("complaints/statistics/", **FIXED))
    for value in numbers(whole.rows[0]):
        assert f'<td class="num">{value}</td>' in page
    book = load_workbook(io.BytesIO(desk.get("complaints/statistics/xlsx/", **FIXED).content)).active
    excel = [list(row) for row in book.iter_rows(values_only=True)]
    plain = [
        list(cells)
        for _line, cells in csv_rows(desk.get("complaints/statistics/csv/", **FIXED).content, 99, [])
    ]
    assert excel[0] == plain[0] == list(whole.headings)
    for mine, theirs, written in zip(whole.lines(), excel[1:], plain[1:], strict=True):
        assert ["" if cell is None else str(cell) for cell in mine] == written
        assert [_number(cell) for cell in theirs] == [_number(cell) for cell in mine]
    row = dict(zip(whole.headings[1:], whole.rows[0].cells, strict=True))
    assert (row["收到"], row["已解决"], row["解决率（%）"]) == (26, 20, Decimal("100.00"))
    assert (row["要求退还（元）"], row["已退还（元）"]) == (Decimal("249600.00"), Decimal("2000.00"))
    assert row["其中待确认（元）"] == Decimal("2000.00")


def _number(cell):
    return float(cell) if isinstance(cell, int | float | Decimal) else cell or None


def test_a_name_is_no_formula(association, here):
    type(here.institution).objects.filter(pk=here.institution.pk).update(name='=HYPERLINK("http://x")')
    many(here, 6)
    fixed(here)
    desk = Desk(association, here.officer)
    written = desk.get("complaints/statistics/csv/", **FIXED).content.decode("utf-8-sig")
    assert not any(line.lstrip('"').startswith("=") for line in written.splitlines())
    book = load_workbook(io.BytesIO(desk.get("complaints/statistics/xlsx/", **FIXED).content)).active
    assert {cell.data_type for row in book for cell in row} <= {"s", "n"}


def test_small_numbers_are_left_out_and_cannot_be_worked_out(association, here):
    few, some = make_institution(name="演示甲校"), make_institution(name="演示乙校")
    many(here, 4, few, outcome=Outcome.UNRESOLVED)
    many(here, 6, some)
    many(here, 30)
    found = {row.name: row.cells for row in spring(here).rows}
    assert found["演示甲校"][0] == found["演示乙校"][0] == SILENT
    assert found[here.institution.name][0] == 30
    assert set(numbers(table.Row("", found["演示甲校"]))) == {SILENT}
    page = text(Desk(association, here.officer).get("complaints/statistics/", **SPRING))
    assert SILENT in page


def test_the_total_does_not_undo_what_is_hidden(association, here):
    """One institution, one small number: the total is the same number."""
    many(here, 1, outcome=Outcome.RESOLVED, returned_fen=7_345_12)
    many(here, 29)
    whole = fixed(here)
    total = dict(zip(whole.headings[1:], whole.total.cells, strict=True))
    assert total["收到"] == 30
    assert total["已解决"] == total["已受理"] == total["已退还（元）"] == SILENT
    desk = Desk(association, here.auditor)
    for place in ("", "csv/"):
        written = desk.get(f"complaints/statistics/{place}", **FIXED).content.decode("utf-8-sig")
        assert SILENT in written
        assert "7345.12" not in written
    book = load_workbook(io.BytesIO(desk.get("complaints/statistics/xlsx/", **FIXED).content)).active
    assert 7345.12 not in {cell.value for row in book for cell in row}


def test_one_dissatisfied_person_is_in_no_rate(association, here):
    many(here, 20, outcome=Outcome.RESOLVED, satisfaction=5)
    many(here, 1, outcome=Outcome.RESOLVED, satisfaction=1)
    whole = spring(here)
    for row in (whole.total, *whole.rows):
        told = dict(zip(whole.headings[1:], row.cells, strict=True))
        assert (told["已解决"], told["评分人数"], told["满意率（%）"]) == (21, 21, None)


def test_silence_is_its_own_column_and_in_no_rate(association, here):
    many(here, 20, outcome=Outcome.RESOLVED)
    many(here, 10, outcome=Outcome.NO_ANSWER)
    whole = spring(here)
    row = dict(zip(whole.headings[1:], whole.total.cells, strict=True))
    assert (row["已解决"], row["投诉人未答复"], row["解决率（%）"]) == (20, 10, Decimal("100.00"))


@pytest.mark.parametrize("asked", ["2026-2", "2026-9", "2031", "x", "", "2026-03-01"])
def test_a_period_that_is_not_told_is_said(association, here, asked):
    many(here, 6)
    spring(here)
    desk = Desk(association, here.officer)
    assert desk.get("complaints/statistics/", period=asked).status_code == 400
    assert desk.get("complaints/statistics/csv/", period=asked).status_code == 400


def offered(here):
    return [one.value for one in periods_told()]


def test_only_quarters_that_are_over_and_whole_years_are_told(here):
    many(here, 6)
    assert offered(here) == []
    here.time.to(date(2026, 4, 1))
    assert offered(here) == ["2026-1"]
    here.time.to(date(2027, 1, 1))
    assert offered(here) == ["2026", "2026-1", "2026-2", "2026-3", "2026-4"]
    fixed(here)
    assert offered(here) == ["2026"]


def test_what_still_moves_is_not_downloaded(association, here):
    many(here, 6)
    spring(here)
    desk = Desk(association, here.officer)
    refused = desk.get("complaints/statistics/csv/", **SPRING)
    assert (refused.status_code, "已经固定" in text(refused)) == (409, True)
    assert "下载" not in text(desk.get("complaints/statistics/", **SPRING)).partition("<main")[2].replace(
        "才能下载", ""
    )
    fixed(here)
    assert desk.get("complaints/statistics/csv/").status_code == 200


def test_a_fixed_year_stays_as_it_was_fixed(association, here):
    many(here, 6)
    fixed(here)
    here.time.to(date(2026, 5, 1))
    many(here, 7)
    here.time.to(date(2027, 5, 1))
    page = text(Desk(association, here.officer).get("complaints/statistics/", **FIXED))
    assert '<td class="num">6</td>' in page
    assert '<td class="num">13</td>' not in page


def test_a_quarter_hides_what_the_others_and_the_whole_would_tell(here):
    """Nine and nine and two and nine: the third quarter does not follow from the rest."""
    for month, count in ((3, 9), (4, 9), (7, 2), (10, 9)):
        here.time.to(date(2026, month, 5))
        many(here, count)
    here.time.to(date(2027, 1, 2))
    told = {
        one.value: [row.cells[0] for row in table.table_of(statistics_told(one)).rows]
        for one in periods_told()
    }
    assert told["2026-3"] == [SILENT]
    assert told["2026"] == [SILENT] or [SILENT] in (told["2026-1"], told["2026-2"], told["2026-4"])


def test_neighbours_and_institutions_see_none(association, here):
    many(here, 30)
    assert desk_status(association, here.school) == {403}
    assert desk_status(association, here.mediator) == {403}
    spring(here)
    other = make_association("second")
    with acting_for(other.pk):
        officer = world().officer
    page = text(Desk(other, officer).get("complaints/statistics/", **SPRING))
    assert here.institution.name not in page
    assert Desk(association, here.officer).get("complaints/statistics/exe/").status_code == 404


def desk_status(association, actor):
    places = ("statistics/", "statistics/csv/", "enrolments/", "redactions/")
    return {Desk(association, actor).get(f"complaints/{place}").status_code for place in places}


def test_the_page_costs_the_same_for_many_institutions(association, here):
    desk, costs = Desk(association, here.officer), []
    for _ in range(3):
        here.time.to(date(2026, 3, 3))
        many(here, 6, make_institution())
        here.time.to(date(2026, 4, 1))
        with statements() as found:
            desk.get("complaints/statistics/", **SPRING)
        costs.append(len(found))
    assert costs[1] == costs[2]


# -- 招生人次 -------------------------------------------------------------------------------------------------


def upload(desk, content, name="人次.csv"):
    return desk.post("complaints/enrolments/import/", file=SimpleUploadedFile(name, content.encode()))


def test_a_figure_is_entered_with_its_source_and_by_whom(association, here):
    desk = Desk(association, here.officer)
    given = {"institution_id": here.institution.pk, "year": 2025, "learners": 1200, "source": "2025年报"}
    assert desk.post("complaints/enrolments/", **given).status_code == 302
    row = Enrolment.objects.get()
    assert (row.learners, row.source, row.entered_by_id) == (1200, "2025年报", here.officer.user_id)
    page = text(desk.get("complaints/enrolments/"))
    assert "2025年报" in page
    assert here.officer.person_id
    assert "演示受理员" in page
    refused = desk.post("complaints/enrolments/", **(given | {"learners": -1, "source": "更正"}))
    assert refused.status_code == 400
    assert "更正" in text(refused)
    assert Desk(association, here.auditor).post("complaints/enrolments/", **given).status_code == 403


def test_a_file_is_loaded_whole_or_not_at_all(association, here):
    desk = Desk(association, here.officer)
    good = f",{here.institution.name},2025,1200,年报\n"
    bad = upload(desk, HEAD + good + ",没有的学校,1999,多,\n")
    assert bad.status_code == 400
    for said in (
        "名录中没有这家机构",
        "年度须在2000至2026之间",
        "人次须是0至1000万之间的整数",
        "请写明数字的来源",
    ):
        assert said in text(bad)
    assert not Enrolment.objects.exists()
    assert upload(desk, HEAD + good).status_code == 302
    assert (Enrolment.objects.get().learners, Enrolment.objects.get().entered_by_id) == (
        1200,
        here.officer.user_id,
    )
    entries = AuditEntry.objects.filter(action="set_enrolment").count()
    assert "1个与原来相同" in text(desk.client.get(upload(desk, HEAD + good).headers["Location"]))
    assert AuditEntry.objects.filter(action="set_enrolment").count() == entries
    assert upload(desk, HEAD + good.replace("1200", "1300")).status_code == 302
    assert Enrolment.objects.get().learners == 1300


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("年度,招生人次\n2025,1\n", "人次.csv", "表格缺少“统一社会信用代码、来源”列"),
        (HEAD, "人次.csv", "没有数据行"),
        ("", "人次.csv", "空的"),
        (HEAD, "人次.exe", "不接收"),
    ],
)
def test_what_is_no_table_is_said(association, here, content, name, said):
    response = upload(Desk(association, here.officer), content, name)
    assert response.status_code == 400
    assert said in text(response)


def test_the_institution_of_a_neighbour_is_not_known(association, here):
    with acting_for(make_association("second").pk):
        elsewhere = make_institution(name="演示邻校")
    response = upload(Desk(association, here.officer), f"{HEAD},{elsewhere.name},2025,5,年报\n")
    assert "名录中没有这家机构" in text(response)
    assert not Enrolment.objects.exists()


KNOWN = Known({"91110105MA00000000": 7}, {"演示甲校": [1], "演示乙校": [2, 3]})


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("", "演示甲校", "2025", "10", "年报"), []),
        (("91110105ma00000000", "", "2025", "１０", "年报"), []),
        (("91110105MA00000001", "演示甲校", "2025", "10", "年报"), ["名录中没有这个统一社会信用代码。"]),
        (("", "演示乙校", "2025", "10", "年报"), ["名录中有几家同名的机构，请填写统一社会信用代码。"]),
        (("", "演示甲校", "2027", "1.5", "x" * 121), ["年度", "人次", "来源"]),
    ],
)
def test_rows_are_read_one_by_one(cells, said):
    headings = ("统一社会信用代码", "机构名称", "年度", "招生人次", "来源")
    found = read_figures([dict(zip(headings, cells, strict=True))], [2], KNOWN, 2026)
    assert len(found.faults) == len(said)
    assert all(part in fault.sentence for part, fault in zip(said, found.faults, strict=True))
    assert len(found.good) == (not said)


def test_one_institution_and_year_stands_once_in_a_file():
    row = {"机构": "演示甲校", "年份": "2025", "人次": "1", "数据来源": "年报"}
    found = read_figures([row, row], [2, 3], KNOWN, 2026)
    assert [(fault.line, fault.sentence) for fault in found.faults] == [
        (3, "与第2行是同一家机构的同一年度。")
    ]
    assert headings_found(list(row))["name"] == "机构"
