"""Who is told, and what the register must read again, when something public changes."""

from collections.abc import Iterable

from django.db.models import Q

from association import clock
from association.models import Appointment
from association.outbox import enqueue
from association.published import INSTITUTION, ROUND, tell_public_changed
from credit_rating.choices import Stage
from credit_rating.models import Assessment

# Steps into, out of and between these change what the public knows.
SHOWN = frozenset({Stage.PUBLIC_NOTICE, Stage.OBJECTION, Stage.PUBLISHED, Stage.SUSPENDED, Stage.EXPIRED})


def institution_people(institution_ids: Iterable[int]) -> list[int]:
    """Everybody who acts today for one of these institutions."""
    day = clock.today()
    rows = Appointment.objects.filter(
        institution_id__in=list(institution_ids), from_on__lte=day, awaits=False
    )
    return list(
        rows.filter(Q(until_on__isnull=True) | Q(until_on__gte=day)).values_list("user_id", flat=True)
    )


def refresh_institution(institution_id: int, event: str) -> None:
    """The register reads this institution again: one job for each event, however often it is reported."""
    enqueue("disclosure.refresh_institution", key=f"{event}-{institution_id}", institution_id=institution_id)
    tell_public_changed(INSTITUTION, institution_id)


def refresh_round(round_id: int, event: str) -> None:
    """The register reads every institution of this round again."""
    enqueue("disclosure.refresh_round", key=event, round_id=round_id)
    tell_public_changed(ROUND, round_id)


def tell_step(assessment: Assessment, before: Stage, after: Stage) -> None:
    """The publication log hears of every step that the public sees, also where no page has to be made anew."""
    if SHOWN & {before, after}:
        tell_public_changed(INSTITUTION, assessment.institution_id)
        tell_public_changed(ROUND, assessment.round_id)
