"""任职终止: the post of somebody else who decides is ended by two people, as it was given by two (docs/threat-model.md)."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.access import MAY
from association.actors import Actor
from association.appointments import PAGE, others_who_confirm
from association.audit import record
from association.choices import CONFIRMED_ROLES, Role
from association.in_turn import take_turn
from association.models import Appointment, AuditEntry
from association.notices import notify
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.said import Said

# Whoever appoints or ends takes this turn before any lock on a row: who is left is counted with nobody in between.
POSTS = "appointments"


def waits_for_another(actor: Actor, appointment: Appointment) -> bool:
    """Whether a second person is asked: one's own post, and one that decides nothing, ends by one person alone."""
    if appointment.user_id == actor.user_id or appointment.awaits or appointment.role not in CONFIRMED_ROLES:
        return False
    return bool(others_who_confirm(actor.user_id, appointment.user_id))


def waiting_endings(actor: Actor) -> QuerySet[Appointment]:
    """等待确认的终止, for those who may confirm."""
    if not actor.may(MAY, "confirm_appointment"):
        return Appointment.objects.none()
    over = Q(until_on__isnull=False, until_on__lte=F("ends_on"))
    return Appointment.objects.filter(ends_on__isnull=False).exclude(over)


def endings_to_confirm(actor: Actor) -> QuerySet[Appointment]:
    """Of these the ones that this person may confirm: neither proposed by them nor of their own post."""
    return waiting_endings(actor).exclude(Q(user_id=actor.user_id or 0) | Q(ended_by_id=actor.user_id))


def end_post(actor: Actor, appointment: Appointment, until_on: date) -> Appointment:
    """Ends a locked appointment on a day, at once or once a second person has agreed; who may ask is the caller's question.

    The caller has its turn (``POSTS``). Raises InvalidInput, Refused.
    """
    _check_day(appointment, until_on)
    _check_successor(appointment, until_on)
    waits = waits_for_another(actor, appointment)
    appointment.ended_by_id = actor.person_id
    appointment.end_confirmed_by, appointment.end_confirmed_at = None, None
    appointment.ends_on = until_on if waits else None
    if not waits:
        appointment.until_on = until_on
    appointment.save()
    said = {"role": appointment.role, "until_on": until_on.isoformat()}
    if waits:
        entry = record(actor, "propose_ending", appointment, **said)
    else:
        entry = record(actor, "end_appointment", appointment, **said)
    if appointment.role in CONFIRMED_ROLES:
        _tell_ended(appointment, until_on, entry)
    return appointment


def _check_day(appointment: Appointment, until_on: date) -> None:
    if appointment.until_on is not None and appointment.until_on <= clock.today():
        raise Refused(_("这项任职已经终止。"))
    if appointment.ends_on == until_on and others_who_confirm(appointment.ended_by_id, appointment.user_id):
        raise Refused(_("已有人提出在这一天终止，正等待他人确认。"))
    sentence = ""
    if until_on < appointment.from_on:
        sentence = _("终止日期不能早于任职开始的日期。")
    elif appointment.until_on is not None and until_on >= appointment.until_on:
        sentence = _("任期只能提前终止，不能延长；须延长的，请重新聘任，由他人确认。")
    if sentence:
        raise InvalidInput(sentence, {"until_on": sentence})


def _check_successor(appointment: Appointment, until_on: date) -> None:
    """接任: somebody of the secretariat is left on the day after, or nobody could appoint any more."""
    if appointment.role != Role.SECRETARIAT or appointment.awaits:
        return
    left = Appointment.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=until_on),
        role=Role.SECRETARIAT,
        awaits=False,
        from_on__lte=until_on + timedelta(days=1),
    )
    if not left.exclude(pk=appointment.pk).exists():
        raise Refused(_("这是秘书处最后一项任职，终止后无人可以聘任。请先聘任接任的人，经确认后再终止。"))


@transaction.atomic
def confirm_ending(*, actor: Actor, appointment_id: int, until_on: str) -> Appointment:
    """确认终止, by somebody who neither proposed it nor holds the post. ``until_on``: the day that was shown, ISO.

    Raises NotFound, Forbidden, Refused.
    """
    take_turn(POSTS)
    appointment = _lock(actor, appointment_id, until_on)
    _check_successor(appointment, date.fromisoformat(until_on))
    appointment.until_on, appointment.ends_on = appointment.ends_on, None
    appointment.end_confirmed_by_id, appointment.end_confirmed_at = actor.person_id, clock.now()
    appointment.save()
    entry = record(actor, "confirm_ending", appointment, role=appointment.role, until_on=until_on)
    told = {appointment.ended_by_id, appointment.user_id, *others_who_confirm(actor.user_id)}
    _tell(appointment, until_on, entry, told, gettext_noop("任职的终止已确认"))
    return appointment


@transaction.atomic
def decline_ending(*, actor: Actor, appointment_id: int, until_on: str) -> Appointment:
    """不同意终止: the post goes on as it was; who proposed what stays in the trail."""
    appointment = _lock(actor, appointment_id, until_on)
    told = {appointment.ended_by_id, appointment.user_id}
    appointment.ends_on, appointment.ended_by = None, None
    appointment.save()
    entry = record(actor, "decline_ending", appointment, role=appointment.role, until_on=until_on)
    _tell(appointment, until_on, entry, told, gettext_noop("任职的终止未获确认，任职继续"))
    return appointment


def _lock(actor: Actor, appointment_id: int, shown: str) -> Appointment:
    actor.require(MAY, "confirm_appointment")
    row = Appointment.objects.select_for_update(of=("self",)).filter(pk=appointment_id).first()
    if row is None:
        raise NotFound(_("没有这项任职。"))
    if not waiting_endings(actor).filter(pk=row.pk).exists():
        raise Refused(_("这项任职没有等待确认的终止。"))
    if actor.person_id in {row.ended_by_id, row.user_id}:
        raise Forbidden(_("提出终止的人和任职的本人不能确认，须由另一人确认。"))
    if row.ends_on is None or row.ends_on.isoformat() != shown:
        raise Refused(_("所提的终止日期已经改变，请重新核对。"))
    return row


def _tell_ended(appointment: Appointment, until_on: date, entry: AuditEntry) -> None:
    """Whoever is ended and all others who confirm hear of it at once, waiting or not."""
    waits = gettext_noop("有人提出终止一项任职，等待确认")
    subject = waits if appointment.ends_on is not None else gettext_noop("终止了一项任职")
    told: set[int | None] = {appointment.user_id, *others_who_confirm()}
    told.discard(appointment.ended_by_id)
    _tell(appointment, until_on.isoformat(), entry, told, subject)


def _tell(
    appointment: Appointment, until_on: str, entry: AuditEntry, told: set[int | None], subject: str
) -> None:
    body = Said(
        gettext_noop("%(name)s：%(role)s，终止日期%(day)s。如有不妥，请告知秘书处或评定委员会主任。"),
        name=appointment.name,
        role=str(Role(appointment.role).label),
        day=until_on,
    )
    confirmers = set(others_who_confirm(appointment.user_id))
    people = {pk for pk in told if pk is not None}
    event = f"ending-{appointment.pk}-{entry.pk}"
    notify(event, people & confirmers, subject=subject, body=body, path=PAGE)
    notify(event, people - confirmers, subject=subject, body=body, path="/desk/notices/")
