"""调解会: planned, moved, called off and recorded; both sides are told of each, and the clock of the day goes along."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import deadlines_of
from association.deadlines import count, rule_in_force
from association.moments import minute
from association.rules.clock import beijing
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line, paragraphs
from complaints.access.complaints import MAY
from complaints.choices.complaints import FactKind, SessionMode
from complaints.models import Complaint, MediatorAssignment, Session
from complaints.operations.cases import (
    KIND,
    MEDIATE_BY,
    note_fact,
    required_text,
    tell_complainant,
    tell_institution,
)
from complaints.operations.mediation import acting_mediator, in_mediation, refuse_stopped
from complaints.operations.session_clock import watch_sessions
from complaints.queries.people import identifying, names_in
from complaints.rules.leads import gives_away
from complaints.rules.shown import scrubbed

SUMMON = "MED-SUMMON"
LONGEST_MINUTES, LONGEST_LINE, LONGEST_PLACE = 20_000, 200, 160


@transaction.atomic
def plan_session(*, actor: Actor, complaint_id: int, mode: str, place: str, planned_at: datetime) -> Session:
    """安排调解会: both are told time, place and mediator. Not after the term of mediation: it would end before."""
    actor.require(MAY, "mediate")
    complaint = in_mediation(actor, complaint_id)
    refuse_stopped(complaint)
    assignment = acting_mediator(actor, complaint)
    session = _planned(complaint, assignment, mode, place, planned_at)
    record(actor, "plan_session", session, complaint=complaint.pk)
    watch_sessions(actor, complaint)
    _tell(
        complaint,
        f"session-{session.pk}",
        gettext_noop("投诉%(number)s的调解会"),
        gettext_noop("时间：%(when)s；方式：%(mode)s；调解员：%(mediator)s。地点或者接入方式见投诉页面。"),
        when=minute(planned_at),
        mode=SessionMode(mode).label,
        mediator=assignment.mediator.name,
    )
    return session


def _planned(
    complaint: Complaint, assignment: MediatorAssignment, mode: str, place: str, planned_at: datetime
) -> Session:
    if mode not in SessionMode.values:
        raise InvalidInput(_("请选择调解的方式。"), {"mode": _("请选择调解的方式。")})
    if wrong := _wrong_time(complaint, planned_at):
        raise InvalidInput(wrong, {"planned_at": wrong})
    return Session.objects.create(
        complaint=complaint,
        mediator_id=assignment.mediator_id,
        mode=mode,
        place=_place(complaint, place),
        planned_at=planned_at,
        announced_at=clock.now(),
    )


def _place(complaint: Complaint, place: str) -> str:
    """Both sides read it, and it stays with the case: an address of a room or of a meeting, never anybody's number."""
    where = required_text(one_line(place), "place", _("请填写地点或者接入方式。"), LONGEST_PLACE)
    known = identifying(complaint).all
    if scrubbed(where) != where or gives_away(where, known):
        sentence = _(
            "双方都会看到这一栏，不能写姓名、电话号码、住址等个人信息；电话调解的，请写“由调解员拨打登记的电话”。"
        )
        raise InvalidInput(sentence, {"place": sentence})
    return where


def _wrong_time(complaint: Complaint, planned_at: datetime) -> str:
    """While an appraisal stops the term its end is open, and nothing is too late."""
    if planned_at <= clock.now():
        return _("时间须在现在以后。")
    term = deadlines_of(KIND, complaint.pk).filter(
        code=MEDIATE_BY, stopped_at__isnull=True, paused_on__isnull=True
    )
    last = term.first()
    if last is not None and planned_at >= last.ends_at:
        return _("调解期限到%(day)s为止，调解会须安排在期限以内。") % {"day": last.due_on.isoformat()}
    return ""


@transaction.atomic
def move_session(
    *, actor: Actor, session_id: int, planned_at: datetime, reason: str, mode: str = "", place: str = ""
) -> Session:
    """改期: the former session is called off and names the new one; where nothing is said, way and place stay."""
    actor.require(MAY, "mediate")
    complaint, session = _lock_planned(actor, session_id)
    refuse_stopped(complaint)
    assignment = acting_mediator(actor, complaint)
    why = _reason(complaint, reason)
    moved = _planned(complaint, assignment, mode or session.mode, place or session.place, planned_at)
    _call_off(actor, session, why, moved)
    record(actor, "move_session", session, complaint=complaint.pk, reason=why, moved_to=moved.pk)
    watch_sessions(actor, complaint)
    _tell(
        complaint,
        f"session-moved-{moved.pk}",
        gettext_noop("投诉%(number)s的调解会改期"),
        gettext_noop(
            "原定%(before)s的调解会改为：%(when)s；方式：%(mode)s。理由：%(reason)s。地点或者接入方式见投诉页面。"
        ),
        before=minute(session.planned_at),
        when=minute(moved.planned_at),
        mode=SessionMode(moved.mode).label,
        reason=why,
    )
    return moved


@transaction.atomic
def cancel_session(*, actor: Actor, session_id: int, reason: str) -> Session:
    """取消调解会 that was planned. The term of mediation runs on, and another may be planned."""
    actor.require(MAY, "mediate")
    complaint, session = _lock_planned(actor, session_id)
    acting_mediator(actor, complaint)
    why = _reason(complaint, reason)
    _call_off(actor, session, why, None)
    record(actor, "cancel_session", session, complaint=complaint.pk, reason=why)
    watch_sessions(actor, complaint)
    _tell(
        complaint,
        f"session-cancelled-{session.pk}",
        gettext_noop("投诉%(number)s的调解会取消"),
        gettext_noop("原定%(before)s的调解会取消。理由：%(reason)s"),
        before=minute(session.planned_at),
        reason=why,
    )
    return session


def _lock_planned(actor: Actor, session_id: int) -> tuple[Complaint, Session]:
    """First the case, then the session, as everywhere. Raises NotFound, and Refused for what is over."""
    found = Session.objects.filter(pk=session_id).first()
    if found is None:
        raise NotFound(_("没有这次调解会。"))
    complaint = in_mediation(actor, found.complaint_id)
    session = Session.objects.select_for_update().get(pk=session_id)
    if session.held_at is not None:
        raise Refused(_("这次调解会已经记录。"))
    if session.called_off_at is not None:
        raise Refused(_("这次调解会已经改期或者取消。"))
    return complaint, session


def _reason(complaint: Complaint, reason: str) -> str:
    """Both sides read it, so it names nobody."""
    why = required_text(one_line(reason), "reason", _("请写明理由，双方会看到。"), LONGEST_LINE)
    return scrubbed(why, names_in(complaint))[:LONGEST_LINE]


def _call_off(actor: Actor, session: Session, reason: str, moved_to: Session | None) -> None:
    session.called_off_at, session.called_off_by_id = clock.now(), actor.person_id
    session.called_off_reason, session.moved_to = reason, moved_to
    session.save(update_fields=["called_off_at", "called_off_by", "called_off_reason", "moved_to"])


def _tell(complaint: Complaint, event: str, subject: str, body: str, **values: Any) -> None:
    tell_institution(complaint, event, subject, body, **values)
    tell_complainant(complaint, event)


@transaction.atomic
def record_session(
    *,
    actor: Actor,
    session_id: int,
    complainant_came: bool,
    institution_came: bool,
    minutes: str,
    excuse: str = "",
) -> Session:
    """记录调解会: who came and what was said; kept as written."""
    actor.require(MAY, "mediate")
    complaint, session = _lock_planned(actor, session_id)
    acting_mediator(actor, complaint)
    if session.planned_at > clock.now():
        raise Refused(_("调解会还没有开始，不能记录。"))
    session.held_at = clock.now()
    session.complainant_came, session.institution_came = complainant_came, institution_came
    session.excuse = one_line(excuse)[:LONGEST_LINE]
    session.minutes = required_text(
        paragraphs(minutes), "minutes", _("请填写调解会的记录。"), LONGEST_MINUTES
    )
    session.save()
    if not institution_came and not session.excuse and _told_in_time(session):
        held = Session.objects.filter(complaint=complaint, held_at__isnull=False).count()
        note_fact(complaint, FactKind.ABSENT, turn=held)
    watch_sessions(actor, complaint)
    record(actor, "record_session", session, complaint=complaint.pk)
    return session


def _told_in_time(session: Session) -> bool:
    """A session at short notice may be held; who could not come to it is not called absent."""
    rule = rule_in_force(SUMMON, beijing(session.announced_at).date())
    return session.planned_at >= count(rule, session.announced_at).ends_at
