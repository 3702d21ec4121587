"""统计的时段 that the desk is told: years whose figures are fixed, and of the others the quarters that are over.

A year that is fixed is told as it was fixed, and nothing of a part of it. Of a year that is not, the quarters and all of them together
are worked out at once, so that what one hides does not follow from the others. No two other periods share a day.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from association import clock
from complaints.models import YearFigures
from complaints.queries.published import as_fixed, years_with_complaints
from complaints.queries.statistics import Statistics, statistics, statistics_of_parts
from complaints.rules.statistics import QUARTERS, quarters

WHOLE = ""


@dataclass(frozen=True, slots=True)
class Period:
    """``part``: the number of a quarter, or ``WHOLE``; ``version`` where the year is fixed, ``over`` is how many quarters are."""

    year: int
    part: str
    version: int | None = None
    over: int = QUARTERS

    @property
    def value(self) -> str:
        """As it stands in an address."""
        return f"{self.year}-{self.part}" if self.part else str(self.year)

    @property
    def label(self) -> str:
        said = {"year": self.year, "number": self.part, "over": self.over, "version": self.version}
        if self.version is not None:
            return _("%(year)s年（已固定，第%(version)s版）") % said
        if self.part:
            return _("%(year)s年第%(number)s季度") % said
        if self.over < QUARTERS:
            return _("%(year)s年前%(over)s个季度") % said
        return _("%(year)s年（尚未固定）") % said


def periods_told() -> list[Period]:
    """The newest year first; of each the whole before its parts."""
    fixed = dict(YearFigures.objects.order_by("version").values_list("year", "version"))
    found: list[Period] = []
    for year in sorted({*fixed, *years_with_complaints()}, reverse=True):
        found += [Period(year, WHOLE, fixed[year])] if year in fixed else _of_open_year(year)
    return found


def _of_open_year(year: int) -> list[Period]:
    over = len(quarters(year, clock.today()))
    parts = [Period(year, str(number)) for number in range(1, over + 1)]
    return [Period(year, WHOLE, over=over), *parts] if over > 1 else parts


def statistics_told(period: Period) -> Statistics:
    """Of one of these periods."""
    if period.version is not None:
        return as_fixed(YearFigures.objects.get(year=period.year, version=period.version))
    days: dict[str, tuple[date, date]] = {
        str(number): one for number, one in enumerate(quarters(period.year, clock.today()), start=1)
    }
    if len(days) == 1:
        return statistics(*days[period.part])
    return statistics_of_parts(days, WHOLE)[period.part]
