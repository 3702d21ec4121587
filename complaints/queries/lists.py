"""投诉的列表 at the desk: one for each thing that a case may wait for."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from association.actors import Actor
from complaints.access.complaints import complaints_visible_to
from complaints.choices.complaints import State
from complaints.models import Complaint


def listed(actor: Actor, view: str) -> QuerySet[Complaint]:
    """Complaints of one list, the oldest first where something is to be done."""
    rows = complaints_visible_to(actor).select_related("institution")
    return LISTS[view](rows)


LISTS: dict[str, Callable[[QuerySet[Any]], QuerySet[Any]]] = {
    "open": lambda rows: rows.filter(ended_at__isnull=True).order_by("pk"),
    "received": lambda rows: rows.filter(state=State.RECEIVED).order_by("pk"),
    "reply": lambda rows: rows.filter(state__in=[State.ACCEPTED, State.AWAIT_REPLY]).order_by("pk"),
    "mediating": lambda rows: rows.filter(state=State.MEDIATING).order_by("pk"),
    "paying": lambda rows: rows.filter(state__in=[State.AGREED, State.SETTLED, State.BREACHED]).order_by(
        "pk"
    ),
    "all": lambda rows: rows.order_by("-pk"),
}
