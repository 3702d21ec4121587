"""终止、撤回、和解: how a case ends without a mediated agreement, and that both sides are told of it."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.outbox import enqueue
from common.errors import InvalidInput
from common.text import paragraphs
from common.transitions import check_step
from complaints.access.complaints import MAY
from complaints.choices.complaints import (
    ORDER,
    STEPS,
    TERMINATION_ARTICLES,
    DecisionKind,
    FactKind,
    Party,
    State,
    TerminationGround,
)
from complaints.choices.written import WrittenKind
from complaints.models import Complaint, Decision, Telling
from complaints.operations.asking import ask_outcome
from complaints.operations.cases import (
    CONFIRM_BY,
    ORDER_BY,
    STAFF,
    TELL_BY,
    decide,
    lock_complaint,
    lock_for_complainant,
    note_fact,
    required_text,
    start_clock,
    stop_clock,
    tell_complainant,
    tell_institution,
    tell_staff,
)
from complaints.operations.facts import turn_after_set_aside
from complaints.operations.mass_clock import follow_mass_case
from complaints.operations.mediation import refuse_asked
from complaints.operations.moves import move_complaint
from complaints.operations.standstill import WITHDRAWN, stop_working_clocks
from complaints.operations.untold import TELLING_BY
from complaints.operations.written_down import tell_written, word_of

TELL = gettext_noop("将终止调解的决定和其他救济途径告知双方")
LONGEST_REASON = 2_000


@transaction.atomic
def terminate(*, actor: Actor, complaint_id: int, ground: str, reason: str, at_fault: str = "") -> Decision:
    """终止调解 on a ground of art. 21. ``at_fault``: which side stayed away or refused, where that is the ground."""
    actor.require(MAY, "terminate")
    complaint = lock_complaint(actor, complaint_id)
    refuse_asked(actor, complaint)
    if ground not in TerminationGround.values or ground == TerminationGround.TIME_OVER:
        raise InvalidInput(_("请选择终止调解的情形。"), {"ground": _("请选择终止调解的情形。")})
    why = required_text(paragraphs(reason), "reason", _("请写明理由，双方会看到。"), LONGEST_REASON)
    if ground == TerminationGround.ABSENT_OR_REFUSES:
        if at_fault not in Party.values:
            raise InvalidInput(_("请说明是哪一方。"), {"at_fault": _("请说明是哪一方。")})
        if at_fault == Party.INSTITUTION:
            turn = turn_after_set_aside(complaint, FactKind.REFUSED_MEDIATION)
            note_fact(complaint, FactKind.REFUSED_MEDIATION, turn=turn)
    return end_mediation(actor, complaint, TerminationGround(ground), why, by=actor.person_id)


def end_mediation(
    actor: Actor, complaint: Complaint, ground: TerminationGround, reason: str, *, by: int | None
) -> Decision:
    """终止 by a person or by the clock; telling both sides has a term of its own (art. 21)."""
    stop_working_clocks(actor, complaint, "terminated")
    move_complaint(complaint, State.TERMINATED, told_complainant_at=None, told_institution_at=None)
    decision = decide(
        complaint,
        DecisionKind.TERMINATE,
        by=by,
        ground=ground,
        citation=f"{ORDER}{TERMINATION_ARTICLES[ground]}",
        reason=reason,
    )
    start_clock(actor, complaint, TELL_BY, STAFF, TELL)
    record(actor, "terminate", decision, complaint=complaint.pk, ground=ground)
    enqueue("complaints.render_letter", key=f"decision-{decision.pk}", decision_id=decision.pk)
    event = f"terminated-{decision.pk}"
    if tell_institution(
        complaint,
        event,
        gettext_noop("投诉%(number)s的调解已终止"),
        gettext_noop("调解已终止，理由见投诉页面。调解终止不影响其他法律责任。"),
    ):
        told_of_end(actor, complaint, Party.INSTITUTION)
    if tell_complainant(complaint, event, decision):
        told_of_end(actor, complaint, Party.COMPLAINANT)
    tell_staff(
        complaint,
        event,
        gettext_noop("投诉%(number)s的调解已终止"),
        gettext_noop("请在期限内告知尚未告知的一方，并说明其他救济途径。"),
    )
    follow_mass_case(actor, complaint)
    return decision


def told_of_end(actor: Actor, complaint: Complaint, party: Party) -> None:
    """With the second side the complainant is asked for the outcome."""
    if party == Party.INSTITUTION:
        complaint.told_institution_at = clock.now()
    else:
        complaint.told_complainant_at = clock.now()
    complaint.save(update_fields=["told_institution_at", "told_complainant_at"])
    if complaint.told_institution_at and complaint.told_complainant_at:
        stop_clock(actor, complaint, TELL_BY, outcome="told")
        ask_outcome(actor, complaint)


@transaction.atomic
def withdraw(
    *,
    actor: Actor,
    reason: str = "",
    paper: UploadedFile | None = None,
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> Complaint:
    """撤回投诉 by whoever complained; what the institution did until then stays on record.

    Written down by staff it stands on a signed ``paper``; denied, the case goes on (``denied``). Raises InvalidInput.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    check_step(STEPS, State(complaint.state), State.WITHDRAWN)
    word = word_of(actor, complaint, (method, by), paper, WrittenKind.WITHDRAW)
    stop_working_clocks(actor, complaint, WITHDRAWN)
    stop_clock(actor, complaint, CONFIRM_BY, ORDER_BY, *TELLING_BY.values(), outcome=WITHDRAWN)
    Telling.objects.filter(complaint=complaint, told_at__isnull=True).delete()
    was_served = complaint.served_at is not None
    move_complaint(complaint, State.WITHDRAWN, ended_at=clock.now())
    decision = decide(
        complaint,
        DecisionKind.WITHDRAW,
        by=by,
        reason=paragraphs(reason)[:LONGEST_REASON],
        written=word.written,
    )
    record(actor, "withdraw", decision, complaint=complaint.pk, **word.trail)
    if was_served:
        tell_institution(
            complaint,
            f"withdrawn-{decision.pk}",
            gettext_noop("投诉%(number)s已撤回"),
            gettext_noop("投诉人撤回了投诉，不需要再答复。"),
        )
    tell_written(complaint, word)
    follow_mass_case(actor, complaint)
    return complaint
