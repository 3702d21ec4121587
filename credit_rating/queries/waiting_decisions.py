"""What a second person of the committee is shown before they decide, as the form carries it back (``association.shown``)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from association.actors import Actor
from association.rules.clock import beijing
from association.shown import Facts
from common.numbers import shown
from credit_rating.access import barred_from
from credit_rating.choices import DeterminationState
from credit_rating.models import Determination, Publication

GRADE, REASON = gettext_noop("等级"), gettext_noop("理由")
BY, AT = gettext_noop("提出人"), gettext_noop("提出时间")


@dataclass(frozen=True, slots=True)
class Proposed:
    """One result that waits for 批准公布. ``barred``: the reader works there, so it waits for another chair."""

    publication: Publication
    words: str
    barred: bool


def standing_proposals(round_id: int) -> QuerySet[Publication]:
    """Proposals that still stand; one whose determination was superseded meanwhile is left behind."""
    return (
        Publication.objects.filter(
            assessment__round_id=round_id,
            published_at__isnull=True,
            determination__state=DeterminationState.CONFIRMED,
        )
        .select_related(
            "assessment__institution", "assessment__public_notice", "assessment__round", "determination"
        )
        .order_by("pk")
    )


def proposed_publications(actor: Actor, round_id: int) -> list[Proposed]:
    """All of them, on one page however many: what is signed is not on another page."""
    rows = standing_proposals(round_id).select_related("assessment__institution", "proposed_by")
    rows = rows.order_by("assessment__institution__name", "pk")
    found = list(rows)
    barred = barred_from(actor) if found else frozenset()
    return [Proposed(row, words_of(row), row.assessment.institution_id in barred) for row in found]


def publications_shown(rows: Iterable[Publication]) -> Facts:
    """By the number of the publication; ids and grades are fixed when it is proposed."""
    return {str(row.pk): words_of(row) for row in rows}


def words_of(row: Publication) -> str:
    """Grade and total, as they will be published."""
    return f"{row.grade} · {shown(row.total)}" if row.total is not None else row.grade


def overruling_shown(row: Determination) -> Facts:
    """改判: the same row serves again after it was sent back."""
    return {
        GRADE: row.grade,
        REASON: row.reason,
        BY: row.decided_by.name if row.decided_by else "",
        AT: f"{beijing(row.decided_at):%Y-%m-%d %H:%M:%S}" if row.decided_at else "",
    }


def suspension_shown(row: Publication) -> Facts:
    """提请暂停: after it was declined another may be asked for, of the same publication."""
    at = row.suspension_asked_at
    return {
        REASON: row.suspension_reason,
        BY: row.suspension_asked_by.name if row.suspension_asked_by else "",
        AT: f"{beijing(at):%Y-%m-%d %H:%M:%S}" if at else "",
    }
