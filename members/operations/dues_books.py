"""会费账: the lock and the clock of a bill, and how money that came in is spread over what is owed."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.choices import Side
from association.clocks import Case, Owner, deadlines_of, start_deadline, stop_all
from association.in_turn import take_turn
from association.links import path_to
from association.notices import notify
from common.errors import NotFound
from common.said import Said
from members.access import dues_invoices_visible_to, dues_receipts_visible_to
from members.choices.dues import EntryKind
from members.models import DuesEntry, DuesInvoice, DuesReceipt
from members.operations.dues import people_by_institution
from members.queries.dues import open_invoices, owed, with_left
from members.rules.dues import yuan
from members.rules.dues_bank import numbers_in, spread

KIND, PAY = "dues", "DUES-PAY"
TURN_OF_BOOKS = "dues-books"


def take_books() -> None:
    """Money is written by one after the other: who comes later reads what is left."""
    take_turn(TURN_OF_BOOKS)


def lock_invoice(actor: Actor, invoice_id: int) -> DuesInvoice:
    """Raises NotFound, also to those who may not know of it. What it comes to is read under this lock."""
    rows = dues_invoices_visible_to(actor).select_for_update(of=("self",)).select_related("institution")
    found = rows.filter(pk=invoice_id).first()
    if found is None:
        raise NotFound(_("没有这份会费通知。"))
    return found


def lock_receipt(actor: Actor, receipt_id: int) -> DuesReceipt:
    """The same for money that came in."""
    rows = dues_receipts_visible_to(actor).select_for_update(of=("self",)).select_related("institution")
    found = rows.filter(pk=receipt_id).first()
    if found is None:
        raise NotFound(_("没有这笔收款。"))
    return found


def settle(actor: Actor, invoice: DuesInvoice) -> bool:
    """结清: with nothing owed its clocks stop. Whether it is."""
    if owed(invoice):
        return False
    stop_all(actor=actor, case=case_of(invoice), outcome="paid")
    return True


def reopen(actor: Actor, invoice: DuesInvoice) -> None:
    """A bill that is owed again after a payment was reversed: its term runs anew from today."""
    if not owed(invoice) or deadlines_of(KIND, invoice.pk).filter(stopped_at__isnull=True).exists():
        return
    start_deadline(
        actor=actor,
        code=PAY,
        case=case_of(invoice),
        owner=Owner(Side.INSTITUTION, institution_id=invoice.institution_id),
        action=gettext_noop("缴纳会费"),
    )


def case_of(invoice: DuesInvoice, *, for_staff: bool = False) -> Case:
    """The page is that of whoever must act."""
    title = gettext_noop("会费 %(number)s %(name)s") % {
        "number": invoice.number,
        "name": invoice.institution.name,
    }
    own = path_to("own_dues")
    path = path_to("admin:members_duesinvoice_change", invoice.pk) if for_staff else own
    return Case(KIND, invoice.pk, title, path)


def spread_receipts(actor: Actor, receipts: Sequence[DuesReceipt]) -> None:
    """Money whose owner is known pays the bill that its remark names, then the oldest; the rest waits for the next bill.

    The books are held by the caller.
    """
    owners = {one.institution_id for one in receipts if one.institution_id is not None}
    bills = list(open_invoices().filter(institution_id__in=owners).select_related("institution"))
    owed_now = {bill.pk: int(bill.owed_fen) for bill in bills}
    entries = []
    for receipt in with_left(DuesReceipt.objects.filter(pk__in=[one.pk for one in receipts])).order_by(
        "received_on", "pk"
    ):
        named = numbers_in(receipt.memo)
        own = [bill for bill in bills if bill.institution_id == receipt.institution_id]
        own.sort(key=lambda bill: ((bill.year, bill.pk) not in named, bill.year, bill.pk))
        paid, _left = spread(receipt.left_fen, [(bill.pk, owed_now[bill.pk]) for bill in own])
        for bill_id, fen in paid:
            owed_now[bill_id] -= fen
            entries.append(_payment(actor, receipt, bill_id, fen))
    DuesEntry.objects.bulk_create(entries)
    touched = {entry.invoice_id for entry in entries}
    for bill in bills:
        if bill.pk in touched:
            settle(actor, bill)
    tell_received(receipts)


def _payment(actor: Actor, receipt: DuesReceipt, bill_id: int, fen: int) -> DuesEntry:
    return DuesEntry(
        receipt=receipt,
        invoice_id=bill_id,
        kind=EntryKind.PAYMENT,
        amount_fen=fen,
        at=clock.now(),
        by_id=actor.user_id,
    )


def tell_received(receipts: Collection[DuesReceipt]) -> None:
    """Once of each receipt and owner."""
    people = people_by_institution([one.institution_id for one in receipts if one.institution_id])
    for one in receipts:
        if one.institution_id is None:
            continue
        notify(
            f"dues-receipt-{one.pk}-{one.institution_id}",
            people[one.institution_id],
            subject=gettext_noop("已收到会费"),
            body=Said(
                gettext_noop("%(day)s收到%(yuan)s元，收款确认单可以在会费页面下载。"),
                day=one.received_on.isoformat(),
                yuan=yuan(one.amount_fen),
            ),
            path=path_to("own_dues"),
        )
