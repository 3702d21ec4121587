"""异议: the complainant denies what was called settled or paid, or wants a refusal looked at again.

What is owed again runs under a clock that has an owner, and what was counted as paid is counted no more. The same
functions serve the answer to the survey and to the follow-up (``survey``): one consequence, by whichever road.
"""

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
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
    Outcome,
    State,
    Timeliness,
)
from complaints.choices.written import NO, WrittenKind
from complaints.models import Complaint, Decision, FollowUp
from complaints.operations.asking import ask_outcome, open_survey
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
from complaints.operations.closing import answer_survey, close
from complaints.operations.facts import next_turn, review_facts
from complaints.operations.moves import move_complaint
from complaints.operations.order_limit import watch_order
from complaints.operations.payments import watch_next_payment
from complaints.operations.received import deny_payment, say_received
from complaints.operations.standstill import stop_working_clocks
from complaints.operations.untold import ACCEPT_BY
from complaints.operations.written_down import Word, tell_written, word_of
from complaints.queries.tracking import in_question, may_object, objection_until

ANSWER_AGAIN = gettext_noop("投诉人否认已解决，请再次答复并说明情况")
LOOK_AGAIN = gettext_noop("投诉人对不予受理提出异议，请由另一位同事复核")
MEDIATE_AGAIN = gettext_noop("投诉人否认已解决，请继续组织协商或者调解")
LONGEST_REASON = 2_000


@transaction.atomic
def contest(
    *,
    actor: Actor,
    text: str,
    received_fen: int | None = None,
    payment_id: int | None = None,
    paper: UploadedFile | None = None,
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> Complaint:
    """提出异议. ``received_fen``: all that has come in this case until now; nothing more unless it is said.

    With ``payment_id`` that payment alone is denied, ``received_fen`` is of it, and the others stay as they are.
    ``paper``: what was signed, where staff write it down. The other side is told. Raises Refused where there is nothing
    to object to, or too late; InvalidInput without the paper.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    why = required_text(paragraphs(text), "text", _("请写明为什么没有解决。"), LONGEST_REASON)
    last = objection_until(complaint)
    if last is not None and clock.now() >= last.ends_at:
        raise Refused(
            _("提出异议的期限已于%(day)s届满；可以向人民法院起诉或者申请仲裁。")
            % {"day": last.on.isoformat()}
        )
    if complaint.state != State.NOT_ACCEPTED and not may_object(complaint):
        raise Refused(
            _("现在是“%(state)s”，不能提出异议；可以向人民法院起诉或者申请仲裁。")
            % {"state": complaint.get_state_display()}
        )
    kind, answer = (WrittenKind.CONTEST, "") if payment_id is None else (WrittenKind.PAYMENT, NO)
    word = word_of(actor, complaint, (method, by), paper, kind, answer, received_fen)
    if complaint.state == State.NOT_ACCEPTED:
        _look_again(actor, complaint)
    elif payment_id is not None:
        deny_payment(complaint, payment_id, received_fen or 0)
        owed_again(actor, complaint, word)
    else:
        _object(actor, complaint, received_fen, word)
    keep_objection(actor, complaint, why, word)
    tell_written(complaint, word)
    return complaint


def _object(actor: Actor, complaint: Complaint, received_fen: int | None, word: Word) -> None:
    """Where all the money came, or what was agreed on was none, the words decide: only a debt starts its clocks."""
    asked = in_question(complaint)
    said = asked.came_fen if asked is not None and received_fen is None else received_fen
    if say_received(complaint, said, written=word.written) or asked is None:
        owed_again(actor, complaint, word)
    else:
        _all_came(actor, complaint, word)


def keep_objection(actor: Actor, complaint: Complaint, why: str, word: Word) -> None:
    """异议 is kept with its reason and told to the staff, by whichever road it came."""
    decision = decide(complaint, DecisionKind.CONTEST, by=word.by, reason=why, written=word.written)
    record(actor, "contest", decision, complaint=complaint.pk, **word.trail)
    tell_staff(
        complaint,
        f"contested-{decision.pk}",
        gettext_noop("投诉%(number)s的投诉人提出异议"),
        gettext_noop("请查看理由并继续办理；款项没有全部到账的，期限已重新起算。"),
    )


def owed_again(actor: Actor, complaint: Complaint, word: Word) -> None:
    """没有全部到账 after it was denied, by whichever road: a fact, a notice, and the clocks of answer and payment."""
    last = complaint.last_step
    if last == State.SETTLED:
        _reopen(actor, complaint, State.AWAIT_REPLY, word)
        _ask_again(actor, complaint)
        start_clock(actor, complaint, MEDIATE_BY, STAFF, MEDIATE_AGAIN)
    elif last == State.PERFORMED:
        _reopen(actor, complaint, State.AGREED, word)
        _ask_again(actor, complaint)
    else:
        _deny_part(actor, complaint, word)


def _all_came(actor: Actor, complaint: Complaint, word: Word) -> None:
    """款项全部到账, and something else was not put right: nothing is owed, so nobody has to answer or pay again."""
    asked = open_survey(complaint)
    if asked is not None:
        answer_survey(asked, Outcome.UNRESOLVED, word)
        complaint.confirmed_at = clock.now()
        close(actor, complaint, Outcome.UNRESOLVED)
    elif complaint.state == State.SETTLED:
        stop_clock(actor, complaint, PAY_BY, outcome="paid")
        ask_outcome(actor, complaint)
    review_facts(actor, complaint, word.written)
    turn = Decision.objects.filter(complaint=complaint, kind=DecisionKind.CONTEST).count() + 1
    tell_institution(
        complaint,
        f"unhappy-{turn}",
        gettext_noop("投诉%(number)s的投诉人对结果有异议"),
        gettext_noop("投诉人确认款项全部到账，但认为问题没有解决，理由见投诉页面。不需要再付款。"),
    )


def _look_again(actor: Actor, complaint: Complaint) -> None:
    """复核不予受理: once, by somebody else."""
    if Decision.objects.filter(complaint=complaint, kind=DecisionKind.CONTEST).exists():
        raise Refused(_("不予受理的决定已经复核过；可以向人民法院起诉或者申请仲裁。"))
    move_complaint(complaint, State.RECEIVED, ended_at=None, told_complainant_at=None)
    start_clock(actor, complaint, ACCEPT_BY, STAFF, LOOK_AGAIN)
    watch_order(actor, complaint)


def _reopen(actor: Actor, complaint: Complaint, state: State, word: Word) -> None:
    _no_longer_asked(actor, complaint, word)
    stop_working_clocks(actor, complaint, "contested")
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


def _no_longer_asked(actor: Actor, complaint: Complaint, word: Word) -> None:
    """What was asked is answered by the objection."""
    asked = open_survey(complaint)
    if asked is not None:
        answer_survey(asked, Outcome.UNRESOLVED, word)
    stop_clock(actor, complaint, CONFIRM_BY, outcome="contested")


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


def _deny_part(actor: Actor, complaint: Complaint, word: Word) -> None:
    """A single payment did not come. A closed file stays closed: what is owed is owed, and may still be paid."""
    if complaint.state == State.AGREED:
        stop_clock(actor, complaint, PAY_BY, outcome="contested")
        _ask_again(actor, complaint)
        return
    if complaint.state == State.BREACHED:
        # The clock of what is still to come runs on; for what was denied the institution answers now, and then
        # whoever complained is asked again (``ask_after_answer``).
        _no_longer_asked(actor, complaint, word)
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
