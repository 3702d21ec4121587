"""年度投诉统计 as the publication log tells it: every version, the former ones as replaced; never the counts behind it."""

from collections.abc import Collection, Iterator

from association.published import FIGURES, PublicFact
from complaints.models import YearFigures
from complaints.queries.published import replaced_by


def facts_of_figures(years: Collection[int] | None) -> Iterator[PublicFact]:
    """Read again by the year: the next version makes the one before it a replaced one."""
    rows = YearFigures.objects.order_by("year", "version")
    if years is not None:
        rows = rows.filter(year__in=years)
    every = list(rows)
    then = {(row.year, row.version): row for row in every}
    for row in every:
        following = then.get((row.year, row.version + 1))
        yield PublicFact(
            kind="complaint_figures",
            subject=row.pk,
            about=FIGURES,
            about_id=row.year,
            content={
                "title": "年度投诉统计",
                "year": row.year,
                "version": row.version,
                "cut_off": row.cut_off.isoformat(),
                "query": row.query,
                "reason": row.reason,
                "figures": row.figures,
                "replaced": replaced_by(following),
            },
            standing="replaced" if following else "in_force",
            ended=following is not None,
            effective_at=following.made_at if following else row.made_at,
            began=("in_force", row.made_at),
        )
