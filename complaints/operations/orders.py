"""工单导入: looked at first, loaded by a decision; good rows wait, bad ones come back as a file to mend and load again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record, record_read
from association.bulk import insert_rows
from association.choices import BatchState
from association.clocks import Case, Owner, start_deadlines
from association.deadlines import first_rule_day
from association.models import TableFault
from association.rules.clock import BEIJING, ONE_DAY, end_of_day
from association.sheets import AT_ONCE, WHOLE_ROW, WHY, Sheet, closed_box, opened_box
from common.errors import NotFound, Refused
from common.spreadsheet import write_xlsx
from common.tables import read_table
from common.text import one_line
from complaints.access.complaints import MAY, batches_visible_to
from complaints.choices.complaints import (
    Intake,
    Outcome,
    PersonKind,
    State,
    Subject,
    Timeliness,
)
from complaints.models import Complaint, ImportBatch, ImportFault, Person, PersonalData, number_of
from complaints.operations.cases import ORDER_BY, STAFF, case_named
from complaints.operations.filing import DECIDE
from complaints.operations.moves import move_batch
from complaints.operations.untold import ACCEPT_BY
from complaints.queries.people import sealed
from complaints.rules.intake import Applicant
from complaints.rules.orders import Fault, Order, OrdersRead, headings_found, read_orders
from members.queries import institutions

MOST_ROWS = 50_000
BOX = "complaints.import"
CLOSE_ORDER = gettext_noop("在工单时限内办结并反馈")
ORDER_TITLE = gettext_noop("12345工单时限")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """试导入的结果: counts add up to the rows of the file; what is wrong stands line by line in the batch."""

    batch: ImportBatch
    rows: int
    good: int
    bad: int
    known: int
    loaded: int = 0


def read(sheet: Sheet) -> OrdersRead:
    named = sheet.named()
    found = headings_found(sheet.headings)
    subjects = {str(label): value for value, label in Subject.choices}
    known = _imported(named, found)
    return read_orders(named, sheet.lines, found, subjects, known, clock.today(), first_rule_day(ACCEPT_BY))


def _imported(rows: Sequence[dict[str, str]], found: dict[str, str]) -> set[str]:
    """In capital letters, as they are kept and compared."""
    numbers = {one_line(row.get(found["number"], "")).upper() for row in rows}
    known = Complaint.objects.filter(order_number__in=numbers)
    return set(known.values_list("order_number", flat=True))


@transaction.atomic
def import_orders(*, actor: Actor, data: bytes, filename: str, dry_run: bool = True) -> ImportReport:
    """试导入: reads an .xlsx or .csv and changes nothing but the batch that waits. ``dry_run=False`` loads at once.

    Raises InvalidInput (no table, columns missing), TooLarge.
    """
    actor.require(MAY, "import_orders")
    table = read_table(data, filename, max_rows=MOST_ROWS, row_by_row=True)
    headings = [heading for heading in table.headings if heading != WHY]
    sheet = Sheet(headings, [[row[name] for name in headings] for row in table.rows], table.lines)
    found = read(sheet.of_lines(lambda line: line not in table.unread))
    unread = table.unread.keys() & set(table.lines)
    found.faults.extend(Fault(line, WHOLE_ROW, table.unread[line]) for line in unread)
    bad = found.bad_lines()
    batch = ImportBatch.objects.create(
        file_name=one_line(filename)[:160],
        sha256=sha256(data).hexdigest(),
        rows=len(sheet.rows),
        good=len(found.good),
        bad=len(bad),
        known=len(found.known),
        known_lines=found.known,
        box=closed(sheet),
        uploaded_by_id=actor.person_id,
        uploaded_at=clock.now(),
    )
    note_faults(batch, found.faults)
    record(actor, "import_orders", batch, rows=batch.rows, good=batch.good, bad=batch.bad, known=batch.known)
    if not dry_run:
        return load_orders(actor=actor, batch_id=batch.pk)
    return ImportReport(batch, batch.rows, batch.good, batch.bad, batch.known)


@transaction.atomic
def load_orders(*, actor: Actor, batch_id: int) -> ImportReport:
    """导入: the good rows become complaints with their clocks. An order imported meanwhile is passed over, not doubled."""
    actor.require(MAY, "import_orders")
    batch = lock_batch(actor, batch_id)
    if batch.state != BatchState.CHECKED:
        raise Refused(_("这次导入已经决定过。"))
    sheet = opened_sheet(batch)
    faulty = set(batch.faults.values_list("line", flat=True))
    found = read(sheet.of_lines(lambda line: line not in faulty))
    load_rows(actor, found.good)
    rest = sheet.of_lines((faulty | found.bad_lines()).__contains__)
    move_batch(
        batch,
        BatchState.LOADED,
        decided_by_id=actor.person_id,
        decided_at=clock.now(),
        loaded=len(found.good),
        years=years_with(batch, found.good),
        box=closed(rest) if rest.rows else b"",
    )
    record(actor, "load_orders", batch, loaded=len(found.good))
    return ImportReport(batch, batch.rows, batch.good, batch.bad, batch.known, len(found.good))


@transaction.atomic
def discard_orders(*, actor: Actor, batch_id: int) -> ImportBatch:
    """放弃导入: nothing was loaded, and the rows are gone."""
    actor.require(MAY, "import_orders")
    batch = lock_batch(actor, batch_id)
    move_batch(batch, BatchState.DISCARDED, decided_by_id=actor.person_id, decided_at=clock.now(), box=b"")
    record(actor, "discard_orders", batch)
    return batch


@transaction.atomic
def error_file(*, actor: Actor, batch_id: int) -> bytes:
    """错误清单 as an .xlsx to mend and load again; that somebody took it is recorded, because it holds personal data."""
    actor.require(MAY, "import_orders")
    batch = lock_batch(actor, batch_id)
    sheet = opened_sheet(batch)
    headings, rows = sheet.to_mend(batch.faults.order_by("line", "pk"))
    record_read(actor, "import_errors", batch, rows=len(rows))
    return write_xlsx(headings, rows)


def years_with(batch: ImportBatch, loaded: Sequence[Order]) -> list[int]:
    """来电年度 of the batch with these orders: their figures are not fixed soon after."""
    return sorted({*batch.years, *(order.received_on.year for order in loaded)})


def lock_batch(actor: Actor, batch_id: int) -> ImportBatch:
    rows = batches_visible_to(actor).select_for_update(of=("self",))
    batch: ImportBatch | None = rows.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(_("没有这次导入。"))
    return batch


def note_faults(batch: ImportBatch, faults: Iterable[Fault]) -> None:
    rows = [ImportFault(batch=batch, **TableFault.said(one.line, one.column, one.sentence)) for one in faults]
    ImportFault.objects.bulk_create(rows, batch_size=AT_ONCE)


def closed(sheet: Sheet) -> bytes:
    return closed_box(sheet.parts(), purpose=BOX)


def opened_sheet(batch: ImportBatch) -> Sheet:
    """Raises NotFound when the rows are not kept any more."""
    return Sheet(*opened_box(batch.box, purpose=BOX))


# -- into the tables ------------------------------------------------------------------------------------------


def load_rows(actor: Actor, orders: Sequence[Order]) -> None:
    """One statement for each table and batch: complaints, people, sealed data, and the two clocks of each.

    收到 is the day of the call as the order tells it, not the moment of the import: the statistics of the year, the
    decision on acceptance and the limit of three years go by it.
    """
    named = _by_name({order.respondent for order in orders})
    for start in range(0, len(orders), AT_ONCE):
        part = orders[start : start + AT_ONCE]
        ids = insert_rows(Complaint, [_columns(order, named) for order in part], NEW_COMPLAINT)
        people = insert_rows(Person, [{"complaint_id": pk} for pk in ids], NEW_PERSON)
        insert_rows(
            PersonalData,
            [
                {"person_id": pk, **sealed(Applicant(order.name, order.phone, order.address))}
                for pk, order in zip(people, part, strict=True)
            ],
            {},
        )
        cases = [
            case_named(pk, number_of(pk, _called_at(order)), getattr(named.get(order.respondent), "name", ""))
            for pk, order in zip(ids, part, strict=True)
        ]
        _start_clocks(actor, cases, part)
        # The keys are checked part by part: all of them at once, at commit, would take longer than a statement may.
        connection.check_constraints()


NEW_COMPLAINT = {
    "intake": Intake.HOTLINE,
    "state": State.RECEIVED,
    "outcome": Outcome.UNKNOWN,
    "timeliness": Timeliness.NOT_ASKED,
    "returned_fen": 0,
    "is_consumer": True,
    "shares_phone": False,
    "delegated_by": "",
    "delegation_number": "",
    "handled_elsewhere": "",
    "closed_from": "",
}
NEW_PERSON = {"kind": PersonKind.COMPLAINANT, "is_representative": False}


def _columns(order: Order, named: dict[str, Any]) -> dict[str, Any]:
    institution = named.get(order.respondent)
    return {
        "institution_id": institution.pk if institution is not None else None,
        "respondent_name": order.respondent,
        "respondent_address": order.respondent_address,
        "received_at": _called_at(order),
        "order_number": order.number,
        "order_due_on": order.due_on,
        "order_due_time": order.due_time,
        "subject": order.subject,
        "harmed_on": order.harmed_on,
        "facts": order.facts,
        "demand": order.demand,
        "paid_fen": order.paid_fen,
        "claimed_fen": order.claimed_fen,
    }


def _by_name(names: set[str]) -> dict[str, Any]:
    """Institutions of exactly these names; a name that two have says nothing."""
    found: dict[str, list[Any]] = {}
    for institution in institutions().filter(name__in=names):
        found.setdefault(institution.name, []).append(institution)
    return {name: same[0] for name, same in found.items() if len(same) == 1}


def _called_at(order: Order) -> datetime:
    """The beginning of the day: orders tell no certain hour, and a term counts from the day after."""
    return end_of_day(order.received_on - ONE_DAY)


def _start_clocks(actor: Actor, cases: Sequence[Case], orders: Sequence[Order]) -> None:
    """The decision on acceptance for all, and each order's own limit; one that was over when it came is late at once."""
    calls: dict[date, list[tuple[Case, Owner]]] = {}
    limits: dict[tuple[date, date, time | None], list[tuple[Case, Owner]]] = {}
    for case, order in zip(cases, orders, strict=True):
        calls.setdefault(order.received_on, []).append((case, STAFF))
        limits.setdefault((order.received_on, order.due_on, order.due_time), []).append((case, STAFF))
    for day, same in calls.items():
        start = end_of_day(day - ONE_DAY)
        start_deadlines(actor=actor, code=ACCEPT_BY, starts=same, action=DECIDE, start=start)
    for (day, due_on, hour), same in limits.items():
        ends_at = limit_of(due_on, hour)
        start_deadlines(
            actor=actor,
            code=ORDER_BY,
            starts=same,
            action=CLOSE_ORDER,
            title=ORDER_TITLE,
            start=end_of_day(day - ONE_DAY),
            ends_on=None if ends_at else due_on,
            ends_at=ends_at,
        )


def limit_of(day: date, hour: time | None) -> datetime | None:
    """The moment at which an order's own limit is over, where it names one."""
    return datetime.combine(day, hour, BEIJING) if hour is not None else None
