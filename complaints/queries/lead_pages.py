"""What the informant's own pages show: known by the receipt code alone, so nobody else's name is on them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from association import clock
from association.clocks import Turn, whose_turn
from association.deadlines import count, rule_in_force
from association.reckoning import explained
from association.rules.explanation import as_parts
from common.text import one_line
from complaints.choices.leads import LEAD_OPEN, LeadCategory, LeadState, Speaker
from complaints.models import Lead
from complaints.queries.lead_boxes import Said, by_receipt, exchange_of, opened, start_of
from complaints.queries.leads import outcome_said
from members.queries import institutions

MOST_CANDIDATES = 8
SHORTEST_SEARCH = 2


def candidates(name: str) -> list[tuple[int, str]]:
    """Institutions of the register that somebody may mean, by name, part of a name or code."""
    typed = one_line(name)[:120]
    if len(typed) < SHORTEST_SEARCH:
        return []
    rows = institutions().filter(uscc=typed.upper()) or institutions().filter(name__icontains=typed)
    return [(row.pk, f"{row.name}{_region(row)}") for row in rows.order_by("name", "pk")[:MOST_CANDIDATES]]


def _region(row: Any) -> str:
    return f"（{row.address}）" if row.address else ""


@dataclass(frozen=True, slots=True)
class DraftShown:
    """A draft as its author sees it again; ``values`` are those of the form."""

    values: dict[str, Any]
    category: str
    files: list[tuple[int, str, int]] = field(default_factory=list)

    @classmethod
    def nothing(cls) -> "DraftShown":
        return cls({}, "")


def is_known(code: str) -> bool:
    return by_receipt(code) is not None


def draft_shown(code: str) -> DraftShown | None:
    """The draft of a code; nothing for a lead that was sent, and for a code that is not known."""
    lead = by_receipt(code)
    if lead is None or lead.state != LeadState.DRAFT:
        return None
    texts = {
        name: opened(lead, f"{name}_box") for name in ("facts", "when", "where", "name", "phone", "mail")
    }
    values = texts | {
        "category": lead.category,
        "institution_name": lead.institution_name,
        "institution_address": lead.institution_address,
        "institution_id": lead.institution_id,
        "identity": "anonymous" if lead.is_anonymous else "named",
        "may_pass_identity": lead.may_pass_identity,
    }
    files = [(row.number, row.attachment.name, row.attachment.size) for row in _files(lead)]
    category = LeadCategory(lead.category).label if lead.category else ""
    return DraftShown(values, str(category), files)


def _files(lead: Lead) -> Any:
    return lead.evidence.select_related("attachment").order_by("number")


@dataclass(frozen=True, slots=True)
class FirstTerm:
    """初步审查 of a lead that the daily round has not taken in yet."""

    due_on: date
    explanation: str


@dataclass(frozen=True, slots=True)
class Tracked:
    """办理进度 as the informant sees it: where it stands, whose turn it is until when, and what was said."""

    number: str
    step: LeadState
    state: str
    institution: str
    kind: LeadCategory
    category: str
    submitted_on: date
    stages: list[dict[str, Any]]
    turn: Turn | None
    first_term: FirstTerm | None
    said: list[Said]
    files: list[tuple[str, date]]
    is_open: bool
    has_question: bool


def tracked(code: str) -> Tracked | None:
    """The lead of a code; nothing for a draft, for a wrong code and for one that is no longer valid."""
    lead = by_receipt(code)
    if lead is None or lead.state == LeadState.DRAFT or lead.submitted_on is None:
        return None
    said = exchange_of(lead)
    step = LeadState(lead.outcome or lead.state)
    return Tracked(
        number=lead.number,
        step=step,
        state=outcome_said(lead) or str(step.label),
        institution=lead.institution_name,
        kind=LeadCategory(lead.category),
        category=str(LeadCategory(lead.category).label),
        submitted_on=lead.submitted_on,
        stages=_stages(lead),
        turn=whose_turn("lead", lead.pk),
        first_term=_first_term(lead),
        said=said,
        files=[(row.attachment.name, row.given_on) for row in _files(lead)],
        is_open=LeadState(lead.state) in LEAD_OPEN,
        has_question=bool(said) and said[-1].speaker == Speaker.STAFF,
    )


def _first_term(lead: Lead) -> FirstTerm | None:
    """Until the daily round has begun the clock: when the screening will be due, counted in the same way."""
    if lead.taken_in_on is not None or lead.submitted_on is None or lead.state != LeadState.SUBMITTED:
        return None
    due = count(rule_in_force("LEAD-SCREEN", lead.submitted_on), start_of(lead.submitted_on))
    return FirstTerm(due.on, explained(as_parts(due.reckoning)))


ORDER = (LeadState.SUBMITTED, LeadState.SCREENED, LeadState.VERIFYING)


def _stages(lead: Lead) -> list[dict[str, Any]]:
    """收到、筛查、核查、处理、反馈. What was skipped is not claimed to have been done."""
    state = LeadState(lead.state)
    at = ORDER.index(state) if state in ORDER else len(ORDER)
    whens = (lead.submitted_on, lead.screened_on, None, lead.decided_on, lead.fed_back_on)
    labels = (_("收到"), _("筛查"), _("核查"), _("处理"), _("反馈"))
    done = (True, at >= 1, at >= len(ORDER), bool(lead.outcome), lead.fed_back_on is not None)
    current = done.index(False) if False in done else -1
    skipped = state == LeadState.ARCHIVED and lead.fed_back_on is None
    return [
        {"label": label, "when": when or "", "state": _stage(place, current, is_done, skipped=skipped)}
        for place, (label, when, is_done) in enumerate(zip(labels, whens, done, strict=True))
    ]


def _stage(place: int, current: int, is_done: bool, *, skipped: bool) -> str:  # noqa: FBT001 - one of the three columns
    if is_done:
        return "done"
    if skipped:
        return "skipped"
    return "current" if place == current else "todo"


def draft_term() -> str:
    """How long a draft is kept, by the rule in force."""
    rule = rule_in_force("LEAD-DRAFT", clock.today())
    return f"{rule.number}{rule.get_unit_display()}"
