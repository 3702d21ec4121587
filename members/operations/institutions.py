"""What changes institutions and who acts for them."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.appointments import is_first, tell_appointed
from association.audit import record
from association.choices import CONFIRMED_ROLES, INSTITUTION_ROLES, Role
from association.endings import POSTS, end_post
from association.in_turn import take_turn
from association.models import Appointment, User, forget_names
from association.operations import named, register_person
from association.outbox import enqueue
from association.published import INSTITUTION, tell_public_changed
from common import uscc as codes
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.text import one_line
from members.access import MAY, appointments_visible_to, institutions_visible_to
from members.choices import Field
from members.choices.membership import EventKind
from members.models import FormerName, Institution
from members.operations.parts import keep_event

# Whoever registers, renames or completes a code takes this turn, and takes it before any lock on a row.
REGISTER = "institution"


@transaction.atomic
def register_institution(
    *,
    actor: Actor,
    name: str,
    uscc: str | None,
    short_name: str = "",
    field: str = Field.OTHER,
    region_code: str | None = None,
    address: str = "",
    source: str = "",
    is_demo: bool = False,
) -> Institution:
    """登记培训机构, member or not. The USCC may be missing only with a named source (published results)."""
    actor.require(MAY, "admit_institution")
    name = one_line(name)
    if not name:
        raise InvalidInput(_("请填写机构名称。"), {"name": _("请填写机构名称。")})
    code = _checked_uscc(uscc, source)
    take_turn(REGISTER)
    _refuse_duplicate(name, code)
    institution = Institution.objects.create(
        name=name,
        short_name=one_line(short_name),
        uscc=code,
        field=field,
        region_id=region_code,
        address=one_line(address),
        source=source,
        is_demo=is_demo,
        created_at=clock.now(),
    )
    _done(actor, "register_institution", institution)
    return institution


def _checked_uscc(uscc: str | None, source: str) -> str | None:
    return None if not uscc and source else _good_uscc(uscc or "")


def _good_uscc(uscc: str) -> str:
    if not uscc:
        raise InvalidInput(_("请填写统一社会信用代码。"), {"uscc": _("请填写统一社会信用代码。")})
    problem = codes.problem(uscc)
    if problem:
        raise InvalidInput(problem, {"uscc": problem})
    return codes.normalised(uscc)


def _refuse_duplicate(name: str, code: str | None, own_id: int | None = None) -> None:
    """One code is one institution; of two with the same name both codes must be known to tell them apart.

    The caller has its turn (``REGISTER``), so that of two who ask for the same at once the second is refused here.
    """
    others = Institution.objects.exclude(pk__in=[own_id] if own_id else [])
    same_code = others.filter(uscc=code).first() if code else None
    if same_code is not None:
        raise Refused(_("该统一社会信用代码已登记：%(name)s。") % {"name": same_code.name})
    namesakes = others.filter(name=name)
    if namesakes.filter(uscc__isnull=True).exists():
        told = _("已有同名且代码未知的机构：%(name)s。如是同一家，请在其页面补录统一社会信用代码。")
        raise Refused(told % {"name": name})
    if code is None and namesakes.exists():
        raise Refused(_("已有同名的机构：%(name)s。代码未知时不能区分，请先查明代码。") % {"name": name})


@transaction.atomic
def rename_institution(*, actor: Actor, institution_id: int, name: str) -> Institution:
    """更名: the name so far is kept as a former name and stays findable."""
    actor.require(MAY, "admit_institution")
    take_turn(REGISTER)
    institution = _lock(actor, institution_id)
    name = one_line(name)
    if not name or name == institution.name:
        raise InvalidInput(_("请填写新的名称。"), {"name": _("请填写新的名称。")})
    _refuse_duplicate(name, institution.uscc, institution.pk)
    FormerName.objects.get_or_create(
        institution=institution, name=institution.name, defaults={"until_on": clock.today()}
    )
    before, institution.name = institution.name, name
    institution.save()
    _done(actor, "rename_institution", institution, before=before)
    keep_event(actor, institution, EventKind.RENAMED, text=_("原名：%(name)s") % {"name": before})
    return institution


@transaction.atomic
def complete_uscc(*, actor: Actor, institution_id: int, uscc: str, grounds: str) -> Institution:
    """补录统一社会信用代码 of an institution known so far by name only; ``grounds`` say where the code stands.

    A known code never changes here: a wrong one would make another institution of it. Raises InvalidInput, Refused.
    """
    actor.require(MAY, "admit_institution")
    take_turn(REGISTER)
    institution = _lock(actor, institution_id)
    if institution.uscc is not None:
        raise Refused(_("该机构的统一社会信用代码已登记。"))
    code, grounds = _good_uscc(uscc), one_line(grounds)[:300]
    if not grounds:
        raise InvalidInput(_("请写明代码的出处。"), {"grounds": _("请写明代码的出处。")})
    _refuse_duplicate(institution.name, code, institution.pk)
    institution.uscc = code
    institution.save(update_fields=["uscc"])
    _done(actor, "complete_uscc", institution, reason=grounds)
    return institution


@transaction.atomic
def appoint(
    *,
    actor: Actor,
    user: User,
    name: str,
    role: Role,
    from_on: date,
    until_on: date | None = None,
    institution_id: int | None = None,
    employer_id: int | None = None,
) -> Appointment:
    """任职: a role from a day; ``employer_id`` is what the conflict check reads.

    ``name`` is what this association calls the person; what others call the same account is not seen here. Nobody
    appoints themselves; what decides or binds an institution waits for a second person. Raises Forbidden, InvalidInput.
    """
    actor.require(MAY, "appoint")
    if user.pk == actor.user_id:
        raise Forbidden(_("不能聘任自己，请由其他人办理。"))
    take_turn(POSTS)
    if (role in INSTITUTION_ROLES) != (institution_id is not None):
        raise InvalidInput(_("机构角色须指明机构，其他角色不得指明机构。"))
    for wanted in (institution_id, employer_id):
        if wanted is not None:
            _lock(actor, wanted)
    appointment = Appointment.objects.create(
        user=user,
        name=named(name),
        role=role,
        from_on=from_on,
        until_on=until_on,
        institution_id=institution_id,
        employer_id=employer_id,
        appointed_by_id=actor.user_id,
        awaits=_awaits(actor, role),
    )
    forget_names()
    record(actor, "appoint", appointment, role=role, user=user.pk, awaits=appointment.awaits)
    tell_appointed(appointment)
    return appointment


def _awaits(actor: Actor, role: Role) -> bool:
    """Whether a second person is asked; a secretary whom the operator of the machine names holds the post at once."""
    if role not in CONFIRMED_ROLES or (actor.is_system and role == Role.SECRETARIAT):
        return False
    return not is_first(actor.user_id)


@transaction.atomic
def appoint_person(*, actor: Actor, email: str, name: str, **appointment: Any) -> Appointment:
    """聘任 by mail address: who has no account gets one, and a link to set a password; the answer is the same."""
    actor.require(MAY, "appoint")
    user = register_person(actor=actor, email=email, name=name)
    return appoint(actor=actor, user=user, name=name, **appointment)


@transaction.atomic
def end_appointment(*, actor: Actor, appointment_id: int, until_on: date) -> Appointment:
    """任职终止: by date, earlier only, never deleted; what was done under it stays.

    Of somebody else's post that decides it is a proposal (``ends_on``) until another person confirms it. Raises
    NotFound, InvalidInput, Refused.
    """
    actor.require(MAY, "appoint")
    take_turn(POSTS)
    found = appointments_visible_to(actor).select_for_update(of=("self",)).select_related("user")
    appointment = found.filter(pk=appointment_id).first()
    if appointment is None:
        raise NotFound(_("没有这项任职。"))
    return end_post(actor, appointment, until_on)


@transaction.atomic
def amend_institution(
    *,
    actor: Actor,
    institution_id: int,
    short_name: str,
    licence_number: str,
    field: str,
    region_code: str | None,
    address: str,
) -> Institution:
    """变更登记事项 other than the name and the code."""
    actor.require(MAY, "admit_institution")
    institution = _lock(actor, institution_id)
    if field not in Field.values:
        raise InvalidInput(_("请选择类别。"), {"field": _("请选择类别。")})
    after = {
        "short_name": one_line(short_name)[:30],
        "licence_number": one_line(licence_number)[:20],
        "field": field,
        "region_id": region_code,
        "address": one_line(address)[:160],
    }
    changed = sorted(name for name, value in after.items() if getattr(institution, name) != value)
    for name in changed:
        setattr(institution, name, after[name])
    institution.save()
    _done(actor, "amend_institution", institution, fields=changed)
    return institution


def _done(actor: Actor, action: str, institution: Institution, **detail: Any) -> None:
    """On record, and the public copy follows at once: the register repeats what stands here."""
    entry = record(actor, action, institution, **detail)
    enqueue("disclosure.refresh_institution", key=f"members-{entry.pk}", institution_id=institution.pk)
    tell_public_changed(INSTITUTION, institution.pk)


def _lock(actor: Actor, institution_id: int) -> Institution:
    institution = institutions_visible_to(actor).select_for_update().filter(pk=institution_id).first()
    if institution is None:
        raise NotFound(_("没有这家机构。"))
    return institution
