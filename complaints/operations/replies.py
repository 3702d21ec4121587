"""机构答复与方案: what the institution says and offers, and what the complainant makes of it."""

from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import deadlines_of
from common.errors import InvalidInput, NotFound, Refused
from common.text import paragraphs
from complaints.access.complaints import MAY
from complaints.choices.complaints import (
    ANSWERABLE,
    DecisionKind,
    Method,
    OfferState,
    ReplyKind,
    State,
)
from complaints.choices.written import NO, YES, WrittenKind
from complaints.models import Complaint, MassCase, Offer, Reply
from complaints.operations.asking import ask_after_answer
from complaints.operations.cases import (
    COMPLAINANT,
    KIND,
    MEDIATE_BY,
    OFFER_BY,
    PAY_BY,
    decide,
    institution_turn,
    lock_against_own,
    lock_for_complainant,
    required_text,
    start_clock,
    stop_clock,
    stop_reply_clock,
    tell_complainant,
    tell_institution,
    tell_staff,
)
from complaints.operations.mass_clock import follow_mass_case
from complaints.operations.moves import move_complaint, move_offer
from complaints.operations.standstill import stop_working_clocks
from complaints.operations.written_down import tell_written, word_of
from complaints.rules.money import in_yuan, wrong_amount, wrong_day

NEGOTIABLE = frozenset({State.ACCEPTED, State.AWAIT_REPLY, State.MEDIATING})
REFUNDS = frozenset({ReplyKind.REFUND_WHOLE, ReplyKind.REFUND_PART})
PAY_SETTLED = gettext_noop("按双方和解的方案付款并上传凭证")
ANSWER_OFFER, OFFER_OPEN = gettext_noop("答复机构提出的方案"), gettext_noop("方案的有效期")
LONGEST_REPLY = 5_000


@transaction.atomic
def answer(
    *,
    actor: Actor,
    complaint_id: int,
    kind: str,
    text: str,
    offered_fen: int | None = None,
) -> Reply:
    """机构答复: kept as it was said; the clock of the reply stops, and late stays a fact."""
    actor.require(MAY, "answer")
    complaint = lock_against_own(actor, complaint_id)
    return keep_answer(actor, complaint, kind, text, offered_fen)


def keep_answer(
    actor: Actor,
    complaint: Complaint,
    kind: str,
    text: str,
    offered_fen: int | None,
    *,
    came_at: datetime | None = None,
    paper: dict[str, Any] | None = None,
) -> Reply:
    """``came_at``: the letter was received then, and ``paper`` says for the trail which one it is."""
    if complaint.state not in ANSWERABLE:
        raise Refused(_("现在是“%(state)s”，不需要答复。") % {"state": complaint.get_state_display()})
    if kind not in ReplyKind.values:
        raise InvalidInput(_("请选择答复的种类。"), {"kind": _("请选择答复的种类。")})
    said = required_text(paragraphs(text), "text", _("请填写答复内容。"), LONGEST_REPLY)
    amount = _promised(complaint, ReplyKind(kind), offered_fen)
    late = stop_reply_clock(actor, complaint, came_at)
    reply = Reply.objects.create(
        complaint=complaint,
        kind=kind,
        text=said,
        offered_fen=amount,
        was_late=late,
        method=Method.ACCOUNT if paper is None else Method.PAPER,
        replied_by_id=actor.person_id,
        replied_at=came_at or clock.now(),
    )
    record(actor, "answer", reply, complaint=complaint.pk, late=late, **paper or {})
    tell_complainant(complaint, f"reply-{reply.pk}")
    tell_staff(
        complaint,
        f"reply-{reply.pk}",
        gettext_noop("机构已答复投诉%(number)s"),
        gettext_noop("请查看答复，征求双方调解的意愿。"),
    )
    ask_after_answer(actor, complaint)
    follow_mass_case(actor, complaint)
    return reply


def _promised(complaint: Complaint, kind: ReplyKind, offered_fen: int | None) -> int | None:
    if kind not in REFUNDS:
        return None
    if offered_fen is None or offered_fen <= 0:
        raise InvalidInput(_("请填写同意退还的金额。"), {"offered_fen": _("请填写同意退还的金额。")})
    # While nobody has registered what was paid, the demand is the measure.
    most = complaint.claimed_fen or None if complaint.paid_fen is None else complaint.paid_fen
    wrong = wrong_amount(offered_fen, most, complaint.returned_fen) if most is not None else ""
    wrong = wrong or (_less_than_whole(complaint, offered_fen) if kind == ReplyKind.REFUND_WHOLE else "")
    if wrong:
        raise InvalidInput(wrong, {"offered_fen": wrong})
    return offered_fen


def _less_than_whole(complaint: Complaint, offered_fen: int) -> str:
    """全额 is all that is asked for, or all that was paid and not returned where that is less or nothing was named."""
    left = None if complaint.paid_fen is None else complaint.paid_fen - complaint.returned_fen
    sums = [fen for fen in (complaint.claimed_fen or None, left) if fen is not None]
    if not sums or offered_fen >= min(sums):
        return ""
    return _("同意全额退还的，不能少于%(amount)s；少于这一金额的请选择“同意部分退还”。") % {
        "amount": in_yuan(min(sums))
    }


@transaction.atomic
def offer(
    *, actor: Actor, complaint_id: int, amount_fen: int, pay_by: date, open_until: date, terms: str = ""
) -> Offer:
    """提出方案 to the complainant: an amount, when it is paid, and until when the offer stands."""
    actor.require(MAY, "offer")
    complaint = lock_against_own(actor, complaint_id)
    made = make_offer(actor, complaint, amount_fen, pay_by, open_until, paragraphs(terms), None)
    follow_mass_case(actor, complaint)
    return made


def make_offer(
    actor: Actor,
    complaint: Complaint,
    amount_fen: int,
    pay_by: date,
    open_until: date,
    terms: str,
    mass_case: MassCase | None,
    paper: dict[str, Any] | None = None,
) -> Offer:
    """An offer is no answer: what was asked of the institution stays asked. ``paper``: which letter, for the trail."""
    if complaint.state not in NEGOTIABLE:
        raise Refused(_("现在是“%(state)s”，不能提出方案。") % {"state": complaint.get_state_display()})
    paid = complaint.paid_fen or 0
    if wrong := wrong_amount(amount_fen, complaint.paid_fen, complaint.returned_fen) or wrong_days(
        pay_by, open_until
    ):
        raise InvalidInput(wrong, {"amount_fen": wrong})
    if wrong := after_mediation(complaint, open_until):
        raise InvalidInput(wrong, {"open_until": wrong})
    if amount_fen == 0:
        raise InvalidInput(_("请填写金额。"), {"amount_fen": _("请填写金额。")})
    for before in Offer.objects.select_for_update().filter(complaint=complaint, state=OfferState.MADE):
        move_offer(before, OfferState.LAPSED)
    made = Offer.objects.create(
        complaint=complaint,
        mass_case=mass_case,
        amount_fen=amount_fen,
        paid_fen=paid,
        terms=terms[:LONGEST_REPLY],
        pay_by=pay_by,
        open_until=open_until,
        method=Method.ACCOUNT if paper is None else Method.PAPER,
        made_by_id=actor.person_id,
        made_at=clock.now(),
    )
    stop_clock(actor, complaint, OFFER_BY, outcome="replaced")
    start_clock(actor, complaint, OFFER_BY, COMPLAINANT, ANSWER_OFFER, ends_on=open_until, title=OFFER_OPEN)
    record(actor, "offer", made, complaint=complaint.pk, amount_fen=amount_fen, **paper or {})
    tell_complainant(complaint, f"offer-{made.pk}")
    return made


def after_mediation(complaint: Complaint, open_until: date) -> str:
    """Why an offer cannot stand that long: with the term of the mediation it would end. Empty when it can."""
    running = deadlines_of(KIND, complaint.pk).filter(
        code=MEDIATE_BY, stopped_at__isnull=True, paused_on__isnull=True
    )
    last = running.first()
    if last is None or open_until <= last.due_on:
        return ""
    return _("调解期限到%(day)s为止，方案的有效期不能晚于这一天。") % {"day": last.due_on.isoformat()}


def wrong_days(pay_by: date, open_until: date) -> str:
    today = clock.today()
    if open_until < today:
        return _("方案的答复日不能早于今天。")
    return wrong_day(open_until, today) or wrong_day(pay_by, today)


@transaction.atomic
def answer_offer(
    *,
    actor: Actor,
    offer_id: int,
    accepted: bool,
    complaint_id: int | None = None,
    receipt_code: str = "",
    paper: UploadedFile | None = None,
) -> Offer:
    """接受或者不接受方案. Accepted, the two have settled directly (自行和解) and the payment is watched.

    By the receipt code, or written down by staff from the ``paper`` that the complainant signed: not by whoever wrote
    down the offer from the institution's letter. Whoever complained is told of that, and may deny it.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    made = Offer.objects.select_for_update().filter(pk=offer_id, complaint=complaint).first()
    if made is None:
        raise NotFound(_("没有这个方案。"))
    if made.state != OfferState.MADE or made.open_until < clock.today():
        raise Refused(_("这个方案已经失效。"))
    if method == made.method == Method.PAPER and made.made_by_id == by:
        raise Refused(_("机构的书面方案是您登记的，投诉人的书面答复请由另一位工作人员登记。"))
    said = YES if accepted else NO
    word = word_of(actor, complaint, (method, by), paper, WrittenKind.OFFER, said)
    state = OfferState.ACCEPTED if accepted else OfferState.DECLINED
    move_offer(made, state, answered_at=clock.now(), written=word.written)
    stop_clock(actor, complaint, OFFER_BY, outcome="answered")
    record(actor, "answer_offer", made, complaint=complaint.pk, accepted=accepted, **word.trail)
    tell_written(complaint, word)
    if accepted:
        settle_directly(actor, complaint, made.amount_fen, made.pay_by)
    else:
        follow_mass_case(actor, complaint)
    tell_institution(
        complaint,
        f"offer-{made.pk}-answered",
        gettext_noop("投诉%(number)s的方案已有答复"),
        gettext_noop("投诉人接受了方案，请按期付款。") if accepted else gettext_noop("投诉人没有接受方案。"),
    )
    return made


def settle_directly(actor: Actor, complaint: Complaint, amount_fen: int, pay_by: date) -> None:
    """自行和解 ends the mediation (art. 21); whether it was kept is asked when the day has come."""
    stop_working_clocks(actor, complaint, "settled")
    move_complaint(complaint, State.SETTLED, settled_fen=amount_fen)
    decide(complaint, DecisionKind.SETTLE, by=actor.user_id)
    start_clock(
        actor,
        complaint,
        PAY_BY,
        institution_turn(complaint),
        PAY_SETTLED,
        ends_on=pay_by,
        title=gettext_noop("付款期限"),
    )
    tell_staff(
        complaint,
        f"settled-{pay_by}",
        gettext_noop("投诉%(number)s已自行和解"),
        gettext_noop("双方已自行和解，系统会跟踪付款并请投诉人确认。"),
    )
    follow_mass_case(actor, complaint)
