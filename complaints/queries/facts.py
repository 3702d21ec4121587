"""事实 of a case as its page shows them: what stands, what was set aside and why, what waits for a second person."""

from dataclasses import dataclass

from complaints.choices.complaints import FactKind
from complaints.choices.facts import FactReviewState
from complaints.models import Complaint, Fact, FactReview, FactSetAside
from members.queries.pledge import clauses_signed


@dataclass(frozen=True, slots=True)
class KeptFact:
    fact: Fact
    set_aside: FactSetAside | None
    # Asked for and not decided.
    review: FactReview | None

    @property
    def may_be_reviewed(self) -> bool:
        return self.set_aside is None and self.review is None


def may_allege_breach(complaint: Complaint, facts: list[KeptFact]) -> bool:
    """提出违反公约: an agreement was not performed, that stands, and the institution is a member who signed."""
    found = any(one.fact.kind == FactKind.BREACH and one.set_aside is None for one in facts)
    return found and bool(clauses_signed(complaint.institution_id or 0))


def facts_of(complaint: Complaint) -> list[KeptFact]:
    """In their order; three queries at most."""
    facts = list(Fact.objects.filter(complaint=complaint).order_by("pk"))
    if not facts:
        return []
    gone = {row.fact_id: row for row in FactSetAside.objects.filter(fact__in=facts)}
    open_reviews = FactReview.objects.filter(complaint=complaint, state=FactReviewState.ASKED)
    waiting = {row.fact_id: row for row in open_reviews.select_related("asked_by")}
    return [KeptFact(fact, gone.get(fact.pk), waiting.get(fact.pk)) for fact in facts]
