"""哪些期限告诉被投诉机构: one list for the page of a case, the list of cases and 今日钟表."""

from typing import Any

from django.db.models import QuerySet

from association.access import ReadTerms
from association.actors import Actor
from complaints.access.complaints import accepted_against, mass_cases_visible_to
from complaints.access.leads import told_to
from complaints.models import Complaint, LeadHearing

# Whoever is complained of reads these, whoever has to act. Not among them is what has only to be told to the
# complainant (CMP-TELL, MED-NOTICE): that somebody left no address is not for the other side.
RESPONDENT_READS = frozenset({
    "CMP-ACCEPT", "CMP-SERVE", "CMP-REPLY", "CMP-OFFER", "CMP-SETTLE", "CMP-PAY", "CMP-CLOSE", "CMP-ORDER",
    "MED-END", "MED-RECUSAL", "MED-SESSION", "MED-SIGN", "MED-APPRAISAL",
})  # fmt: skip
JOINED_READS = frozenset({"MASS-TALK"})
HEARD_READS = frozenset({"LEAD-HEARING", "LEAD-OBJECT", "LEAD-REVIEW"})


def _served(actor: Actor) -> QuerySet[Any]:
    """Those that the institution has been told of; one that was accepted and not served yet it does not know."""
    return Complaint.objects.filter(accepted_against(actor), served_at__isnull=False)


def _joined(actor: Actor) -> QuerySet[Any]:
    return mass_cases_visible_to(actor).filter(institution_id__in=actor.institution_ids)


def _heard(actor: Actor) -> QuerySet[Any]:
    return LeadHearing.objects.filter(told_to(actor))


READ_TERMS = (
    ReadTerms("complaint", RESPONDENT_READS, _served, "/desk/complaints/%d/"),
    ReadTerms("mass", JOINED_READS, _joined, "/desk/complaints/mass/%d/"),
    ReadTerms("hearing", HEARD_READS, _heard, "/desk/hearings/%d/"),
)
