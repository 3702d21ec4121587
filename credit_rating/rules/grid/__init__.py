"""表格: a standard as rows for Excel and CSV, and back with an error per row and column."""

from credit_rating.rules.grid.columns import HEADINGS, RowError
from credit_rating.rules.grid.header import CONTENT, ITEM, Header, header_from_rows, rows_from_header
from credit_rating.rules.grid.rows import MOST_ROWS, rows_from_spec, spec_from_rows

__all__ = [
    "CONTENT",
    "HEADINGS",
    "ITEM",
    "MOST_ROWS",
    "Header",
    "RowError",
    "header_from_rows",
    "rows_from_header",
    "rows_from_spec",
    "spec_from_rows",
]
