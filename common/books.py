"""Workbooks in: several tables in one file, every sheet by its name."""

from collections.abc import Mapping

from common.errors import InvalidInput
from common.said import Said
from common.tables import Table, checked_ending, lines_of_csv, lines_of_sheet, sheets_of, table_of

ALONE = ""


def read_book(data: bytes, filename: str, *, max_rows: int) -> dict[str, Table]:
    """Each visible sheet with content, by its name; a .csv is one table without a name (``ALONE``).

    ``max_rows`` is for each sheet. A line that cannot be taken apart is one wrong row (``Table.unread``).
    Raises InvalidInput, TooLarge.
    """
    unread: dict[int, str] = {}
    if checked_ending(data, filename) == "csv":
        return {ALONE: table_of(lines_of_csv(data, max_rows, unread), unread)}
    found = {}
    for sheet in sheets_of(data, max_rows=max_rows, all_sheets=True):
        if sheet["rows"]:
            found[str(sheet["name"]).strip()] = _named(sheet)
    if not found:
        raise InvalidInput("表格是空的，没有表头。")
    return found


def _named(sheet: Mapping[str, object]) -> Table:
    unread: dict[int, str] = {}
    try:
        return table_of(lines_of_sheet(dict(sheet), unread), unread)
    except InvalidInput as fault:
        raise InvalidInput(
            Said("工作表“%(sheet)s”：%(why)s", sheet=str(sheet["name"]), why=fault.sentence)
        ) from fault
