"""历史结果: taken over from a published source, with that source, never computed here."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record
from association.in_turn import take_turn
from association.outbox import enqueue
from association.published import INSTITUTION, tell_public_changed
from common.errors import InvalidInput
from common.text import one_line
from credit_rating.access import MAY
from credit_rating.models import HistoricalResult
from members.operations import REGISTER, register_institution
from members.queries import institutions


@dataclass(frozen=True, slots=True)
class HistoricalRow:
    """One published line: who, when, what, and where it stands."""

    institution_name: str
    year: int
    scheme: str
    grade: str
    issuing_body: str
    source_title: str
    source_url: str = ""
    uscc: str = ""
    note: str = ""


@transaction.atomic
def import_historical_results(*, actor: Actor, rows: Sequence[HistoricalRow]) -> int:
    """Take published results over; a line that is there already is left alone. Returns how many are new.

    An institution that the source names without a code is kept without one, and its page says so.
    """
    actor.require(MAY, "import_historical_results")
    take_turn(REGISTER)
    new = 0
    for number, row in enumerate(rows, 1):
        if not one_line(row.source_title) or not one_line(row.grade):
            raise InvalidInput(_("第%(number)d行缺少结果或出处，全部没有导入。") % {"number": number})
        new += _take_over(actor, row)
    entry = record(actor, "import_historical_results", None, rows=len(rows), new=new)
    for year in sorted({row.year for row in rows}) if new else ():
        enqueue("disclosure.refresh_past_rounds", key=f"historical-{entry.pk}-{year}", year=year)
    return new


def _take_over(actor: Actor, row: HistoricalRow) -> bool:
    name = one_line(row.institution_name)
    known = institutions().filter(uscc=row.uscc) if row.uscc else institutions().filter(name=name)
    institution = known.order_by("pk").first() or register_institution(
        actor=actor, name=name, uscc=row.uscc or None, source=one_line(row.source_title)
    )
    result, created = HistoricalResult.objects.get_or_create(
        institution=institution,
        year=row.year,
        scheme=one_line(row.scheme),
        defaults={
            "grade": one_line(row.grade),
            "issuing_body": one_line(row.issuing_body),
            "source_title": one_line(row.source_title),
            "source_url": row.source_url.strip(),
            "note": one_line(row.note),
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
