"""What those read who watch over personal data: looks and retention runs, the newest first."""

from django.db.models import QuerySet

from association.actors import Actor
from complaints.access.complaints import retirements_visible_to, unmaskings_visible_to
from complaints.models import Retirement, Unmasking


def looks_of(actor: Actor) -> QuerySet[Unmasking]:
    """Of the cases that this person sees; whose datum it was is told by the kind of person alone."""
    return unmaskings_visible_to(actor).select_related("complaint", "person", "seen_by").order_by("-pk")


def retirements_of(actor: Actor) -> QuerySet[Retirement]:
    return retirements_visible_to(actor).select_related("rule").order_by("-pk")
