"""评估规范 as a file that is read back as it was written."""

from collections.abc import Sequence

from common.spreadsheet import write_csv, write_xlsx
from credit_rating.models import AssessmentStandard
from credit_rating.queries.standards import map_rows_of, spec_of
from credit_rating.rules.grid import rows_from_header, rows_from_spec
from credit_rating.rules.indicator_map import suggested_map
from credit_rating.rules.map_sheet import HEADINGS, map_cells


def export_standard(standard: AssessmentStandard, ending: str = "xlsx") -> bytes:
    """指标表: one row for each scored indicator."""
    return _file(rows_from_spec(spec_of(standard)), ending, "指标")


def export_standard_header(standard: AssessmentStandard, ending: str = "xlsx") -> bytes:
    """规范信息: code, version, bands, rounding; given with the table it makes the same standard again."""
    return _file(rows_from_header(spec_of(standard)), ending, "规范信息")


def export_indicator_map(standard: AssessmentStandard) -> tuple[bytes, int]:
    """指标对照 with the version before: what was saved, else what the system suggests; and its number of lines."""
    if standard.successor_of is None:
        return write_xlsx(HEADINGS, [], sheet="指标对照"), 0
    old, new = spec_of(standard.successor_of), spec_of(standard)
    cells = map_cells(old, new, map_rows_of(standard) or suggested_map(old, new))
    return write_xlsx(HEADINGS, cells, sheet="指标对照"), len(cells)


def _file(rows: Sequence[dict[str, str]], ending: str, sheet: str) -> bytes:
    headings = list(rows[0]) if rows else []
    cells = [[row[heading] for heading in headings] for row in rows]
    return write_csv(headings, cells) if ending == "csv" else write_xlsx(headings, cells, sheet=sheet)
