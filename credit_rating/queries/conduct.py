"""投诉事实 beside the indicators: what the desk of complaints has on record, for whoever scores. It never scores by itself."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from association.rules.clock import beijing
from association.rules.conflict import months_before
from complaints.choices.complaints import FactKind
from complaints.queries.statistics import facts_for_rating
from credit_rating.models import Assessment

# The assessment is held each year, so it looks back on one (docs/decisions/0009-numbers-of-our-own.md).
MONTHS = 12


@dataclass(frozen=True, slots=True)
class ConductBeside:
    """Counts and amounts of the year up to the day of the filing, as they stand now; no personal data."""

    first: date
    last: date
    lines: tuple[tuple[str, int], ...]
    owed_fen: int


def conduct_beside(assessment: Assessment) -> ConductBeside | None:
    """Nothing before the self-assessment was filed."""
    if assessment.submitted_at is None:
        return None
    last = beijing(assessment.submitted_at).date()
    first = months_before(last, MONTHS) + timedelta(days=1)
    found = facts_for_rating(assessment.institution_id, first, last)
    kinds = (
        (FactKind.REPLY_MISSED, found.replies_missed),
        (FactKind.REPLY_LATE, found.replies_late),
        (FactKind.REFUSED_MEDIATION, found.mediations_refused),
        (FactKind.ABSENT, found.absences),
        (FactKind.BREACH, found.breaches),
        (FactKind.CONTESTED, found.contested),
    )
    lines = (
        (_("收到的投诉"), found.counts.received),
        (_("其中受理的"), found.counts.accepted),
        (_("现在尚未办结的"), found.open_now),
        *((str(kind.label), number) for kind, number in kinds),
    )
    return ConductBeside(first, last, lines, found.breached_fen)
