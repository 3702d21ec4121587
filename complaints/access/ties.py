"""回避: whose case somebody may neither handle nor read; every list, page and operation of complaints asks here."""

from django.db.models import Q
from django.utils.translation import gettext as _

from association.actors import Actor
from association.conflicts import conflicts_with, institutions_tied_to
from association.language import translated
from complaints.access.leads import leads_about
from complaints.choices.complaints import MediatorState
from complaints.models import Complaint, Lead, LeadHearing, MassCase, MediatorAssignment
from members.queries import SearchKey, called, search_keys_of


def barred_from(actor: Actor) -> Q | None:
    """The complaints that are not this person's to handle: about an institution that they act or work for, or did
    within the look-back, and those where they stood aside or had to. None where there are none.

    Until somebody has said which institution is meant, the name that was typed says it.
    """
    if actor.user_id is None:
        return None
    tied, aside = institutions_tied_to(actor.user_id), _stood_aside(actor.user_id)
    if not tied and not aside:
        return None
    return _is_about(tied) | Q(pk__in=aside) if tied else Q(pk__in=aside)


def _stood_aside(user_id: int) -> list[int]:
    rows = MediatorAssignment.objects.filter(mediator_id=user_id, state=MediatorState.RECUSED)
    return list(rows.values_list("complaint_id", flat=True))


def _is_about(institution_ids: frozenset[int]) -> Q:
    typed = Complaint.objects.filter(institution=None).alias(key=SearchKey("respondent_name"))
    typed = typed.filter(key__in=search_keys_of(institution_ids))
    return Q(institution_id__in=institution_ids) | Q(pk__in=typed.values("pk"))


def cases_kept_from(user_id: int) -> list[str]:
    """The complaints, mass cases and leads about institutions that somebody is tied to, and the complaints where somebody stood
    aside, as the locker and the clocks call them.
    """
    tied, aside = institutions_tied_to(user_id), _stood_aside(user_id)
    if not tied:
        return [f"complaint-{pk}" for pk in aside]
    leads = Lead.objects.filter(leads_about(tied)).values_list("pk", flat=True)
    hearings = LeadHearing.objects.filter(institution_id__in=tied).values_list("pk", flat=True)
    complaints = Complaint.objects.filter(_is_about(tied) | Q(pk__in=aside)).values_list("pk", flat=True)
    joined = MassCase.objects.filter(institution_id__in=tied).values_list("pk", flat=True)
    kept = {"lead": leads, "hearing": hearings, "complaint": complaints, "mass": joined}
    return [f"{kind}-{pk}" for kind, ids in kept.items() for pk in ids]


def why_barred(actor: Actor, complaint: Complaint) -> str:
    """The tie in words; empty for whoever may handle the complaint."""
    return barred(complaint, [actor.user_id]).get(actor.user_id, "") if actor.user_id is not None else ""


def barred(complaint: Complaint, user_ids: list[int]) -> dict[int, str]:
    """Who of these people must keep away from the case, and why."""
    known = (
        [complaint.institution] if complaint.institution is not None else called(complaint.respondent_name)
    )
    found: dict[int, str] = {}
    for institution in known:
        ties = conflicts_with(user_ids, institution)
        found |= {user: translated(conflicts[0].sentence) for user, conflicts in ties.items() if conflicts}
    aside = MediatorAssignment.objects.filter(
        complaint=complaint, mediator_id__in=user_ids, state=MediatorState.RECUSED
    )
    for user in aside.values_list("mediator_id", flat=True):
        found.setdefault(user, _("已就这件投诉回避"))
    return found
