"""Who is told, and what the register must read again, when something public changes."""

from collections.abc import Iterable

from django.db.models import Q

from association import clock
from association.models import Appointment
from association.outbox import enqueue


def institution_people(institution_ids: Iterable[int]) -> list[int]:
    """Everybody who acts today for one of these institutions."""
    day = clock.today()
    rows = Appointment.objects.filter(institution_id__in=list(institution_ids), from_on__lte=day)
    return list(
        rows.filter(Q(until_on__isnull=True) | Q(until_on__gte=day)).values_list("user_id", flat=True)
    )


def refresh_institution(institution_id: int, event: str) -> None:
    """The register reads this institution again: one job for each event, however often it is reported."""
    enqueue("disclosure.refresh_institution", key=f"{event}-{institution_id}", institution_id=institution_id)


def refresh_round(round_id: int, event: str) -> None:
    """The register reads every institution of this round again."""
    enqueue("disclosure.refresh_round", key=event, round_id=round_id)
