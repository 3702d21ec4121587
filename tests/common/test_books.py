"""Workbooks of several sheets, and the days that stand in them."""

import io
from datetime import date

import openpyxl
import pytest

from common.books import ALONE, read_book
from common.dates import parse_day
from common.errors import DomainError, InvalidInput, TooLarge
from common.spreadsheet import write_book, write_csv


def book(fill):
    made = openpyxl.Workbook()
    first = made.active
    first.title = "甲"
    first.append(["名称"])
    first.append(["演示"])
    fill(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def second(made, *rows):
    page = made.create_sheet("乙")
    for row in rows:
        page.append(row)
    return page


def sentence(data, filename="a.xlsx", max_rows=10):
    with pytest.raises(DomainError) as caught:
        read_book(data, filename, max_rows=max_rows)
    return caught.value.sentence, type(caught.value)


def test_every_visible_sheet_comes_back_by_its_name():
    data = write_book({"甲": (["a"], [["=1"], ["2"]]), "乙": (["b", "c"], []), "丙": (["d"], [["三"]])})
    found = read_book(data, "a.xlsx", max_rows=10)
    assert {name: table.rows for name, table in found.items()} == {
        "甲": [{"a": "=1"}, {"a": "2"}],
        "乙": [],
        "丙": [{"d": "三"}],
    }
    assert found["甲"].lines == [2, 3]


def test_hidden_and_empty_sheets_are_left_out():
    def fill(made):
        second(made, ["x"]).sheet_state = "hidden"
        made.create_sheet("空")

    assert list(read_book(book(fill), "a.xlsx", max_rows=10)) == ["甲"]


def test_a_csv_is_one_table_without_a_name():
    (table,) = read_book(write_csv(["a"], [["1"]]), "a.csv", max_rows=10).values()
    assert table.rows == [{"a": "1"}]
    assert list(read_book("a\n甲".encode("gb18030"), "a.csv", max_rows=10)) == [ALONE]


def test_a_refusal_says_which_sheet_it_is_about():
    def merged(made):
        second(made, ["x", "y"], [1, 2]).merge_cells("A2:B2")

    def formula(made):
        second(made, ["x"], ["=1+1"])

    def long(made):
        second(made, ["x"], *[[n] for n in range(12)])

    def twice(made):
        second(made, ["x", "x"], [1, 2])

    for fill, words, kind in (
        (merged, "合并单元格：A2:B2", InvalidInput),
        (formula, "有公式：A2", InvalidInput),
        (long, "超过10行", TooLarge),
        (twice, "出现了不止一次", InvalidInput),
    ):
        told, raised = sentence(book(fill))
        assert told.startswith("工作表“乙”：")
        assert words in told
        assert raised is kind
    assert "超过20张" in sentence(book(lambda made: [made.create_sheet(f"页{n}") for n in range(20)]))[0]
    assert "空的" in sentence(write_book({"甲": ([], [])}))[0]
    assert "编码" in sentence(b"a\n\xff\x00", "a.csv")[0]


@pytest.mark.parametrize(
    "typed", ["1998-03-02", "1998/3/2", "1998.3.2", "1998年3月2日", "19980302", "1998-03-02 00:00:00"]
)
def test_a_day_as_people_write_it(typed):
    assert parse_day(f" {typed} ") == date(1998, 3, 2)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "没有填写"),
        ("去年", "不能识别"),
        ("2026-2-30", "没有这一天"),
        ("1898-01-01", "不能识别"),
        ("2026-03/02", "不能"),
    ],
)
def test_a_doubtful_day_is_refused(typed, why):
    with pytest.raises(InvalidInput, match=why):
        parse_day(typed)
