"""会费凭单: a bill is never overwritten; it is lessened by an entry that one person proposes and another confirms."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.links import path_to
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from members.access import MAY, dues_slips_visible_to
from members.choices.dues import EntryKind, SlipKind, SlipState
from members.models import DuesEntry, DuesInvoice, DuesSlip
from members.operations.dues_invoices import lock_invoice, settle
from members.operations.moves import move_slip
from members.operations.parts import line, refuse_tied, tell_institution, tell_staff
from members.queries.dues import owed
from members.rules.dues import yuan


@transaction.atomic
def propose_credit(*, actor: Actor, invoice_id: int, amount_fen: int, reason: str) -> DuesSlip:
    """拟减免或者更正 of one bill; it has no effect before somebody else confirms it."""
    actor.require(MAY, "propose_dues_slip")
    invoice = lock_invoice(actor, invoice_id)
    refuse_tied(actor, invoice.institution_id)
    why = line(reason, "reason", _("请写明依据，例如哪次会议的决议。"))
    _refuse_too_much(invoice, amount_fen)
    slip = DuesSlip.objects.create(
        kind=SlipKind.CREDIT,
        invoice=invoice,
        amount_fen=amount_fen,
        reason=why,
        proposed_by_id=actor.person_id,
        proposed_at=clock.now(),
    )
    record(actor, "propose_dues_slip", slip, kind=slip.kind, fen=amount_fen)
    tell_staff(
        f"dues-slip-{slip.pk}",
        invoice.institution_id,
        gettext_noop("有一张会费凭单等待确认"),
        Said(gettext_noop("%(name)s的会费，须由经办人以外的人确认。"), name=invoice.institution.name),
        path_to("admin:members_duesslip_change", slip.pk),
    )
    return slip


def _refuse_too_much(invoice: DuesInvoice, amount_fen: int) -> None:
    left = owed(invoice)
    if not 0 < amount_fen <= left:
        sentence = _("金额须大于零，且不能超过未缴的%(yuan)s元。") % {"yuan": yuan(left)}
        raise InvalidInput(sentence, {"amount_fen": sentence})


@transaction.atomic
def confirm_slip(*, actor: Actor, slip_id: int) -> DuesSlip:
    """确认 by another person: the entry is written with it, or nothing is."""
    actor.require(MAY, "decide_dues_slip")
    slip = _lock_waiting(actor, slip_id)
    if slip.invoice_id is None:
        raise NotFound(_("没有这份会费通知。"))
    invoice = lock_invoice(actor, slip.invoice_id)
    left = owed(invoice)
    if slip.amount_fen > left:
        raise Refused(_("未缴的只有%(yuan)s元，这张凭单不能确认。") % {"yuan": yuan(left)})
    move_slip(slip, SlipState.CONFIRMED, decided_by_id=actor.person_id, decided_at=clock.now())
    DuesEntry.objects.create(
        invoice=invoice,
        kind=EntryKind.CREDIT,
        amount_fen=slip.amount_fen,
        slip=slip,
        at=clock.now(),
        by_id=actor.person_id,
    )
    settle(actor, invoice)
    record(actor, "confirm_dues_slip", slip, fen=slip.amount_fen, invoice=invoice.pk)
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
    return slip


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
    rows = dues_slips_visible_to(actor).select_for_update(of=("self",)).select_related("invoice")
    slip = rows.filter(pk=slip_id).first()
    if slip is None:
        raise NotFound(_("没有这张会费凭单。"))
    if slip.state != SlipState.WAITING:
        raise Refused(_("这张会费凭单已经办理。"))
    if slip.proposed_by_id == actor.person_id:
        raise Refused(_("须由经办人以外的人办理。"))
    if slip.invoice is not None:
        refuse_tied(actor, slip.invoice.institution_id)
    return slip
