"""Who may do what with institutions and their membership, and who sees which."""

from django.db.models import Q, QuerySet

from association.access import ReadTerms
from association.actors import Actor
from association.choices import COMMITTEE_ROLES, INSTITUTION_ROLES, REVIEWER_ROLES, STAFF_ROLES, Role
from association.conflicts import institutions_tied_to
from association.models import Appointment
from members.choices.dues import ResolutionState
from members.choices.membership import ApplicationState, Matter
from members.models import (
    CouncilVote,
    DuesAccount,
    DuesInvoice,
    DuesReceipt,
    DuesResolution,
    DuesSlip,
    DuesStatement,
    Institution,
    MemberBook,
    MembershipApplication,
    MembershipCertificate,
    MembershipTerm,
    OfficeTerm,
    PledgeBreach,
    PledgeCeremony,
    PledgePaper,
    PledgeSignature,
)

SECRETARIAT = frozenset({Role.SECRETARIAT})
INSTITUTION_ADMIN = frozenset({Role.INSTITUTION_ADMIN})
NOBODY: frozenset[Role] = frozenset()
SEE_ALL = STAFF_ROLES | COMMITTEE_ROLES | REVIEWER_ROLES | {Role.COUNCIL}

MAY = {
    "admit_institution": SECRETARIAT,
    "appoint": SECRETARIAT,
    # 入会
    "draft_application": INSTITUTION_ROLES,
    "submit_application": INSTITUTION_ADMIN,
    "answer_supplement": INSTITUTION_ROLES,
    "recall_application": INSTITUTION_ADMIN,
    "review_application": SECRETARIAT,
    # 理事会
    "open_council_vote": SECRETARIAT,
    "cast_ballot": frozenset({Role.COUNCIL}),
    "close_council_vote": SECRETARIAT,
    # 会籍与职务
    "change_membership": SECRETARIAT,
    "give_office": SECRETARIAT,
    "withdraw_membership": INSTITUTION_ADMIN,
    "end_by_charter": SECRETARIAT,
    "propose_expulsion": SECRETARIAT,
    # 签署自律公约: a signature on paper is confirmed by another than who registered it.
    "open_ceremony": SECRETARIAT,
    "close_ceremony": SECRETARIAT,
    "sign_pledge": INSTITUTION_ADMIN,
    "register_paper_signature": SECRETARIAT,
    "confirm_paper_signature": SECRETARIAT,
    # 违反公约: who proposes a decision does not make it.
    "allege_breach": SECRETARIAT,
    "handle_breach": SECRETARIAT,
    "decide_breach": SECRETARIAT,
    "withdraw_breach": NOBODY,
    "defend_breach": INSTITUTION_ADMIN,
    "see_pledge_desk": STAFF_ROLES | INSTITUTION_ROLES,
    # 会费: what changes a bill by hand is done by two people.
    "adopt_dues": SECRETARIAT,
    "publish_dues": SECRETARIAT,
    "publish_dues_account": SECRETARIAT,
    "issue_dues": SECRETARIAT,
    "propose_dues_slip": SECRETARIAT,
    "decide_dues_slip": SECRETARIAT,
    "import_dues_statement": SECRETARIAT,
    "match_dues_receipt": SECRETARIAT,
    "see_dues": STAFF_ROLES | INSTITUTION_ROLES,
    "see_history": STAFF_ROLES | INSTITUTION_ROLES,
    "render_membership_certificate": NOBODY,
    "keep_membership": NOBODY,
    # 会员工作簿
    "import_members": SECRETARIAT,
    "export_members": SECRETARIAT,
}


def institutions_visible_to(actor: Actor) -> QuerySet[Institution]:
    """Those who work for the association see all; an institution sees itself; the public asks the register."""
    if actor.is_system or actor.roles & SEE_ALL:
        return Institution.objects.all()
    return Institution.objects.filter(pk__in=actor.institution_ids)


def appointments_visible_to(actor: Actor) -> QuerySet[Appointment]:
    """Staff see who holds which role; others only their own."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return Appointment.objects.all()
    return Appointment.objects.filter(user_id=actor.user_id) if actor.user_id else Appointment.objects.none()


def applications_visible_to(actor: Actor) -> QuerySet[MembershipApplication]:
    """Its own institution sees it from the draft on; staff what was sent; the council what it was asked about."""
    rows = MembershipApplication.objects.all()
    if actor.is_system:
        return rows
    seen = Q(institution_id__in=actor.institution_ids)
    if actor.roles & STAFF_ROLES:
        seen |= ~Q(state=ApplicationState.DRAFT) & Q(submitted_at__isnull=False)
    elif Role.COUNCIL in actor.roles:
        seen |= Q(votes__isnull=False)
        return rows.filter(seen).distinct()
    return rows.filter(seen)


def votes_visible_to(actor: Actor) -> QuerySet[CouncilVote]:
    """The council and the staff; the institution learns what came of it, not who voted."""
    if actor.is_system or actor.roles & (STAFF_ROLES | {Role.COUNCIL}):
        return CouncilVote.objects.all()
    return CouncilVote.objects.none()


def terms_visible_to(actor: Actor) -> QuerySet[MembershipTerm]:
    """With the institution."""
    return MembershipTerm.objects.filter(institution__in=institutions_visible_to(actor))


def offices_visible_to(actor: Actor) -> QuerySet[OfficeTerm]:
    """With the institution."""
    return OfficeTerm.objects.filter(institution__in=institutions_visible_to(actor))


def certificates_visible_to(actor: Actor) -> QuerySet[MembershipCertificate]:
    """Staff, and the institution its own; everybody else asks by the code that stands on it."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return MembershipCertificate.objects.all()
    return MembershipCertificate.objects.filter(institution_id__in=actor.institution_ids)


def ceremonies_visible_to(actor: Actor) -> QuerySet[PledgeCeremony]:
    """Staff and everybody who acts for an institution: it is announced to all of them."""
    if actor.is_system or actor.roles & (STAFF_ROLES | INSTITUTION_ROLES):
        return PledgeCeremony.objects.all()
    return PledgeCeremony.objects.none()


def signatures_visible_to(actor: Actor) -> QuerySet[PledgeSignature]:
    """Staff all, with who signed; an institution its own. The public list names institutions only."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return PledgeSignature.objects.all()
    return PledgeSignature.objects.filter(institution_id__in=actor.institution_ids)


def papers_visible_to(actor: Actor) -> QuerySet[PledgePaper]:
    """The staff."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return PledgePaper.objects.all()
    return PledgePaper.objects.none()


def breaches_visible_to(actor: Actor) -> QuerySet[PledgeBreach]:
    """Staff but for those who are tied to the institution; the institution its own, from the notice on."""
    rows = PledgeBreach.objects.all()
    if actor.is_system:
        return rows
    seen = _told_of_its_own(actor)
    if actor.roles & STAFF_ROLES and actor.user_id is not None:
        seen |= ~Q(institution_id__in=institutions_tied_to(actor.user_id))
    return rows.filter(seen)


def dues_resolutions_visible_to(actor: Actor) -> QuerySet[DuesResolution]:
    """What was published everybody may read; before that the staff."""
    rows = DuesResolution.objects.all()
    if actor.is_system or actor.roles & STAFF_ROLES:
        return rows
    return rows.filter(state=ResolutionState.PUBLISHED)


def dues_invoices_visible_to(actor: Actor) -> QuerySet[DuesInvoice]:
    """Staff all, an institution its own; nobody who scores or decides about institutions."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return DuesInvoice.objects.all()
    return DuesInvoice.objects.filter(institution_id__in=actor.institution_ids)


def dues_receipts_visible_to(actor: Actor) -> QuerySet[DuesReceipt]:
    """Staff all, an institution what is known to be its own."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return DuesReceipt.objects.all()
    return DuesReceipt.objects.filter(institution_id__in=actor.institution_ids)


def dues_statements_visible_to(actor: Actor) -> QuerySet[DuesStatement]:
    """The staff."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return DuesStatement.objects.all()
    return DuesStatement.objects.none()


def dues_accounts_visible_to(_actor: Actor) -> QuerySet[DuesAccount]:
    """Everybody: what is there was published."""
    return DuesAccount.objects.all()


def dues_slips_visible_to(actor: Actor) -> QuerySet[DuesSlip]:
    """The staff."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return DuesSlip.objects.all()
    return DuesSlip.objects.none()


def _told_of_its_own(actor: Actor) -> Q:
    return Q(institution_id__in=actor.institution_ids, noticed_at__isnull=False)


def cases_kept_from(user_id: int) -> list[str]:
    """The breaches about institutions that somebody is tied to, as the clocks call them."""
    tied = institutions_tied_to(user_id)
    rows = PledgeBreach.objects.filter(institution_id__in=tied) if tied else PledgeBreach.objects.none()
    return [f"breach-{pk}" for pk in rows.values_list("pk", flat=True)]


def _own_applications(actor: Actor) -> QuerySet[MembershipApplication]:
    return MembershipApplication.objects.filter(institution_id__in=actor.institution_ids)


def _own_admissions(actor: Actor) -> QuerySet[CouncilVote]:
    """That the council votes on the own application is told on its page; a vote to expel is not told before its end."""
    rows = CouncilVote.objects.filter(matter=Matter.ADMISSION)
    return rows.filter(institution_id__in=actor.institution_ids)


def _own_breaches(actor: Actor) -> QuerySet[PledgeBreach]:
    return PledgeBreach.objects.filter(_told_of_its_own(actor))


def _own_institutions(actor: Actor) -> QuerySet[Institution]:
    return Institution.objects.filter(pk__in=actor.institution_ids)


MEMBERSHIP_PAGE = "/desk/membership/"
# Terms that an institution reads although others have to keep them (``association.access``).
READ_TERMS = (
    ReadTerms(
        "application",
        frozenset({"MEMBER-REVIEW", "MEMBER-SUPPLEMENT"}),
        _own_applications,
        "/desk/membership/%d/",
    ),
    ReadTerms("council_vote", frozenset({"MEMBER-VOTE"}), _own_admissions, MEMBERSHIP_PAGE),
    ReadTerms("membership", frozenset({"MEMBER-PROBATION"}), _own_institutions, MEMBERSHIP_PAGE),
    ReadTerms("breach", frozenset({"PLEDGE-DECISION"}), _own_breaches, "/desk/pledge/breaches/%d/"),
)


def books_visible_to(actor: Actor) -> QuerySet[MemberBook]:
    """Staff see what was looked at and decided; the rows themselves are for those who may import."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return MemberBook.objects.all()
    return MemberBook.objects.none()
