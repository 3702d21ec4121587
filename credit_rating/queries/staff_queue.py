"""今日待办 of the secretariat: what waits, with one definition each for the count and for the list it leads to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from association.notices import institutions_reached
from credit_rating.choices import (
    ASIDE,
    DeterminationState,
    ObjectionState,
    RoundState,
    Stage,
    StageKind,
)
from credit_rating.models import (
    Assessment,
    Assignment,
    Band,
    Determination,
    Objection,
    PriorNotice,
    Publication,
    PublicNotice,
    RoundStage,
)
from credit_rating.queries.review import has_submitted
from credit_rating.queries.windows import over

Assessments = QuerySet[Assessment]
# From the sheet to the last day of the notice: whoever has not begun is counted as that.
RUNNING = frozenset(
    {
        Stage.SELF_ASSESSING,
        Stage.SUBMITTED,
        Stage.SUPPLEMENT,
        Stage.DISTRICT_REVIEWED,
        Stage.REVIEWED,
        Stage.DETERMINED,
        Stage.NOTICED,
        Stage.PUBLIC_NOTICE,
        Stage.OBJECTION,
    }
)


def _number(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("assessment_id").annotate(n=Count("pk", distinct=True)).values("n")
    return Coalesce(Subquery(counted), 0)


def with_panel(rows: Assessments) -> Assessments:
    """Adds ``due_kind``, how many reviewers are ``needed``, ``asked`` and have ``given`` their opinion."""
    stages = RoundStage.objects.filter(round_id=OuterRef("round_id"), kind=StageKind.DISTRICT_REVIEW)
    due = Case(
        When(Q(Exists(stages), stage=Stage.SUBMITTED), then=Value(StageKind.DISTRICT_REVIEW.value)),
        default=Value(StageKind.REVIEW.value),
        output_field=CharField(),
    )
    asked = Assignment.objects.filter(assessment=OuterRef("pk"), kind=OuterRef("due_kind")).exclude(
        state__in=ASIDE
    )
    given = asked.filter(has_submitted())
    panel = Case(
        When(due_kind=StageKind.DISTRICT_REVIEW, then=Value(1)),
        default=F("round__standard__panel_minimum"),
        output_field=IntegerField(),
    )
    return rows.annotate(due_kind=due).annotate(needed=panel, asked=_number(asked), given=_number(given))


def _in_review(rows: Assessments) -> Assessments:
    return with_panel(rows.filter(stage__in=[Stage.SUBMITTED, Stage.DISTRICT_REVIEWED]))


def _unanswered(rows: Assessments) -> Assessments:
    return rows.filter(stage=Stage.INVITED, round__state=RoundState.OPEN)


def _unassigned(rows: Assessments) -> Assessments:
    return _in_review(rows).filter(Q(asked__lt=F("needed")))


def _reviewed(rows: Assessments) -> Assessments:
    """Nobody who was asked is still at it."""
    return _in_review(rows).filter(Q(given__gte=F("needed")), Q(given=F("asked")))


def _supplements(rows: Assessments) -> Assessments:
    return rows.filter(stage=Stage.SUPPLEMENT)


def _to_compute(rows: Assessments) -> Assessments:
    current = Determination.objects.filter(assessment=OuterRef("pk")).exclude(
        state=DeterminationState.SUPERSEDED
    )
    return rows.filter(~Exists(current), stage=Stage.REVIEWED)


def _to_tell(rows: Assessments) -> Assessments:
    """Adverse and confirmed, and the institution has not been told."""
    adverse = Band.objects.filter(
        standard_id=OuterRef("round__standard_id"), grade=OuterRef("grade"), adverse=True
    )
    settled = Determination.objects.filter(assessment=OuterRef("pk"), state=DeterminationState.CONFIRMED)
    return rows.filter(Exists(adverse), Exists(settled), stage=Stage.DETERMINED)


def _unreached(rows: Assessments) -> Assessments:
    """Nobody acts for the institution: nothing that is asked of it or told to it reaches anybody."""
    return rows.filter(stage__in=RUNNING).exclude(institution_id__in=institutions_reached())


def _current_notices() -> QuerySet[PriorNotice]:
    return PriorNotice.objects.filter(assessment=OuterRef("pk")).exclude(
        determination__state=DeterminationState.SUPERSEDED
    )


def _heard(rows: Assessments) -> Assessments:
    """The defence was answered, or the time for it ended without one."""
    silent = over(_current_notices().filter(defended_at__isnull=True))
    answered = _current_notices().filter(answered_at__isnull=False)
    return rows.filter(Exists(answered) | Exists(silent), stage=Stage.NOTICED)


def _defended(rows: Assessments) -> Assessments:
    waiting = _current_notices().filter(defended_at__isnull=False, answered_at__isnull=True)
    return rows.filter(Exists(waiting), stage=Stage.NOTICED)


def _disputed(rows: Assessments) -> Assessments:
    still_open = Objection.objects.filter(assessment=OuterRef("pk"), state=ObjectionState.FILED)
    return rows.filter(Exists(still_open))


def _on_notice(rows: Assessments) -> Assessments:
    return rows.filter(~Exists(_closed_notice()), stage=Stage.PUBLIC_NOTICE)


def _closed_notice() -> QuerySet[PublicNotice]:
    """公示期满 of the assessment."""
    return over(PublicNotice.objects.filter(pk=OuterRef("public_notice_id")))


def _proposed() -> QuerySet[Publication]:
    return Publication.objects.filter(
        assessment=OuterRef("pk"),
        determination__state=DeterminationState.CONFIRMED,
        published_at__isnull=True,
    )


def _to_propose(rows: Assessments) -> Assessments:
    return rows.filter(Exists(_closed_notice()), ~Exists(_proposed()), stage=Stage.PUBLIC_NOTICE)


def _to_approve(rows: Assessments) -> Assessments:
    return rows.filter(Exists(_proposed()))


QUEUE: dict[str, Callable[[Assessments], Assessments]] = {
    "unanswered": _unanswered,
    "unassigned": _unassigned,
    "reviewed": _reviewed,
    "supplements": _supplements,
    "to_compute": _to_compute,
    "to_tell": _to_tell,
    "unreached": _unreached,
    "defended": _defended,
    "heard": _heard,
    "disputed": _disputed,
    "on_notice": _on_notice,
    "to_propose": _to_propose,
    "to_approve": _to_approve,
}


def _ends(code: str) -> F | Subquery | Cast:
    """What the waiting runs against: the field or subquery with the moment it ends."""
    closing = RoundStage.objects.filter(round_id=OuterRef("round_id"), kind=StageKind.SELF_ASSESSMENT)
    objections = Objection.objects.filter(assessment=OuterRef("pk"), state=ObjectionState.FILED)
    known: dict[str, F | Subquery] = {
        "unanswered": Subquery(closing.values("closes_at")[:1]),
        "supplements": F("supplement__due_at"),
        "defended": Subquery(_current_notices().values("due_at")[:1]),
        "disputed": Subquery(objections.order_by("due_at").values("due_at")[:1]),
        "on_notice": F("public_notice__closes_at"),
    }
    return known.get(code, Cast(Value(None), DateTimeField()))


def queue_counts(assessments: Assessments) -> dict[str, tuple[int, datetime | None]]:
    """How many wait for each thing, and when the first of them ends: one query for all."""
    parts = [_counted(assessments, code) for code in QUEUE]
    rows = parts[0].union(*parts[1:], all=True)
    return {code: (count, first) for code, count, first in rows}


def _counted(assessments: Assessments, code: str) -> QuerySet[Any, Any]:
    rows = QUEUE[code](assessments).order_by()
    named = rows.annotate(ends=_ends(code), code=Value(code, output_field=CharField()))
    return named.values("code").annotate(n=Count("pk"), first=Min("ends")).values_list("code", "n", "first")
