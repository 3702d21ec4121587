"""历史结果 as a file: the empty form to fill in, and all that stands today in the same columns."""

from common.spreadsheet import write_csv, write_xlsx
from credit_rating.models import HistoricalResult
from credit_rating.queries.corrections import as_corrected
from credit_rating.rules.past_results import COLUMNS

HEADINGS = [label for label, _most in COLUMNS.values()]


def past_results_template() -> bytes:
    """导入模板: the headings and no line, so that nothing made up is ever imported."""
    return write_xlsx(HEADINGS, [], sheet="历史结果")


def export_past_results(ending: str = "xlsx") -> tuple[bytes, int]:
    """Every result as it stands, corrections included; the file and its number of lines.

    What was taken down is no result any more and is left out. The import knows every line of it as there already.
    """
    found = HistoricalResult.objects.select_related("institution").order_by("year", "scheme", "pk")
    rows = [
        (
            one.row.institution.name,
            one.row.institution.uscc or "",
            one.year,
            one.scheme,
            one.grade,
            one.issuing_body,
            one.source_title,
            one.source_url,
            one.note,
        )
        for one in as_corrected(found)
        if not one.removed
    ]
    data = write_csv(HEADINGS, rows) if ending == "csv" else write_xlsx(HEADINGS, rows, sheet="历史结果")
    return data, len(rows)
