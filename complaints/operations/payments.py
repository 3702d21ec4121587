"""付款与履行: what is claimed as paid, what is confirmed, what is denied (docs/decisions/0011).

``returned_fen`` of a complaint is always the sum of what stands; the database compares.
"""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Case, F, Sum, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.locker import store_for_case
from association.rules.clock import beijing
from common.errors import InvalidInput, Refused
from complaints.access.complaints import MAY
from complaints.choices.complaints import STANDING, EvidenceKind, ReportState, State
from complaints.models import Agreement, Complaint, Instalment, PaymentReport
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
)
from complaints.operations.facts import review_facts
from complaints.operations.moves import move_complaint
from complaints.operations.standstill import stop_working_clocks
from complaints.queries.unpaid import settlement_reports
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
    refuse_day(complaint, paid_on, "paid_on")
    if complaint.last_step == State.SETTLED:
        return _settlement_paid(actor, complaint, paid_on, proof)
    closed = complaint.state == State.CLOSED
    if complaint.state not in OPEN_TO_PAY and not (closed and complaint.last_step in OF_AGREEMENT):
        raise Refused(_("现在是“%(state)s”，没有要履行的协议。") % {"state": complaint.get_state_display()})
    unpaid = unpaid_of(complaint)
    paying = unpaid[: max(instalments, 1)]
    if closed and not paying:
        raise Refused(_("约定的款项都已经报告付款。"))
    kept = kept_proof(actor, complaint, proof)
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


def refuse_day(complaint: Complaint, day: date | None, field: str) -> None:
    """A day on which money came: after the complaint, and not one that is still to come. Raises InvalidInput."""
    wrong = ""
    if day is not None and day > clock.today():
        wrong = _("付款日或者到账日不能晚于今天。")
    elif day is not None and day < beijing(complaint.received_at).date():
        wrong = _("付款日或者到账日不能早于收到投诉之日。")
    if wrong:
        raise InvalidInput(wrong, {field: wrong})


def _settlement_paid(
    actor: Actor, complaint: Complaint, paid_on: date, proof: UploadedFile | None
) -> Complaint:
    """What two agreed on without money is reported once, by its clock."""
    stopped = stop_clock(actor, complaint, PAY_BY, outcome="paid")
    owed = complaint.settled_fen or 0
    if settlement_reports(complaint).exists() or (not owed and not stopped):
        raise Refused(_("付款已经报告过，正在请投诉人确认。"))
    kept = kept_proof(actor, complaint, proof)
    if owed:
        _report(actor, complaint, owed, paid_on, kept, None)
    _reported(actor, complaint, many=1)
    if complaint.state == State.SETTLED:
        ask_outcome(actor, complaint)
    return complaint


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
        # 凭证 that staff have before them: the day on it is more than a word.
        confirmed_on=paid_on if seen and proof_id is not None else None,
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


def kept_proof(actor: Actor, complaint: Complaint, proof: UploadedFile | None) -> int | None:
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


def count_returned(complaint: Complaint) -> None:
    """已退还: what stands, and what came of what was denied. The database wants the same sum."""
    counted = Case(When(state__in=STANDING, then=F("amount_fen")), default=F("received_fen"))
    rows = PaymentReport.objects.filter(complaint=complaint)
    complaint.returned_fen = rows.aggregate(returned=Sum(counted))["returned"] or 0
    complaint.save(update_fields=["returned_fen"])
