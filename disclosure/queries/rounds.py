"""评估轮次 as published, as ``portal_public``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet
from django.utils.translation import gettext as _

from association.reckoning import explained
from common.errors import NotFound
from credit_rating.choices import RoundState
from disclosure.models import PastRound, PublishedRound


@dataclass(frozen=True, slots=True)
class OpenNotice:
    """公示 that runs, or that waits for the decision of an objection."""

    opens_at: datetime
    closes_at: datetime
    explanation: str
    provisional: bool
    rows: Sequence[Mapping[str, Any]]


def published_rounds(association_id: int) -> QuerySet[PublishedRound]:
    """Newest first, without their long texts and lists."""
    rows = PublishedRound.objects.using("public").filter(association_id=association_id)
    return rows.defer("results", "rules", "notice").order_by("-year", "-round_id")


def rounds_of_year(association_id: int, year: int) -> list[PublishedRound]:
    """Most often one; two when two standards were used."""
    found = list(_held_in(association_id, year))
    if not found:
        raise NotFound(_("没有公开%(year)s年度的评估轮次。") % {"year": year})
    return found


def results_of_year(association_id: int, year: int) -> tuple[list[PublishedRound], list[PastRound]]:
    """Our own rounds of the year, and what was taken over from elsewhere; refused when there is neither."""
    past = list(_past(association_id).filter(year=year))
    held = list(_held_in(association_id, year)) if past else rounds_of_year(association_id, year)
    return held, past


def past_rounds(association_id: int) -> QuerySet[PastRound]:
    """以往公布的结果 for a list, newest first: without the results, with ``named``, the number of them."""
    named = Func(F("results"), function="jsonb_array_length", output_field=IntegerField())
    return _past(association_id).defer("results").annotate(named=named)


def _held_in(association_id: int, year: int) -> QuerySet[PublishedRound]:
    rows = PublishedRound.objects.using("public").filter(association_id=association_id, year=year)
    return rows.defer("rules").order_by("round_id")


def _past(association_id: int) -> QuerySet[PastRound]:
    rows = PastRound.objects.using("public").filter(association_id=association_id)
    return rows.order_by("-year", "scheme", "issuing_body")


def round_with_standard(association_id: int, round_id: int) -> PublishedRound:
    """The round with the text of the standard it was held under."""
    rows = PublishedRound.objects.using("public").filter(association_id=association_id, round_id=round_id)
    found = rows.defer("results", "notice").first()
    if found is None:
        raise NotFound(_("没有公开这份评估规范。"))
    return found


def open_notices(held: PublishedRound) -> list[OpenNotice]:
    return [
        OpenNotice(
            datetime.fromisoformat(row["opens_at"]),
            datetime.fromisoformat(row["closes_at"]),
            explained(row["reckoning"]) if row.get("reckoning") else row["explanation"],
            row["provisional"],
            row["rows"],
        )
        for row in held.notice.get("open", [])
    ]


def timetable(held: PublishedRound, now: datetime) -> list[dict[str, Any]]:
    """The stages for the stage bar."""
    return [_stage(row, now) for row in held.stages]


def _stage(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    opens, closes = datetime.fromisoformat(row["opens_at"]), datetime.fromisoformat(row["closes_at"])
    state = "todo" if now < opens else "current" if now < closes else "done"
    return {"label": row["label"], "state": state, "opens_at": opens, "closes_at": closes}


def grade_counts(held: PublishedRound) -> list[tuple[str, int]]:
    """How many have which grade, in the order of the bands."""
    counted = Counter(row["grade"] for row in held.results)
    order = {band["grade"]: place for place, band in enumerate(held.bands)}
    return sorted(counted.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))


def state_label(held: PublishedRound) -> str:
    return str(RoundState(held.state).label)
