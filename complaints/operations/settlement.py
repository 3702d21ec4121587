"""登记和解: the complainant says that the two have settled; before anything ends the institution says so too.

Domain: both parties settle. Silence does not bind the institution: what it did not confirm in the term is no settlement.
"""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import lapse
from common.errors import InvalidInput, Refused
from complaints.access.complaints import MAY
from complaints.choices.complaints import EvidenceKind, Method, Source
from complaints.choices.settlement import SettlementState
from complaints.choices.written import WrittenKind
from complaints.models import Complaint, SettlementReport
from complaints.operations.cases import (
    SETTLE_BY,
    case_of,
    institution_turn,
    lock_against_own,
    lock_complaint,
    lock_for_complainant,
    start_clock,
    stop_clock,
    tell_complainant,
    tell_institution,
    tell_staff,
)
from complaints.operations.filing import Exhibit, keep_exhibit
from complaints.operations.moves import move_settlement
from complaints.operations.replies import NEGOTIABLE, settle_directly
from complaints.operations.written_down import tell_written, word_of
from complaints.rules.money import wrong_amount, wrong_day

CONFIRM = gettext_noop("核对投诉人登记的和解，确认或者否认")


@transaction.atomic
def settle(
    *,
    actor: Actor,
    amount_fen: int,
    pay_by: date,
    complaint_id: int | None = None,
    receipt_code: str = "",
    paper: UploadedFile | None = None,
) -> SettlementReport:
    """登记和解 as the complainant reports it, or signs it on ``paper``; the institution is asked to confirm it.

    Mediation goes on until then. Raises Refused while one waits to be confirmed, InvalidInput.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    if complaint.state not in NEGOTIABLE:
        raise Refused(_("现在是“%(state)s”，不能登记和解。") % {"state": complaint.get_state_display()})
    if SettlementReport.objects.filter(complaint=complaint, state=SettlementState.REPORTED).exists():
        raise Refused(_("已经登记过和解，正在请机构核对。"))
    _check(complaint, amount_fen, pay_by)
    word = word_of(actor, complaint, (method, by), paper, WrittenKind.SETTLE)
    told = SettlementReport.objects.create(
        complaint=complaint,
        amount_fen=amount_fen,
        pay_by=pay_by,
        method=method,
        recorded_by_id=by,
        reported_at=clock.now(),
        written=word.written,
    )
    start_clock(actor, complaint, SETTLE_BY, institution_turn(complaint), CONFIRM)
    record(actor, "settle", told, complaint=complaint.pk, amount_fen=amount_fen, **word.trail)
    tell_written(complaint, word)
    tell_institution(
        complaint,
        f"settlement-{told.pk}",
        gettext_noop("请核对投诉%(number)s的和解"),
        gettext_noop(
            "投诉人登记双方已自行和解。请在期限内核对金额和付款日，确认或者否认；未确认的，和解不成立。"
        ),
    )
    return told


def _check(complaint: Complaint, amount_fen: int, pay_by: date) -> None:
    if amount_fen and (wrong := wrong_amount(amount_fen, complaint.paid_fen, complaint.returned_fen)):
        raise InvalidInput(wrong, {"amount_fen": wrong})
    if amount_fen < 0:
        raise InvalidInput(_("金额不能是负数。"), {"amount_fen": _("金额不能是负数。")})
    if wrong := wrong_day(pay_by, clock.today()):
        raise InvalidInput(wrong, {"pay_by": wrong})


@transaction.atomic
def confirm_settlement(
    *, actor: Actor, complaint_id: int, confirmed: bool, paper: UploadedFile | None = None
) -> SettlementReport:
    """核对和解: confirmed by the institution the two have settled; denied the case goes on as before.

    Staff write it down from the institution's letter (``paper``), but not whoever wrote down the complainant's. A day of payment that is over meanwhile is today.
    """
    actor.require(MAY, "confirm_settlement")
    if actor.is_staff:
        complaint, method = lock_complaint(actor, complaint_id), Method.PAPER
    else:
        complaint, method = lock_against_own(actor, complaint_id), Method.ACCOUNT
    rows = SettlementReport.objects.select_for_update(of=("self",))
    told = rows.filter(complaint=complaint, state=SettlementState.REPORTED).first()
    if told is None:
        raise Refused(_("没有等待核对的和解。"))
    if method == told.method == Method.PAPER and told.recorded_by_id == actor.person_id:
        raise Refused(_("投诉人的书面和解是您登记的，机构的书面意见请由另一位工作人员登记。"))
    facts = _letter(actor, complaint, paper) if method == Method.PAPER else {}
    state = SettlementState.CONFIRMED if confirmed else SettlementState.DENIED
    move_settlement(told, state, answered_at=clock.now(), answered_by_id=actor.person_id)
    record(actor, "confirm_settlement", told, complaint=complaint.pk, confirmed=confirmed, **facts)
    if confirmed:
        settle_directly(actor, complaint, told.amount_fen, max(told.pay_by, clock.today()))
    else:
        stop_clock(actor, complaint, SETTLE_BY, outcome="denied")
        _tell_staff(complaint, told)
    tell_complainant(complaint, f"settlement-{told.pk}-answered")
    return told


def _letter(actor: Actor, complaint: Complaint, paper: UploadedFile | None) -> dict[str, Any]:
    if paper is None:
        sentence = _("请上传机构书面意见的扫描件或照片。")
        raise InvalidInput(sentence, {"paper": sentence})
    return {"paper": keep_exhibit(actor, complaint, Exhibit(EvidenceKind.ANSWER, paper), Source.STAFF).pk}


def unconfirmed(actor: Actor, complaint: Complaint) -> None:
    """核对期满: silence binds nobody; both sides are told, and the case goes on."""
    told = SettlementReport.objects.filter(complaint=complaint, state=SettlementState.REPORTED).first()
    if told is None or lapse(actor=actor, case=case_of(complaint), code=SETTLE_BY) is None:
        return
    move_settlement(told, SettlementState.LAPSED)
    record(actor, "settlement_unconfirmed", told, complaint=complaint.pk)
    tell_complainant(complaint, f"settlement-{told.pk}-lapsed")
    tell_institution(
        complaint,
        f"settlement-{told.pk}-lapsed",
        gettext_noop("投诉%(number)s的和解没有确认"),
        gettext_noop("期限内没有确认和解，和解不成立，投诉继续办理。"),
    )
    _tell_staff(complaint, told)


def _tell_staff(complaint: Complaint, told: SettlementReport) -> None:
    tell_staff(
        complaint,
        f"settlement-{told.pk}-failed",
        gettext_noop("投诉%(number)s的和解没有成立"),
        gettext_noop("机构否认或者没有确认投诉人登记的和解，请继续组织协商或者调解。"),
    )
