"""更正: what a result taken over from elsewhere says today, and what it said before each correction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_noop

from association.actors import Actor
from credit_rating.access import MAY, corrections_visible_to, imports_visible_to, of_own_institution
from credit_rating.choices import CorrectionState, ImportState
from credit_rating.models import HistoricalResult, ResultCorrection, ResultImport

# What a correction may change, with the words the public reads; institution, year and name of the evaluation say which
# result it is: one of those that is wrong is taken down, and the right one taken over.
CORRECTED = {
    "grade": gettext_noop("结果"),
    "issuing_body": gettext_noop("发布单位"),
    "source_title": gettext_noop("出处"),
    "source_url": gettext_noop("链接"),
    "note": gettext_noop("说明"),
}


@dataclass(frozen=True, slots=True)
class TakenOver:
    """One result as it stands: the row with the confirmed corrections over it, the last one on top.

    ``corrections`` holds plain values, oldest first: they are stored and published as they are.
    """

    row: HistoricalResult
    grade: str
    issuing_body: str
    source_title: str
    source_url: str
    note: str
    removed: bool
    corrections: list[dict[str, Any]]
    corrected_at: datetime | None

    @property
    def year(self) -> int:
        return self.row.year

    @property
    def scheme(self) -> str:
        return self.row.scheme

    @property
    def source(self) -> str:
        return f"{self.issuing_body} · {self.source_title}"


def as_corrected(rows: QuerySet[HistoricalResult]) -> list[TakenOver]:
    """In the order of ``rows``, with one query more for all of them."""
    return [stands_now(row) for row in rows.prefetch_related("corrections")]


def as_it_stands(row: HistoricalResult) -> TakenOver:
    """Read anew."""
    return as_corrected(HistoricalResult.objects.filter(pk=row.pk))[0]


def stands_now(row: HistoricalResult) -> TakenOver:
    """Of a row that was read with its corrections."""
    confirmed = [one for one in row.corrections.all() if one.state == CorrectionState.CONFIRMED]
    return _stands(row, sorted(confirmed, key=lambda one: (one.decided_at, one.pk)))


def corrections_for(actor: Actor) -> QuerySet[ResultCorrection]:
    """等待确认的在前, then the decided ones, newest first."""
    rows = corrections_visible_to(actor).select_related("result__institution", "proposed_by", "decided_by")
    waiting = Case(When(state=CorrectionState.WAITING, then=0), default=1)
    return rows.prefetch_related("result__corrections").order_by(waiting, "-pk")


def imports_for(actor: Actor) -> QuerySet[ResultImport]:
    """等待确认的在前, then the decided ones, newest first."""
    rows = imports_visible_to(actor).select_related("proposed_by", "decided_by")
    return rows.order_by(Case(When(state=ImportState.WAITING, then=0), default=1), "-pk")


def corrections_to_confirm(actor: Actor) -> QuerySet[ResultCorrection]:
    """等待确认, proposed by somebody else, of institutions that this person is not tied to."""
    if not actor.may(MAY, "confirm_correction"):
        return ResultCorrection.objects.none()
    rows = corrections_visible_to(actor).filter(state=CorrectionState.WAITING)
    return rows.exclude(proposed_by_id=actor.user_id).exclude(of_own_institution(actor, of="result__"))


def imports_to_confirm(actor: Actor) -> QuerySet[ResultImport]:
    """等待确认, brought by somebody else."""
    if not actor.may(MAY, "confirm_historical_results"):
        return ResultImport.objects.none()
    rows = imports_visible_to(actor).filter(state=ImportState.WAITING)
    return rows.exclude(proposed_by_id=actor.user_id)


def changes_of(correction: ResultCorrection) -> list[tuple[str, str, str]]:
    """What a correction that waits would change: label, what stands, what would stand. Read with its result's."""
    stands = stands_now(correction.result)
    pairs = ((name, getattr(stands, name), getattr(correction, name)) for name in CORRECTED)
    return [(CORRECTED[name], before, after) for name, before, after in pairs if before != after]


def _stands(row: HistoricalResult, confirmed: Iterable[ResultCorrection]) -> TakenOver:
    now = {name: getattr(row, name) for name in CORRECTED}
    removed, told, moment = False, [], None
    for one in confirmed:
        after = {name: getattr(one, name) for name in CORRECTED}
        told.append(_told(one, {name: now[name] for name in CORRECTED if now[name] != after[name]}))
        now, removed, moment = after, one.removes, one.decided_at
    return TakenOver(row=row, **now, removed=removed, corrections=told, corrected_at=moment)


def _told(one: ResultCorrection, former: dict[str, str]) -> dict[str, Any]:
    """``on``: the day of the confirmation here; ``former``: what stood before, of that which was changed."""
    return {
        "on": timezone.localtime(one.decided_at).date().isoformat(),
        "reason": one.reason,
        "basis": one.basis,
        "removes": one.removes,
        "former": [
            {"field": name, "label": CORRECTED[name], "value": value} for name, value in former.items()
        ],
    }
