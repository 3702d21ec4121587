"""历史结果: taken over from a published source, with that source, never computed here."""

from collections.abc import Sequence
from dataclasses import fields

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.in_turn import take_turn
from association.outbox import enqueue
from association.published import INSTITUTION, tell_public_changed
from common.errors import InvalidInput
from common.said import Said
from common.text import one_line
from common.uscc import normalised
from credit_rating.access import MAY
from credit_rating.models import HistoricalResult
from credit_rating.rules.past_results import HistoricalRow, row_faults
from members.operations import REGISTER, register_institution
from members.queries import institutions

__all__ = ["HistoricalRow", "import_historical_results"]


@transaction.atomic
def import_historical_results(*, actor: Actor, rows: Sequence[HistoricalRow]) -> int:
    """Take published results over; a line that is there already is left alone. Returns how many are new.

    An institution that the source names without a code is kept without one, and its page says so.
    """
    actor.require(MAY, "import_historical_results")
    take_turn(REGISTER)
    new = 0
    for number, given in enumerate(rows, 1):
        row = _tidied(given)
        if wrong := next(row_faults(row, clock.today().year), None):
            raise InvalidInput(
                Said(gettext_noop("第%(line)s行：%(why)s全部没有导入。"), line=number, why=wrong[1])
            )
        new += _take_over(actor, row)
    entry = record(actor, "import_historical_results", None, rows=len(rows), new=new)
    for year in sorted({row.year for row in rows}) if new else ():
        enqueue("disclosure.refresh_past_rounds", key=f"historical-{entry.pk}-{year}", year=year)
    return new


def _tidied(row: HistoricalRow) -> HistoricalRow:
    """Without blanks at the ends and invisible characters; a code as it is stored."""
    texts = {one.name: one_line(getattr(row, one.name)) for one in fields(row) if one.name != "year"}
    return HistoricalRow(**(texts | {"uscc": normalised(row.uscc)}), year=row.year)


def _take_over(actor: Actor, row: HistoricalRow) -> bool:
    named = Q(uscc=row.uscc) if row.uscc else Q(name=row.institution_name)
    known = institutions().filter(named)
    institution = known.order_by("pk").first() or register_institution(
        actor=actor, name=row.institution_name, uscc=row.uscc or None, source=row.source_title
    )
    result, created = HistoricalResult.objects.get_or_create(
        institution=institution,
        year=row.year,
        scheme=row.scheme,
        defaults={
            "grade": row.grade,
            "issuing_body": row.issuing_body,
            "source_title": row.source_title,
            "source_url": row.source_url,
            "note": row.note,
        },
    )
    if created:
        enqueue(
            "disclosure.refresh_institution",
            key=f"historical-{result.pk}",
            institution_id=institution.pk,
        )
        tell_public_changed(INSTITUTION, institution.pk)
    return created
