"""回避: the ties of people with institutions as their appointments tell them, for every app that must ask."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Case, DateField, F, Func, IntegerField, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import override

from association import clock
from association.choices import CERTAIN, Role, Unit
from association.deadlines import rule_in_force
from association.models import Appointment, DeadlineRule
from association.rules.conflict import Assessed, Conflict, Tie, TieKind, conflicts, months_before
from common.errors import Refused

MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}
LOOK_BACK = "CONFLICT-LOOK-BACK"

TiesOf = Mapping[int, list[Tie]]


def look_back_months(day: date) -> int:
    """回溯期 by the rule in force: how long ago a tie must have ended to count no more."""
    rule = rule_in_force(LOOK_BACK, day)
    months = MONTHS.get(Unit(rule.unit))
    if months is None:
        raise Refused(_("回避核对的回溯期须以月或年计。"))
    return rule.number * months


def subject_of(institution: Any) -> Assessed:
    """An institution as the rule sees it."""
    return Assessed(
        str(institution.pk), institution.name, institution.region_id or "", frozenset({institution.field})
    )


def appointed_ties(user_ids: Iterable[int]) -> TiesOf:
    """任职 of each person: the institutions acted for, and those worked for."""
    found: defaultdict[int, list[Tie]] = defaultdict(list)
    rows = Appointment.objects.filter(user_id__in=user_ids).select_related("institution", "employer")
    for row in rows.order_by("id"):
        # The day an appointment begins says nothing about when the employment did.
        if row.employer is not None:
            tie = Tie(TieKind.EMPLOYMENT, subject_of(row.employer), None, row.until_on)
            found[row.user_id].append(tie)
        if row.institution is not None:
            with override(settings.LANGUAGE_CODE):
                role = str(Role(row.role).label)
            tie = Tie(TieKind.EMPLOYMENT, subject_of(row.institution), row.from_on, row.until_on, role)
            found[row.user_id].append(tie)
    return found


def conflicts_with(user_ids: Collection[int], institution: Any) -> dict[int, tuple[Conflict, ...]]:
    """What stands against each of these people, staff or mediators, handling a case about the institution; two queries for all."""
    ties, day = appointed_ties(user_ids), clock.today()
    subject, look_back = subject_of(institution), look_back_months(day)
    return {
        user: tuple(
            one
            for one in conflicts(ties[user], subject, day, look_back, of_assessor=False)
            if one.kind is not TieKind.COMPETITOR
        )
        for user in user_ids
    }


def institutions_tied_to(user_id: int) -> frozenset[int]:
    """The institutions that a person acts or works for, or did within the look-back: their cases are not theirs to see."""
    day = clock.today()
    rows = Appointment.objects.filter(user_id=user_id, from_on__lte=day)
    rows = rows.filter(Q(institution__isnull=False) | Q(employer__isnull=False))
    ties = list(rows.values_list("until_on", "institution_id", "employer_id"))
    if not ties:
        return frozenset()
    since = months_before(day, look_back_months(day))
    recent = [pair for until, *pair in ties if until is None or until >= since]
    return frozenset(pk for pair in recent for pk in pair if pk is not None)


def is_of_tied(user_id: int, of: str = "") -> Q:
    """The same inside one query, for counts that every page shows; ``of`` leads from its rows to the case.

    Where no rule that may count says in months how long ago a tie must have ended, none is over.
    """
    day = clock.today()
    rows = Appointment.objects.filter(user_id=user_id, from_on__lte=day)
    since = Coalesce(Subquery(_looked_back(day)), Value(date.min), output_field=DateField())
    rows = rows.filter(Q(until_on__isnull=True) | Q(until_on__gte=since))
    acts, works = rows.filter(institution__isnull=False), rows.filter(employer__isnull=False)
    return Q(**{f"{of}institution_id__in": acts.values("institution_id")}) | Q(
        **{f"{of}institution_id__in": works.values("employer_id")}
    )


def _looked_back(day: date) -> Any:
    """The day to which the rule in force looks back, as ``months_before`` counts it; no row or NULL where it may not."""
    counts = Q(certainty__in=sorted(CERTAIN)) | Q(confirmed_at__isnull=False)
    steps = [When(counts & Q(unit=unit), then=F("number") * Value(months)) for unit, months in MONTHS.items()]
    months = Func(
        Case(*steps, output_field=IntegerField()), template="make_interval(months => (%(expressions)s)::int)"
    )
    on = Cast(Value(day), DateField())
    before = Func(on, months, template="(%(expressions)s)::date", arg_joiner=" - ", output_field=DateField())
    rules = DeadlineRule.objects.filter(code=LOOK_BACK, valid_from__lte=day)
    rules = rules.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day)).order_by("-valid_from")
    return rules.annotate(since=before).values("since")[:1]
