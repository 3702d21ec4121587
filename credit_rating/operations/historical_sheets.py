"""历史结果 from Excel or CSV: looked through first, then all lines or none."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.in_turn import take_turn
from common.errors import TooLarge
from common.tables import read_table
from credit_rating.access import MAY
from credit_rating.models import HistoricalResult, ResultImport
from credit_rating.operations.historical import propose_historical_results
from credit_rating.queries.corrections import as_corrected
from credit_rating.rules.past_sheet import Known, SheetRead, read_past_rows
from members.operations import REGISTER
from members.queries import former_names, institutions

MOST_ROWS = 500
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SheetTaken:
    """What was read, and the import that waits for a second person; none with faults, or when nothing is new."""

    read: SheetRead
    waiting: ResultImport | None = None


def check_historical_sheet(*, actor: Actor, data: bytes, filename: str) -> SheetRead:
    """试导入: what importing this file would do, or every fault; nothing is written.

    Raises InvalidInput (no table), TooLarge.
    """
    actor.require(MAY, "import_historical_results")
    if len(data) > MOST_BYTES:
        raise TooLarge(_("文件超过%(most)d MB，请拆分后导入。") % {"most": MOST_BYTES >> 20})
    table = read_table(data, filename, max_rows=MOST_ROWS)
    return read_past_rows(table.rows, table.lines, _known(), clock.today().year)


@transaction.atomic
def import_historical_sheet(*, actor: Actor, data: bytes, filename: str) -> SheetTaken:
    """提交导入: all lines or none. Everything is looked at again, whatever a look before said.

    The same file again changes nothing. Raises InvalidInput (no table), TooLarge.
    """
    actor.require(MAY, "import_historical_results")
    take_turn(REGISTER)
    read = check_historical_sheet(actor=actor, data=data, filename=filename)
    if read.faults:
        return SheetTaken(read)
    rows = [one.row for one in read.planned]
    return SheetTaken(read, propose_historical_results(actor=actor, rows=rows))


def _known() -> Known:
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
