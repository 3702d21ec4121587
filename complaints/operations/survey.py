"""结果确认、回访: the complainant says whether it was put right. Silence is recorded as silence."""

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import lapse
from association.deadlines import start_clock as term_from_now
from common.errors import InvalidInput, Refused
from common.text import paragraphs
from complaints.choices.complaints import SAID_BY_COMPLAINANT, SURVEYED, Outcome, State
from complaints.models import Complaint, FollowUp
from complaints.operations.asking import open_survey
from complaints.operations.cases import (
    CONFIRM_BY,
    FOLLOW_UP_AFTER,
    ORDER_BY,
    case_of,
    lock_for_complainant,
    stop_clock,
)
from complaints.operations.moves import move_complaint
from complaints.operations.payments import confirm_payments, doubt_payments
from complaints.operations.standstill import stop_working_clocks

BEST, LONGEST_COMMENT = 5, 2_000


@transaction.atomic
def survey(
    *,
    actor: Actor,
    outcome: str,
    satisfaction: int | None = None,
    comment: str = "",
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> Complaint:
    """确认结果 and close the file. Who says that it was not put right may object instead (``contest``)."""
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    asked = open_survey(complaint)
    if complaint.state not in SURVEYED or asked is None:
        raise Refused(_("现在没有需要您确认的结果。"))
    if outcome not in SAID_BY_COMPLAINANT:
        raise InvalidInput(_("请选择问题是否已经解决。"), {"outcome": _("请选择问题是否已经解决。")})
    if satisfaction is not None and not 1 <= satisfaction <= BEST:
        raise InvalidInput(_("满意度为1至5。"), {"satisfaction": _("满意度为1至5。")})
    asked.answered_at, asked.outcome, asked.satisfaction = clock.now(), outcome, satisfaction
    asked.comment, asked.method, asked.recorded_by_id = paragraphs(comment)[:LONGEST_COMMENT], method, by
    asked.save()
    record(actor, "survey", complaint, outcome=outcome)
    complaint.confirmed_at, complaint.satisfaction = clock.now(), satisfaction
    if outcome == Outcome.RESOLVED:
        confirm_payments(actor, complaint)
    elif outcome == Outcome.UNRESOLVED:
        doubt_payments(complaint)
    close(actor, complaint, Outcome(outcome))
    return complaint


def close_unanswered(actor: Actor, complaint: Complaint) -> None:
    """确认期满: nobody answered, so the outcome is that nobody answered, whatever had been paid."""
    asked = open_survey(complaint)
    if complaint.state not in SURVEYED or asked is None:
        return
    asked.outcome = Outcome.NO_ANSWER
    asked.save(update_fields=["outcome"])
    lapse(actor=actor, case=case_of(complaint), code=CONFIRM_BY)
    close(actor, complaint, Outcome.NO_ANSWER)


def close(actor: Actor, complaint: Complaint, outcome: Outcome) -> None:
    """办结: the last clocks stop, and four weeks later it is asked whether it still holds."""
    moment = clock.now()
    stop_working_clocks(actor, complaint, "closed")
    stop_clock(actor, complaint, CONFIRM_BY, ORDER_BY, outcome="closed")
    move_complaint(
        complaint,
        State.CLOSED,
        closed_from=complaint.state,
        outcome=outcome,
        confirmed_at=complaint.confirmed_at,
        satisfaction=complaint.satisfaction,
        ended_at=moment,
    )
    rule, due = term_from_now(FOLLOW_UP_AFTER, moment)
    turn = FollowUp.objects.filter(complaint=complaint).count() + 1
    FollowUp.objects.create(complaint=complaint, turn=turn, rule=rule, due_at=due.ends_at)
    record(actor, "close", complaint, outcome=outcome)


@transaction.atomic
def follow_up(
    *,
    actor: Actor,
    still_holds: bool,
    comment: str = "",
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> FollowUp:
    """回访答复. Answered with no, what was called resolved or paid is called so no more; to reopen it is ``contest``."""
    complaint, _method, _by = lock_for_complainant(actor, complaint_id, receipt_code)
    asked = (
        FollowUp.objects.select_for_update()
        .filter(complaint=complaint, asked_at__isnull=False, answered_at__isnull=True)
        .order_by("-turn")
        .first()
    )
    if complaint.state != State.CLOSED or asked is None:
        raise Refused(_("现在没有需要您答复的回访。"))
    asked.answered_at, asked.still_holds = clock.now(), still_holds
    asked.comment = paragraphs(comment)[:LONGEST_COMMENT]
    asked.save()
    if not still_holds:
        doubt_payments(complaint)
    if not still_holds and complaint.outcome in {Outcome.RESOLVED, Outcome.PARTLY}:
        complaint.outcome, complaint.confirmed_at = Outcome.UNRESOLVED, clock.now()
        complaint.save(update_fields=["outcome", "confirmed_at"])
    record(actor, "follow_up", asked, complaint=complaint.pk, holds=still_holds)
    return asked
