"""Tables in and out: Excel and CSV read into plain text with their line numbers, and written safe from formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from common import sandbox
from common.csvtext import NumberedRows, csv_rows
from common.errors import InvalidInput, TooLarge
from common.said import Said
from common.sniff import ending_of
from common.text import plain_cell, safe_cell, without_invisible

MOST_BYTES = 10 * 1024 * 1024
MOST_FIELD = 32_767  # what an Excel cell holds
OLE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Table:
    """``lines[i]`` is the line of ``rows[i]`` in the file, for error reports."""

    headings: tuple[str, ...]
    rows: list[dict[str, str]]
    lines: list[int]


def read_table(data: bytes, filename: str, *, max_rows: int) -> Table:
    """The first sheet of an .xlsx, or a .csv in UTF-8 or GB18030; every fault is named with its place."""
    if not data:
        raise InvalidInput("这个文件是空的（0 字节），请重新选择。")
    if len(data) > MOST_BYTES:
        raise TooLarge(Said("文件超过%(most)s MB，请拆分后导入。", most=MOST_BYTES >> 20))
    if data.startswith(OLE):
        raise InvalidInput("这是旧版 .xls 或加密的 Excel 文件，请另存为不加密的 .xlsx 后导入。")
    if (ending := ending_of(filename)) not in {"xlsx", "csv"}:
        raise InvalidInput(Said("不接收 .%(ending)s 文件，请使用 .xlsx 或 .csv。", ending=ending))
    if (ending == "xlsx") != data.startswith(ZIP):
        raise InvalidInput(
            Said("文件名以 .%(ending)s 结尾，内容却不是；请用 Excel 另存为该格式后导入。", ending=ending)
        )
    return _table(_sheet_rows(data, max_rows) if ending == "xlsx" else csv_rows(data, max_rows))


def write_xlsx(headings: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str = "数据") -> bytes:
    """Numbers stay numbers; everything else is text that no program takes for a formula."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in [headings, *rows]:
        page.append([_cell(page, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with the mark that Chinese Excel needs."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows(
        [safe_cell(without_invisible(_shown(value))) for value in row] for row in [headings, *rows]
    )
    return out.getvalue().encode("utf-8-sig")


def _cell(page: WriteOnlyWorksheet, value: object) -> WriteOnlyCell:
    if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
        return WriteOnlyCell(page, value)
    cell = WriteOnlyCell(page, safe_cell(without_invisible(_shown(value)))[:MOST_FIELD])
    cell.data_type = "s"
    return cell


def _shown(value: object) -> str:
    return (
        {None: "", True: "是", False: "否"}[value] if value is None or isinstance(value, bool) else str(value)
    )


def _sheet_rows(data: bytes, max_rows: int) -> NumberedRows:
    try:
        answer, _parts = sandbox.run("read_sheet", {"max_rows": max_rows}, [data])
    except sandbox.SandboxFailed as failure:
        raise InvalidInput(
            "这个表格过大或过于复杂，在限定的时间内读不完；请只保留数据后另存再导入。"
        ) from failure
    return [(int(line), cells) for line, cells in answer["rows"]]


def _table(numbered: NumberedRows) -> Table:
    filled = [(line, list(cells)) for line, cells in numbered if any(cells)]
    if not filled:
        raise InvalidInput("表格是空的，没有表头。")
    headings = _headings(filled[0][1])
    rows = [_record(headings, line, cells) for line, cells in filled[1:]]
    return Table(headings, rows, [line for line, _cells in filled[1:]])


def _headings(cells: list[str]) -> tuple[str, ...]:
    while not cells[-1]:
        cells.pop()
    if blank := [str(place) for place, name in enumerate(cells, start=1) if not name]:
        raise InvalidInput(Said("表头第%(blank)s列没有名称。", blank="、".join(blank)))
    if twice := sorted({name for name in cells if cells.count(name) > 1}):
        raise InvalidInput(Said("表头“%(twice)s”出现了不止一次。", twice="、".join(twice)))
    return tuple(cells)


def _record(headings: tuple[str, ...], line: int, cells: list[str]) -> dict[str, str]:
    if any(cells[len(headings) :]):
        raise InvalidInput(Said("第%(line)s行的列数多于表头，请检查是否有多余的分隔符。", line=line))
    padded = [*cells, *[""] * (len(headings) - len(cells))]
    return {heading: plain_cell(text) for heading, text in zip(headings, padded, strict=False)}
