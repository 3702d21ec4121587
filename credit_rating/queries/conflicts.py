"""回避核对: what a person's appointments and recusals say against judging an institution."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from association import clock
from association.conflicts import TiesOf, appointed_ties, look_back_months, subject_of
from association.language import translated
from association.rules.clock import beijing
from association.rules.conflict import WORKS_FOR, Tie, TieKind, conflicts
from common.said import as_parts
from credit_rating.choices import AssignmentState, Clearance
from credit_rating.models import Assessment, Assignment

# Every training institution of a district is somebody's competitor: shown and weighed, not forbidden.
WEIGHED = frozenset({TieKind.COMPETITOR})


@dataclass(frozen=True, slots=True)
class ConflictCheck:
    """回避核对 of one person and one institution, with the path of each tie in words."""

    clearance: Clearance
    sentences: tuple[str, ...]

    def told(self) -> list[str]:
        """In the language of the page."""
        return [translated(one) for one in self.sentences]

    def as_stored(self) -> dict[str, Any]:
        return {
            "clearance": self.clearance.value,
            "sentences": [as_parts(one) for one in self.sentences],
            "checked_on": clock.today().isoformat(),
        }


def conflict_check(user_id: int, assessment: Assessment) -> ConflictCheck:
    """One person and one assessment."""
    return conflict_checks([user_id], assessment)[user_id]


def conflict_checks(user_ids: Collection[int], assessment: Assessment) -> dict[int, ConflictCheck]:
    """Everybody asked about at once, in the same few queries."""
    assigned = _assigned_in(assessment.round_id)
    ties = _ties({*user_ids, *(user for users in assigned.values() for user in users)})
    subject, day = subject_of(assessment.institution), clock.today()
    look_back = look_back_months(day)
    found = {}
    for user in user_ids:
        judged_by = _judged_by(user, ties, assigned)
        against = conflicts(ties[user], subject, day, look_back, judged_by)
        blocked = any(one.kind not in WEIGHED for one in against)
        weighed = Clearance.WARN if against else Clearance.CLEAR
        found[user] = ConflictCheck(
            Clearance.BLOCKED if blocked else weighed, tuple(one.sentence for one in against)
        )
    return found


def _ties(user_ids: Collection[int]) -> TiesOf:
    found: defaultdict[int, list[Tie]] = defaultdict(list, appointed_ties(user_ids))
    for user, tie in _declared(user_ids):
        found[user].append(tie)
    return found


def _declared(user_ids: Iterable[int]) -> Iterable[tuple[int, Tie]]:
    """A recusal is a declaration that counts in later rounds too, as the tie that was named."""
    rows = Assignment.objects.filter(assessor_id__in=user_ids, state=AssignmentState.RECUSED)
    for row in rows.select_related("assessment__institution"):
        day = beijing(row.assigned_at).date()
        yield row.assessor_id, Tie(TieKind(row.tie), subject_of(row.assessment.institution), day, day)


def _assigned_in(round_id: int) -> dict[int, set[int]]:
    """Who assesses whom in this round: institution to people."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = Assignment.objects.filter(assessment__round_id=round_id).exclude(state=AssignmentState.RECUSED)
    for institution, user in rows.values_list("assessment__institution_id", "assessor_id"):
        found[institution].add(user)
    return found


def _judged_by(user: int, ties: TiesOf, assigned: Mapping[int, set[int]]) -> set[str]:
    """互评: institutions whose people assess, in this round, an institution that this person works for."""
    judges = {
        other
        for tie in ties[user]
        if tie.kind in WORKS_FOR
        for other in assigned.get(int(tie.institution.key), ())
        if other != user
    }
    return {tie.institution.key for judge in judges for tie in ties[judge] if tie.kind in WORKS_FOR}
