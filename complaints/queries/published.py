"""公布的投诉统计: whole years that are over, fixed on a cut-off day, so that neither two periods nor two visits can be
subtracted to find a single case.

What is too small to be told is None, in the total as well. An institution whose complaints are too few is not named.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.db.models import Max, Min

from association import clock
from association.rules.clock import beijing
from complaints.models import Complaint, YearFigures
from complaints.queries.statistics import LIMITS, Line, Statistics
from complaints.rules.statistics import PerThousand, Rate, closes_on
from members.queries import institutions

UNTOLD = {"ratio": None, "low": None, "high": None}
# 统计口径 of the figures; a change in what is counted, or in what is told, is another number.
QUERY = "complaints-by-day-of-receipt-1"


def published_years() -> list[int]:
    """Those that have figures."""
    return sorted(YearFigures.objects.order_by().values_list("year", flat=True).distinct())


def years_not_closed() -> dict[int, date]:
    """已经结束、尚未截止: years with complaints that are over and have no figures yet, and the day of each."""
    ends = Complaint.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
    if ends["first"] is None:
        return {}
    last = min(beijing(ends["last"]).year, clock.today().year - 1)
    known = published_years()
    years = range(beijing(ends["first"]).year, last + 1)
    return {year: closes_on(year) for year in years if year not in known}


def years_to_close() -> list[int]:
    return [year for year, day in years_not_closed().items() if day <= clock.today()]


def published_statistics(year: int | None) -> dict[str, Any]:
    """The last version of a year's figures as they were fixed. Without a year what is the same for all."""
    rows = YearFigures.objects.none() if year is None else YearFigures.objects.filter(year=year)
    row = rows.order_by("-version").first()
    least: dict[str, Any] = {
        "year": year,
        "least_cases": LIMITS.denominator,
        "least_cell": LIMITS.cell,
        "least_enrolments": LIMITS.enrolments,
        "years": published_years(),
        "not_closed": [
            {"year": over, "closes_on": day.isoformat()} for over, day in years_not_closed().items()
        ],
        "version": row.version if row else None,
        "cut_off": row.cut_off.isoformat() if row else None,
        "query": row.query if row else None,
        "reason": row.reason if row else "",
    }
    nothing: dict[str, Any] = {
        "claimed_fen": None,
        "returned_fen": None,
        "unconfirmed_fen": None,
        "total": None,
        "institutions": [],
    }
    return least | (row.figures if row else nothing)


def counts_of(found: Statistics) -> dict[str, dict[str, int]]:
    """What the query found, by the id of the institution; complaints about nobody who is named are in the total alone."""
    return {line.name: asdict(line.counts) for line in (found.total, *found.lines)}


def figures_of(found: Statistics) -> dict[str, Any]:
    """What is told of a year, with the limits that held."""
    limits = {
        "least_cases": found.limits.denominator,
        "least_cell": found.limits.cell,
        "least_enrolments": found.limits.enrolments,
    }
    return limits | _told_of(found)


def _told_of(found: Statistics) -> dict[str, Any]:
    shown = [line for line in found.lines if line.institution_id not in found.hidden]
    named = {row.pk: row for row in institutions().filter(pk__in=[line.institution_id for line in shown])}
    rows = [
        _line(line, found) | {"name": named[pk].name, "uscc": named[pk].uscc}
        for line in shown
        if (pk := line.institution_id) in named
    ]
    return {
        **_amounts(found),
        "total": _line(found.total, found),
        "institutions": sorted(rows, key=lambda row: row["name"]),
    }


def _amounts(found: Statistics) -> dict[str, str | None]:
    """Together only: of one institution a sum may be one person's."""
    total, counts = found.total, found.total.counts
    return {
        "claimed_fen": str(counts.claimed_fen) if found.tells(total, "claiming") else None,
        "returned_fen": str(counts.returned_fen) if found.tells(total, "repaid") else None,
        "unconfirmed_fen": str(counts.unconfirmed_fen) if found.tells(total, "unconfirmed") else None,
    }


def _line(line: Line, found: Statistics) -> dict[str, Any]:
    told = {
        name: getattr(line.counts, name) if found.tells(line, name) else None
        for name in ("received", "accepted", "no_answer")
    }
    return told | {
        "response": _rate(line.response),
        "resolution": _rate(line.resolution),
        "satisfaction": _rate(line.satisfaction),
        "per_thousand": _rate(line.per_thousand),
    }


def _rate(rate: Rate | PerThousand) -> dict[str, str | None]:
    if rate.ratio is None:
        return dict(UNTOLD)
    return {"ratio": str(rate.ratio), "low": str(rate.low), "high": str(rate.high)}
