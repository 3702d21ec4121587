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
from common.numbers import whole_or_none
from complaints.choices.complaints import Intake
from complaints.models import Complaint, ImportBatch, YearFigures
from complaints.queries.statistics import (
    LIMITS,
    Counts,
    Line,
    Statistics,
    less,
    row_of,
    statistics_as_fixed,
)
from complaints.rules.statistics import Limits, PerThousand, Rate, closes_on
from complaints.rules.suppression import TOTAL, Published, untold
from members.queries import institutions

# Versions count from one.
NO_VERSION = -1
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
        touching = _touching(year, imports)
        if direct or any(day.year == year for day in touching):
            kept[year] = closes_on(year, max(touching, default=None))
        else:
            not_kept.append(year)
    return YearsOver(kept, not_kept)


def earliest_day(year: int) -> date:
    """From when two people may fix the figures of a year that came late, or correct them: not soon after an import of it."""
    return closes_on(year, max(_touching(year, _imports()), default=None))


def _touching(year: int, imports: list[tuple[date, list[int]]]) -> list[date]:
    return [day for day, years in imports if not years or year in years]


def years_with_complaints() -> list[int]:
    """Those in which complaints were received, the running one among them."""
    return [year for year, _direct in _by_year()]


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


def versions_of(year: int | None) -> list[YearFigures]:
    """Every version of a year's figures, the first one first; each but the last was replaced by the next."""
    return [] if year is None else list(YearFigures.objects.filter(year=year).order_by("version"))


def versions_of_all() -> list[tuple[YearFigures, dict[str, Any] | None]]:
    """Every version of every year with what replaced it, the newest year first."""
    rows = list(
        YearFigures.objects.select_related("proposed_by", "confirmed_by").order_by("-year", "-version")
    )
    return [(row, _replaced(row, [one for one in rows if one.year == row.year])) for row in rows]


def version_asked(typed: str) -> int | None:
    """Of an address; nothing typed is the last one, and what is no number is no version."""
    return (whole_or_none(typed) or NO_VERSION) if typed else None


def published_statistics(year: int | None, version: int | None = None) -> dict[str, Any]:
    """A year's figures as they were fixed: this version, or the last. Without a year what is the same for all."""
    rows = versions_of(year)
    row = next((one for one in reversed(rows) if version in (None, one.version)), None)
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
        "replaced": _replaced(row, rows) if row else None,
        "versions": [
            {
                "version": one.version,
                "cut_off": one.cut_off.isoformat(),
                "published_on": _day_of(one),
                "reason": one.reason,
                "replaced": _replaced(one, rows),
            }
            for one in rows
        ],
    }
    nothing: dict[str, Any] = {
        "claimed_fen": None,
        "returned_fen": None,
        "unconfirmed_fen": None,
        "total": None,
        "institutions": [],
    }
    return least | (row.figures if row else nothing)


def _replaced(row: YearFigures, rows: list[YearFigures]) -> dict[str, Any] | None:
    return replaced_by(next((one for one in rows if one.version == row.version + 1), None))


def replaced_by(then: YearFigures | None) -> dict[str, Any] | None:
    """由第几版取代: by which version, on which day and why; None of the one that stands."""
    return {"version": then.version, "on": _day_of(then), "reason": then.reason} if then else None


def _day_of(row: YearFigures) -> str:
    return beijing(row.made_at).date().isoformat()


def as_published(row: YearFigures) -> Published:
    """What everybody has read of this version, as the rule of what is told wants it."""
    table = {line: row_of(_stored(counts)) for line, counts in row.counts.items()}
    if row.untold is None:
        return Published(table, untold(table, LIMITS))
    return Published(table, frozenset((line, column) for line, column in row.untold))


def as_fixed(row: YearFigures) -> Statistics:
    """The statistics of the year as they were counted and told then, for the desk."""
    told, days = row.figures, (date(row.year, 1, 1), date(row.year, 12, 31))
    limits = Limits(told["least_cases"], told["least_cell"], told["least_enrolments"])
    counts: dict[int | None, Counts] = {
        int(line): _stored(one) for line, one in row.counts.items() if line != TOTAL
    }
    enrolled: dict[int | None, int] = {
        int(line): one[ENROLLED] for line, one in row.counts.items() if line != TOTAL and one.get(ENROLLED)
    }
    whole = row.counts[TOTAL]
    rest = less(_stored(whole), list(counts.values()))
    others = (whole.get(ENROLLED) or 0) - sum(enrolled.values())
    return statistics_as_fixed(
        *days, counts | {None: rest}, enrolled | {None: others}, as_published(row).untold, limits
    )


# 招生人次 of an institution, beside what was counted; figures from before it was kept have none.
ENROLLED = "enrolments"


def _stored(counts: dict[str, int | None]) -> Counts:
    return Counts(**{name: value or 0 for name, value in counts.items() if name != ENROLLED})


def untold_of(found: Statistics) -> list[list[str]]:
    """Which cells are not told, as they are stored."""
    return sorted([line, column] for line, column in found.untold)


def named_in(figures: dict[str, Any]) -> set[int]:
    """Ids of the institutions that are named in what was published."""
    return {row["id"] for row in figures["institutions"] if "id" in row}


def counts_of(found: Statistics) -> dict[str, dict[str, int | None]]:
    """What the query found, by the id of the institution; complaints about nobody who is named are in the total alone."""
    lines = (found.total, *found.lines)
    return {line.name: asdict(line.counts) | {ENROLLED: line.enrolments} for line in lines}


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
        _line(line, found) | {"id": pk, "name": named[pk].name, "uscc": named[pk].uscc}
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
