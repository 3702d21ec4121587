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
from credit_rating.models import ResultImport
from credit_rating.operations.historical import propose_historical_results
from credit_rating.queries.past_register import known_today
from credit_rating.rules.past_sheet import SheetRead, read_past_rows
from members.operations import REGISTER

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
    return read_past_rows(table.rows, table.lines, known_today(), clock.today().year)


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
