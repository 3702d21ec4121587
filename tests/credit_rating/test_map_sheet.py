"""指标对照 as a sheet: for a standard of any size, line by line, the whole table or nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.choices import Role
from association.tenancy import acting_for
from common.errors import NotFound
from common.spreadsheet import write_csv
from common.tables import read_table
from credit_rating import operations
from credit_rating.admin.forms import MapForm, fits_a_form
from credit_rating.documents import export_indicator_map
from credit_rating.models import IndicatorMap
from credit_rating.operations.standard_rows import write_standard
from credit_rating.rules.grid import MOST_ROWS
from credit_rating.rules.indicator_map import MapKind, MapRow, suggested_map
from credit_rating.rules.map_sheet import HEADINGS, codes_in, map_cells, read_map
from tests.credit_rating.desk import desk
from tests.credit_rating.rules_material import leaf, standard
from tests.factories.people import actor_with, make_association
from tests.factories.rating import frozen_standard, small_spec

STANDARD = "credit_rating/assessmentstandard"


def cells(old, new, rows):
    return [dict(zip(HEADINGS, line, strict=True)) for line in map_cells(old, new, rows)]


def lines_of(found):
    return list(range(2, 2 + len(found)))


def large(count):
    return standard(*(leaf(f"L{number}", None, 1, identity=f"i{number}") for number in range(count)))


def test_the_largest_standard_is_written_and_read_back():
    spec = large(MOST_ROWS)
    rows = suggested_map(spec, spec)
    assert len(rows) == MOST_ROWS
    found = cells(spec, spec, rows)
    assert read_map(spec, spec, found, lines_of(found)).rows == rows


def test_a_merge_of_many_codes_fits_in_sheet_and_form():
    old, new = large(1000), standard(leaf("M", None, 10, identity="m"))
    merged = (MapRow(MapKind.MERGED, tuple(old.by_code), ("M",)),)
    found = cells(old, new, merged)
    assert read_map(old, new, found, lines_of(found)).rows == merged
    typed = MapForm.columns["old"]().clean(found[0]["旧版指标编号"])
    assert codes_in(typed) == tuple(old.by_code)


@pytest.mark.parametrize(
    ("change", "row", "column", "why"),
    [
        ({"关系": "变了"}, 3, "关系", "可填：不变"),
        ({"关系": ""}, 3, "关系", "请填写关系"),
        ({"关系": "更名"}, 3, "", "实际为“不变”"),
        ({"新版指标编号": "L0"}, 2, "", "出现 2 次"),
        ({"新版指标编号": "无"}, 3, "", "没有计分指标“无”"),
    ],
)
def test_a_wrong_line_is_named(change, row, column, why):
    spec = large(3)
    found = cells(spec, spec, suggested_map(spec, spec))
    found[1] |= change
    read = read_map(spec, spec, found, lines_of(found))
    assert read.rows == ()
    assert any((one.row, one.column) == (row, column) and why in one.sentence for one in read.errors), (
        read.errors
    )


def test_columns_and_lines_must_be_there():
    spec = large(1)
    assert read_map(spec, spec, [], []).errors[0].sentence == "表中没有数据行。"
    assert (
        read_map(spec, spec, [{"关系": "不变"}], [2]).errors[0].sentence
        == "表头缺少：旧版指标编号、新版指标编号。"
    )


@pytest.fixture
def here(db):
    return desk()


def successor(here):
    with acting_for(here.association.pk):
        return write_standard(small_spec(version="next"), frozen_standard().pk)


def upload(data, name="表.xlsx"):
    return {"file": SimpleUploadedFile(name, data)}


def saved(here, new):
    with acting_for(here.association.pk):
        return IndicatorMap.objects.filter(new_standard=new).count()


def test_the_sheet_is_taken_out_and_brought_back(here):
    new = successor(here)
    sheet = here.get(f"{STANDARD}/{new.pk}/do/map-sheet/")
    table = read_table(sheet.content, "表.xlsx", max_rows=50)
    assert table.headings == HEADINGS
    assert here.post(f"{STANDARD}/{new.pk}/do/map-import/", **upload(sheet.content)).status_code == 302
    before = saved(here, new)
    assert before == len(table.rows)
    wrong = write_csv(HEADINGS, [[row[name] for name in HEADINGS] for row in table.rows[1:]])
    answer = here.post(f"{STANDARD}/{new.pk}/do/map-import/", **upload(wrong, "表.csv"))
    assert answer.status_code == 400
    assert "没有写入对照表" in answer.content.decode()
    assert saved(here, new) == before


def test_a_map_that_no_form_takes_is_offered_as_a_sheet_only(here, monkeypatch):
    new = successor(here)
    page = here.get(f"{STANDARD}/{new.pk}/").content.decode()
    assert "/do/map/" in page
    monkeypatch.setattr(MapForm, "most_rows", 5)
    page = here.get(f"{STANDARD}/{new.pk}/").content.decode()
    assert "/do/map/" not in page
    assert "/do/map-import/" in page
    with acting_for(here.association.pk):
        assert not fits_a_form(new)


def test_a_neighbour_finds_no_standard(here):
    new = successor(here)
    with acting_for(here.association.pk):
        data, _rows = export_indicator_map(new)
    with acting_for(make_association().pk), pytest.raises(NotFound):
        operations.import_indicator_map(
            actor=actor_with(Role.SECRETARIAT), standard_id=new.pk, data=data, filename="表.xlsx"
        )
