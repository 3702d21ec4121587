"""回避核对: what a person's appointments and recusals say against judging an institution."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from association import clock
from association.choices import Role, Unit
from association.deadlines import rule_in_force
from association.models import Appointment
from association.rules.clock import beijing
from common.errors import Refused
from credit_rating.choices import AssignmentState, Clearance
from credit_rating.models import Assessment, Assignment
from credit_rating.rules.conflict import WORKS_FOR, Assessed, Tie, TieKind, conflicts

MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}
# Every training institution of a district is somebody's competitor: shown and weighed, not forbidden.
WEIGHED = frozenset({TieKind.COMPETITOR})

TiesOf = Mapping[int, list[Tie]]


@dataclass(frozen=True, slots=True)
class ConflictCheck:
    """回避核对 of one person and one institution, with the path of each tie in words."""

    clearance: Clearance
    sentences: tuple[str, ...]

    def as_stored(self) -> dict[str, Any]:
        return {
            "clearance": self.clearance.value,
            "sentences": list(self.sentences),
            "checked_on": clock.today().isoformat(),
        }


def conflict_check(user_id: int, assessment: Assessment) -> ConflictCheck:
    """One person and one assessment."""
    return conflict_checks([user_id], assessment)[user_id]


def conflict_checks(user_ids: Collection[int], assessment: Assessment) -> dict[int, ConflictCheck]:
    """Everybody asked about at once, in the same few queries."""
    assigned = _assigned_in(assessment.round_id)
    ties = _ties({*user_ids, *(user for users in assigned.values() for user in users)})
    subject, day = assessed(assessment.institution), clock.today()
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


def look_back_months(day: date) -> int:
    """回溯期 by the rule in force: how long ago a tie must have ended to count no more."""
    rule = rule_in_force("CONFLICT-LOOK-BACK", day)
    months = MONTHS.get(Unit(rule.unit))
    if months is None:
        raise Refused(_("回避核对的回溯期须以月或年计。"))
    return rule.number * months


def assessed(institution: Any) -> Assessed:
    return Assessed(
        str(institution.pk), institution.name, institution.region_id or "", frozenset({institution.field})
    )


def _ties(user_ids: Iterable[int]) -> TiesOf:
    found: defaultdict[int, list[Tie]] = defaultdict(list)
    rows = Appointment.objects.filter(user_id__in=user_ids).select_related("institution", "employer")
    for row in rows.order_by("id"):
        # The day an appointment begins says nothing about when the employment did.
        if row.employer is not None:
            found[row.user_id].append(Tie(TieKind.EMPLOYMENT, assessed(row.employer), None, row.until_on))
        if row.institution is not None:
            role = str(Role(row.role).label)
            tie = Tie(TieKind.EMPLOYMENT, assessed(row.institution), row.from_on, row.until_on, role)
            found[row.user_id].append(tie)
    for user, tie in _declared(user_ids):
        found[user].append(tie)
    return found


def _declared(user_ids: Iterable[int]) -> Iterable[tuple[int, Tie]]:
    """A recusal is a declaration that counts in later rounds too."""
    rows = Assignment.objects.filter(assessor_id__in=user_ids, state=AssignmentState.RECUSED)
    for row in rows.select_related("assessment__institution"):
        day = beijing(row.assigned_at).date()
        yield row.assessor_id, Tie(TieKind.DECLARED, assessed(row.assessment.institution), day, day)


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
