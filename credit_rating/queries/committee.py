"""评定委员会: a round as one table, and one assessment with everything its decision rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from association.actors import Actor
from association.choices import COMMITTEE_ROLES, STAFF_ROLES, JobState
from association.models import Job
from common.errors import NotFound
from credit_rating.access import assessments_visible_to, barred_from, rounds_visible_to
from credit_rating.choices import DeterminationState, ObjectionState, StageKind
from credit_rating.models import (
    Assessment,
    AssessmentStandard,
    Determination,
    Objection,
    OpinionItem,
    Publication,
    Round,
)
from credit_rating.queries.explanation import TOLD
from credit_rating.queries.rounds import with_progress
from credit_rating.queries.standards import spec_of
from credit_rating.rules.specification import BandSpec


@dataclass(frozen=True, slots=True)
class TableRow:
    """One institution of a round: what it said itself, what came out, and what is still to be decided.

    ``barred``: the reader belongs to it and learns what came out when the institution does.
    """

    assessment: Assessment
    self_points: Decimal | None
    determination: Determination | None
    vetoes: tuple[str, ...]
    open_objections: int
    defence_waits: bool
    barred: bool


def rounds_of(actor: Actor) -> QuerySet[Round]:
    """The rounds for those who decide, newest first."""
    _check_decides(actor)
    return with_progress(rounds_visible_to(actor)).order_by("-year", "-pk")


def round_of(actor: Actor, round_id: int) -> Round:
    found = rounds_of(actor).filter(pk=round_id).first()
    if found is None:
        raise NotFound(_("没有这个轮次。"))
    return found


def assessments_in(actor: Actor, round_id: int) -> QuerySet[Assessment]:
    """What a page of the round's table is cut from."""
    rows = assessments_visible_to(actor).filter(round_id=round_id).select_related("institution")
    waiting = Count("objections", filter=Q(objections__state=ObjectionState.FILED))
    return rows.annotate(open_objections=waiting).order_by("institution__name", "pk")


def table_rows(actor: Actor, assessments: Iterable[Assessment]) -> list[TableRow]:
    """The rest of each row, in three queries however many there are."""
    rows, barred = list(assessments), barred_from(actor)
    untold = {row.pk for row in rows if row.institution_id in barred and row.stage not in TOLD}
    keys = [row.pk for row in rows]
    current = current_determinations(pk for pk in keys if pk not in untold)
    stated = _self_points(keys)
    return [_table_row(row, current.get(row.pk), stated.get(row.pk), row.pk in untold) for row in rows]


def _table_row(
    row: Any,
    decided: Determination | None,
    stated: Decimal | None,
    barred: bool,  # noqa: FBT001 - a row's values
) -> TableRow:
    notice = getattr(decided, "prior_notice", None)
    return TableRow(
        assessment=row,
        self_points=stated,
        determination=decided,
        vetoes=tuple(decided.computation.struck) if decided is not None else (),
        open_objections=row.open_objections,
        defence_waits=notice is not None and notice.defended_at is not None and notice.answered_at is None,
        barred=barred,
    )


def current_determinations(assessment_ids: Iterable[int]) -> Mapping[int, Determination]:
    rows = Determination.objects.filter(assessment_id__in=list(assessment_ids))
    rows = rows.exclude(state=DeterminationState.SUPERSEDED)
    rows = rows.select_related("computation", "prior_notice", "decided_by", "countersigned_by")
    return {row.assessment_id: row for row in rows}


def _self_points(assessment_ids: Iterable[int]) -> Mapping[int, Decimal]:
    """自评合计: the plain sum of what was claimed, without redistribution."""
    items = OpinionItem.objects.filter(
        opinion__assessment_id__in=list(assessment_ids),
        opinion__kind=StageKind.SELF_ASSESSMENT,
        opinion__submitted_at__isnull=False,
        opinion__superseded_by__isnull=True,
    )
    return dict(items.order_by().values_list("opinion__assessment_id").annotate(Sum("points")))


def running_job(round_id: int) -> Job | None:
    """The last computation of the round, unless it is done: what failed before a later success is over."""
    last = Job.objects.filter(kind="compute_round", result__round_id=round_id).order_by("-pk").first()
    return last if last is not None and last.state != JobState.DONE else None


def grades_to_overrule_to(actor: Actor, assessment_id: int) -> list[BandSpec]:
    """改判为: the grades of this assessment's standard but the computed one, which is confirmed."""
    rows = assessments_visible_to(actor).select_related("round__standard")
    found = rows.filter(pk=assessment_id).first()
    if found is None:
        raise NotFound(_("没有这件评估。"))
    return other_grades(found.round.standard, current_determinations([found.pk]).get(found.pk))


def other_grades(standard: AssessmentStandard, decided: Determination | None) -> list[BandSpec]:
    computed = decided.computation.grade if decided is not None else ""
    return [band for band in spec_of(standard).bands if band.grade != computed]


def objection_of(actor: Actor, objection_id: int) -> Objection:
    rows = Objection.objects.filter(assessment__in=assessments_visible_to(actor))
    found = rows.filter(pk=objection_id).first()
    if found is None:
        raise NotFound(_("没有这项异议。"))
    return found


def determination_of(actor: Actor, determination_id: int) -> Determination:
    rows = Determination.objects.filter(assessment__in=assessments_visible_to(actor))
    found = rows.filter(pk=determination_id).first()
    if found is None:
        raise NotFound(_("没有这项评定。"))
    return found


def publication_of(actor: Actor, publication_id: int) -> Publication:
    rows = Publication.objects.filter(
        assessment__in=assessments_visible_to(actor), published_at__isnull=False
    )
    found = rows.filter(pk=publication_id).first()
    if found is None:
        raise NotFound(_("没有这项公布。"))
    return found


def _check_decides(actor: Actor) -> None:
    if not (actor.is_system or actor.roles & (STAFF_ROLES | COMMITTEE_ROLES)):
        raise NotFound(_("没有这一页。"))
