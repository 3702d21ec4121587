"""Tables out: Excel and CSV, safe from formulas."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from common.text import safe_cell, without_invisible

MOST_FIELD = 32_767  # what an Excel cell holds


Page = tuple[Sequence[str], Iterable[Sequence[object]]]
"""Headings and rows of one sheet."""


def write_xlsx(headings: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str = "数据") -> bytes:
    """Numbers stay numbers; everything else is text that no program takes for a formula."""
    return write_book({sheet: (headings, rows)})


def write_book(pages: Mapping[str, Page]) -> bytes:
    """The same with several sheets, by their names and in this order."""
    book = Workbook(write_only=True)
    for name, (headings, rows) in pages.items():
        page = book.create_sheet(name)
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
