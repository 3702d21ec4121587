"""任职确认: what one person appointed another confirms, before it opens anything (docs/threat-model.md)."""

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.access import MAY
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.models import Appointment
from association.notices import notify, people_of
from common.errors import Forbidden, NotFound, Refused
from common.said import Said

CONFIRMERS = sorted(MAY["confirm_appointment"])
PAGE = "/desk/appointments/"


def others_who_confirm(*not_these: int | None) -> list[int]:
    """Who could be the second person today."""
    return [pk for pk in people_of(roles=[Role(role) for role in CONFIRMERS]) if pk not in not_these]


def is_first(appointer_id: int | None) -> bool:
    """首批任职: nobody but the appointer ever held a post here that confirms, so nobody was there to be asked.

    Posts that have ended count: whoever ends the others does not become the first again.
    """
    held = Appointment.objects.filter(role__in=CONFIRMERS, awaits=False)
    return not held.exclude(user_id=appointer_id or 0).exists()


def waiting_appointments(actor: Actor) -> QuerySet[Appointment]:
    """等待确认的任职, for those who may confirm."""
    if not actor.may(MAY, "confirm_appointment"):
        return Appointment.objects.none()
    today = clock.today()
    # One that begins later ends on its first day when it is declined: an appointment cannot end before it begins.
    declined = Q(from_on__gt=today, until_on=F("from_on"))
    return (
        Appointment.objects.filter(awaits=True)
        .filter(Q(until_on__isnull=True) | Q(until_on__gt=today))
        .exclude(declined)
    )


def appointments_to_confirm(actor: Actor) -> QuerySet[Appointment]:
    """Of these the ones that this person may confirm: neither appointed by them nor their own."""
    rows = waiting_appointments(actor)
    return rows.exclude(Q(user_id=actor.user_id or 0) | Q(appointed_by_id=actor.user_id))


def tell_appointed(appointment: Appointment) -> None:
    """Those who may confirm, and the people whom the institution has already, hear of every appointment."""
    told = set(others_who_confirm(appointment.appointed_by_id, appointment.user_id))
    if appointment.institution_id is not None:
        told |= set(people_of(institution_id=appointment.institution_id))
    waits = gettext_noop(
        "%(name)s受聘为%(role)s（%(place)s），须由他人确认后生效。如有不妥，请告知秘书处或评定委员会主任。"
    )
    holds = gettext_noop("%(name)s受聘为%(role)s（%(place)s）。如有不妥，请告知秘书处或评定委员会主任。")
    notify(
        f"appointment-{appointment.pk}",
        told - {appointment.user_id},
        subject=gettext_noop("登记了一项任职"),
        body=Said(
            waits if appointment.awaits else holds,
            name=appointment.name,
            role=str(Role(appointment.role).label),
            place=str(appointment.institution or _("协会")),
        ),
        path=PAGE if appointment.institution_id is None else "/desk/notices/",
    )


@transaction.atomic
def confirm_appointment(*, actor: Actor, appointment_id: int) -> Appointment:
    """确认任职, by somebody who neither proposed it nor is the one appointed. Raises NotFound, Forbidden, Refused."""
    appointment = _lock(actor, appointment_id)
    appointment.awaits, appointment.confirmed_by_id = False, actor.person_id
    appointment.confirmed_at = clock.now()
    appointment.save(update_fields=["awaits", "confirmed_by", "confirmed_at"])
    record(actor, "confirm_appointment", appointment, role=appointment.role, user=appointment.user_id)
    _tell_outcome(appointment, gettext_noop("任职已确认"), "confirmed")
    return appointment


@transaction.atomic
def decline_appointment(*, actor: Actor, appointment_id: int) -> Appointment:
    """不予确认: it never takes effect, and stays on record with its end."""
    appointment = _lock(actor, appointment_id)
    appointment.until_on = max(appointment.from_on, clock.today())
    appointment.save(update_fields=["until_on"])
    record(actor, "decline_appointment", appointment, role=appointment.role, user=appointment.user_id)
    _tell_outcome(appointment, gettext_noop("任职未获确认"), "declined")
    return appointment


def _lock(actor: Actor, appointment_id: int) -> Appointment:
    actor.require(MAY, "confirm_appointment")
    row = Appointment.objects.select_for_update(of=("self",)).filter(pk=appointment_id).first()
    if row is None:
        raise NotFound(_("没有这项任职。"))
    if not waiting_appointments(actor).filter(pk=row.pk).exists():
        raise Refused(_("这项任职没有等待确认。"))
    if actor.person_id in {row.appointed_by_id, row.user_id}:
        raise Forbidden(_("聘任人和受聘人不能确认，须由另一人确认。"))
    return row


def _tell_outcome(appointment: Appointment, subject: str, event: str) -> None:
    told = [pk for pk in (appointment.appointed_by_id,) if pk is not None]
    if event == "confirmed":
        told.append(appointment.user_id)
    notify(
        f"appointment-{appointment.pk}-{event}",
        told,
        subject=subject,
        body=Said(
            gettext_noop("%(name)s：%(role)s"), name=appointment.name, role=str(Role(appointment.role).label)
        ),
        path="/desk/notices/",
    )
