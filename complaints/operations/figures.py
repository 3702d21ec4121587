"""年度统计截止: the figures of a finished year are counted once and fixed; what is told of them never moves afterwards."""

from django.db import transaction

from association import clock
from association.actors import Actor
from association.audit import record
from complaints.access.complaints import MAY
from complaints.models import YearFigures
from complaints.queries.published import QUERY, counts_of, figures_of, years_over
from complaints.queries.statistics import year_statistics

FIRST = 1


@transaction.atomic
def close_years(*, actor: Actor) -> list[YearFigures]:
    """截止 of every finished year in which complaints were kept here, whose day has come and that has no figures yet.

    Asked for daily; twice is once.
    """
    actor.require(MAY, "close_years")
    closed = []
    for year in years_over().to_close():
        found = year_statistics(year)
        row, is_new = YearFigures.objects.get_or_create(
            association_id=actor.association_id,
            year=year,
            version=FIRST,
            defaults={
                "cut_off": clock.today(),
                "query": QUERY,
                "counts": counts_of(found),
                "figures": figures_of(found),
                "made_at": clock.now(),
            },
        )
        if is_new:
            record(actor, "close_years", row, year=year, cut_off=row.cut_off.isoformat())
            closed.append(row)
    return closed
