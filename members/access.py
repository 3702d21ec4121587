"""Who may do what with institutions, and who sees which."""

from django.db.models import QuerySet

from association.actors import Actor
from association.choices import COMMITTEE_ROLES, REVIEWER_ROLES, STAFF_ROLES, Role
from association.models import Appointment
from members.models import Institution

MAY = {
    "admit_institution": frozenset({Role.SECRETARIAT}),
    "appoint": frozenset({Role.SECRETARIAT}),
}


def institutions_visible_to(actor: Actor) -> QuerySet[Institution]:
    """Those who work for the association see all; an institution sees itself; the public asks the register."""
    if actor.is_system or actor.roles & (STAFF_ROLES | COMMITTEE_ROLES | REVIEWER_ROLES):
        return Institution.objects.all()
    return Institution.objects.filter(pk__in=actor.institution_ids)


def appointments_visible_to(actor: Actor) -> QuerySet[Appointment]:
    """Staff see who holds which role; others only their own."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return Appointment.objects.all()
    return Appointment.objects.filter(user_id=actor.user_id) if actor.user_id else Appointment.objects.none()
