"""申请回避: a side asks for another mediator and says why; staff who are not the one asked about decide (art. 19)."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import deadlines_of
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line, paragraphs
from complaints.access.complaints import MAY
from complaints.choices.complaints import MediatorState, Method, Party, Recusal, RecusalState, State
from complaints.models import Complaint, MediatorAssignment, RecusalRequest
from complaints.operations.cases import (
    KIND,
    RECUSAL_BY,
    STAFF,
    lock_against_own,
    lock_complaint,
    lock_for_complainant,
    refuse_personal,
    required_text,
    start_clock,
    stop_clock,
    tell_complainant,
    tell_institution,
    tell_person,
    tell_staff,
)
from complaints.operations.filing import on_paper
from complaints.operations.moves import move_mediator, move_recusal
from complaints.operations.open_text import void_open_text
from complaints.operations.own_voice import keep_word
from complaints.operations.session_clock import watch_sessions

DECIDE = gettext_noop("由该调解员以外的同事决定回避申请，并写明理由")
LONGEST_REASON, LONGEST_LINE = 1_000, 200
BY_REQUEST = "应当事人申请回避"


@transaction.atomic
def ask_recusal(
    *,
    actor: Actor,
    party: str,
    ground: str,
    reason: str,
    complaint_id: int | None = None,
    receipt_code: str = "",
    paper: UploadedFile | None = None,
) -> RecusalRequest:
    """申请调解员回避. Until it is decided the mediator does nothing in the case; the term of mediation runs on.

    What staff write down for a side stands on its ``paper``, and the side hears of it at once.
    """
    complaint, method, by = _asking(actor, party, complaint_id, receipt_code)
    mediating = MediatorAssignment.objects.filter(complaint=complaint, state=MediatorState.ACTIVE).first()
    if complaint.state != State.MEDIATING or mediating is None:
        raise Refused(_("这件投诉现在没有调解员。"))
    if ground not in Recusal.values:
        raise InvalidInput(_("请选择回避的情形。"), {"ground": _("请选择回避的情形。")})
    if RecusalRequest.objects.filter(complaint=complaint, party=party, state=RecusalState.ASKED).exists():
        raise Refused(_("您已经申请回避，正在等待决定。"))
    signed = keep_word(actor, complaint, party, method, paper)
    asked = RecusalRequest.objects.create(
        complaint=complaint,
        party=party,
        against_id=mediating.mediator_id,
        ground=ground,
        reason=required_text(paragraphs(reason), "reason", _("请写明回避的理由。"), LONGEST_REASON),
        method=method,
        paper=signed,
        recorded_by_id=by,
        asked_at=clock.now(),
    )
    record(
        actor, "ask_recusal", asked, complaint=complaint.pk, party=party, ground=ground, **on_paper(signed)
    )
    _watch(actor, complaint)
    if method == Method.PAPER:
        _tell_of_paper(complaint, asked)
    _tell_asked(complaint, asked)
    return asked


def _tell_asked(complaint: Complaint, asked: RecusalRequest) -> None:
    event = f"recusal-{asked.pk}"
    subject = gettext_noop("投诉%(number)s的一方申请调解员回避")
    tell_staff(complaint, event, subject, gettext_noop("请由该调解员以外的同事决定，并写明理由。"))
    tell_person(
        complaint,
        asked.against_id,
        event,
        subject,
        gettext_noop("决定作出以前，请不要办理这件投诉。"),
    )


def _tell_of_paper(complaint: Complaint, asked: RecusalRequest) -> None:
    event = f"recusal-paper-{asked.pk}"
    if asked.party == Party.INSTITUTION:
        subject = gettext_noop("协会按书面意见登记了贵机构在投诉%(number)s中的回避申请")
        body = gettext_noop("决定作出以前，调解员不办理这件投诉。不是贵机构的意思的，请联系协会。")
        tell_institution(complaint, event, subject, body)
    else:
        tell_complainant(complaint, event)


def _asking(
    actor: Actor, party: str, complaint_id: int | None, receipt_code: str
) -> tuple[Complaint, Method, int | None]:
    """Which side asks, how it is known, and who writes it down."""
    if party == Party.COMPLAINANT:
        return lock_for_complainant(actor, complaint_id, receipt_code)
    if party != Party.INSTITUTION:
        raise InvalidInput(_("请说明是哪一方。"))
    actor.require(MAY, "ask_recusal")
    if actor.is_staff:
        return lock_complaint(actor, complaint_id or 0), Method.PAPER, actor.person_id
    return lock_against_own(actor, complaint_id or 0), Method.ACCOUNT, actor.person_id


@transaction.atomic
def decide_recusal(
    *, actor: Actor, request_id: int, granted: bool, decision: str, complaint_id: int | None = None
) -> RecusalRequest:
    """决定回避申请, never the mediator whom it is about. Granted, somebody else is to be assigned."""
    actor.require(MAY, "decide_recusal")
    found = RecusalRequest.objects.filter(pk=request_id).first()
    if found is None or complaint_id not in {None, found.complaint_id}:
        raise NotFound(_("没有这件回避申请。"))
    complaint = lock_complaint(actor, found.complaint_id)
    asked = RecusalRequest.objects.select_for_update().get(pk=request_id)
    if asked.state == RecusalState.LAPSED:
        raise Refused(_("调解已经结束，这件回避申请随之终止。"))
    if asked.state != RecusalState.ASKED:
        raise Refused(_("这件回避申请已经决定。"))
    if asked.against_id == actor.person_id:
        raise Refused(_("回避申请须由被申请回避的调解员以外的同事决定。"))
    why = required_text(one_line(decision), "decision", _("请写明决定的理由。"), LONGEST_LINE)
    refuse_personal(complaint, decision=why)
    move_recusal(
        asked,
        RecusalState.GRANTED if granted else RecusalState.REFUSED,
        decided_by_id=actor.person_id,
        decided_at=clock.now(),
        decision=why,
    )
    record(actor, "decide_recusal", asked, complaint=complaint.pk, granted=granted)
    _watch(actor, complaint)
    if granted:
        _stand_aside(actor, complaint, asked)
    _tell(complaint, asked, granted=granted)
    return asked


def _watch(actor: Actor, complaint: Complaint) -> None:
    """One clock, that of the request that waits longest; none where all are decided."""
    rows = RecusalRequest.objects.filter(complaint=complaint, state=RecusalState.ASKED)
    first = rows.order_by("asked_at", "pk").first()
    running = deadlines_of(KIND, complaint.pk).filter(code=RECUSAL_BY, stopped_at__isnull=True).first()
    if running is not None and (first is None or running.started_at != first.asked_at):
        stop_clock(actor, complaint, RECUSAL_BY, outcome="decided")
        running = None
    if running is None and first is not None:
        start_clock(actor, complaint, RECUSAL_BY, STAFF, DECIDE, start=first.asked_at)


def _stand_aside(actor: Actor, complaint: Complaint, asked: RecusalRequest) -> None:
    """Nothing to do where somebody else mediates by now."""
    rows = MediatorAssignment.objects.select_for_update().filter(complaint=complaint)
    current = rows.filter(mediator_id=asked.against_id, state=MediatorState.ACTIVE).first()
    if current is not None:
        move_mediator(
            current,
            MediatorState.RECUSED,
            recusal=asked.ground,
            reason=BY_REQUEST,
            ended_at=clock.now(),
        )
        void_open_text(actor, complaint)
        watch_sessions(actor, complaint)


def _tell(complaint: Complaint, asked: RecusalRequest, *, granted: bool) -> None:
    event = f"recusal-{asked.pk}-decided"
    subject = gettext_noop("投诉%(number)s的回避申请已经决定")
    body = (
        gettext_noop("调解员已回避，协会将另行指派。")
        if granted
        else gettext_noop("调解员不需要回避，理由见投诉页面。")
    )
    if granted or asked.party == Party.INSTITUTION:
        tell_institution(complaint, event, subject, body)
    tell_complainant(complaint, event)
    tell_person(complaint, asked.against_id, event, subject, body)
    if granted:
        tell_staff(complaint, event, subject, gettext_noop("请另行指派调解员，调解的期限不因此中止。"))
