"""评估规范 as a file that is read back as it was written."""

from collections.abc import Sequence

from common.spreadsheet import write_csv, write_xlsx
from credit_rating.models import AssessmentStandard
from credit_rating.queries.standards import spec_of
from credit_rating.rules.grid import rows_from_header, rows_from_spec


def export_standard(standard: AssessmentStandard, ending: str = "xlsx") -> bytes:
    """指标表: one row for each scored indicator."""
    return _file(rows_from_spec(spec_of(standard)), ending, "指标")


def export_standard_header(standard: AssessmentStandard, ending: str = "xlsx") -> bytes:
    """规范信息: code, version, bands, rounding; given with the table it makes the same standard again."""
    return _file(rows_from_header(spec_of(standard)), ending, "规范信息")


def _file(rows: Sequence[dict[str, str]], ending: str, sheet: str) -> bytes:
    headings = list(rows[0]) if rows else []
    cells = [[row[heading] for heading in headings] for row in rows]
    return write_csv(headings, cells) if ending == "csv" else write_xlsx(headings, cells, sheet=sheet)
