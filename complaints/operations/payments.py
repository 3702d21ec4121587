"""付款与履行: what is claimed as paid, what is confirmed, what is denied (docs/decisions/0011).

``returned_fen`` of a complaint is always the sum of what stands; the database compares.
"""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Case, F, QuerySet, Sum, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.locker import store_for_case
from association.rules.clock import beijing
from common.errors import InvalidInput, NotFound, Refused
from complaints.access.complaints import MAY
from complaints.choices.complaints import STANDING, DecisionKind, EvidenceKind, ReportState, State
from complaints.models import Agreement, Complaint, Decision, Instalment, PaymentReport
from complaints.operations.asking import ask_outcome
from complaints.operations.cases import (
    PAY_BY,
    institution_turn,
    lock_against_own,
    lock_complaint,
    start_clock,
    stop_clock,
    stop_reply_clock,
    tell_complainant,
    tell_institution,
    tell_staff,
)
from complaints.operations.facts import review_facts
from complaints.operations.moves import move_complaint, move_report
from complaints.operations.standstill import stop_working_clocks
from complaints.rules.money import in_yuan

PAY = gettext_noop("按调解协议履行并上传凭证")
PAY_TITLE = gettext_noop("履行期限")
# What was agreed on is paid while the case is open, or late, after it was closed.
OF_AGREEMENT = frozenset({State.AGREED, State.BREACHED, State.PERFORMED})
OPEN_TO_PAY = frozenset({State.AGREED, State.BREACHED})


@transaction.atomic
def perform(
    *, actor: Actor, complaint_id: int, paid_on: date, instalments: int = 1, proof: UploadedFile | None = None
) -> Complaint:
    """履行: the institution reports the next payments with their proof, or staff who have seen it and so confirm them.

    With the last one the complainant is asked whether it came. Also for what was settled directly, and for what is
    paid after the file was closed.
    """
    actor.require(MAY, "perform")
    complaint = (
        lock_complaint(actor, complaint_id) if actor.is_staff else lock_against_own(actor, complaint_id)
    )
    _check_day(complaint, paid_on)
    if complaint.last_step == State.SETTLED:
        return _settlement_paid(actor, complaint, paid_on, proof)
    closed = complaint.state == State.CLOSED
    if complaint.state not in OPEN_TO_PAY and not (closed and complaint.last_step in OF_AGREEMENT):
        raise Refused(_("现在是“%(state)s”，没有要履行的协议。") % {"state": complaint.get_state_display()})
    unpaid = unpaid_of(complaint)
    paying = unpaid[: max(instalments, 1)]
    if closed and not paying:
        raise Refused(_("约定的款项都已经报告付款。"))
    kept = _kept_proof(actor, complaint, proof)
    for row in paying:
        _report(actor, complaint, still_owed(row), paid_on, kept, row)
    _reported(actor, complaint, many=len(paying))
    if closed:
        return complaint
    if len(unpaid) > len(paying):
        watch_next_payment(actor, complaint)
        return complaint
    stop_working_clocks(actor, complaint, "performed")
    move_complaint(complaint, State.PERFORMED)
    ask_outcome(actor, complaint)
    return complaint


def _check_day(complaint: Complaint, paid_on: date) -> None:
    wrong = ""
    if paid_on > clock.today():
        wrong = _("付款日不能晚于今天。")
    elif paid_on < beijing(complaint.received_at).date():
        wrong = _("付款日不能早于收到投诉之日。")
    if wrong:
        raise InvalidInput(wrong, {"paid_on": wrong})


def _settlement_paid(
    actor: Actor, complaint: Complaint, paid_on: date, proof: UploadedFile | None
) -> Complaint:
    """What two agreed on without money is reported once, by its clock."""
    stopped = stop_clock(actor, complaint, PAY_BY, outcome="paid")
    owed = complaint.settled_fen or 0
    if _settlement_reports(complaint).exists() or (not owed and not stopped):
        raise Refused(_("付款已经报告过，正在请投诉人确认。"))
    kept = _kept_proof(actor, complaint, proof)
    if owed:
        _report(actor, complaint, owed, paid_on, kept, None)
    _reported(actor, complaint, many=1)
    if complaint.state == State.SETTLED:
        ask_outcome(actor, complaint)
    return complaint


def _settlement_reports(complaint: Complaint) -> QuerySet[PaymentReport]:
    """Of the settlement that holds: an earlier one may have been contested."""
    settled = Decision.objects.filter(complaint=complaint, kind=DecisionKind.SETTLE).order_by("-pk").first()
    rows = PaymentReport.objects.filter(complaint=complaint, instalment=None, state__in=STANDING)
    return rows.filter(reported_at__gte=settled.decided_at) if settled is not None else rows


def _report(
    actor: Actor,
    complaint: Complaint,
    amount_fen: int,
    paid_on: date,
    proof_id: int | None,
    instalment: Instalment | None,
) -> PaymentReport:
    """Staff have seen the proof, so what they report is confirmed; the complainant may still deny it."""
    paid, seen = complaint.paid_fen or 0, actor.is_staff
    if complaint.returned_fen + amount_fen > paid:
        raise Refused(
            _("退还的金额合计不能超过已付金额%(paid)s，请先核对已报告的付款。") % {"paid": in_yuan(paid)}
        )
    made = PaymentReport.objects.create(
        complaint=complaint,
        instalment=instalment,
        amount_fen=amount_fen,
        paid_on=paid_on,
        proof_id=proof_id,
        reported_by_id=actor.person_id,
        reported_at=clock.now(),
        state=ReportState.CONFIRMED if seen else ReportState.REPORTED,
        seen_by_id=actor.person_id if seen else None,
        answered_at=clock.now() if seen else None,
    )
    if instalment is not None:
        instalment.paid_on = paid_on
        instalment.save(update_fields=["paid_on"])
    count_returned(complaint)
    return made


def _reported(actor: Actor, complaint: Complaint, *, many: int) -> None:
    """To pay is an answer too; whoever complained hears of it, and may deny it."""
    stop_reply_clock(actor, complaint)
    stop_clock(actor, complaint, PAY_BY, outcome="paid")
    record(actor, "perform", complaint, instalments=many)
    if actor.is_staff:
        review_facts(actor, complaint)
    last = PaymentReport.objects.filter(complaint=complaint).order_by("-pk").first()
    tell_complainant(complaint, f"paid-{last.pk if last else 0}")


def _kept_proof(actor: Actor, complaint: Complaint, proof: UploadedFile | None) -> int | None:
    if proof is None:
        return None
    stored = store_for_case(
        upload=proof,
        case=f"complaint-{complaint.pk}",
        name=str(EvidenceKind.RECEIPT.label),
        uploaded_by_id=actor.user_id,
    )
    return stored.pk


# -- what is owed, and until when -----------------------------------------------------------------------------


def unpaid_of(complaint: Complaint) -> list[Instalment]:
    """Locked, in their order: those without a payment that stands."""
    rows = Instalment.objects.select_for_update(of=("self",)).filter(
        agreement__complaint=complaint, agreement__superseded_at__isnull=True, paid_on__isnull=True
    )
    return list(rows.order_by("position"))


def still_owed(row: Instalment) -> int:
    """分 of an unpaid instalment, without what came of a payment that was denied in part."""
    came = PaymentReport.objects.filter(instalment=row).aggregate(came=Sum("received_fen"))["came"]
    return row.amount_fen - (came or 0)


def watch_next_payment(actor: Actor, complaint: Complaint, not_before: date | None = None) -> None:
    """The clock of the next payment, or of the day by which the agreement is performed.

    What was found to be breached waits for nobody: then it is the next one that is still to come.
    """
    today, unpaid = clock.today(), unpaid_of(complaint)
    if complaint.state == State.BREACHED:
        unpaid = [row for row in unpaid if row.due_on >= today] or unpaid
    day = unpaid[0].due_on if unpaid else current_agreement(complaint).perform_by
    start_clock(
        actor,
        complaint,
        PAY_BY,
        institution_turn(complaint),
        PAY,
        ends_on=max(day, today, not_before or today),
        title=PAY_TITLE,
    )


def current_agreement(complaint: Complaint) -> Agreement:
    return Agreement.objects.get(complaint=complaint, superseded_at__isnull=True)


# -- what the complainant says of it --------------------------------------------------------------------------


def standing_of(complaint: Complaint) -> list[PaymentReport]:
    """Locked: what counts as paid now."""
    rows = PaymentReport.objects.select_for_update(of=("self",)).select_related("instalment")
    return list(rows.filter(complaint=complaint, state__in=STANDING).order_by("pk"))


def standing_payment(complaint: Complaint, payment_id: int) -> PaymentReport:
    """One of them. Raises NotFound, also for one that was denied before."""
    found = [row for row in standing_of(complaint) if row.pk == payment_id]
    if not found:
        raise NotFound(_("没有这笔付款，或者已经否认。"))
    return found[0]


def confirm_payments(actor: Actor, complaint: Complaint) -> None:
    """确认到账: the complainant says that all is well, so what was settled came, reported or not."""
    for row in standing_of(complaint):
        if row.state == ReportState.REPORTED:
            move_report(row, ReportState.CONFIRMED, answered_at=clock.now())
    if (
        complaint.last_step == State.SETTLED
        and complaint.settled_fen
        and not _settlement_reports(complaint).exists()
    ):
        PaymentReport.objects.create(
            complaint=complaint,
            amount_fen=complaint.settled_fen,
            paid_on=clock.today(),
            reported_at=clock.now(),
            state=ReportState.CONFIRMED,
            answered_at=clock.now(),
        )
    count_returned(complaint)
    review_facts(actor, complaint)


def deny_payments(complaint: Complaint, received_fen: int = 0, payment_id: int | None = None) -> None:
    """否认到账: of what is reported only ``received_fen`` came, the first payments first; the rest is owed again.

    With ``payment_id`` of that payment alone. Raises InvalidInput when more came than was reported.
    """
    rows = standing_of(complaint) if payment_id is None else [standing_payment(complaint, payment_id)]
    if payment_id is not None and received_fen == rows[0].amount_fen:
        sentence = _("这笔付款全部到账的，请选择“到账了”。")
        raise InvalidInput(sentence, {"received_fen": sentence})
    if not 0 <= received_fen <= sum(row.amount_fen for row in rows):
        sentence = _("实际收到的金额不能超过对方报告已付的金额。")
        raise InvalidInput(sentence, {"received_fen": sentence})
    left = received_fen
    for row in rows:
        if row.amount_fen <= left:
            left -= row.amount_fen
            if row.state == ReportState.REPORTED:
                move_report(row, ReportState.CONFIRMED, answered_at=clock.now())
        else:
            _deny(row, left)
            left = 0
    count_returned(complaint)


def doubt_payments(complaint: Complaint) -> None:
    """未解决: who says that it was not put right does not confirm a payment. What staff have seen stays.

    Both the institution and the staff hear of it: a payment that was made can be proved, one that was not can be asked for.
    """
    doubted = [row for row in standing_of(complaint) if row.seen_by_id is None]
    for row in doubted:
        _deny(row, 0)
    count_returned(complaint)
    if doubted:
        event = f"doubted-{max(row.pk for row in doubted)}"
        subject = gettext_noop("投诉%(number)s：付款没有得到投诉人确认")
        told = gettext_noop(
            "投诉人表示问题没有解决，您报告的付款不计入已退还。已经付款的，请向协会提交付款凭证。"
        )
        tell_institution(complaint, event, subject, told)
        asked = gettext_noop("投诉人表示问题没有解决，机构报告的付款不再计入已退还。请向双方核实是否到账。")
        tell_staff(complaint, event, subject, asked)


def _deny(row: PaymentReport, received_fen: int) -> None:
    move_report(row, ReportState.DENIED, answered_at=clock.now(), received_fen=received_fen)
    if row.instalment is not None:
        row.instalment.paid_on = None
        row.instalment.save(update_fields=["paid_on"])


def count_returned(complaint: Complaint) -> None:
    """已退还: what stands, and what came of what was denied. The database wants the same sum."""
    counted = Case(When(state__in=STANDING, then=F("amount_fen")), default=F("received_fen"))
    rows = PaymentReport.objects.filter(complaint=complaint)
    complaint.returned_fen = rows.aggregate(returned=Sum(counted))["returned"] or 0
    complaint.save(update_fields=["returned_fen"])
