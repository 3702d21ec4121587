"""异议: the complainant denies what was called settled or paid, or wants a refusal looked at again.

Whatever it is, the case runs again with a clock that has an owner, and what was counted as paid is counted no more.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import Refused
from common.text import paragraphs
from complaints.choices.complaints import (
    ANSWERABLE,
    DecisionKind,
    FactKind,
    Method,
    Outcome,
    State,
    Timeliness,
)
from complaints.models import Complaint, Decision, FollowUp
from complaints.operations.asking import open_survey
from complaints.operations.cases import (
    CONFIRM_BY,
    MEDIATE_BY,
    PAY_BY,
    REPLY_BY,
    STAFF,
    decide,
    institution_turn,
    is_running,
    lock_for_complainant,
    note_fact,
    required_text,
    start_clock,
    stop_clock,
    tell_institution,
    tell_staff,
)
from complaints.operations.facts import next_turn
from complaints.operations.moves import move_complaint
from complaints.operations.order_limit import watch_order
from complaints.operations.payments import OPEN_TO_PAY, deny_payments, standing_of, watch_next_payment
from complaints.operations.standstill import stop_working_clocks
from complaints.operations.untold import ACCEPT_BY
from complaints.queries.tracking import objection_until

ANSWER_AGAIN = gettext_noop("投诉人否认已解决，请再次答复并说明情况")
LOOK_AGAIN = gettext_noop("投诉人对不予受理提出异议，请由另一位同事复核")
MEDIATE_AGAIN = gettext_noop("投诉人否认已解决，请继续组织协商或者调解")
LONGEST_REASON = 2_000
# 部分履行: here single payments may be denied; the case stays where it is.
PAID_IN_PART = OPEN_TO_PAY


@transaction.atomic
def contest(
    *,
    actor: Actor,
    text: str,
    received_fen: int | None = None,
    payment_id: int | None = None,
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> Complaint:
    """提出异议. ``received_fen``: what came after all of the payments that were reported; nothing unless it is said.

    With ``payment_id`` that payment alone is denied, and the others stay as they are.
    The clocks run anew, and the other side is told. Raises Refused where there is nothing to object to, or too late.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    why = required_text(paragraphs(text), "text", _("请写明为什么没有解决。"), LONGEST_REASON)
    last = objection_until(complaint)
    if last is not None and clock.now() >= last.ends_at:
        raise Refused(
            _("提出异议的期限已于%(day)s届满；可以向人民法院起诉或者申请仲裁。")
            % {"day": last.on.isoformat()}
        )
    _object(actor, complaint, received_fen or 0, payment_id)
    decision = decide(complaint, DecisionKind.CONTEST, by=by, reason=why)
    record(actor, "contest", decision, complaint=complaint.pk, method=Method(method).value)
    tell_staff(
        complaint,
        f"contested-{decision.pk}",
        gettext_noop("投诉%(number)s的投诉人提出异议"),
        gettext_noop("请查看理由并继续办理，期限已重新起算。"),
    )
    return complaint


def _object(actor: Actor, complaint: Complaint, received_fen: int, payment_id: int | None) -> None:
    last = complaint.last_step
    if complaint.state == State.NOT_ACCEPTED:
        _look_again(actor, complaint)
    elif last == State.SETTLED:
        deny_payments(complaint, received_fen, payment_id)
        _reopen(actor, complaint, State.AWAIT_REPLY)
        _ask_again(actor, complaint)
        start_clock(actor, complaint, MEDIATE_BY, STAFF, MEDIATE_AGAIN)
    elif last == State.PERFORMED:
        deny_payments(complaint, received_fen, payment_id)
        _reopen(actor, complaint, State.AGREED)
        _ask_again(actor, complaint)
    elif last in PAID_IN_PART and standing_of(complaint):
        deny_payments(complaint, received_fen, payment_id)
        _deny_part(actor, complaint)
    else:
        raise Refused(
            _("现在是“%(state)s”，不能提出异议；可以向人民法院起诉或者申请仲裁。")
            % {"state": complaint.get_state_display()}
        )


def _look_again(actor: Actor, complaint: Complaint) -> None:
    """复核不予受理: once, by somebody else."""
    if Decision.objects.filter(complaint=complaint, kind=DecisionKind.CONTEST).exists():
        raise Refused(_("不予受理的决定已经复核过；可以向人民法院起诉或者申请仲裁。"))
    move_complaint(complaint, State.RECEIVED, ended_at=None, told_complainant_at=None)
    start_clock(actor, complaint, ACCEPT_BY, STAFF, LOOK_AGAIN)
    watch_order(actor, complaint)


def _reopen(actor: Actor, complaint: Complaint, state: State) -> None:
    asked = open_survey(complaint)
    if asked is not None:
        asked.outcome, asked.answered_at = Outcome.UNRESOLVED, clock.now()
        asked.save(update_fields=["outcome", "answered_at"])
    stop_working_clocks(actor, complaint, "contested")
    stop_clock(actor, complaint, CONFIRM_BY, outcome="contested")
    FollowUp.objects.filter(complaint=complaint, asked_at__isnull=True).delete()
    unheard = complaint.timeliness == Timeliness.OVERTAKEN
    move_complaint(
        complaint,
        state,
        closed_from="",
        outcome=Outcome.UNKNOWN,
        confirmed_at=None,
        satisfaction=None,
        ended_at=None,
        timeliness=Timeliness.WAITING if unheard else complaint.timeliness,
    )
    watch_order(actor, complaint)


def _ask_again(actor: Actor, complaint: Complaint) -> None:
    """The institution answers anew; that it was contested is a fact. Without an account it is served on paper first."""
    stop_clock(actor, complaint, REPLY_BY, outcome="contested")
    told = _note(
        complaint,
        "contested",
        gettext_noop("投诉%(number)s的投诉人否认已解决"),
        gettext_noop("这件投诉重新办理，请在期限内再次答复。"),
    )
    if told:
        answer_again(actor, complaint, clock.now())


def answer_again(actor: Actor, complaint: Complaint, heard_at: datetime) -> None:
    """再次答复 in a term of its own, from the day on which the institution really heard of the objection; what it then
    owes of an agreement is watched again. Nothing where the case has gone on meanwhile, or it is asked already.
    """
    if complaint.state not in ANSWERABLE or is_running(complaint, REPLY_BY):
        return
    if complaint.timeliness == Timeliness.NOT_ASKED:
        # Settled before it was served: this is the first answer.
        complaint.served_at = complaint.served_at or heard_at
        complaint.timeliness = Timeliness.WAITING
        complaint.save(update_fields=["served_at", "timeliness"])
    asked = start_clock(actor, complaint, REPLY_BY, institution_turn(complaint), ANSWER_AGAIN, start=heard_at)
    if complaint.state == State.AGREED and not is_running(complaint, PAY_BY):
        watch_next_payment(actor, complaint, asked.due_on)


def _deny_part(actor: Actor, complaint: Complaint) -> None:
    """A single payment did not come. A closed file stays closed: what is owed is owed, and may still be paid."""
    if complaint.state == State.AGREED:
        stop_clock(actor, complaint, PAY_BY, outcome="contested")
        _ask_again(actor, complaint)
        return
    if complaint.state == State.BREACHED:
        # The clock of what is still to come runs on; for what was denied the institution answers now.
        _ask_again(actor, complaint)
        return
    _note(
        complaint,
        "denied",
        gettext_noop("投诉%(number)s的投诉人否认到账"),
        gettext_noop("投诉人说报告的付款没有到账。请核实，并在付款后重新上传凭证。"),
    )


def _note(complaint: Complaint, event: str, subject: str, body: str) -> bool:
    """Whether somebody of the institution has a notice of it."""
    turn = next_turn(complaint, FactKind.CONTESTED)
    note_fact(complaint, FactKind.CONTESTED, turn=turn)
    return tell_institution(complaint, f"{event}-{turn}", subject, body)
