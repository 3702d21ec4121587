"""会费凭单: what is done to the books by hand is proposed by one person and confirmed by another; nothing is overwritten."""

from datetime import date
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.links import path_to
from association.locker import store_file
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from members.access import MAY, dues_slips_visible_to
from members.choices.dues import BY_HAND, EntryKind, MatchBasis, PayWay, SlipKind, SlipState
from members.models import DuesEntry, DuesReceipt, DuesSlip, Institution
from members.operations.dues_books import (
    lock_invoice,
    lock_receipt,
    reopen,
    settle,
    spread_receipts,
    take_books,
)
from members.operations.moves import move_slip
from members.operations.parts import line, lock_institution, refuse_tied, tell_institution, tell_staff
from members.queries.dues import left_of, owed, paid_from
from members.rules.dues import yuan

LARGEST_FEN = 10**11


@transaction.atomic
def propose_credit(*, actor: Actor, invoice_id: int, amount_fen: int, reason: str) -> DuesSlip:
    """拟减免或者更正 of one bill; it has no effect before somebody else confirms it."""
    actor.require(MAY, "propose_dues_slip")
    invoice = lock_invoice(actor, invoice_id)
    _refuse_more_than(owed(invoice), amount_fen, _("金额须大于零，且不能超过未缴的%(yuan)s元。"))
    return _propose(
        actor, SlipKind.CREDIT, invoice.institution, reason, amount_fen=amount_fen, invoice=invoice
    )


@transaction.atomic
def propose_payment(
    *,
    actor: Actor,
    institution_id: int,
    amount_fen: int,
    received_on: date,
    way: str,
    paper: UploadedFile | None,
    reason: str,
) -> DuesSlip:
    """登记收款 that no file of the bank brings, with its paper; it comes into the books when another confirms it."""
    actor.require(MAY, "propose_dues_slip")
    institution = lock_institution(actor, institution_id)
    if way not in BY_HAND:
        raise InvalidInput(_("请选择收款方式。"), {"way": _("请选择收款方式。")})
    if received_on > clock.today():
        raise InvalidInput(_("日期不能晚于今天。"), {"received_on": _("日期不能晚于今天。")})
    _refuse_more_than(LARGEST_FEN, amount_fen, _("金额须大于零，且不能超过%(yuan)s元。"))
    return _propose(
        actor,
        SlipKind.PAYMENT,
        institution,
        reason,
        amount_fen=amount_fen,
        institution=institution,
        way=PayWay(way),
        received_on=received_on,
        paper=store_file(actor=actor, upload=paper, institution_id=institution_id),
    )


@transaction.atomic
def propose_refund(*, actor: Actor, receipt_id: int, amount_fen: int, reason: str) -> DuesSlip:
    """拟退还 what of received money pays no bill."""
    actor.require(MAY, "propose_dues_slip")
    receipt = lock_receipt(actor, receipt_id)
    _refuse_more_than(left_of(receipt), amount_fen, _("金额须大于零，且不能超过尚未使用的%(yuan)s元。"))
    return _propose(
        actor, SlipKind.REFUND, receipt.institution, reason, amount_fen=amount_fen, receipt=receipt
    )


@transaction.atomic
def propose_undo(*, actor: Actor, receipt_id: int, reason: str) -> DuesSlip:
    """拟冲回认领: the money was another's. What it paid is reversed, and it waits for a person again."""
    actor.require(MAY, "propose_dues_slip")
    receipt = lock_receipt(actor, receipt_id)
    if receipt.institution is None:
        raise Refused(_("这笔收款没有认领。"))
    paid = paid_from(receipt)
    if not paid:
        raise Refused(_("这笔收款没有缴纳任何会费通知，不需要冲回。"))
    return _propose(actor, SlipKind.UNDO, receipt.institution, reason, amount_fen=paid, receipt=receipt)


def _propose(actor: Actor, kind: SlipKind, about: Institution | None, reason: str, **values: Any) -> DuesSlip:
    if about is not None:
        refuse_tied(actor, about.pk)
    why = line(reason, "reason", _("请写明依据和理由。"))
    slip = DuesSlip.objects.create(
        kind=kind, reason=why, proposed_by_id=actor.person_id, proposed_at=clock.now(), **values
    )
    record(actor, "propose_dues_slip", slip, kind=slip.kind, fen=slip.amount_fen)
    tell_staff(
        f"dues-slip-{slip.pk}",
        about.pk if about else 0,
        gettext_noop("有一张会费凭单等待确认"),
        Said(gettext_noop("%(what)s，须由经办人以外的人确认。"), what=str(SlipKind(kind).label)),
        path_to("admin:members_duesslip_change", slip.pk),
    )
    return slip


def _refuse_more_than(most: int, amount_fen: int, sentence: str) -> None:
    if not 0 < amount_fen <= most:
        told = sentence % {"yuan": yuan(most)}
        raise InvalidInput(told, {"amount_fen": told})


# -- the second person ----------------------------------------------------------------------------------------


@transaction.atomic
def confirm_slip(*, actor: Actor, slip_id: int) -> DuesSlip:
    """确认 by another person: the books are written with it, or nothing is."""
    actor.require(MAY, "decide_dues_slip")
    take_books()
    slip = _lock_waiting(actor, slip_id)
    does = {
        SlipKind.CREDIT: _credit,
        SlipKind.PAYMENT: _receive,
        SlipKind.REFUND: _give_back,
        SlipKind.UNDO: _undo,
    }
    does[SlipKind(slip.kind)](actor, slip)
    record(actor, "confirm_dues_slip", slip, kind=slip.kind, fen=slip.amount_fen)
    return slip


def _move(actor: Actor, slip: DuesSlip) -> None:
    move_slip(slip, SlipState.CONFIRMED, decided_by_id=actor.person_id, decided_at=clock.now())


def _entry(actor: Actor, slip: DuesSlip, kind: EntryKind, **values: Any) -> None:
    given = {"amount_fen": slip.amount_fen} | values
    DuesEntry.objects.create(kind=kind, slip=slip, at=clock.now(), by_id=actor.person_id, **given)


def _credit(actor: Actor, slip: DuesSlip) -> None:
    invoice = lock_invoice(actor, slip.invoice_id or 0)
    left = owed(invoice)
    if slip.amount_fen > left:
        raise Refused(_("未缴的只有%(yuan)s元，这张凭单不能确认。") % {"yuan": yuan(left)})
    _move(actor, slip)
    _entry(actor, slip, EntryKind.CREDIT, invoice=invoice)
    settle(actor, invoice)
    tell_institution(
        f"dues-slip-{slip.pk}-confirmed",
        invoice.institution_id,
        gettext_noop("会费通知有更正"),
        Said(
            gettext_noop("%(number)s减少%(yuan)s元，理由见会费页面。"),
            number=invoice.number,
            yuan=yuan(slip.amount_fen),
        ),
        path_to("own_dues"),
    )


def _receive(actor: Actor, slip: DuesSlip) -> None:
    _move(actor, slip)
    receipt = DuesReceipt.objects.create(
        slip=slip,
        way=slip.way,
        received_on=cast("date", slip.received_on),
        amount_fen=slip.amount_fen,
        institution=slip.institution,
        basis=MatchBasis.PERSON,
        matched_by_id=slip.proposed_by_id,
        matched_at=clock.now(),
        recorded_at=clock.now(),
    )
    spread_receipts(actor, [receipt])


def _give_back(actor: Actor, slip: DuesSlip) -> None:
    receipt = lock_receipt(actor, slip.receipt_id or 0)
    left = left_of(receipt)
    if slip.amount_fen > left:
        raise Refused(_("尚未使用的只有%(yuan)s元，这张凭单不能确认。") % {"yuan": yuan(left)})
    _move(actor, slip)
    _entry(actor, slip, EntryKind.REFUND, receipt=receipt)


def _undo(actor: Actor, slip: DuesSlip) -> None:
    """Every payment of the receipt gets its opposite; the bills are owed again and their terms run anew."""
    receipt = lock_receipt(actor, slip.receipt_id or 0)
    if slip.amount_fen != paid_from(receipt):
        raise Refused(_("这笔收款在此期间有了变化，请重新提出。"))
    _move(actor, slip)
    rows = DuesEntry.objects.filter(receipt=receipt, kind=EntryKind.PAYMENT, reverses__isnull=True)
    undone = DuesEntry.objects.filter(reverses__isnull=False, receipt=receipt).values("reverses_id")
    for row in rows.exclude(pk__in=undone).order_by("pk"):
        _entry(
            actor,
            slip,
            EntryKind.PAYMENT,
            receipt=receipt,
            invoice_id=row.invoice_id,
            reverses=row,
            amount_fen=-row.amount_fen,
        )
        if row.invoice_id is not None:
            reopen(actor, lock_invoice(actor, row.invoice_id))
    before = receipt.institution_id
    receipt.institution, receipt.basis, receipt.matched_by, receipt.matched_at = None, "", None, None
    receipt.save(update_fields=["institution", "basis", "matched_by", "matched_at"])
    if before is not None:
        tell_institution(
            f"dues-slip-{slip.pk}-confirmed",
            before,
            gettext_noop("一笔会费收款的认领有更正"),
            Said(gettext_noop("%(yuan)s元不是贵机构缴纳的，已经冲回。"), yuan=yuan(slip.amount_fen)),
            path_to("own_dues"),
        )


@transaction.atomic
def refuse_slip(*, actor: Actor, slip_id: int, answer: str) -> DuesSlip:
    """不予确认, with the reason; the proposer may propose another."""
    actor.require(MAY, "decide_dues_slip")
    slip = _lock_waiting(actor, slip_id)
    why = line(answer, "answer", _("请写明理由。"))
    move_slip(slip, SlipState.REFUSED, decided_by_id=actor.person_id, decided_at=clock.now(), answer=why)
    record(actor, "refuse_dues_slip", slip, reason=why)
    return slip


def _lock_waiting(actor: Actor, slip_id: int) -> DuesSlip:
    """Raises Refused to whoever proposed it, and once it is decided."""
    rows = dues_slips_visible_to(actor).select_for_update(of=("self",))
    slip = rows.select_related("invoice", "institution", "receipt").filter(pk=slip_id).first()
    if slip is None:
        raise NotFound(_("没有这张会费凭单。"))
    if slip.state != SlipState.WAITING:
        raise Refused(_("这张会费凭单已经办理。"))
    if slip.proposed_by_id == actor.person_id:
        raise Refused(_("须由经办人以外的人办理。"))
    about = slip.about_id
    if about is not None:
        refuse_tied(actor, about)
    return slip
