"""结果确认、回访、异议: the complainant says whether it was put right. Silence is recorded as silence."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.deadlines import start_clock as term_from_now
from common.errors import InvalidInput, Refused
from common.text import paragraphs
from complaints.choices.complaints import (
    SAID_BY_COMPLAINANT,
    SURVEYED,
    DecisionKind,
    FactKind,
    Method,
    Outcome,
    State,
)
from complaints.models import Complaint, Decision, FollowUp, Survey
from complaints.operations.cases import (
    ACCEPT_BY,
    COMPLAINANT,
    CONFIRM_BY,
    FOLLOW_UP_AFTER,
    MEDIATE_BY,
    ORDER_BY,
    REPLY_BY,
    STAFF,
    decide,
    institution_turn,
    lock_for_complainant,
    note_fact,
    required_text,
    start_clock,
    stop_clock,
    stop_working_clocks,
    tell_complainant,
    tell_institution,
    tell_staff,
)
from complaints.operations.moves import move_complaint

CONFIRM = gettext_noop("确认问题是否已经解决")
ANSWER_AGAIN = gettext_noop("投诉人否认已解决，请再次答复并说明情况")
LOOK_AGAIN = gettext_noop("投诉人对不予受理提出异议，请由另一位同事复核")
MEDIATE_AGAIN = gettext_noop("投诉人否认已解决，请继续组织协商或者调解")
BEST, LONGEST_COMMENT = 5, 2_000


def ask_outcome(actor: Actor, complaint: Complaint) -> Survey:
    """询问结果: something came to its end; whoever complained has some days to say whether it was put right."""
    turn = Survey.objects.filter(complaint=complaint).count() + 1
    asked = Survey.objects.create(complaint=complaint, turn=turn, asked_at=clock.now())
    stop_clock(actor, complaint, CONFIRM_BY, outcome="asked_again")
    start_clock(actor, complaint, CONFIRM_BY, COMPLAINANT, CONFIRM)
    tell_complainant(complaint, f"survey-{turn}")
    return asked


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
    asked = _open_survey(complaint)
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
    if complaint.state == State.SETTLED and outcome == Outcome.RESOLVED:
        complaint.returned_fen = complaint.settled_fen or 0
    close(actor, complaint, Outcome(outcome))
    return complaint


def _open_survey(complaint: Complaint) -> Survey | None:
    last = Survey.objects.select_for_update().filter(complaint=complaint).order_by("-turn").first()
    return last if last and last.answered_at is None and last.outcome == Outcome.UNKNOWN else None


def close_unanswered(actor: Actor, complaint: Complaint) -> None:
    """确认期满: nobody answered, so the outcome is that nobody answered, whatever had been paid."""
    asked = _open_survey(complaint)
    if complaint.state not in SURVEYED or asked is None:
        return
    asked.outcome = Outcome.NO_ANSWER
    asked.save(update_fields=["outcome"])
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
        returned_fen=complaint.returned_fen,
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
    """回访答复. Answered with no, what was called resolved is called so no more; to have it reopened is ``contest``."""
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
    if not still_holds and complaint.outcome in {Outcome.RESOLVED, Outcome.PARTLY}:
        complaint.outcome, complaint.confirmed_at = Outcome.UNRESOLVED, clock.now()
        complaint.save(update_fields=["outcome", "confirmed_at"])
    record(actor, "follow_up", asked, complaint=complaint.pk, holds=still_holds)
    return asked


@transaction.atomic
def contest(*, actor: Actor, text: str, complaint_id: int | None = None, receipt_code: str = "") -> Complaint:
    """提出异议: what was called settled or paid is not, or a refusal is to be looked at again.

    The clocks run anew, and the other side is told.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    why = required_text(paragraphs(text), "text", _("请写明为什么没有解决。"), LONGEST_COMMENT)
    before = complaint.closed_from if complaint.state == State.CLOSED else complaint.state
    if complaint.state == State.NOT_ACCEPTED:
        _look_again(actor, complaint)
    elif before == State.SETTLED:
        _reopen(actor, complaint, State.AWAIT_REPLY)
    elif before == State.PERFORMED:
        _reopen(actor, complaint, State.AGREED)
    else:
        raise Refused(
            _("现在是“%(state)s”，不能提出异议；可以向人民法院起诉或者申请仲裁。")
            % {"state": complaint.get_state_display()}
        )
    decision = decide(complaint, DecisionKind.CONTEST, by=by, reason=why)
    record(actor, "contest", decision, complaint=complaint.pk, method=Method(method).value)
    tell_staff(
        complaint,
        f"contested-{decision.pk}",
        gettext_noop("投诉%(number)s的投诉人提出异议"),
        gettext_noop("请查看理由并继续办理，期限已重新起算。"),
    )
    return complaint


def _look_again(actor: Actor, complaint: Complaint) -> None:
    """复核不予受理: once, by somebody else."""
    if Decision.objects.filter(complaint=complaint, kind=DecisionKind.CONTEST).exists():
        raise Refused(_("不予受理的决定已经复核过；可以向人民法院起诉或者申请仲裁。"))
    move_complaint(complaint, State.RECEIVED, ended_at=None, told_complainant_at=None)
    start_clock(actor, complaint, ACCEPT_BY, STAFF, LOOK_AGAIN)


def _reopen(actor: Actor, complaint: Complaint, state: State) -> None:
    asked = _open_survey(complaint)
    if asked is not None:
        asked.outcome, asked.answered_at = Outcome.UNRESOLVED, clock.now()
        asked.save(update_fields=["outcome", "answered_at"])
    stop_working_clocks(actor, complaint, "contested")
    stop_clock(actor, complaint, CONFIRM_BY, outcome="contested")
    FollowUp.objects.filter(complaint=complaint, asked_at__isnull=True).delete()
    move_complaint(
        complaint,
        state,
        closed_from="",
        outcome=Outcome.UNKNOWN,
        confirmed_at=None,
        satisfaction=None,
        ended_at=None,
    )
    start_clock(actor, complaint, REPLY_BY, institution_turn(complaint), ANSWER_AGAIN)
    if state == State.AWAIT_REPLY:
        start_clock(actor, complaint, MEDIATE_BY, STAFF, MEDIATE_AGAIN)
    turn = Survey.objects.filter(complaint=complaint).count()
    note_fact(complaint, FactKind.CONTESTED, turn=max(turn, 1))
    tell_institution(
        complaint,
        f"contested-{turn}",
        gettext_noop("投诉%(number)s的投诉人否认已解决"),
        gettext_noop("这件投诉重新办理，请在期限内再次答复。"),
    )
