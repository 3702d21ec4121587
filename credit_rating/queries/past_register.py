"""The register as lines of earlier results are read against it, and what it says today against lines that wait."""

from association import clock
from credit_rating.models import HistoricalResult, ResultImport
from credit_rating.queries.corrections import as_corrected
from credit_rating.rules.grid import RowError
from credit_rating.rules.past_results import HistoricalRow
from credit_rating.rules.past_sheet import Known, standing_faults
from members.queries import former_names, institutions


def rows_of(brought: ResultImport) -> list[HistoricalRow]:
    return [HistoricalRow(**row) for row in brought.rows]


def against(brought: ResultImport, known: Known) -> list[RowError]:
    """For the page of whoever confirms; the operation asks again. Lines are counted as the page lists them."""
    return standing_faults(rows_of(brought), known, clock.today().year)


def known_today() -> Known:
    """Names, codes, former names and results as they stand at this moment."""
    by_code: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    names: dict[int, set[str]] = {}
    without_code: set[int] = set()
    present: dict[int, str] = {}
    for pk, code, name in institutions().order_by("pk").values_list("pk", "uscc", "name"):
        by_name.setdefault(name, []).append(pk)
        names[pk], present[pk] = {name}, name
        if code:
            by_code[code] = pk
        else:
            without_code.add(pk)
    former: dict[str, str] = {}
    for pk, name in former_names().values_list("institution_id", "name"):
        names[pk].add(name)
        former[name] = present[pk]
    results = as_corrected(HistoricalResult.objects.all())
    return Known(
        by_code,
        by_name,
        {pk: frozenset(called) for pk, called in names.items()},
        frozenset(without_code),
        former,
        {(one.row.institution_id, one.year, one.scheme): one.grade for one in results},
        frozenset((one.row.institution_id, one.year, one.scheme) for one in results if one.removed),
    )
