"""招生人次 as the desk lists them."""

from django.db.models import QuerySet

from association.actors import Actor
from complaints.access.complaints import enrolments_visible_to
from complaints.models import Enrolment
from members.queries import institutions


def enrolment_rows(actor: Actor) -> QuerySet[Enrolment]:
    """The newest year first; who entered each, and from where."""
    rows = enrolments_visible_to(actor).select_related("institution", "entered_by")
    return rows.order_by("-year", "institution__name", "pk")


def institution_choices() -> list[tuple[int, str]]:
    return list(institutions().order_by("name").values_list("pk", "name"))
