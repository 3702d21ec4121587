"""Who may do what with complaints, and who sees which; every page, list, export and operation asks here."""

from django.db.models import Q, QuerySet

from association.actors import Actor
from association.choices import INSTITUTION_ROLES, STAFF_ROLES, Role
from association.conflicts import institutions_tied_to
from association.models import AuditEntry
from complaints.access.ties import barred_from
from complaints.choices.complaints import (
    BEFORE_ACCEPTANCE,
    Audience,
    MediatorState,
    RedactionState,
    Source,
    Target,
)
from complaints.models import (
    Complaint,
    Enrolment,
    Evidence,
    FiguresProposal,
    ImportBatch,
    MassCase,
    MediatorAssignment,
    ReceiptRequest,
    Redaction,
    Retirement,
    Unmasking,
)

SECRETARIAT = frozenset({Role.SECRETARIAT})
CHAIR = frozenset({Role.COMMITTEE_CHAIR})
MEDIATORS = frozenset({Role.MEDIATOR, Role.SECRETARIAT})
# What binds the institution to pay is said by its administrator, not by a clerk.
BINDS = frozenset({Role.INSTITUTION_ADMIN})
NOBODY: frozenset[Role] = frozenset()
# Who mediated reads how it ended; to act is for who mediates now.
MEDIATORS_READ = frozenset({MediatorState.ACTIVE, MediatorState.ENDED})

# Reads of many people at once, as the trail names them.
LISTS_READ = ("read_import_errors", "read_people_by_search")

# What the complainant does by the receipt code needs no role; the staff who write it down for them need one.
MAY = {
    # 收到
    "file_for_caller": SECRETARIAT,
    "import_orders": SECRETARIAT,
    "set_enrolment": SECRETARIAT,
    "see_statistics": STAFF_ROLES,
    "close_years": NOBODY,
    "confirm_receipt": SECRETARIAT,
    "see_figures": STAFF_ROLES | CHAIR,
    "propose_figures": SECRETARIAT,
    "confirm_figures": SECRETARIAT | CHAIR,
    "withdraw_figures": SECRETARIAT,
    "add_evidence": INSTITUTION_ROLES | SECRETARIAT,
    # 受理
    "name_institution": SECRETARIAT,
    "correct_filing": SECRETARIAT,
    "correct_harm_day": SECRETARIAT,
    "accept": SECRETARIAT,
    "refuse": SECRETARIAT,
    "transfer": SECRETARIAT,
    # 答复与方案
    "answer": INSTITUTION_ROLES,
    "offer": BINDS,
    "speak_for_institution": SECRETARIAT,
    "register_paid": SECRETARIAT,
    "confirm_settlement": BINDS | SECRETARIAT,
    "open_mass_case": SECRETARIAT,
    "extend_order": SECRETARIAT,
    # 调解
    "consent": INSTITUTION_ROLES | SECRETARIAT,
    "deny_consent": INSTITUTION_ROLES,
    "assign_mediator": SECRETARIAT,
    "recuse": MEDIATORS,
    "ask_recusal": INSTITUTION_ROLES | SECRETARIAT,
    "decide_recusal": SECRETARIAT,
    "mediate": MEDIATORS,
    "decide_pause": SECRETARIAT,
    "sign": BINDS | SECRETARIAT,
    # 履行与终止
    "perform": INSTITUTION_ROLES | SECRETARIAT,
    "see_proof": SECRETARIAT,
    "breach": SECRETARIAT,
    "propose_set_aside": SECRETARIAT,
    "decide_set_aside": SECRETARIAT,
    "open_lead_from_complaint": SECRETARIAT,
    "allege_breach": SECRETARIAT,
    "terminate": MEDIATORS,
    "tell_parties": SECRETARIAT,
    "speak_for_complainant": SECRETARIAT,
    # 个人信息
    "search_people": SECRETARIAT,
    "unmask": MEDIATORS,
    "redact": SECRETARIAT,
    "confirm_redaction": SECRETARIAT,
    "see_redactions": STAFF_ROLES,
    "watch_personal_data": STAFF_ROLES,
    "retire_personal_data": NOBODY,
    "keep_the_clock": NOBODY,
    "render_papers": NOBODY,
}


def complaints_visible_to(actor: Actor) -> QuerySet[Complaint]:
    """Staff see all, a mediator the own cases, both but for those they must keep away from (``ties``); an institution
    those against it that were accepted.
    """
    if actor.is_system:
        return Complaint.objects.all()
    seen = accepted_against(actor)
    barred = barred_from(actor)
    if actor.roles & STAFF_ROLES:
        return Complaint.objects.all() if barred is None else Complaint.objects.filter(seen | ~barred)
    if Role.MEDIATOR in actor.roles and actor.user_id:
        own = MediatorAssignment.objects.filter(mediator_id=actor.user_id, state__in=MEDIATORS_READ)
        handled = Q(pk__in=own.values("complaint_id"))
        seen |= handled if barred is None else handled & ~barred
    return Complaint.objects.filter(seen)


def accepted_against(actor: Actor) -> Q:
    """The complaints against the actor's institutions that were accepted; asks nothing itself."""
    own = Q(institution_id__in=actor.institution_ids, accepted_at__isnull=False)
    return own & ~Q(state__in=sorted(BEFORE_ACCEPTANCE))


def is_respondent(actor: Actor, complaint: Complaint) -> bool:
    """Whether the actor speaks for the institution complained of; then it is told only what it needs, whatever else
    the person is.
    """
    return not actor.is_system and complaint.institution_id in actor.institution_ids


def mediates(actor: Actor, complaint: Complaint) -> bool:
    """Whether this person mediates it now."""
    own = MediatorAssignment.objects.filter(complaint=complaint, state=MediatorState.ACTIVE)
    return own.filter(mediator_id=actor.user_id or 0).exists()


def opens_names(actor: Actor, complaint: Complaint) -> bool:
    """Whether this person may open what bears the complainant's name: the institution, the staff who handle it, and who mediates
    it now.
    """
    if is_respondent(actor, complaint):
        return True
    return actor.may(MAY, "unmask") and (actor.is_staff or mediates(actor, complaint))


def evidence_visible_to(actor: Actor) -> QuerySet[Evidence]:
    """With the complaint; what was redacted for institutions is not there for them, nor is anybody's identity."""
    rows = Evidence.objects.filter(complaint__in=complaints_visible_to(actor))
    if actor.is_system or not actor.institution_ids:
        return rows
    hidden = Redaction.objects.filter(
        target=Target.EVIDENCE,
        audience__in=[Audience.INSTITUTION, Audience.BOTH],
        state__in=[RedactionState.PROPOSED, RedactionState.CONFIRMED],
    )
    of_people = Q(kind__in=["identity", "authority"], source=Source.COMPLAINANT) | Q(kind="signed")
    for_institution = Q(complaint__institution_id__in=actor.institution_ids)
    return rows.exclude(for_institution & (of_people | Q(pk__in=hidden.values("target_id"))))


def mass_cases_visible_to(actor: Actor) -> QuerySet[MassCase]:
    """Staff see all but those about institutions that they are tied to, an institution its own."""
    if actor.is_system:
        return MassCase.objects.all()
    if actor.roles & STAFF_ROLES:
        tied = institutions_tied_to(actor.person_id)
        return MassCase.objects.filter(
            Q(institution_id__in=actor.institution_ids) | ~Q(institution_id__in=tied)
        )
    return MassCase.objects.filter(institution_id__in=actor.institution_ids)


def batches_visible_to(actor: Actor) -> QuerySet[ImportBatch]:
    if actor.is_system or actor.roles & STAFF_ROLES:
        return ImportBatch.objects.all()
    return ImportBatch.objects.none()


def figures_visible_to(actor: Actor) -> QuerySet[FiguresProposal]:
    """更正 of a year's figures: for those who run the association, confirm or watch."""
    return FiguresProposal.objects.all() if actor.may(MAY, "see_figures") else FiguresProposal.objects.none()


def receipt_requests_visible_to(actor: Actor) -> QuerySet[ReceiptRequest]:
    """补发查询码: for those who may confirm one, of the cases that they may see."""
    if not actor.may(MAY, "confirm_receipt"):
        return ReceiptRequest.objects.none()
    return ReceiptRequest.objects.filter(complaint__in=complaints_visible_to(actor))


def enrolments_visible_to(actor: Actor) -> QuerySet[Enrolment]:
    if actor.is_system or actor.roles & STAFF_ROLES:
        return Enrolment.objects.all()
    return Enrolment.objects.filter(institution_id__in=actor.institution_ids)


def unmaskings_visible_to(actor: Actor) -> QuerySet[Unmasking]:
    """Who looked at what is for those who watch over it."""
    if not actor.roles & STAFF_ROLES:
        return Unmasking.objects.none()
    return Unmasking.objects.filter(complaint__in=complaints_visible_to(actor))


def reads_visible_to(actor: Actor) -> QuerySet[AuditEntry]:
    """Lists of people that somebody read: downloads of wrong rows of an import, and searches by person."""
    if not actor.roles & STAFF_ROLES:
        return AuditEntry.objects.none()
    return AuditEntry.objects.filter(action__in=LISTS_READ)


def retirements_visible_to(actor: Actor) -> QuerySet[Retirement]:
    return Retirement.objects.all() if actor.roles & STAFF_ROLES else Retirement.objects.none()


def redactions_visible_to(actor: Actor) -> QuerySet[Redaction]:
    """What is hidden, with the hidden words, is for the staff."""
    if not actor.roles & STAFF_ROLES:
        return Redaction.objects.none()
    return Redaction.objects.filter(complaint__in=complaints_visible_to(actor))
