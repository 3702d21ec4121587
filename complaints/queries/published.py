"""公布的投诉统计: whole years that are over, fixed on a cut-off day, so that neither two periods nor two visits can be
subtracted to find a single case.

What is too small to be told is None, in the total as well. An institution whose complaints are too few is not named.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import ExtractYear

from association import clock
from association.rules.clock import BEIJING, ONE_DAY, beijing
from complaints.choices.complaints import Intake
from complaints.models import Complaint, ImportBatch, YearFigures
from complaints.queries.statistics import LIMITS, Line, Statistics
from complaints.rules.statistics import PerThousand, Rate, closes_on
from members.queries import institutions

UNTOLD = {"ratio": None, "low": None, "high": None}
# 统计口径 of the figures; a change in what is counted, or in what is told, is another number.
QUERY = "complaints-by-day-of-receipt-1"


def published_years() -> list[int]:
    """Those that have figures."""
    return sorted(YearFigures.objects.order_by().values_list("year", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class YearsOver:
    """Years with complaints that are over and have no figures. ``kept``: 截止日 of those in which complaints were kept on
    this portal; ``not_kept`` were touched by orders of old alone, and their figures would tell what nobody kept.
    """

    kept: dict[int, date]
    not_kept: list[int]

    def to_close(self) -> list[int]:
        return [year for year, day in self.kept.items() if day <= clock.today()]

    def days_told(self) -> dict[int, date]:
        """By when the figures stand. What is due is fixed by the daily run, tomorrow at the latest."""
        return {year: max(day, clock.today() + ONE_DAY) for year, day in self.kept.items()}


def years_over() -> YearsOver:
    known, kept, not_kept = published_years(), dict[int, date](), list[int]()
    imports = _imports()
    for year, direct in _by_year():
        if year >= clock.today().year or year in known:
            continue
        touching = [day for day, years in imports if not years or year in years]
        if direct or any(day.year == year for day in touching):
            kept[year] = closes_on(year, max(touching, default=None))
        else:
            not_kept.append(year)
    return YearsOver(kept, not_kept)


def _by_year() -> list[tuple[int, int]]:
    """Each year with complaints, and how many of them came by no order: those were received here, in that year."""
    rows = Complaint.objects.order_by().annotate(year=ExtractYear("received_at", tzinfo=BEIJING))
    counted = rows.values("year").annotate(direct=Count("pk", filter=~Q(intake=Intake.HOTLINE)))
    return list(counted.order_by("year").values_list("year", "direct"))


def _imports() -> list[tuple[date, list[int]]]:
    """Of each file that was loaded the day, and the years of its orders; none are known of the oldest files."""
    rows = ImportBatch.objects.filter(loaded__gt=0, decided_at__isnull=False)
    found = rows.order_by().values_list("decided_at", "years")
    return [(beijing(moment).date(), years) for moment, years in found if moment is not None]


def published_statistics(year: int | None) -> dict[str, Any]:
    """The last version of a year's figures as they were fixed. Without a year what is the same for all."""
    rows = YearFigures.objects.none() if year is None else YearFigures.objects.filter(year=year)
    row = rows.order_by("-version").first()
    over = years_over()
    least: dict[str, Any] = {
        "year": year,
        "least_cases": LIMITS.denominator,
        "least_cell": LIMITS.cell,
        "least_enrolments": LIMITS.enrolments,
        "years": published_years(),
        "not_closed": [
            {"year": other, "closes_on": day.isoformat()} for other, day in over.days_told().items()
        ],
        "not_kept": over.not_kept,
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
