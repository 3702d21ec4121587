import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.utils import translation

from association.language import translated
from common.errors import DomainError, InvalidInput, TooLarge
from common.spreadsheet import write_csv, write_xlsx
from common.tables import MOST_BYTES, read_table

from . import files

SHEET = "xl/worksheets/sheet1.xml"


def read(data, filename="a.xlsx", max_rows=5_000):
    return read_table(data, filename, max_rows=max_rows)


def sentence_for(data, filename="a.xlsx", kind=DomainError):
    with pytest.raises(kind) as caught:
        read(data, filename)
    return caught.value.sentence


def filled(**cells):
    def fill(page):
        for place, value in cells.items():
            page[place] = value

    return files.workbook(fill)


def test_what_was_written_is_read_back():
    headings, rows = ("名称", "分值", "备注"), [["演示甲", Decimal("4.5"), "=1+1"], ["＝演示", 3, "- 项"]]
    expected = [
        {"名称": "演示甲", "分值": "4.5", "备注": "=1+1"},
        {"名称": "＝演示", "分值": "3", "备注": "- 项"},
    ]
    for written, name in ((write_xlsx(headings, rows), "a.xlsx"), (write_csv(headings, rows), "a.csv")):
        table = read(written, name)
        assert (table.headings, table.rows, table.lines) == (headings, expected, [2, 3])


def test_export_types_text_as_text_and_numbers_as_numbers():
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(["a"], [["=SUM(A1)"], ["123"], [4], [None], [True]])))
    assert [(cell.value, cell.data_type) for (cell,) in book.active.iter_rows(min_row=2)] == [
        ("'=SUM(A1)", "s"),
        ("123", "s"),
        (4, "n"),
        (None, "n"),
        ("是", "s"),
    ]


def test_csv_export_has_the_mark_for_chinese_excel():
    assert write_csv(["名称"], [["@x"], ["\0甲\u202e"]]) == "\ufeff名称\r\n'@x\r\n甲\r\n".encode()


def test_cells_read_as_people_see_them():
    data = filled(
        A1="值", A2=dt.date(2026, 1, 2), A3=True, A4=0.1 + 0.2, A5=" 文\u202e本 ", A8=12, A9="０１２"
    )
    table = read(data)
    assert [row["值"] for row in table.rows] == ["2026-01-02", "是", "0.3", "文本", "12", "０１２"]
    assert table.lines == [2, 3, 4, 5, 8, 9]


def test_merged_cells_are_named():
    def fill(page):
        page["A1"] = "名称"
        page.merge_cells("A3:B4")
        page.merge_cells("D1:D2")

    told = sentence_for(files.workbook(fill), kind=InvalidInput)
    assert told == "有合并单元格：A3:B4、D1:D2。请取消合并，每格单独填写后再导入。"


def test_formulas_are_named():
    formulas = {f"A{row}": "=1+1" for row in range(2, 10)}
    told = sentence_for(filled(A1="名称", **formulas), kind=InvalidInput)
    assert told == "有公式：A2、A3、A4、A5、A6等8处。请复制后“粘贴为数值”再导入。"


def test_what_the_reader_of_files_refuses_is_said_in_english_too():
    """The sentence comes out of the child with its parts."""
    wrong = (
        filled(A1="名称", A2="=1+1"),
        filled(A1="名称", **{f"A{row}": "=1+1" for row in range(2, 10)}),
        filled(A1="名称", B1="代码", B2=123456789012345678),
        filled(A1="名称", A9="x"),
    )
    for data in wrong:
        with pytest.raises(DomainError) as refused:
            read_table(data, "a.xlsx", max_rows=5)
        with translation.override("en"):
            told = translated(refused.value.sentence)
        assert not re.search("[\u4e00-\u9fff]", told), told


def test_number_that_excel_has_changed_is_named():
    assert "单元格B2" in sentence_for(filled(A1="名称", B1="代码", B2=123456789012345678))


def test_too_many_rows():
    rows = ([str(number)] for number in range(100_000))
    assert sentence_for(write_csv(["a"], rows), "a.csv", TooLarge) == "表格超过5000行，请拆分后导入。"


def test_too_many_rows_in_a_workbook():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 100_001))
    many = files.with_part(
        filled(A1="x"),
        SHEET,
        lambda old: old.split(b"<sheetData>")[0] + f"<sheetData>{rows}</sheetData></worksheet>".encode(),
    )
    assert sentence_for(many, kind=TooLarge) == "表格超过5000行，请拆分后导入。"


def test_one_far_away_cell_costs_nothing():
    assert "超过5000行" in sentence_for(filled(A1="a", A1048576="x"), kind=TooLarge)
    assert "超过200列" in sentence_for(filled(A1="a", XFD2="x"), kind=TooLarge)


def test_exact_number_of_rows_is_allowed():
    rows = [[str(number)] for number in range(3)]
    for data, name in ((write_xlsx(["a"], rows), "a.xlsx"), (write_csv(["a"], rows), "a.csv")):
        assert len(read(data, name, max_rows=3).rows) == 3
        with pytest.raises(TooLarge):
            read(data, name, max_rows=2)


def test_zip_bomb_is_refused_by_its_table_of_contents():
    bomb = files.archive({"[Content_Types].xml": b"x", SHEET: b"0" * 60_000_000})
    assert len(bomb) < 100_000
    assert "疑似压缩炸弹" in sentence_for(bomb)


@pytest.mark.parametrize(
    ("part", "content", "told"),
    [
        ("xl/vbaProject.bin", b"x", "含有宏"),
        ("xl/embeddings/inner.zip", b"x", "还有压缩包"),
        ("../outside.xml", b"x", "异常路径"),
        ("xl/media/zeros.bin", b"0" * 5_000_000, "疑似压缩炸弹"),
    ],
)
def test_hostile_parts_are_refused(part, content, told):
    assert told in sentence_for(files.with_part(filled(A1="x"), part, lambda _old: content))


def test_too_many_parts():
    assert "部件过多" in sentence_for(files.archive({f"p{number}": b"" for number in range(1_001)}))


def test_entity_bomb_is_refused():
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    bomb = files.with_part(
        filled(A1="x"), SHEET, lambda old: old.replace(b"<worksheet", entities + b"<worksheet", 1)
    )
    assert "已损坏" in sentence_for(bomb)


@pytest.mark.parametrize(
    ("data", "filename", "told"),
    [
        (b"", "a.xlsx", "空的（0 字节）"),
        (b"\xd0\xcf\x11\xe0old", "a.xls", "旧版 .xls 或加密"),
        (b"\xd0\xcf\x11\xe0locked", "a.xlsx", "旧版 .xls 或加密"),
        (b"PK\x03\x04", "a.xlsm", "不接收 .xlsm 文件"),
        (b"a,b", "a.xlsx", "内容却不是"),
        (b"PK\x03\x04", "a.csv", "内容却不是"),
        (b"PK\x03\x04broken", "a.xlsx", "已损坏或不完整"),
        (files.archive({"a.txt": b"x"}), "a.xlsx", "已损坏或不完整"),
        (b"a,b\n\0,1", "a.csv", "空字符"),
        ("名称,分".encode("utf-16"), "a.csv", "UTF-16"),
        (b"a,b\n\xff\xff,1", "a.csv", "无法识别文件编码"),
        (b'a,b\n"x,1\n2,3', "a.csv", "引号不配对"),
        (b"a," + b"x" * 200_000, "a.csv", "单元格过长"),
        (b"a,a\n1,2", "a.csv", "表头“a”出现了不止一次"),
        (b"a,,c\n1,2,3", "a.csv", "表头第2列没有名称"),
        (b"a,b\n1,2\n1,2,3", "a.csv", "第3行：内容比表头的列多"),
        (b"\n\n,,\n", "a.csv", "表格是空的"),
    ],
)
def test_refused_with_the_reason(data, filename, told):
    assert told in sentence_for(data, filename)


def test_lines_that_cannot_be_taken_apart_are_wrong_rows_among_the_others():
    data = b'a,b\n1,2\n"x,3\n4,5\n6,7,8\n"y"z,9\n10,11\n'
    table = read_table(data, "a.csv", max_rows=99, row_by_row=True)
    assert dict(zip(table.lines, [tuple(row.values()) for row in table.rows], strict=True)) == {
        2: ("1", "2", ""),
        3: ('"x,3', "", ""),
        4: ("4", "5", ""),
        5: ("6", "7", "8"),
        6: ('"y"z,9', "", ""),
        7: ("10", "11", ""),
    }
    assert table.headings == ("a", "b", "多出的内容1")
    assert {line: why[:4] for line, why in table.unread.items()} == {
        3: "格式有误",
        5: "内容比表",
        6: "格式有误",
    }


def test_cells_beside_a_table_and_numbers_that_lost_digits_are_wrong_rows_among_the_others():
    data = filled(A1="a", B1="b", A2="1", B2="2", A3="3", D3="beside", A4=12345678901234567, B4="4", A5="5")
    table = read_table(data, "a.xlsx", max_rows=99, row_by_row=True)
    assert table.lines == [2, 3, 4, 5]
    assert table.unread.keys() == {3, 4}
    assert "单元格A4是超过15位的数字" in str(table.unread[4])
    assert table.rows[1] == {"a": "3", "b": "", "多出的内容1": "", "多出的内容2": "beside"}
    assert table.rows[2]["a"] == "【末尾几位已被Excel改写】12345678901234600"


def test_what_is_beyond_the_columns_is_kept_in_a_few_columns_with_names_of_their_own():
    data = "a,多出的内容1\n1,2,3\n4,,{}\n".format(",".join("x" * 40)).encode()
    table = read_table(data, "a.csv", max_rows=9, row_by_row=True)
    assert table.headings == ("a", "多出的内容1", *(f"多出的内容{number}" for number in range(2, 12)))
    assert list(table.rows[0].values())[:4] == ["1", "2", "3", ""]
    assert list(table.rows[1].values())[-2:] == ["x", "，".join("x" * 31)]


def test_a_file_with_nothing_but_broken_lines_is_refused_before_it_costs_much():
    told = sentence_for(b"a,b\n" + b'"x"y,1\n' * 5_000, "a.csv")
    assert "200行以上格式有误" in told


def test_empty_workbook():
    assert sentence_for(filled()) == "表格是空的，没有表头。"


def test_too_many_bytes():
    assert "超过10 MB" in sentence_for(b"x" * (MOST_BYTES + 1), "a.csv", TooLarge)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_encodings_and_delimiters_of_csv(encoding, sign):
    text = f"名称{sign}分\r\n\r\n“演示”㐀机构{sign} 4 \r\n"
    table = read(text.encode(encoding), "表.CSV")
    assert (table.rows, table.lines) == ([{"名称": "“演示”㐀机构", "分": "4"}], [3])


def test_only_the_first_visible_sheet_counts():
    book = openpyxl.Workbook()
    book.active.title, book.active["A1"] = "隐藏", "=1"
    book.active.sheet_state = "hidden"
    page = book.create_sheet("数据")
    page["A1"], page["A2"] = "名称", "演示"
    book.active = 1
    out = io.BytesIO()
    book.save(out)
    assert zipfile.is_zipfile(out)
    assert read(out.getvalue()).rows == [{"名称": "演示"}]
