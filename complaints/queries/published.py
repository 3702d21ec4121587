"""公布的投诉统计: whole years that are over, so that no two periods can be subtracted to find a single case.

What is too small to be told is None, in the total as well. An institution whose complaints are too few is not named.
"""

from typing import Any

from django.db.models import Max, Min

from association import clock
from association.rules.clock import beijing
from complaints.models import Complaint
from complaints.queries.statistics import (
    LIMITS,
    Line,
    Statistics,
    unconfirmed_by_institution,
    year_statistics,
)
from complaints.rules.statistics import PerThousand, Rate, suppressed
from members.queries import institutions

UNTOLD = {"ratio": None, "low": None, "high": None}


def published_years() -> list[int]:
    """From the first complaint on, those that are over."""
    ends = Complaint.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
    if ends["first"] is None:
        return []
    last = min(beijing(ends["last"]).year, clock.today().year - 1)
    return list(range(beijing(ends["first"]).year, last + 1))


def published_statistics(year: int | None) -> dict[str, Any]:
    """One pass over the year's complaints, by the index of the statistics. Without a year what is the same for all."""
    least = {
        "year": year,
        "least_cases": LIMITS.denominator,
        "least_cell": LIMITS.cell,
        "least_enrolments": LIMITS.enrolments,
    }
    if year is None:
        return least | {
            "claimed_fen": None,
            "returned_fen": None,
            "unconfirmed_fen": None,
            "total": None,
            "institutions": [],
        }
    return least | _told_of(year_statistics(year))


def _told_of(found: Statistics) -> dict[str, Any]:
    silent = suppressed({str(line.institution_id): line.counts.no_answer for line in found.lines}, LIMITS)
    shown = [line for line in found.lines if line.institution_id not in found.hidden]
    named = {row.pk: row for row in institutions().filter(pk__in=[line.institution_id for line in shown])}
    rows = [
        _line(line, silent) | {"name": named[pk].name, "uscc": named[pk].uscc}
        for line in shown
        if (pk := line.institution_id) in named
    ]
    return {
        **_amounts(found),
        "total": _line(found.total, frozenset()),
        "institutions": sorted(rows, key=lambda row: row["name"]),
    }


def _amounts(found: Statistics) -> dict[str, str | None]:
    """Together only: of one institution a sum may be one person's."""
    told = found.total.counts.received >= LIMITS.cell
    counts = found.total.counts
    waiting = unconfirmed_by_institution(found.first, found.last).values()
    # Of a handful of complaints the sum could be one person's.
    few = 0 < sum(one.cases for one in waiting) < LIMITS.cell
    return {
        "unconfirmed_fen": str(sum(one.fen for one in waiting)) if told and not few else None,
        "claimed_fen": str(counts.claimed_fen) if told else None,
        "returned_fen": str(counts.returned_fen) if told else None,
    }


def _line(line: Line, silent: frozenset[str]) -> dict[str, Any]:
    counts = line.counts
    return {
        "received": _told(counts.received),
        "accepted": _told(counts.accepted),
        "no_answer": None if str(line.institution_id) in silent else _told(counts.no_answer),
        "response": _rate(line.response),
        "resolution": _rate(line.resolution, small=_few(line)),
        "satisfaction": _rate(line.satisfaction),
        "per_thousand": _rate(line.per_thousand, small=counts.accepted < LIMITS.cell),
    }


def _few(line: Line) -> bool:
    """What a rate is made of must not be worked out from it."""
    parts = (line.counts.resolved, line.counts.partly, line.counts.unresolved)
    return any(0 < part < LIMITS.cell for part in parts)


def _told(count: int) -> int | None:
    return None if 0 < count < LIMITS.cell else count


def _rate(rate: Rate | PerThousand, *, small: bool = False) -> dict[str, str | None]:
    if small or rate.ratio is None:
        return dict(UNTOLD)
    return {"ratio": str(rate.ratio), "low": str(rate.low), "high": str(rate.high)}
