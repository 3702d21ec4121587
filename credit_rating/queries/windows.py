"""期限届满: whether a right to answer, to supplement or to object is still there.

One rule for the deed, the page, the clock and the lists. An end that is only provisional (暂定, the holidays of that
year are not announced) may still move on: nobody's right ends by it (docs/decisions/0007-windows.md).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from association import clock
from association.deadlines import start_clock
from association.models import Deadline
from association.rules.clock import Due
from common.errors import DomainError
from credit_rating.choices import ObjectionState
from credit_rating.models import Objection, PriorNotice, PublicNotice, Supplement

# 须由他人核实: the longer term for the answer to an objection; like the first one it runs from the filing.
LONGER_ANSWER = "ROUND-OBJECTION-VERIFY"


@dataclass(frozen=True, slots=True)
class Window:
    """Where the row of a right keeps its end, and which term of the clock that is a copy of."""

    kind: str
    code: str
    case: str
    begun: str
    ends: str


WINDOWS: dict[type[Any], Window] = {
    Supplement: Window("rating", "ROUND-SUPPLEMENT", "assessment_id", "requested_at", "due_at"),
    PriorNotice: Window("rating", "ROUND-DEFENCE", "assessment_id", "sent_at", "due_at"),
    PublicNotice: Window("public_notice", "ROUND-PUBLIC-NOTICE", "pk", "opens_at", "closes_at"),
}


def over(rows: QuerySet[Any], at: datetime | None = None) -> QuerySet[Any]:
    """Of these supplements, prior or public notices those whose end has come (by ``at``, now unless told) and is certain."""
    window = WINDOWS[rows.model]
    terms = Deadline.objects.filter(
        case_kind=window.kind,
        code=window.code,
        case_id=OuterRef(window.case),
        started_at=OuterRef(window.begun),
    )
    counted = rows.annotate(end_may_move=Exists(terms.filter(provisional=True)), window_ends=F(window.ends))
    return counted.filter(window_ends__lte=at or clock.now(), end_may_move=False)


def is_open(row: Supplement | PriorNotice | PublicNotice) -> bool:
    """Whether this right can be used at this moment."""
    return not over(type(row).objects.filter(pk=row.pk)).exists()


def longer_answer(objection: Objection) -> Due | None:
    """The end of the longer term while the committee may still take it: once, and before the first one has ended."""
    taken = objection.state != ObjectionState.FILED or objection.extended_at is not None
    if taken or clock.now() >= objection.due_at:
        return None
    try:
        _rule, due = start_clock(LONGER_ANSWER, objection.filed_at)
    except DomainError:
        return None
    return due if due.ends_at > objection.due_at else None
