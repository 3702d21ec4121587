"""Who may do what with 线索, and who sees which: never the institution, and nobody who is tied to it."""

from django.db.models import Q, QuerySet

from association.actors import Actor
from association.choices import INSTITUTION_ROLES, STAFF_ROLES, Role
from association.conflicts import institutions_tied_to
from complaints.choices.hearings import HearingState
from complaints.choices.leads import LeadState
from complaints.models import Lead, LeadHearing
from members.queries import SearchKey, search_keys_of

SECRETARIAT = frozenset({Role.SECRETARIAT})
NOBODY: frozenset[Role] = frozenset()

# Reporting, adding and reading by the receipt code need no role at all: the code is what they ask for.
MAY = {
    "screen_lead": SECRETARIAT,
    "confirm_lead_anchor": SECRETARIAT,
    "identify_lead_institution": SECRETARIAT,
    "assign_lead_officer": SECRETARIAT,
    "recuse_from_lead": SECRETARIAT,
    "ask_informant": SECRETARIAT,
    "extend_lead_check": SECRETARIAT,
    "hear_institution": SECRETARIAT,
    "serve_hearing": SECRETARIAT,
    "state_hearing": INSTITUTION_ROLES | SECRETARIAT,
    "review_hearing": SECRETARIAT,
    "decide_lead": SECRETARIAT,
    "refer_lead": SECRETARIAT,
    "record_referral_receipt": SECRETARIAT,
    "record_lead_finding": SECRETARIAT,
    "give_lead_feedback": SECRETARIAT,
    "archive_lead": SECRETARIAT,
    "read_lead_material": SECRETARIAT,
    "unmask_informant": SECRETARIAT,
    "request_lead_original": SECRETARIAT,
    "file_from_lead": SECRETARIAT,
    "keep_leads": NOBODY,
}


def leads_visible_to(actor: Actor) -> QuerySet[Lead]:
    """Staff see that a lead is there, but not one about an institution that they are tied to; a draft nobody sees.

    Until somebody has said which institution is meant, the name that the informant typed says it.
    """
    if actor.is_system:
        return Lead.objects.exclude(state=LeadState.DRAFT)
    if not actor.roles & STAFF_ROLES or actor.user_id is None:
        return Lead.objects.none()
    tied = institutions_tied_to(actor.user_id)
    rows = Lead.objects.exclude(state=LeadState.DRAFT)
    return rows.exclude(leads_about(tied)) if tied else rows


def hearings_visible_to(actor: Actor) -> QuerySet[LeadHearing]:
    """Staff with the lead; an institution its own, from the day on which it was told. Neither sees who told the lead."""
    if actor.is_system:
        return LeadHearing.objects.all()
    return LeadHearing.objects.filter(told_to(actor) | Q(lead__in=leads_visible_to(actor)))


def told_to(actor: Actor) -> Q:
    """The hearings that the actor's institutions were told of; asks nothing itself."""
    told = ~Q(state=HearingState.SERVING) & ~Q(state=HearingState.DROPPED, served_on__isnull=True)
    return Q(institution_id__in=actor.institution_ids) & told


def leads_about(institution_ids: frozenset[int]) -> Q:
    typed = Lead.objects.filter(institution=None).alias(key=SearchKey("institution_name"))
    typed = typed.filter(key__in=search_keys_of(institution_ids))
    return Q(institution_id__in=institution_ids) | Q(pk__in=typed.values("pk"))


def may_read_account(actor: Actor, lead: Lead) -> bool:
    """What was told: until somebody is in charge whoever triages, then that person alone."""
    if Role.SECRETARIAT not in actor.roles or lead.retired_on is not None:
        return False
    return lead.officer_id is None or lead.officer_id == actor.user_id
