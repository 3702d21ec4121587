"""评估轮次 as published, as ``portal_public``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from association import clock
from association.reckoning import explained
from common.errors import NotFound
from credit_rating.choices import RoundState
from disclosure.models import PastRound, PublishedRound
from disclosure.queries.parts import Part, boards_of, counts_of, number_of, part_of


@dataclass(frozen=True, slots=True)
class OpenNotice:
    """公示 whose results are not published yet; ``open`` while an objection may be raised."""

    open: bool
    opens_at: datetime
    closes_at: datetime
    explanation: str
    provisional: bool
    number: int
    rows: Sequence[Mapping[str, Any]]


def published_rounds(association_id: int) -> QuerySet[PublishedRound]:
    """Newest first, without their long texts and lists."""
    rows = PublishedRound.objects.using("public").filter(association_id=association_id)
    return rows.defer("results", "rules", "notice").order_by("-year", "-round_id")


def notices_of_year(association_id: int, year: int, part: Part) -> list[Any]:
    """The rounds of a year with ``boards``: what is open to objection, cut to ``part``. Raises NotFound."""
    held = _held_in(association_id, year).annotate(boards=boards_of("notice", part))
    return list(held) or _refuse(year)


def results_of_year(association_id: int, year: int, part: Part) -> tuple[list[Any], list[Any]]:
    """Our own rounds of the year (most often one), and what was taken over from elsewhere. Raises NotFound.

    Of every list the rows of ``part`` only: ``shown``, of ``named`` in all; of rounds ``counts`` and ``boards`` too.
    """
    shown, named = part_of("results", part), number_of("results")
    past = _past(association_id).filter(year=year).defer("results").annotate(shown=shown, named=named)
    held = _held_in(association_id, year).annotate(
        shown=shown, named=named, counts=counts_of("results"), boards=boards_of("notice", part)
    )
    return (list(held), list(past)) if held or past else _refuse(year)


def goes_on(held: Sequence[Any], past: Sequence[Any], part: Part) -> bool:
    """Whether one of these lists has rows behind ``part``."""
    longest = [row.named for row in (*held, *past)]
    longest += [board["number"] for row in held for board in row.boards]
    return max(longest, default=0) > part.first + part.most


def _refuse(year: int) -> NoReturn:
    raise NotFound(_("没有公开%(year)s年度的评估轮次。") % {"year": year})


def past_rounds(association_id: int) -> QuerySet[PastRound]:
    """以往公布的结果 for a list, newest first: without the results, with ``named``, the number of them."""
    return _past(association_id).defer("results", "removed").annotate(named=number_of("results"))


def _held_in(association_id: int, year: int) -> QuerySet[PublishedRound]:
    rows = PublishedRound.objects.using("public").filter(association_id=association_id, year=year)
    return rows.defer("rules", "results", "notice").order_by("round_id")


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


def may_object(board: Mapping[str, Any]) -> bool:
    """Whether this 公示 still takes objections: as ``credit_rating.queries.windows`` says of the row that it copies."""
    closes = datetime.fromisoformat(board["closes_at"])
    return bool(board["provisional"]) or clock.now() < closes


def open_notices(held: Any) -> list[OpenNotice]:
    """公示 of a round that was read with its ``boards``."""
    return [
        OpenNotice(
            may_object(row),
            datetime.fromisoformat(row["opens_at"]),
            datetime.fromisoformat(row["closes_at"]),
            explained(row["reckoning"]) if row.get("reckoning") else row["explanation"],
            row["provisional"],
            row["number"],
            row["rows"],
        )
        for row in held.boards
    ]


def timetable(held: PublishedRound, now: datetime) -> list[dict[str, Any]]:
    """The stages for the stage bar."""
    return [_stage(row, now) for row in held.stages]


def _stage(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    opens, closes = datetime.fromisoformat(row["opens_at"]), datetime.fromisoformat(row["closes_at"])
    state = "todo" if now < opens else "current" if now < closes else "done"
    return {"label": row["label"], "state": state, "opens_at": opens, "closes_at": closes}


def grade_counts(held: Any) -> list[tuple[str, int]]:
    """How many have which grade, in the order of the bands, of a round that was read with its ``counts``."""
    order = {band["grade"]: place for place, band in enumerate(held.bands)}
    return sorted(held.counts.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))


def state_label(held: PublishedRound) -> str:
    return str(RoundState(held.state).label)
