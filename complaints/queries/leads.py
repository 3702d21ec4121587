"""Reads of 线索 for the pages and for the apps above; none of them holds a word of who told."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from association import clock
from association.clocks import deadlines_of
from association.models import Deadline
from association.reckoning import explained
from complaints.choices.hearings import REVIEWED, WAITING, HearingStage
from complaints.choices.leads import LEAD_OPEN, Speaker
from complaints.models import Complaint, Lead, LeadEvidence, LeadFinding, LeadFindingSetAside, LeadMessage
from complaints.queries.anchors import anchors_here
from complaints.rules.leads import Anchor, anchor_of


@dataclass(frozen=True, slots=True)
class ProvenLead:
    """查实的线索 about one institution, as the pledge and the lists take it up."""

    finding_id: int
    institution_id: int
    category: str
    basis: str
    anchor: str
    facts: str
    measure: str
    document_number: str
    found_on: date


def proven_leads(institution_id: int, first: date, last: date) -> list[ProvenLead]:
    """What was found true about an institution from ``first`` to ``last``, both days inside; not what was set aside."""
    rows = LeadFinding.objects.filter(
        lead__institution_id=institution_id, set_aside__isnull=True, found_on__gte=first, found_on__lte=last
    ).order_by("found_on", "pk")
    return [
        ProvenLead(
            finding_id=row.pk,
            institution_id=institution_id,
            category=row.category,
            basis=row.basis,
            anchor=row.anchor,
            facts=row.facts,
            measure=row.measure,
            document_number=row.document_number,
            found_on=row.found_on,
        )
        for row in rows
    ]


def is_set_aside(lead_id: int) -> bool:
    """Whether two people upheld the institution's objection, so that what was found counts no more."""
    return LeadFindingSetAside.objects.filter(finding__lead=lead_id).exists()


def outcome_said(lead: Lead) -> str:
    """处理结果 in words; empty before the decision."""
    if not lead.outcome:
        return ""
    outcome = str(lead.get_outcome_display())
    if not is_set_aside(lead.pk):
        return outcome
    return _("%(outcome)s；后经复核，认定不再作数") % {"outcome": outcome}


def final_finding(lead: Lead) -> LeadFinding | None:
    """What was found true and stands: not set aside, and no objection of the institution is still open or looked at."""
    if lead.hearings.filter(stage=HearingStage.AFTER, state__in=[*WAITING, *REVIEWED]).exists():
        return None
    return LeadFinding.objects.filter(lead=lead, set_aside__isnull=True).first()


def listed(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """What a line of the list shows: also how many files, and how many answers wait to be read."""
    running = Deadline.objects.filter(case_kind="lead", case_id=OuterRef("pk"), stopped_at__isnull=True)
    return leads.select_related("institution", "officer", "decided_by").annotate(
        due_on=Subquery(running.order_by("ends_at").values("due_on")[:1]),
        files=_number_of(LeadEvidence.objects.all()),
        unread=_number_of(LeadMessage.objects.filter(speaker=Speaker.INFORMANT, is_told=False)),
    )


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """Counted for the leads of one page alone: joined and grouped, the whole table would be."""
    of_lead = rows.filter(lead=OuterRef("pk")).order_by().values("lead")
    return Coalesce(Subquery(of_lead.annotate(n=Count("pk")).values("n")), 0)


def may_open_lead(complaint: Complaint) -> bool:
    """发现违法违规: of an accepted complaint against an institution of the register, one open lead at a time."""
    if complaint.institution_id is None or complaint.accepted_at is None:
        return False
    return not Lead.objects.filter(from_complaint=complaint, state__in=sorted(LEAD_OPEN)).exists()


def anchors_today(on: date) -> dict[str, Anchor]:
    """The article behind each category, for the form."""
    rows = anchors_here()
    found = {row.category: anchor_of(rows, row.category, on) for row in rows}
    return {category: row for category, row in found.items() if row is not None}


@dataclass(frozen=True, slots=True)
class Term:
    """一个期限 as a table shows it."""

    title: str
    due_on: date
    state: str
    is_late: bool
    explanation: str


def terms_of(lead_id: int) -> list[Term]:
    """Every term of a lead with its arithmetic, stopped ones too."""
    moment = clock.now()
    return [
        Term(
            title=_(row.title),
            due_on=row.due_on,
            state=_("已完成") if row.stopped_at else _("进行中"),
            is_late=bool(row.was_late) if row.stopped_at else row.ends_at <= moment,
            explanation=explained(row.reckoning),
        )
        for row in deadlines_of("lead", lead_id)
    ]
