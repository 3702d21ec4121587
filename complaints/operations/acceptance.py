"""受理、不予受理、转办: in the term of the rule, with reasons, told to the complainant."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import stop_all
from association.outbox import enqueue
from association.rules.clock import beijing
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line, paragraphs
from complaints.access.complaints import MAY
from complaints.choices.complaints import (
    ORDER,
    REFUSAL_ARTICLES,
    DecisionKind,
    RefusalGround,
    State,
    Timeliness,
)
from complaints.models import Complaint, Decision
from complaints.operations.cases import (
    MEDIATE_BY,
    REPLY_BY,
    STAFF,
    case_of,
    decide,
    institution_turn,
    lock_complaint,
    refuse_personal,
    refuse_tied,
    required_text,
    start_clock,
    stop_clock,
    tell_complainant,
    tell_institution,
)
from complaints.operations.filing import limit_end
from complaints.operations.moves import move_complaint
from complaints.operations.untold import ACCEPT_BY
from complaints.rules.intake import Doubt
from members.queries import institutions

MEDIATE = gettext_noop("组织双方协商或者调解，在期限内达成协议或者终止调解")
REPLY = gettext_noop("答复投诉，说明事实和处理意见")
LONGEST_REASON, LONGEST_WHY = 2_000, 200


@transaction.atomic
def name_institution(*, actor: Actor, complaint_id: int, institution_id: int) -> Complaint:
    """认定被投诉机构: which institution of the register the respondent is; before acceptance only."""
    actor.require(MAY, "name_institution")
    complaint = lock_complaint(actor, complaint_id)
    if complaint.state != State.RECEIVED:
        raise Refused(_("受理以后不能再改变被投诉机构。"))
    found = institutions().filter(pk=institution_id).first()
    if found is None:
        raise NotFound(_("没有这家机构。"))
    complaint.institution = found
    refuse_tied(actor, complaint)
    complaint.save(update_fields=["institution"])
    record(actor, "name_institution", complaint, institution=institution_id)
    return complaint


@transaction.atomic
def correct_filing(
    *, actor: Actor, complaint_id: int, handled_elsewhere: bool, is_consumer: bool, reason: str
) -> Complaint:
    """更正投诉 before acceptance: staff found out that the filing was wrong about what decides whether it is taken.

    ``handled_elsewhere`` and ``is_consumer`` are what is true; the reason stands in the trail and names nobody.
    """
    actor.require(MAY, "correct_filing")
    complaint = lock_complaint(actor, complaint_id)
    if complaint.state != State.RECEIVED:
        raise Refused(_("受理以后不能再更正。"))
    why = required_text(one_line(reason), "reason", _("请写明怎样核实的。"), LONGEST_WHY)
    refuse_personal(complaint, reason=why)
    before = {"elsewhere": bool(complaint.handled_elsewhere), "consumer": complaint.is_consumer}
    if not handled_elsewhere:
        complaint.handled_elsewhere = ""
    elif not complaint.handled_elsewhere:
        complaint.handled_elsewhere = _("协会核实")
    complaint.is_consumer = is_consumer
    complaint.save(update_fields=["handled_elsewhere", "is_consumer"])
    after = {"elsewhere": handled_elsewhere, "consumer": is_consumer}
    record(actor, "correct_filing", complaint, before=before, after=after, reason=why)
    return complaint


def doubts_about(complaint: Complaint) -> list[Doubt]:
    """不予受理的情形 that can be seen from the file; the officer decides with one of these grounds."""
    found = []
    last = limit_end(complaint)
    if last is not None and beijing(complaint.received_at).date() > last:
        found.append(
            Doubt(
                RefusalGround.OVER_LIMIT,
                _("自知道权益受损之日起已超过投诉的时限（至%(day)s）。") % {"day": last},
            )
        )
    if complaint.handled_elsewhere:
        where = _("投诉人说明这件事已由别处受理或者处理。")
        found.append(Doubt(RefusalGround.HANDLED_ELSEWHERE, where))
    if not complaint.is_consumer:
        found.append(Doubt(RefusalGround.NOT_CONSUMPTION, _("不是为生活消费接受的培训。")))
    return found


@transaction.atomic
def accept(*, actor: Actor, complaint_id: int) -> Complaint:
    """受理投诉: the term of mediation starts today, and the institution is asked for its answer.

    Who is second is told who was first by the step table: the row is locked before it is read.
    """
    actor.require(MAY, "accept")
    complaint = lock_complaint(actor, complaint_id)
    if complaint.state != State.RECEIVED:
        raise Refused(
            _("这件投诉已经有人办理，现在是“%(state)s”。") % {"state": complaint.get_state_display()}
        )
    _refuse_own_refusal(actor, complaint)
    if complaint.institution is None:
        raise Refused(_("请先认定被投诉机构，再受理。"))
    if doubted := doubts_about(complaint):
        raise Refused(_("不能受理：%(why)s请作出不予受理的决定。") % {"why": doubted[0].sentence})
    moment = clock.now()
    stop_clock(actor, complaint, ACCEPT_BY, outcome="accepted")
    running = start_clock(actor, complaint, MEDIATE_BY, STAFF, MEDIATE, start=moment)
    move_complaint(
        complaint, State.ACCEPTED, accepted_at=moment, accepted_by_id=actor.person_id, clock=running
    )
    decide(complaint, DecisionKind.ACCEPT, by=actor.person_id)
    record(actor, "accept", complaint)
    tell_complainant(complaint, "accepted")
    serve(actor, complaint)
    return complaint


def serve(actor: Actor, complaint: Complaint, event: str = "served") -> None:
    """送达: from now on it is the institution's turn; on paper where nobody of it has an account (``tell_parties``)."""
    served = tell_institution(
        complaint,
        event,
        gettext_noop("请答复投诉%(number)s"),
        gettext_noop("协会已受理一件针对贵机构的投诉，请在期限内登录查看并答复。逾期未答复将作为事实记录。"),
    )
    if served:
        start_reply(actor, complaint, clock.now())


def start_reply(actor: Actor, complaint: Complaint, served_at: datetime) -> None:
    """The term of the answer runs from the day on which the institution really had the complaint."""
    start_clock(actor, complaint, REPLY_BY, institution_turn(complaint), REPLY, start=served_at)
    move_complaint(complaint, State.AWAIT_REPLY, served_at=served_at, timeliness=Timeliness.WAITING)


@transaction.atomic
def refuse(*, actor: Actor, complaint_id: int, ground: str, reason: str) -> Decision:
    """不予受理, with its ground and reasons; the complainant may ask for a second look by somebody else."""
    actor.require(MAY, "refuse")
    complaint = lock_complaint(actor, complaint_id)
    _refuse_own_refusal(actor, complaint)
    if ground not in RefusalGround.values:
        raise InvalidInput(_("请选择不予受理的情形。"), {"ground": _("请选择不予受理的情形。")})
    _refuse_ground_against_the_file(complaint, ground)
    why = required_text(paragraphs(reason), "reason", _("请写明理由，投诉人会看到。"), LONGEST_REASON)
    stop_all(actor=actor, case=case_of(complaint), outcome="refused")
    move_complaint(complaint, State.NOT_ACCEPTED, ended_at=clock.now(), told_complainant_at=None)
    decision = decide(
        complaint,
        DecisionKind.REFUSE,
        by=actor.person_id,
        ground=ground,
        citation=f"{ORDER}{REFUSAL_ARTICLES[RefusalGround(ground)]}",
        reason=why,
    )
    return _told(actor, complaint, decision, "refuse")


def _refuse_ground_against_the_file(complaint: Complaint, ground: str) -> None:
    """超过时限 is arithmetic: nobody is refused for it while the day on file says the contrary, or says nothing."""
    if ground != RefusalGround.OVER_LIMIT:
        return
    last = limit_end(complaint)
    if last is None:
        unknown = _("还没有登记知道权益受损之日，不能以超过时限不予受理；请核实后先更正。")
        raise InvalidInput(unknown, {"ground": unknown})
    if beijing(complaint.received_at).date() > last:
        return
    sentence = _(
        "登记的权益受损日期是%(since)s，投诉的时限到%(last)s才届满，没有超过；日期登记错的，请先更正。"
    ) % {
        "since": complaint.harmed_on,
        "last": last,
    }
    raise InvalidInput(sentence, {"ground": sentence})


@transaction.atomic
def transfer(*, actor: Actor, complaint_id: int, to: str, reason: str) -> Decision:
    """转办 to whoever is competent; the complainant is told whom to ask."""
    actor.require(MAY, "transfer")
    complaint = lock_complaint(actor, complaint_id)
    _refuse_own_refusal(actor, complaint)
    whom = required_text(one_line(to), "to", _("请填写转往的单位。"), 80)
    why = required_text(paragraphs(reason), "reason", _("请写明理由，投诉人会看到。"), LONGEST_REASON)
    refuse_personal(complaint, to=whom)
    stop_all(actor=actor, case=case_of(complaint), outcome="transferred")
    move_complaint(complaint, State.TRANSFERRED, ended_at=clock.now(), told_complainant_at=None)
    decision = decide(complaint, DecisionKind.TRANSFER, by=actor.person_id, reason=why, transferred_to=whom)
    return _told(actor, complaint, decision, "transfer")


def _told(actor: Actor, complaint: Complaint, decision: Decision, action: str) -> Decision:
    """The decision stands on the tracked page at once; the letter follows as a PDF. Told is who had a mail of it."""
    record(actor, action, decision, complaint=complaint.pk, ground=decision.ground)
    if tell_complainant(complaint, f"decision-{decision.pk}", decision):
        complaint.told_complainant_at = clock.now()
        complaint.save(update_fields=["told_complainant_at"])
    enqueue("complaints.render_letter", key=f"decision-{decision.pk}", decision_id=decision.pk)
    return decision


def _refuse_own_refusal(actor: Actor, complaint: Complaint) -> None:
    """复核: who refused a complaint does not look at it again."""
    refused = Decision.objects.filter(complaint=complaint, kind=DecisionKind.REFUSE)
    if refused.filter(decided_by_id=actor.person_id).exists():
        raise Refused(_("您作出过不予受理的决定，复核须由另一位同事办理。"))
