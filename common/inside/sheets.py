"""Reads the visible sheets of an .xlsx inside the sandbox: first a look at the archive, then at the cells."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from common.errors import InvalidInput, TooLarge
from common.frames import Message
from common.inside.archives import look_at
from common.inside.cells import survey
from common.numbers import ROUNDED, shown
from common.said import Said
from common.text import without_invisible

DAMAGED = "Excel 文件已损坏或不完整，请重新另存后导入。"
MOST_SHEETS: Final = 20
LONG_NUMBER: Final = 10**15  # Excel keeps fifteen digits; what is longer has been changed already


def read(head: dict[str, Any], blobs: Sequence[bytes]) -> Message:
    """The job: of each sheet its name and its rows as text with their line numbers; without ``all_sheets`` of the first."""
    max_rows = int(head["max_rows"])
    try:
        with ZipFile(io.BytesIO(blobs[0])) as archive:
            look_at(archive)
            pages = _pages(blobs[0])
            chosen = pages if head.get("all_sheets") else pages[:1]
            named = len(chosen) > 1
            return {"sheets": [_sheet(page, archive, max_rows, named=named) for page in chosen]}, []
    except (
        BadZipFile,
        InvalidFileException,
        DefusedXmlException,
        SyntaxError,
        KeyError,
        ValueError,
        OSError,
    ) as fault:
        raise InvalidInput(DAMAGED) from fault


def _pages(data: bytes) -> list[ReadOnlyWorksheet]:
    """The sheets that a person sees, in their order."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    pages = [page for page in book.worksheets if page.sheet_state == "visible"]
    if not pages or not all(isinstance(page, ReadOnlyWorksheet) for page in pages):
        raise InvalidInput(DAMAGED)
    if len(pages) > MOST_SHEETS:
        raise TooLarge(Said("工作表超过%(most)s张，请删去多余的工作表。", most=MOST_SHEETS))
    return pages


def _sheet(page: ReadOnlyWorksheet, archive: ZipFile, max_rows: int, *, named: bool) -> dict[str, Any]:
    """With several sheets a refusal says which one it is about."""
    long_numbers: list[tuple[int, str]] = []
    try:
        rows = _rows(page, archive, max_rows, long_numbers)
    except (InvalidInput, TooLarge) as fault:
        if not named:
            raise
        why = Said("工作表“%(sheet)s”：%(why)s", sheet=page.title, why=fault.sentence)
        raise type(fault)(why) from fault
    return {"name": page.title, "rows": rows, "long_numbers": long_numbers}


def _rows(
    page: ReadOnlyWorksheet, archive: ZipFile, max_rows: int, long_numbers: list[tuple[int, str]]
) -> list[tuple[int, list[str]]]:
    with archive.open(page._worksheet_path.removeprefix("/")) as stream:  # noqa: SLF001 - it has no public name
        last_row, last_column = survey(stream, max_rows)
    if last_row == 0:
        return []
    cells = page.iter_rows(min_row=1, max_row=last_row, min_col=1, max_col=last_column, values_only=True)
    return [
        (line, [_text(value, line, column, long_numbers) for column, value in enumerate(row, start=1)])
        for line, row in enumerate(cells, start=1)
    ]


def _text(value: object, line: int, column: int, long_numbers: list[tuple[int, str]]) -> str:
    """What a person sees in the cell; a number of which Excel has lost digits is marked, and named with its place."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        if abs(value) >= LONG_NUMBER:
            long_numbers.append((line, f"{get_column_letter(column)}{line}"))
        text = shown(Decimal(format(value, ".15g")))
        return ROUNDED + text if abs(value) >= LONG_NUMBER else text
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return without_invisible(str(value)).strip()
