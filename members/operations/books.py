"""会员工作簿: looked at first, loaded by a decision in parts; the wrong lines come back as a workbook to mend and load again.

A part that runs again finds its lines in the books and passes over them; nothing that stands there is overwritten.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record, record_read
from association.choices import BatchState
from association.in_turn import take_turn
from association.models import Job
from association.operations import advance_job, start_job
from association.outbox import enqueue
from association.sheets import AT_ONCE, WHOLE_ROW, WHY, Sheet, closed_box, job_under_way, opened_box
from common.books import read_book
from common.errors import InvalidInput, NotFound, Refused, TooLarge
from common.spreadsheet import write_book
from common.tables import Table
from common.text import folded, one_line
from members.access import MAY, books_visible_to
from members.documents.books import member_book
from members.models import MemberBook, MemberBookFault
from members.operations.book_rows import load_planned
from members.operations.institutions import REGISTER
from members.operations.moves import move_book
from members.operations.parts import line
from members.queries.books import KIND, job_of, standing, words
from members.rules.book import NOTES, TITLES, Fault, Given, names_of, read_lines, sheet_of
from members.rules.book_plan import CHANGE, NEW, SAME, Plan, plan_book

MOST_ROWS, MOST_IN_BOOK = 20_000, 40_000
BOX = "members.book"
TASK = "members.load_book_part"
Place = tuple[str, int]
"""Sheet and line."""


@transaction.atomic
def look_at_book(*, actor: Actor, data: bytes, filename: str, source: str, known_on: date) -> MemberBook:
    """试导入: reads the workbook and changes nothing but the book that waits.

    ``source`` and ``known_on`` stand for every line that names none of its own. Raises InvalidInput, TooLarge.
    """
    actor.require(MAY, "import_members")
    source = line(source, "source", _("请写明资料来源，例如哪一年的会员名册。"))
    if known_on > clock.today():
        raise InvalidInput(_("日期不能晚于今天。"), {"known_on": _("日期不能晚于今天。")})
    sheets, unread = _sheets(read_book(data, filename, max_rows=MOST_ROWS))
    plan = _plan(sheets, {(one.sheet, one.line) for one in unread}, source, known_on)
    faults = [*unread, *plan.faults]
    bad = {(one.sheet, one.line) for one in faults}
    book = MemberBook.objects.create(
        file_name=one_line(filename)[:160],
        sha256=sha256(data).hexdigest(),
        source=source,
        known_on=known_on,
        rows=sum(len(one.rows) for one in sheets.values()),
        good=sum(one.deed != SAME for one in plan.planned),
        same=sum(one.deed == SAME for one in plan.planned),
        bad=len(bad),
        counts=_counts(plan, bad, sheets),
        same_lines=_lines(plan, sheets),
        box=_closed(sheets),
        uploaded_by_id=actor.person_id,
        uploaded_at=clock.now(),
    )
    _note(book, faults)
    record(actor, "look_at_book", book, rows=book.rows, good=book.good, same=book.same, bad=book.bad)
    return book


def _sheets(tables: Mapping[str, Table]) -> tuple[dict[str, Sheet], list[Fault]]:
    """The sheets by our names, without notes and reasons; lines that cannot be taken apart are faults."""
    sheets: dict[str, Sheet] = {}
    unread: list[Fault] = []
    for title, table in tables.items():
        if folded(title) == folded(NOTES):
            continue
        sheet = sheet_of(title, table.headings)
        names_of(sheet, table.headings)
        headings = [heading for heading in table.headings if heading != WHY]
        rows = [[row[name] for name in headings] for row in table.rows]
        sheets[sheet] = Sheet(headings, rows, table.lines)
        here = sorted(table.unread.keys() & set(table.lines))
        unread += [Fault(sheet, number, WHOLE_ROW, table.unread[number]) for number in here]
    count = sum(len(one.rows) for one in sheets.values())
    if not count:
        raise InvalidInput(_("工作簿里没有数据行。"))
    if count > MOST_IN_BOOK:
        raise TooLarge(_("工作簿超过%(most)d行，请分成几个导入。") % {"most": MOST_IN_BOOK})
    return sheets, unread


def _plan(sheets: Mapping[str, Sheet], skip: set[Place], source: str, known_on: date) -> Plan:
    given = Given(words(), source, known_on, clock.today())
    read = {}
    for sheet, table in sheets.items():
        left = table.of_lines(lambda number, sheet=sheet: (sheet, number) not in skip)  # type: ignore[misc]
        read[sheet] = read_lines(sheet, left.named(), left.lines, given)
    return plan_book(read, standing().known())


def _counts(plan: Plan, bad: set[Place], sheets: Mapping[str, Sheet]) -> dict[str, dict[str, int]]:
    deeds = Counter((one.sheet, one.deed) for one in plan.planned)
    wrong = Counter(sheet for sheet, _line in bad)
    return {
        sheet: {deed: deeds[sheet, deed] for deed in (NEW, SAME, CHANGE)} | {"wrong": wrong[sheet]}
        for sheet in sheets
    }


def _lines(plan: Plan, sheets: Mapping[str, Sheet]) -> dict[str, list[int]]:
    return {
        sheet: [one.row.line for one in plan.planned if one.sheet == sheet and one.deed == SAME]
        for sheet in sheets
    }


@transaction.atomic
def begin_loading_book(*, actor: Actor, book_id: int) -> Job:
    """确认导入: a job whose parts the worker takes one after the other; pressed again while it runs, the same job."""
    actor.require(MAY, "import_members")
    book = _lock(actor, book_id)
    if book.state == BatchState.LOADING:
        running = job_under_way(job_of(book), TASK)
        if running is not None:
            return running
    elif book.state != BatchState.CHECKED:
        raise Refused(_("这次导入已经决定过。"))
    elif not book.good:
        raise Refused(_("没有可以导入的行。"))
    else:
        _opened(book)
        move_book(book, BatchState.LOADING, decided_by_id=actor.person_id, decided_at=clock.now())
    title = gettext_noop("导入会员工作簿")
    job = start_job(actor=actor, kind=KIND, title=title, total=book.rows, book_id=book.pk)
    _queue(book, job.pk, 0)
    record(actor, "begin_loading_book", book, job=job.pk)
    return job


def _queue(book: MemberBook, job_id: int, first: int) -> None:
    enqueue(TASK, key=f"job-{job_id}-{first}", job_id=job_id, book_id=book.pk, first=first)


@transaction.atomic
def load_book_part(*, actor: Actor, book_id: int, job_id: int, first: int) -> MemberBook:
    """The good lines among those from ``first`` on, in one transaction. What is wrong only now joins those to be mended."""
    actor.require(MAY, "import_members")
    take_turn(REGISTER)
    book = _lock(actor, book_id)
    sheets = _opened(book)
    places = [(sheet, number) for sheet in TITLES if sheet in sheets for number in sheets[sheet].lines]
    part = set(places[first : first + AT_ONCE])
    plan = _plan(sheets, _settled(book), book.source, book.known_on)
    newly = [fault for fault in plan.faults if (fault.sheet, fault.line) in part]
    _note(book, newly)
    wrong = len({(fault.sheet, fault.line) for fault in newly})
    book.good, book.bad = book.good - wrong, book.bad + wrong
    chosen = [one for one in plan.planned if one.deed != SAME and (one.sheet, one.row.line) in part]
    load_planned(actor, book, chosen, plan)
    book.loaded += len(chosen)
    book.save(update_fields=["loaded", "good", "bad"])
    record(actor, "load_book_part", book, job=job_id, first=first, loaded=len(chosen))
    if first + AT_ONCE < len(places):
        _queue(book, job_id, first + AT_ONCE)
    else:
        rest = _to_mend(book, sheets)
        move_book(book, BatchState.LOADED, box=_closed(rest) if rest else b"")
    advance_job(job_id, by=len(part))
    return book


def _settled(book: MemberBook) -> set[Place]:
    """Lines that a look found wrong, and those that stood in the books already."""
    same = {(sheet, number) for sheet, lines in book.same_lines.items() for number in lines}
    return same | set(book.faults.values_list("sheet", "line"))


def _to_mend(book: MemberBook, sheets: Mapping[str, Sheet]) -> dict[str, Sheet]:
    """The sheets with their wrong lines alone."""
    wrong = set(book.faults.values_list("sheet", "line"))
    rest = {}
    for sheet, table in sheets.items():
        left = table.of_lines(lambda number, sheet=sheet: (sheet, number) in wrong)  # type: ignore[misc]
        if left.rows:
            rest[sheet] = left
    return rest


@transaction.atomic
def discard_book(*, actor: Actor, book_id: int) -> MemberBook:
    """放弃导入: nothing was loaded, and the rows are gone."""
    actor.require(MAY, "import_members")
    book = _lock(actor, book_id)
    if book.state != BatchState.CHECKED:
        raise Refused(_("这次导入已经决定过。"))
    move_book(book, BatchState.DISCARDED, decided_by_id=actor.person_id, decided_at=clock.now(), box=b"")
    record(actor, "discard_book", book)
    return book


@transaction.atomic
def book_errors(*, actor: Actor, book_id: int) -> bytes:
    """错误清单 of the same shape, to mend and load again; that somebody took it is recorded: it may name people."""
    actor.require(MAY, "import_members")
    book = _lock(actor, book_id)
    sheets = _to_mend(book, _opened(book))
    pages = {
        TITLES[sheet]: table.to_mend(book.faults.filter(sheet=sheet).order_by("line", "pk"))
        for sheet, table in sheets.items()
    }
    if not pages:
        raise NotFound(_("这次导入没有有误的行。"))
    record_read(actor, "member_book_errors", book, rows=sum(len(rows) for _headings, rows in pages.values()))
    return write_book(pages)


@transaction.atomic
def export_members(*, actor: Actor) -> bytes:
    """导出会员工作簿: everything that stands in the books, in the shape that is imported; it names people, so it is recorded."""
    actor.require(MAY, "export_members")
    data, rows = member_book()
    record_read(actor, "member_book", None, rows=rows)
    return data


def _lock(actor: Actor, book_id: int) -> MemberBook:
    found = books_visible_to(actor).select_for_update(of=("self",)).filter(pk=book_id).first()
    if found is None:
        raise NotFound(_("没有这次导入。"))
    return found


def _note(book: MemberBook, faults: Iterable[Fault]) -> None:
    rows = [
        MemberBookFault(
            book=book, sheet=one.sheet, **MemberBookFault.said(one.line, one.column, one.sentence)
        )
        for one in faults
    ]
    MemberBookFault.objects.bulk_create(rows, batch_size=AT_ONCE)


def _closed(sheets: Mapping[str, Sheet]) -> bytes:
    return closed_box({sheet: table.parts() for sheet, table in sheets.items()}, purpose=BOX)


def _opened(book: MemberBook) -> dict[str, Sheet]:
    """Raises NotFound when the rows are not kept any more."""
    return {sheet: Sheet(*parts) for sheet, parts in opened_box(book.box, purpose=BOX).items()}
