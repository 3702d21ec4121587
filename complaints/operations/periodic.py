"""到点办理: what happens in complaints because time passes. Asked for every minute; a quiet minute costs a few counts."""

import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clocks import expired, hand_over, lapse
from association.models import Deadline, Notice, OutboxJob
from association.notices import institutions_reached
from association.outbox import enqueue
from association.rules.working_hours import reach
from association.watch import is_working_hour
from common.errors import DomainError
from complaints.access.complaints import MAY
from complaints.choices.complaints import (
    ANSWERABLE,
    FactKind,
    OfferState,
    Party,
    State,
    TerminationGround,
    Timeliness,
)
from complaints.models import Complaint, Fact, FollowUp, Offer, Telling
from complaints.operations.appraisal import appraisal_over
from complaints.operations.asking import ask_after_answer, ask_outcome
from complaints.operations.cases import (
    APPRAISAL_BY,
    CONFIRM_BY,
    KIND,
    MEDIATE_BY,
    OFFER_BY,
    PAY_BY,
    REPLY_BY,
    SETTLE_BY,
    STAFF,
    case_of,
    note_fact,
    stop_clock,
    tell_complainant,
    tell_institution,
    tell_staff,
    turns,
)
from complaints.operations.ends import end_mediation
from complaints.operations.mass_clock import keep_mass_cases_in_step
from complaints.operations.moves import move_offer
from complaints.operations.settlement import unconfirmed
from complaints.operations.survey import close_unanswered
from complaints.operations.telling import serve_by_notice

logger = logging.getLogger(__name__)
AT_ONCE, MOST_REMINDED = 200, 5_000
TIME_IS_OVER = "自受理之日起，扣除鉴定期间，双方在规定的期限内未能达成调解协议。"
CHECK_PAYMENT = gettext_noop("核实是否已经付款，确认履行或者认定未履行")

Step = Callable[[Actor, Complaint], None]


@transaction.atomic
def keep_the_clock(*, actor: Actor) -> None:
    """按时办理: what silence means when a term has ended, once each; every case in a savepoint of its own."""
    actor.require(MAY, "keep_the_clock")
    for code, step in STEPS.items():
        for case_id in list(_ripe(code).values_list("case_id", flat=True)[:AT_ONCE]):
            _take(actor, case_id, step)
    due = FollowUp.objects.filter(asked_at__isnull=True, due_at__lte=clock.now())
    for case_id in list(due.order_by("due_at").values_list("complaint_id", flat=True)[:AT_ONCE]):
        _take(actor, case_id, _ask_again)
    for case_id in list(_newly_reached()[:AT_ONCE]):
        _take(actor, case_id, serve_by_notice)
    lapsed = Offer.objects.filter(state=OfferState.MADE, open_until__lt=clock.today())
    for case_id in list(lapsed.values_list("complaint_id", flat=True)[:AT_ONCE]):
        _take(actor, case_id, _lapse)
    keep_mass_cases_in_step(actor)
    if is_working_hour():
        _remind_complainants()
        _payments_to_come()


def _payments_to_come() -> None:
    """付款日将至: the institution is reminded as of every term of its own; the staff hear of it on the working day before."""
    today = clock.today()
    near = Deadline.objects.filter(
        case_kind=KIND,
        code=PAY_BY,
        owner_side=Side.INSTITUTION,
        stopped_at__isnull=True,
        start_on__lt=today,
        due_on__gte=today,
        due_on__lte=reach(today, 1, clock.calendar()),
    )
    events = {row.case_id: f"pay-soon-{row.pk}-{row.due_on}" for row in near[:MOST_REMINDED]}
    keys = {case: f"complaint-{case}-{event}" for case, event in events.items()}
    told = set(Notice.objects.filter(event__in=keys.values()).values_list("event", flat=True))
    new = [case for case, key in keys.items() if key not in told]
    for complaint in Complaint.objects.filter(pk__in=new).select_related("institution"):
        tell_staff(
            complaint,
            events[complaint.pk],
            gettext_noop("投诉%(number)s的付款日将至"),
            gettext_noop("约定的付款日将至，机构还没有报告付款。"),
        )


def _remind_complainants() -> None:
    """临近: whoever complained and left an address is written to on the last two days, once each; whose term ends first comes first."""
    today = clock.today()
    near = Deadline.objects.filter(
        case_kind=KIND,
        owner_side=Side.COMPLAINANT,
        stopped_at__isnull=True,
        paused_on__isnull=True,
        start_on__lt=today,
        due_on__gte=today,
        due_on__lte=reach(today, 1, clock.calendar()),
        ends_at__gt=clock.now(),
    )
    rows = {
        f"complaint-{row.case_id}-soon-{row.pk}-{row.due_on}-{today}": row
        for row in near.order_by("ends_at", "pk")[:MOST_REMINDED]
    }
    sent = set(OutboxJob.objects.filter(key__in=rows).values_list("key", flat=True))
    for key, row in rows.items():
        if key not in sent:
            enqueue("complaints.mail_complainant", key=key, complaint_id=row.case_id, reminds=True)


def _ripe(code: str) -> QuerySet[Deadline]:
    """Ended terms that nothing has been done about: those that stay open afterwards do not stand before the others."""
    rows = expired(KIND, code)
    if code == PAY_BY:
        return rows.filter(owner_side=Side.INSTITUTION)
    if code != REPLY_BY:
        return rows
    noted = Fact.objects.filter(
        complaint_id=OuterRef("case_id"), kind=FactKind.REPLY_MISSED, at__gte=OuterRef("started_at")
    )
    return rows.filter(~Exists(noted))


def _newly_reached() -> QuerySet[Complaint, int]:
    """Cases of which an institution was to be told on paper that has an account by now."""
    rows = Telling.objects.filter(party=Party.INSTITUTION, told_at__isnull=True)
    untold = Complaint.objects.filter(pk__in=rows.values("complaint_id"))
    return (
        untold.filter(institution_id__in=institutions_reached()).order_by("pk").values_list("pk", flat=True)
    )


def _take(actor: Actor, complaint_id: int, step: Step) -> None:
    """One case under its lock; somebody who works on it now is not disturbed, the next minute comes."""
    try:
        with transaction.atomic():
            rows = Complaint.objects.select_for_update(of=("self",), skip_locked=True)
            complaint = rows.select_related("institution").filter(pk=complaint_id).first()
            if complaint is not None:
                step(actor, complaint)
    except DomainError as refusal:
        logger.warning("complaint %s: the clock was refused: %s", complaint_id, type(refusal).__name__)


def _reply_overdue(actor: Actor, complaint: Complaint) -> None:
    """逾期未答复 is a fact and an alarm; the clock stays open, so that the answer is still asked for."""
    if complaint.state in ANSWERABLE and note_fact(
        complaint, FactKind.REPLY_MISSED, turn=turns(complaint, REPLY_BY)
    ):
        if complaint.timeliness == Timeliness.WAITING:
            complaint.timeliness = Timeliness.MISSED
            complaint.save(update_fields=["timeliness"])
        record(actor, "reply_overdue", complaint)
        tell_institution(
            complaint,
            f"overdue-{turns(complaint, REPLY_BY)}",
            gettext_noop("投诉%(number)s逾期未答复"),
            gettext_noop("答复期限已过，已作为事实记录。请立即答复。"),
        )
        tell_staff(
            complaint,
            f"overdue-{turns(complaint, REPLY_BY)}",
            gettext_noop("机构逾期未答复投诉%(number)s"),
            gettext_noop("请联系机构，并征求双方调解的意愿。"),
        )
        ask_after_answer(actor, complaint)


def _mediation_over(actor: Actor, complaint: Complaint) -> None:
    """期限届满: mediation ends by the clock (art. 21)."""
    if complaint.state in {State.ACCEPTED, State.AWAIT_REPLY, State.MEDIATING}:
        # 期满 is what the term was there for: nobody was late.
        lapse(actor=actor, case=case_of(complaint), code=MEDIATE_BY)
        note_fact(complaint, FactKind.ENDED_BY_CLOCK)
        end_mediation(actor, complaint, TerminationGround.TIME_OVER, TIME_IS_OVER, by=None)


def _payment_due(actor: Actor, complaint: Complaint) -> None:
    """付款日已过: staff look before anything is on record, and all three are told; of a settlement the complainant is asked."""
    settled = complaint.state == State.SETTLED
    if settled and not complaint.settled_fen:
        stop_clock(actor, complaint, PAY_BY, outcome="day_passed")
        ask_outcome(actor, complaint)
        return
    running = expired(KIND, PAY_BY).filter(case_id=complaint.pk).first()
    if running is None or running.owner_side == Side.STAFF:
        return
    hand_over(actor=actor, case=case_of(complaint), code=PAY_BY, owner=STAFF, action=CHECK_PAYMENT)
    tell_institution(
        complaint,
        f"payment-{running.pk}",
        gettext_noop("投诉%(number)s的付款日已过"),
        gettext_noop("约定的付款日已过。已付款的请上传凭证；未履行将作为事实记录。"),
    )
    if settled:
        ask_outcome(actor, complaint)
    else:
        tell_complainant(complaint, f"payment-{running.pk}")
    tell_staff(
        complaint,
        f"payment-{running.pk}",
        gettext_noop("投诉%(number)s的付款日已过"),
        gettext_noop("请核实是否已经付款，确认履行或者认定未履行。"),
    )


def _ask_again(actor: Actor, complaint: Complaint) -> None:
    """四周回访."""
    row = FollowUp.objects.select_for_update().filter(complaint=complaint, asked_at__isnull=True).first()
    if row is None or complaint.state != State.CLOSED or complaint.retired_at is not None:
        return
    row.asked_at = clock.now()
    row.save(update_fields=["asked_at"])
    record(actor, "ask_follow_up", row, complaint=complaint.pk)
    tell_complainant(complaint, f"follow-up-{row.turn}")


def _lapse(actor: Actor, complaint: Complaint) -> None:
    for row in Offer.objects.select_for_update().filter(
        complaint=complaint, state=OfferState.MADE, open_until__lt=clock.today()
    ):
        move_offer(row, OfferState.LAPSED)
        lapse(actor=actor, case=case_of(complaint), code=OFFER_BY)
        record(actor, "lapse_offer", row, complaint=complaint.pk)
        tell_complainant(complaint, f"offer-{row.pk}-lapsed")
        tell_institution(
            complaint,
            f"offer-{row.pk}-lapsed",
            gettext_noop("投诉%(number)s的方案已失效"),
            gettext_noop("投诉人在有效期内没有答复，方案已失效，可以另提方案。"),
        )


STEPS: dict[str, Step] = {
    REPLY_BY: _reply_overdue,
    # Before the mediation itself: what goes on again may not end in the same minute for a pause that was over.
    APPRAISAL_BY: appraisal_over,
    MEDIATE_BY: _mediation_over,
    CONFIRM_BY: close_unanswered,
    PAY_BY: _payment_due,
    SETTLE_BY: unconfirmed,
}
