"""鉴定期间不计入调解期限 (art. 20): on the paper that asks for the appraisal, until a day that is told, each further one with a second
person's yes.

How long an appraisal may be expected to take and who agrees to a second one no law says: both are rules of the association.
"""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import deadlines_of, lapse, pause_deadline, resume_deadline
from association.deadlines import count, rule_in_force
from association.rules.clock import beijing
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.choices.appraisal import PAUSE_OPEN, PauseState
from complaints.choices.complaints import EvidenceKind, Source, State
from complaints.models import AppraisalPause, Complaint, Evidence
from complaints.operations.cases import (
    APPRAISAL_BY,
    KIND,
    MEDIATE_BY,
    case_of,
    lock_complaint,
    refuse_personal,
    required_text,
    start_clock,
    stop_clock,
    tell_complainant,
    tell_institution,
    tell_person,
    tell_staff,
)
from complaints.operations.filing import Exhibit, keep_exhibit
from complaints.operations.mediation import acting_mediator, in_mediation
from complaints.operations.moves import move_pause
from complaints.operations.session_clock import who_mediates

LONGEST_LINE, LONGEST_NAME = 200, 120
LOOK_AFTER = gettext_noop("核对鉴定的进展：已有结论的恢复计期，到期自动恢复")
CHANGED = gettext_noop("投诉%(number)s的调解期限有变化")


@transaction.atomic
def pause_for_appraisal(
    *,
    actor: Actor,
    complaint_id: int,
    appraiser: str,
    reason: str,
    expected_on: date,
    paper: UploadedFile | None = None,
) -> AppraisalPause:
    """鉴定，中止计期 on the ``paper`` that asks for it or commissions it, until ``expected_on`` at the latest.

    The first stops the clock at once; a further one waits for somebody else (``decide_pause``). Raises InvalidInput without
    a paper and for a day that the rule does not reach.
    """
    actor.require(MAY, "mediate")
    complaint = in_mediation(actor, complaint_id)
    acting_mediator(actor, complaint)
    whom = required_text(one_line(appraiser), "appraiser", _("请填写鉴定机构。"), LONGEST_NAME)
    why = required_text(one_line(reason), "reason", _("请填写鉴定事项。"), LONGEST_LINE)
    refuse_personal(complaint, appraiser=whom, reason=why)
    _refuse_day(expected_on)
    rows = AppraisalPause.objects.filter(complaint=complaint)
    if rows.filter(state__in=PAUSE_OPEN).exists():
        raise Refused(_("计期已经中止，或者有一次中止正在等待另一人同意。"))
    pause = AppraisalPause.objects.create(
        complaint=complaint,
        appraiser=whom,
        reason=why,
        paper=_kept(actor, complaint, paper),
        expected_on=expected_on,
        state=PauseState.ASKED,
        asked_at=clock.now(),
        begun_by_id=actor.person_id,
    )
    record(actor, "pause_for_appraisal", pause, complaint=complaint.pk, paper=pause.paper_id)
    if rows.filter(from_at__isnull=False).exists():
        _ask_another(complaint, pause)
    else:
        _begin(actor, complaint, pause)
    return pause


def _refuse_day(expected_on: date) -> None:
    """预计完成日 is told to both, and lies within the association's rule."""
    furthest = count(rule_in_force(APPRAISAL_BY, clock.today()), clock.now()).on
    if not clock.today() < expected_on <= furthest:
        sentence = _("鉴定的预计完成日须在今天之后，最晚%(day)s（协会的规则）。") % {
            "day": furthest.isoformat()
        }
        raise InvalidInput(sentence, {"expected_on": sentence})


def _kept(actor: Actor, complaint: Complaint, paper: UploadedFile | None) -> Evidence:
    if paper is None:
        sentence = _("请上传申请或者委托鉴定的文件（扫描件或照片）。")
        raise InvalidInput(sentence, {"paper": sentence})
    return keep_exhibit(actor, complaint, Exhibit(EvidenceKind.APPRAISAL, paper), Source.STAFF)


def _ask_another(complaint: Complaint, pause: AppraisalPause) -> None:
    tell_staff(
        complaint,
        f"pause-{pause.pk}-asked",
        gettext_noop("请决定投诉%(number)s是否再次中止计期"),
        gettext_noop(
            "调解员再次因鉴定申请中止计期。请由另一位同事核对文件后决定；决定以前调解期限照常计算。"
        ),
    )


@transaction.atomic
def decide_pause(
    *, actor: Actor, complaint_id: int, pause_id: int, granted: bool, decision: str
) -> AppraisalPause:
    """再次中止, never by who asked for it nor by who mediates. Granted, it counts from the day on which it was asked for."""
    actor.require(MAY, "decide_pause")
    complaint = lock_complaint(actor, complaint_id)
    rows = AppraisalPause.objects.select_for_update(of=("self",))
    pause = rows.filter(complaint=complaint, pk=pause_id).first()
    if pause is None:
        raise NotFound(_("没有这项中止。"))
    if pause.state != PauseState.ASKED:
        raise Refused(_("这项中止已经决定。"))
    if actor.person_id in {pause.begun_by_id, who_mediates(complaint).user_id}:
        raise Forbidden(_("申请中止的人和调解员本人不能决定，请由另一位同事决定。"))
    why = required_text(one_line(decision), "decision", _("请写明理由。"), LONGEST_LINE)
    refuse_personal(complaint, decision=why)
    decided = {"decided_by_id": actor.person_id, "decided_at": clock.now(), "decision": why}
    record(actor, "decide_pause", pause, complaint=complaint.pk, granted=granted, reason=why)
    if granted:
        _begin(actor, complaint, pause, **decided)
    else:
        move_pause(pause, PauseState.REFUSED, **decided)
    tell_person(
        complaint,
        pause.begun_by_id,
        f"pause-{pause.pk}-decided",
        gettext_noop("您申请的投诉%(number)s的中止已经决定"),
        gettext_noop("理由见投诉页面。"),
    )
    return pause


def _begin(actor: Actor, complaint: Complaint, pause: AppraisalPause, **decided: Any) -> None:
    """The clock stands still from the day on which it was asked for, and both read until when and what it means."""
    move_pause(pause, PauseState.RUNNING, from_at=pause.asked_at, **decided)
    day = beijing(pause.asked_at).date()
    pause_deadline(actor=actor, case=case_of(complaint), code=MEDIATE_BY, reason=pause.reason, on=day)
    ends_on = max(pause.expected_on or day, clock.today())
    start_clock(actor, complaint, APPRAISAL_BY, who_mediates(complaint), LOOK_AFTER, ends_on=ends_on)
    due = deadlines_of(KIND, complaint.pk).get(code=MEDIATE_BY, stopped_at__isnull=True).due_on
    body = gettext_noop(
        "因鉴定，自%(from)s起中止计算调解期限，预计%(expected)s以前完成，到期自动恢复。中止前的截止日是%(due)s，恢复后按中止期间内的工作日顺延。"
    )
    _tell(
        complaint, f"pause-{pause.pk}", body, **{"from": f"{day}", "expected": f"{ends_on}", "due": f"{due}"}
    )


@transaction.atomic
def resume(*, actor: Actor, complaint_id: int) -> Complaint:
    """恢复调解期限: the appraisal is there."""
    actor.require(MAY, "mediate")
    complaint = in_mediation(actor, complaint_id)
    acting_mediator(actor, complaint)
    pause = _running(complaint)
    if pause is None:
        raise Refused(_("调解的期限没有中止。"))
    stop_clock(actor, complaint, APPRAISAL_BY, outcome="resumed")
    _end(actor, complaint, pause)
    return complaint


def appraisal_over(actor: Actor, complaint: Complaint) -> None:
    """预计完成日已过: the clock of the mediation goes on by itself; who needs longer asks again, and somebody else decides."""
    lapse(actor=actor, case=case_of(complaint), code=APPRAISAL_BY)
    pause = _running(complaint)
    if pause is not None and complaint.state == State.MEDIATING:
        _end(actor, complaint, pause)


def _running(complaint: Complaint) -> AppraisalPause | None:
    rows = AppraisalPause.objects.select_for_update(of=("self",))
    found: AppraisalPause | None = rows.filter(complaint=complaint, state=PauseState.RUNNING).first()
    return found


def _end(actor: Actor, complaint: Complaint, pause: AppraisalPause) -> None:
    deadline = resume_deadline(actor=actor, case=case_of(complaint), code=MEDIATE_BY)
    move_pause(pause, PauseState.ENDED, until_at=clock.now())
    record(actor, "resume", pause, complaint=complaint.pk)
    body = gettext_noop("鉴定期间已结束，调解的期限自%(day)s起继续计算：%(term)s")
    _tell(complaint, f"resumed-{pause.pk}", body, day=f"{clock.today()}", term=deadline.told)
    mediator = who_mediates(complaint).user_id
    if mediator is not None and mediator != actor.user_id:
        tell_person(
            complaint,
            mediator,
            f"resumed-{pause.pk}-m",
            CHANGED,
            body,
            day=f"{clock.today()}",
            term=deadline.told,
        )


def _tell(complaint: Complaint, event: str, body: str, **values: str) -> None:
    """The institution by its notice; whoever complained reads the same arithmetic on the tracked page."""
    tell_institution(complaint, event, CHANGED, body, **values)
    tell_complainant(complaint, event)
