"""调解: only with the consent of both, by somebody without a tie; its term waits for an appraisal."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.conflicts import conflicts_with
from association.language import translated
from association.models import User
from association.notices import people_of
from common.errors import Forbidden, InvalidInput, Refused
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.choices.complaints import (
    MediatorState,
    Party,
    Recusal,
    RecusalState,
    State,
)
from complaints.models import Complaint, MediatorAssignment, RecusalRequest
from complaints.operations.cases import (
    lock_complaint,
    refuse_personal,
    required_text,
    tell_complainant,
    tell_institution,
    tell_person,
    tell_staff,
)
from complaints.operations.moves import move_complaint, move_mediator
from complaints.operations.open_text import void_open_text
from complaints.operations.session_clock import watch_sessions
from complaints.queries.consents import last_words

ASKED = frozenset({State.ACCEPTED, State.AWAIT_REPLY, State.MEDIATING})
LONGEST_LINE = 200


def both_consent(complaint: Complaint) -> bool:
    """Whether the last word of each side is yes; the database asks the same."""
    return last_words(complaint) == {Party.COMPLAINANT.value: True, Party.INSTITUTION.value: True}


def refuse_stopped(complaint: Complaint) -> None:
    """Mediation rests on the consent of both as long as it lasts (art. 16), and waits while a side asks for another
    mediator (art. 19).
    """
    if not both_consent(complaint):
        raise Refused(_("有一方不再同意调解。请重新征得双方同意，或者终止调解。"))
    asked = RecusalRequest.objects.filter(complaint=complaint, state=RecusalState.ASKED)
    acting = MediatorAssignment.objects.filter(complaint=complaint, state=MediatorState.ACTIVE)
    if asked.filter(against_id__in=acting.values("mediator_id")).exists():
        raise Refused(_("有一方申请调解员回避，决定作出以前不能继续调解。"))


@transaction.atomic
def assign_mediator(*, actor: Actor, complaint_id: int, mediator_id: int) -> MediatorAssignment:
    """指派调解员: after both have consented, never somebody with a tie to the institution; replaces who was there."""
    actor.require(MAY, "assign_mediator")
    complaint = lock_complaint(actor, complaint_id)
    if complaint.state not in ASKED:
        raise Refused(_("现在是“%(state)s”，不能指派调解员。") % {"state": complaint.get_state_display()})
    if not both_consent(complaint):
        raise Refused(_("双方都同意调解后才能指派调解员。"))
    _check_mediator(complaint, mediator_id)
    for before in MediatorAssignment.objects.filter(complaint=complaint, state=MediatorState.ACTIVE):
        move_mediator(before, MediatorState.RELIEVED, ended_at=clock.now())
        void_open_text(actor, complaint)
    assignment = MediatorAssignment.objects.create(
        complaint=complaint,
        mediator_id=mediator_id,
        assigned_by_id=actor.person_id,
        assigned_at=clock.now(),
    )
    if complaint.state != State.MEDIATING:
        # The answer that is still out stays asked for: that both agree to mediate is none.
        move_complaint(complaint, State.MEDIATING)
    watch_sessions(actor, complaint)
    record(actor, "assign_mediator", assignment, complaint=complaint.pk, mediator=mediator_id)
    _announce(complaint, assignment)
    return assignment


def _check_mediator(complaint: Complaint, mediator_id: int) -> None:
    if mediator_id not in people_of(roles=[Role.MEDIATOR, Role.SECRETARIAT]):
        raise InvalidInput(_("该人员现在不是调解员。"), {"mediator_id": _("该人员现在不是调解员。")})
    before = MediatorAssignment.objects.filter(complaint=complaint, mediator_id=mediator_id)
    if before.filter(state=MediatorState.RECUSED).exists():
        raise Refused(_("该调解员已就这件投诉回避，不能再指派。"))
    if before.filter(state=MediatorState.ACTIVE).exists():
        raise Refused(_("该调解员正在办理这件投诉。"))
    if tied := conflicts_with([mediator_id], complaint.institution)[mediator_id]:
        raise Refused(_("该人员应当回避：%(why)s") % {"why": translated(tied[0].sentence)})


def _announce(complaint: Complaint, assignment: MediatorAssignment) -> None:
    """Both sides hear who mediates, and that they may ask for somebody else (art. 19)."""
    event = f"mediator-{assignment.pk}"
    tell_institution(
        complaint,
        event,
        gettext_noop("投诉%(number)s由%(mediator)s调解"),
        gettext_noop("如认为调解员与投诉有利害关系，可以申请回避。"),
        mediator=assignment.mediator.name,
    )
    tell_complainant(complaint, event)
    tell_person(
        complaint,
        assignment.mediator_id,
        event,
        gettext_noop("请调解投诉%(number)s"),
        gettext_noop("双方已同意调解。有应当回避情形的，请先申请回避。"),
    )


@transaction.atomic
def recuse(*, actor: Actor, complaint_id: int, ground: str, reason: str) -> MediatorAssignment:
    """回避: by the mediator, or decided by staff when a side asks for it. Somebody else is assigned."""
    actor.require(MAY, "recuse")
    complaint = lock_complaint(actor, complaint_id)
    assignment = acting_mediator(actor, complaint, leaving=True)
    if ground not in Recusal.values:
        raise InvalidInput(_("请选择回避的情形。"), {"ground": _("请选择回避的情形。")})
    why = required_text(one_line(reason), "reason", _("请写明回避的理由。"), LONGEST_LINE)
    refuse_personal(complaint, reason=why)
    move_mediator(assignment, MediatorState.RECUSED, recusal=ground, reason=why, ended_at=clock.now())
    void_open_text(actor, complaint)
    watch_sessions(actor, complaint)
    record(actor, "recuse", assignment, complaint=complaint.pk, ground=ground)
    tell_staff(
        complaint,
        f"recused-{assignment.pk}",
        gettext_noop("投诉%(number)s的调解员已回避"),
        gettext_noop("请另行指派调解员，调解的期限不因此中止。"),
    )
    return assignment


def acting_mediator(actor: Actor, complaint: Complaint, *, leaving: bool = False) -> MediatorAssignment:
    """The assignment of the mediator who acts; staff may act for whoever is assigned. Who is asked to stand aside may
    only do that (``leaving``).
    """
    if not leaving:
        refuse_asked(actor, complaint)
    found = (
        MediatorAssignment.objects.select_for_update(of=("self",))
        .select_related("mediator")
        .filter(complaint=complaint, state=MediatorState.ACTIVE)
        .first()
    )
    if found is None:
        raise Refused(_("这件投诉现在没有调解员。"))
    if found.mediator_id != actor.user_id and Role.SECRETARIAT not in actor.roles:
        raise Forbidden(_("您不是这件投诉的调解员。"))
    return found


def refuse_asked(actor: Actor, complaint: Complaint) -> None:
    """Whom a side asks to stand aside does nothing until it is decided."""
    asked = RecusalRequest.objects.filter(complaint=complaint, against_id=actor.user_id)
    if asked.filter(state=RecusalState.ASKED).exists():
        raise Refused(_("有一方申请调解员回避，决定作出以前不能继续调解。"))


def in_mediation(actor: Actor, complaint_id: int) -> Complaint:
    """Locked. Raises Refused outside of mediation."""
    complaint = lock_complaint(actor, complaint_id)
    if complaint.state != State.MEDIATING:
        raise Refused(_("这件投诉不在调解中。"))
    return complaint


def mediator_of(complaint: Complaint) -> User | None:
    """Who mediates now."""
    found = MediatorAssignment.objects.filter(complaint=complaint, state=MediatorState.ACTIVE)
    return next((one.mediator for one in found.select_related("mediator")), None)
