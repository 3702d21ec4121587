"""Tables in: Excel and CSV read into plain text with their line numbers."""

from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from common import sandbox
from common.csvtext import NumberedRows, csv_rows
from common.errors import InvalidInput, TooLarge
from common.headings import beyond, fitted, headings_of
from common.said import Said
from common.sniff import ending_of
from common.text import plain_cell

MOST_BYTES = 10 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
BROKEN = "格式有误（引号不配对或单元格过长），请检查。"
WIDER = "内容比表头的列多，请检查是否有多余的分隔符，或者写在表格右边的内容。"
LONG_NUMBER = "单元格%(place)s是超过15位的数字，Excel 会改写末尾几位；请把该列设为“文本”格式后重新填写。"


@dataclass(frozen=True, slots=True)
class Table:
    """``lines[i]`` is the line of ``rows[i]`` in the file, for error reports; ``unread`` says why a line cannot be taken."""

    headings: tuple[str, ...]
    rows: list[dict[str, str]]
    lines: list[int]
    unread: dict[int, str] = field(default_factory=dict)


def read_table(data: bytes, filename: str, *, max_rows: int, row_by_row: bool = False) -> Table:
    """The first sheet of an .xlsx, or a .csv in UTF-8 or GB18030; every fault is named with its place.

    A line that cannot be taken apart refuses the file; with ``row_by_row`` it is one wrong row among the others.
    Raises InvalidInput, TooLarge.
    """
    ending = checked_ending(data, filename)
    unread: dict[int, str] = {}
    numbered = (
        _first_sheet(data, max_rows, unread) if ending == "xlsx" else lines_of_csv(data, max_rows, unread)
    )
    table = table_of(numbered, unread)
    if unread and not row_by_row:
        line = min(unread)
        raise InvalidInput(Said("第%(line)s行：%(why)s", line=line, why=unread[line]))
    return table


def checked_ending(data: bytes, filename: str) -> str:
    """Xlsx or csv, and the file is one."""
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
    return ending


def lines_of_csv(data: bytes, max_rows: int, unread: dict[int, str]) -> NumberedRows:
    """What cannot be taken apart stands in its place as one cell."""
    broken: list[tuple[int, str]] = []
    rows = list(csv_rows(data, max_rows, broken))
    unread |= dict.fromkeys((line for line, _raw in broken), BROKEN)
    return sorted([*rows, *((line, [raw]) for line, raw in broken)], key=itemgetter(0))


def _first_sheet(data: bytes, max_rows: int, unread: dict[int, str]) -> NumberedRows:
    return lines_of_sheet(sheets_of(data, max_rows=max_rows)[0], unread)


def sheets_of(data: bytes, **head: object) -> list[dict[str, Any]]:
    """The sheets of an .xlsx as the sandbox read them."""
    try:
        answer, _parts = sandbox.run("read_sheet", head, [data])
    except sandbox.SandboxFailed as failure:
        raise InvalidInput(
            "这个表格过大或过于复杂，在限定的时间内读不完；请只保留数据后另存再导入。"
        ) from failure
    return list(answer["sheets"])


def lines_of_sheet(sheet: dict[str, Any], unread: dict[int, str]) -> NumberedRows:
    for line, place in sheet["long_numbers"]:
        unread.setdefault(int(line), Said(LONG_NUMBER, place=str(place)))
    return [(int(line), cells) for line, cells in sheet["rows"]]


def table_of(numbered: NumberedRows, unread: dict[int, str]) -> Table:
    """The first line with content holds the headings; cells beyond them get columns of their own."""
    filled = [(line, list(cells)) for line, cells in numbered if any(cells)]
    if not filled:
        raise InvalidInput("表格是空的，没有表头。")
    headings = headings_of(filled[0][1])
    wide = {line: len(cells) for line, cells in filled[1:] if any(cells[len(headings) :])}
    unread |= dict.fromkeys(wide, WIDER)
    columns = (*headings, *beyond(headings, max(wide.values(), default=0)))
    rows = [_record(columns, cells) for _line, cells in filled[1:]]
    return Table(columns, rows, [line for line, _cells in filled[1:]], unread)


def _record(columns: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    found = fitted(cells, len(columns))
    return {heading: plain_cell(text) for heading, text in zip(columns, found, strict=True)}
