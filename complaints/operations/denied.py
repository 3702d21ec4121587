"""否认代为登记: whoever complained says that what staff wrote down was not said, and what followed from it is undone.

A withdrawal is none and the case goes on where it was; what was asked is asked again; an objection is none, what it
took from the institution is given back. What it confirmed of the payments is confirmed no more, and what it set aside
stands again. What somebody did meanwhile stays, and the staff see to the rest.
"""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import Refused
from common.text import paragraphs
from complaints.choices.complaints import DecisionKind, Outcome, State, Timeliness
from complaints.choices.written import WrittenKind
from complaints.models import Complaint, Decision, FollowUp, Survey, WrittenDown
from complaints.operations.acceptance import REPLY, serve
from complaints.operations.asking import ask_outcome
from complaints.operations.cases import (
    MEDIATE_BY,
    REPLY_BY,
    STAFF,
    decide,
    institution_turn,
    knows,
    lock_by_receipt,
    start_clock,
    tell_complainant,
    tell_institution,
    tell_staff,
    turns,
)
from complaints.operations.given_back import take_back, watch_payment_again
from complaints.operations.moves import move_complaint
from complaints.operations.order_limit import watch_order
from complaints.operations.unbound import unbind
from complaints.operations.untold import ACCEPT_BY
from complaints.operations.void_objection import undo_objection
from complaints.queries.written import Deniable, deniable, what_of

DENIED = "投诉人说这不是本人的意思。"
DECIDE = gettext_noop("投诉人否认撤回，请决定受理、不予受理或者转办")
GO_ON = gettext_noop("投诉人否认撤回，请继续组织协商或者调解")
LONGEST = 2_000

Undo = Callable[[Actor, Complaint, WrittenDown], None]


@transaction.atomic
def deny_written(*, actor: Actor, receipt_code: str, written_id: int, text: str = "") -> Decision:
    """否认, by the code alone and of the last that was written down. Staff and institution are told.

    ``written_id``: what the page named, so that a second press denies nothing else. Raises Refused where nothing was
    written down, it was denied before, something else was written down since, or the term is over.
    """
    complaint = lock_by_receipt(receipt_code)
    knows(actor, complaint)
    found = _named(complaint, written_id)
    row, what = found.row, what_of(found.row)
    row.denied_at = clock.now()
    row.save(update_fields=["denied_at"])
    take_back(actor, complaint, row)
    UNDO[WrittenKind(row.kind)](actor, complaint, row)
    said = decide(complaint, DecisionKind.DENY, by=None, reason=paragraphs(text)[:LONGEST] or DENIED)
    record(actor, "deny_written", said, complaint=complaint.pk, kind=row.kind, paper=row.paper_id)
    tell_staff(
        complaint,
        f"denied-{row.pk}",
        gettext_noop("投诉%(number)s的投诉人否认代为登记的事项"),
        gettext_noop("投诉人否认的登记：%(what)s。它已不作数，请核实书面意见的来历并继续办理。"),
        what=what,
    )
    if complaint.served_at is not None:
        tell_institution(
            complaint,
            f"denied-{row.pk}",
            gettext_noop("投诉%(number)s的一项登记不作数"),
            gettext_noop("投诉人否认了协会代其登记的事项，这件投诉按登记以前的情况继续办理，详见投诉页面。"),
        )
    return said


def _named(complaint: Complaint, written_id: int) -> Deniable:
    if WrittenDown.objects.filter(complaint=complaint, pk=written_id, denied_at__isnull=False).exists():
        raise Refused(_("这项登记您已经否认过，不用再次提交。"))
    found = deniable(complaint)
    if found is None:
        raise Refused(_("没有可以否认的代为登记，或者否认的期限已经届满。"))
    if found.row.pk != written_id:
        raise Refused(_("现在可以否认的是另一项登记。请重新查询，看清页面上写的是哪一项，再决定是否否认。"))
    return found


def _not_withdrawn(actor: Actor, complaint: Complaint, _row: WrittenDown) -> None:
    """撤回不成立: back to where it was, its terms anew. Who had not answered yet is asked again."""
    if complaint.state != State.WITHDRAWN:
        return
    if complaint.accepted_at is None:
        move_complaint(complaint, State.RECEIVED, ended_at=None)
        start_clock(actor, complaint, ACCEPT_BY, STAFF, DECIDE)
        watch_order(actor, complaint)
        return
    start_clock(actor, complaint, MEDIATE_BY, STAFF, GO_ON)
    watch_order(actor, complaint)
    if complaint.served_at is None:
        move_complaint(complaint, State.ACCEPTED, ended_at=None)
        serve(actor, complaint, f"served-{turns(complaint, MEDIATE_BY)}")
        return
    unheard = complaint.timeliness == Timeliness.OVERTAKEN
    move_complaint(
        complaint,
        State.AWAIT_REPLY,
        ended_at=None,
        timeliness=Timeliness.WAITING if unheard else complaint.timeliness,
    )
    if unheard:
        start_clock(actor, complaint, REPLY_BY, institution_turn(complaint), REPLY)


def _not_answered(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    """The question was not answered: it is asked again. What was an objection too is none."""
    if not undo_objection(actor, complaint, row):
        _ask_anew(actor, complaint, row)


def _ask_anew(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    """Out of the file, to the step after which it was asked; not where another answer came since."""
    last = Survey.objects.filter(complaint=complaint).order_by("-turn").first()
    if complaint.state != State.CLOSED or last is None or last.written_id != row.pk:
        return
    FollowUp.objects.filter(complaint=complaint, asked_at__isnull=True).delete()
    move_complaint(
        complaint,
        State(complaint.closed_from),
        closed_from="",
        outcome=Outcome.UNKNOWN,
        confirmed_at=None,
        satisfaction=None,
        ended_at=None,
    )
    watch_order(actor, complaint)
    watch_payment_again(actor, complaint, row)
    ask_outcome(actor, complaint)


def _not_followed_up(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    """四周回访 is put again; what was called resolved before is called so again."""
    if undo_objection(actor, complaint, row) or complaint.state != State.CLOSED:
        return
    said = Survey.objects.filter(complaint=complaint, answered_at__isnull=False).order_by("-turn").first()
    if said is not None and said.outcome != complaint.outcome:
        complaint.outcome, complaint.confirmed_at = said.outcome, said.answered_at
        complaint.save(update_fields=["outcome", "confirmed_at"])
    before = FollowUp.objects.filter(complaint=complaint).order_by("-turn")
    turn, rule = before.values_list("turn", "rule_id")[0]
    moment = clock.now()
    FollowUp.objects.create(complaint=complaint, turn=turn + 1, rule_id=rule, due_at=moment, asked_at=moment)
    tell_complainant(complaint, f"follow-up-{turn + 1}")


def _not_objected(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    undo_objection(actor, complaint, row)
    _ask_anew(actor, complaint, row)


def _nothing_followed(_actor: Actor, _complaint: Complaint, _row: WrittenDown) -> None:
    """Staff and institution were told of it, and are told that it was not said."""


UNDO: dict[WrittenKind, Undo] = {
    WrittenKind.WITHDRAW: _not_withdrawn,
    WrittenKind.SURVEY: _not_answered,
    WrittenKind.FOLLOW_UP: _not_followed_up,
    WrittenKind.PAYMENT: _not_objected,
    WrittenKind.CONTEST: _not_objected,
    WrittenKind.UNPAID: _nothing_followed,
    WrittenKind.OFFER: unbind,
    WrittenKind.SETTLE: unbind,
    WrittenKind.SIGN: unbind,
}
