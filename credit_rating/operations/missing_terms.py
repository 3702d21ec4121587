"""补记期限: rows of the rating that are older than the clocks get the terms that run in them, as their people were told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from association import clock
from association.actors import Actor
from association.audit import record
from association.deadlines import count
from association.models import Deadline
from credit_rating.access import MAY
from credit_rating.choices import ObjectionState, RoundState, Stage, StageKind
from credit_rating.models import (
    Assessment,
    Objection,
    PriorNotice,
    Publication,
    PublicNotice,
    Round,
    RoundStage,
    Supplement,
)
from credit_rating.operations import terms
from credit_rating.queries.windows import LONGER_ANSWER


@dataclass(frozen=True, slots=True)
class Told:
    """A term whose row keeps the end that people were told: where it stands, and how its clock begins."""

    kind: str
    begun_at: str
    ends_at: str
    start: Callable[[Actor, Any, datetime | None], None]


TOLD = {
    terms.SUPPLEMENT: Told(terms.RATING, "requested_at", "due_at", terms.start_supplement),
    terms.DEFEND: Told(terms.RATING, "sent_at", "due_at", terms.start_defence),
    terms.SHOWN: Told(terms.NOTICE, "opens_at", "closes_at", terms.start_public_notice),
    terms.ANSWER: Told(terms.OBJECTION, "filed_at", "due_at", terms.start_answer),
    LONGER_ANSWER: Told(terms.OBJECTION, "filed_at", "due_at", terms.start_answer),
}


@transaction.atomic
def open_missing_terms(*, actor: Actor) -> int:
    """补记 what has no row in the list of clocks. How many began; safe to run again and beside everything else.

    What has run out in silence (a notice shown to its end, a right not used) does not begin any more.
    """
    actor.require(MAY, "open_missing_terms")
    found = _missing()
    if not any(found.values()):
        return 0
    _hold(row for rows in found.values() for row in rows)
    held = _missing()
    for code, rows in held.items():
        _begin(actor, code, rows)
    begun = sum(map(len, held.values()))
    record(actor, "open_missing_terms", None, terms=begun)
    return begun


def _hold(rows: Iterable[Any]) -> None:
    """First the rounds, then their assessments, each in the order of their keys: as everybody else locks them."""
    cases = list(rows)
    assessments = [row if isinstance(row, Assessment) else getattr(row, "assessment", None) for row in cases]
    rounds = {(assessment or row).round_id for row, assessment in zip(cases, assessments, strict=True)}
    keys = {row.pk for row in assessments if row is not None}
    for model, wanted in ((Round, rounds), (Assessment, keys)):
        held = model.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
        list(held.values_list("pk", flat=True))


def _begin(actor: Actor, code: str, rows: list[Any]) -> None:
    if code == terms.FILE:
        for window in _windows():
            terms.start_filing(actor, window, [row for row in rows if row.round_id == window.round_id])
    elif code == terms.VALID:
        for row in rows:
            terms.start_validity(actor, row)
    else:
        for row in rows:
            TOLD[code].start(actor, row, _end_as_told(row, TOLD[code]))


def _end_as_told(row: Any, term: Told) -> datetime | None:
    """Nothing where the rule gives the same end: then it is counted, and goes on being counted with the calendar."""
    told: datetime = getattr(row, term.ends_at)
    if row.rule.may_count and count(row.rule, getattr(row, term.begun_at)).ends_at == told:
        return None
    return told


# -- what there is ----------------------------------------------------------------------------------------------


def _missing() -> dict[str, list[Any]]:
    """Code: the rows whose term should run and does not."""
    found = {
        terms.FILE: _without(terms.RATING, terms.FILE, _filing()),
        terms.VALID: _without(terms.RATING, terms.VALID, _valid()),
    }
    for code, rows in (
        (terms.SUPPLEMENT, _supplements()),
        (terms.DEFEND, _defences()),
        (terms.SHOWN, _notices()),
        (terms.ANSWER, _objections(extended=False)),
        (LONGER_ANSWER, _objections(extended=True)),
    ):
        found[code] = _without(TOLD[code].kind, code, rows)
    return found


def _without(kind: str, code: str, rows: QuerySet[Any]) -> list[Any]:
    running = Deadline.objects.filter(case_kind=kind, code=code, stopped_at__isnull=True).values("case_id")
    of_assessment = kind == terms.RATING and rows.model is not Assessment
    begun = Q(assessment_id__in=running) if of_assessment else Q(pk__in=running)
    return list(rows.exclude(begun).order_by("pk"))


def _windows() -> QuerySet[RoundStage]:
    return RoundStage.objects.filter(
        kind=StageKind.SELF_ASSESSMENT, round__state=RoundState.OPEN, closes_at__gt=clock.now()
    ).order_by("round_id")


def _filing() -> QuerySet[Assessment]:
    rows = Assessment.objects.filter(
        round__in=_windows().values("round_id"), stage__in=terms.RUNS_IN[terms.FILE]
    )
    return rows.select_related("institution", "round")


def _supplements() -> QuerySet[Supplement]:
    rows = Supplement.objects.filter(assessment__stage=Stage.SUPPLEMENT, answered_at__isnull=True)
    return _with_case(rows)


def _defences() -> QuerySet[PriorNotice]:
    rows = PriorNotice.objects.filter(assessment__stage=Stage.NOTICED, defended_at__isnull=True)
    return _with_case(rows.filter(due_at__gt=clock.now()))


def _notices() -> QuerySet[PublicNotice]:
    rows = PublicNotice.objects.filter(round__state=RoundState.PUBLIC_NOTICE, closes_at__gt=clock.now())
    return rows.select_related("round", "rule")


def _objections(*, extended: bool) -> QuerySet[Objection]:
    rows = Objection.objects.filter(state=ObjectionState.FILED, extended_at__isnull=not extended)
    return _with_case(rows)


def _valid() -> QuerySet[Publication]:
    rows = Publication.objects.filter(
        assessment__stage__in=terms.RUNS_IN[terms.VALID], superseded_at__isnull=True
    )
    rows = rows.filter(published_at__isnull=False, valid_until__gte=clock.today())
    return rows.select_related("assessment__institution", "assessment__round")


def _with_case(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("assessment__institution", "assessment__round", "rule")
