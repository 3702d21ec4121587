"""历史结果 as a file: the empty form to fill in, and all that was taken over in the same columns."""

from common.spreadsheet import write_csv, write_xlsx
from credit_rating.models import HistoricalResult
from credit_rating.rules.past_results import COLUMNS

HEADINGS = [label for label, _most in COLUMNS.values()]


def past_results_template() -> bytes:
    """导入模板: the headings and no line, so that nothing made up is ever imported."""
    return write_xlsx(HEADINGS, [], sheet="历史结果")


def export_past_results(ending: str = "xlsx") -> tuple[bytes, int]:
    """Every line as it was taken over, read back by the import unchanged; the file and its number of lines."""
    rows = [
        (
            one.institution.name,
            one.institution.uscc or "",
            one.year,
            one.scheme,
            one.grade,
            one.issuing_body,
            one.source_title,
            one.source_url,
            one.note,
        )
        for one in HistoricalResult.objects.select_related("institution").order_by("year", "scheme", "pk")
    ]
    data = write_csv(HEADINGS, rows) if ending == "csv" else write_xlsx(HEADINGS, rows, sheet="历史结果")
    return data, len(rows)
