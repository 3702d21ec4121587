"""会费的银行流水: a file of the bank is looked at first and loaded by a decision; what belongs to nobody waits for a person.

The bank's own number keeps every line from coming in twice, whichever file brings it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record, record_read
from association.choices import BatchState
from association.sheets import AT_ONCE, WHOLE_ROW, WHY, Sheet, closed_box, opened_box
from common.errors import InvalidInput, NotFound, Refused
from common.spreadsheet import write_book
from common.tables import read_table
from common.text import one_line
from members.access import MAY, dues_statements_visible_to
from members.choices.dues import MatchBasis, PayWay
from members.models import DuesReceipt, DuesStatement, DuesStatementFault
from members.operations.dues_books import lock_receipt, spread_receipts, take_books
from members.operations.moves import move_statement
from members.operations.parts import lock_institution, refuse_tied
from members.queries.dues_bank import known_payers
from members.rules.dues_bank import COLUMNS, BankRow, Fault, Known, owner_of, read_rows

MOST_ROWS = 2_000
BOX = "members.dues_statement"
TITLE = "银行流水"


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file as it stands against the books now."""

    good: list[BankRow]
    same: set[int]
    faults: list[Fault]
    known: Known

    @property
    def bad(self) -> set[int]:
        return {fault.line for fault in self.faults}

    @property
    def matched(self) -> int:
        return sum(owner_of(row.payer, row.memo, row.uscc, self.known) is not None for row in self.good)

    @property
    def total_fen(self) -> int:
        return sum(row.amount_fen for row in self.good)


@transaction.atomic
def look_at_statement(*, actor: Actor, data: bytes, filename: str) -> DuesStatement:
    """试导入: reads the file and changes nothing but the file that waits. Raises InvalidInput, TooLarge."""
    actor.require(MAY, "import_dues_statement")
    table = read_table(data, filename, max_rows=MOST_ROWS, row_by_row=True)
    if not table.rows:
        raise InvalidInput(_("表格里没有数据行。"))
    headings = [heading for heading in table.headings if heading != WHY]
    sheet = Sheet(headings, [[row[name] for name in headings] for row in table.rows], table.lines)
    unread = [Fault(line, WHOLE_ROW, why) for line, why in table.unread.items() if line in set(table.lines)]
    looked = _look(sheet, unread)
    statement = DuesStatement.objects.create(
        file_name=one_line(filename)[:160],
        sha256=sha256(data).hexdigest(),
        rows=len(sheet.rows),
        good=len(looked.good),
        same=len(looked.same),
        bad=len(looked.bad),
        matched=looked.matched,
        total_fen=looked.total_fen,
        box=closed_box(sheet.parts(), purpose=BOX),
        uploaded_by_id=actor.person_id,
        uploaded_at=clock.now(),
    )
    _note(statement, looked.faults)
    record(actor, "look_at_dues_statement", statement, rows=statement.rows, good=statement.good)
    return statement


def _look(sheet: Sheet, unread: Sequence[Fault]) -> _Looked:
    skip = {fault.line for fault in unread}
    left = sheet.of_lines(lambda line: line not in skip)
    rows, faults = read_rows(left.named(), left.lines, clock.today())
    before = {
        row.serial: (row.received_on, row.amount_fen)
        for row in DuesReceipt.objects.filter(serial__in=[row.serial for row in rows])
    }
    good, same = [], set()
    for row in rows:
        if row.serial not in before:
            good.append(row)
        elif before[row.serial] == (row.received_on, row.amount_fen):
            same.add(row.line)
        else:
            told = _("这个流水号已经导入过，日期或者金额不同。")
            faults.append(Fault(row.line, COLUMNS["serial"].label, told))
    return _Looked(good, same, [*unread, *faults], known_payers())


def _note(statement: DuesStatement, faults: Sequence[Fault]) -> None:
    DuesStatementFault.objects.bulk_create(
        (
            DuesStatementFault(
                statement=statement, **DuesStatementFault.said(one.line, one.column, one.sentence)
            )
            for one in faults
        ),
        batch_size=AT_ONCE,
    )


@transaction.atomic
def load_statement(*, actor: Actor, statement_id: int) -> DuesStatement:
    """确认导入 of the good lines, all in one; what is wrong stays to be mended. Money with an owner pays his bills.

    Raises Refused when it was decided before, and when the books changed so that its figures are not those that were shown.
    """
    actor.require(MAY, "import_dues_statement")
    take_books()
    statement = _lock_checked(actor, statement_id)
    sheet = Sheet(*opened_box(statement.box, purpose=BOX))
    looked = _look(sheet, _unread(statement))
    if (len(looked.good), looked.total_fen) != (statement.good, statement.total_fen):
        raise Refused(_("在此期间账目有了变化，请放弃这个文件，重新上传检查。"))
    if not looked.good:
        raise Refused(_("没有可以导入的行。"))
    receipts = DuesReceipt.objects.bulk_create(_receipt(statement, row, looked.known) for row in looked.good)
    spread_receipts(actor, [one for one in receipts if one.institution_id])
    wrong = sheet.of_lines(lambda line: line in looked.bad)
    move_statement(
        statement,
        BatchState.LOADED,
        decided_by_id=actor.person_id,
        decided_at=clock.now(),
        matched=sum(one.institution_id is not None for one in receipts),
        box=closed_box(wrong.parts(), purpose=BOX) if wrong.rows else b"",
    )
    record(actor, "load_dues_statement", statement, loaded=len(receipts), matched=statement.matched)
    return statement


def _unread(statement: DuesStatement) -> list[Fault]:
    rows = statement.faults.filter(column=WHOLE_ROW)
    return [Fault(row.line, WHOLE_ROW, row.sentence) for row in rows]


def _receipt(statement: DuesStatement, row: BankRow, known: Known) -> DuesReceipt:
    found = owner_of(row.payer, row.memo, row.uscc, known)
    return DuesReceipt(
        statement=statement,
        way=PayWay.BANK,
        serial=row.serial,
        received_on=row.received_on,
        amount_fen=row.amount_fen,
        payer=row.payer,
        payer_uscc=row.uscc,
        memo=row.memo,
        institution_id=found[0] if found else None,
        basis=MatchBasis(found[1]) if found else "",
        matched_at=clock.now() if found else None,
        recorded_at=clock.now(),
    )


@transaction.atomic
def discard_statement(*, actor: Actor, statement_id: int) -> DuesStatement:
    """放弃导入: nothing came into the books, and the lines are gone."""
    actor.require(MAY, "import_dues_statement")
    statement = _lock_checked(actor, statement_id)
    move_statement(
        statement,
        BatchState.DISCARDED,
        decided_by_id=actor.person_id,
        decided_at=clock.now(),
        box=b"",
    )
    record(actor, "discard_dues_statement", statement)
    return statement


def _lock_checked(actor: Actor, statement_id: int) -> DuesStatement:
    rows = dues_statements_visible_to(actor).select_for_update(of=("self",))
    found = rows.filter(pk=statement_id).first()
    if found is None:
        raise NotFound(_("没有这个银行流水文件。"))
    if found.state != BatchState.CHECKED:
        raise Refused(_("这次导入已经决定过。"))
    return found


@transaction.atomic
def statement_errors(*, actor: Actor, statement_id: int) -> bytes:
    """错误清单 of the same shape, to mend and load again; that somebody took it is recorded: it may name people."""
    actor.require(MAY, "import_dues_statement")
    statement = dues_statements_visible_to(actor).filter(pk=statement_id).first()
    if statement is None or not statement.bad:
        raise NotFound(_("这次导入没有有误的行。"))
    sheet = Sheet(*opened_box(statement.box, purpose=BOX))
    record_read(actor, "dues_statement_errors", statement, rows=statement.bad)
    return write_book({TITLE: sheet.to_mend(statement.faults.order_by("line", "pk"))})


# -- by a person ----------------------------------------------------------------------------------------------


@transaction.atomic
def match_receipt(*, actor: Actor, receipt_id: int, institution_id: int) -> DuesReceipt:
    """认领 of money that no line could be told by; it pays the institution's bills. What was matched is reversed by two."""
    actor.require(MAY, "match_dues_receipt")
    take_books()
    receipt = lock_receipt(actor, receipt_id)
    institution = lock_institution(actor, institution_id)
    refuse_tied(actor, institution.pk)
    if receipt.institution_id is not None:
        raise Refused(_("这笔收款已经认领；认领有误的，请先冲回。"))
    receipt.institution, receipt.basis = institution, MatchBasis.PERSON
    receipt.matched_by_id, receipt.matched_at = actor.person_id, clock.now()
    receipt.save(update_fields=["institution", "basis", "matched_by", "matched_at"])
    record(actor, "match_dues_receipt", receipt, institution=institution.pk)
    spread_receipts(actor, [receipt])
    return receipt
