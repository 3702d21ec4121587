"""开通协会: a tenant from nothing to the day its own people go on by themselves."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor, system
from association.audit import record
from association.choices import Kind, Role
from association.deadlines import load_defaults
from association.endings import POSTS
from association.in_turn import take_turn, take_turn_everywhere
from association.models import Appointment, Association, AssociationHost
from association.models.identity import RESERVED_SLUGS
from association.notices import notify, posts_today
from association.periodic import ask_to_catch_up
from association.tenancy import acting_for
from common.errors import InvalidInput, Refused
from common.said import Said
from common.text import one_line
from members.operations.institutions import appoint_person

Person = tuple[str, str]
"""姓名 and mail address."""


@transaction.atomic
def open_association(
    *, secretary: Person, chair: Person | None = None, host: str = "", parent: str = "", **fields: Any
) -> Association:
    """开通协会 with the rules it starts with, and its first people, who get a link to set a password.

    Done by the operator of the platform on the machine itself; from then on the association appoints. The first
    person of the secretariat holds the role at once; the chair is confirmed by that person.
    ``fields`` are columns of ``Association``; ``parent`` is the slug of the association a branch belongs to.
    Raises ``InvalidInput`` with every field that is wrong; then nothing is written.
    """
    people = [(secretary, Role.SECRETARIAT), *([(chair, Role.COMMITTEE_CHAIR)] if chair else [])]
    take_turn_everywhere("association", fields.get("slug", ""))
    association = _checked(parent, fields)
    _check_people([person for person, _role in people])
    association.save(force_insert=True)
    if host:
        _mount(association, host)
    with acting_for(association.pk):
        actor = system(association.pk)
        record(actor, "open_association", association)
        load_defaults()
        ask_to_catch_up()
        for (name, email), role in people:
            appoint_person(actor=actor, email=email, name=name, role=role, from_on=clock.today())
    return association


@transaction.atomic
def appoint_secretary(
    *, slug: str, secretary: Person, grounds: str, chair: Person | None = None
) -> Appointment:
    """秘书处重新有人: named by the operator where nobody is left who appoints, or nobody who can sign in.

    It holds at once, is on record with its grounds, and everybody who holds a post there is told; the chair waits for the
    secretariat. An account that exists stays as it is. Raises ``InvalidInput``, ``Refused``; then nothing is written.
    """
    grounds = one_line(grounds)[:300]
    if not grounds:
        raise InvalidInput(_("请写明依据。"), {"grounds": _("请写明依据。")})
    association = Association.objects.filter(slug=slug, is_open=True).first()
    if association is None:
        raise InvalidInput(_("没有代号为“%(slug)s”的协会。") % {"slug": slug})
    _check_people([secretary, *([chair] if chair else [])])
    with acting_for(association.pk):
        take_turn(POSTS)
        actor = system(association.pk)
        row = _named(actor, secretary, Role.SECRETARIAT, grounds)
        if chair:
            _named(actor, chair, Role.COMMITTEE_CHAIR, grounds)
        _tell_everybody(row, grounds)
    return row


def _named(actor: Actor, person: Person, role: Role, grounds: str) -> Appointment:
    name, email = person
    if posts_today().filter(user__email__iexact=email, role=role).exists():
        told = _("%(name)s已经担任%(role)s。") % {"name": name, "role": role.label}
        raise Refused(told)
    row = appoint_person(actor=actor, email=email, name=name, role=role, from_on=clock.today())
    record(actor, "appoint_by_operator", row, reason=grounds, role=role, user=row.user_id)
    return row


def _tell_everybody(row: Appointment, grounds: str) -> None:
    body = gettext_noop(
        "%(name)s由平台运维登记为秘书处人员，即时生效。依据：%(grounds)s。如有不妥，请立即告知平台运维和协会负责人。"
    )
    notify(
        f"secretary-{row.pk}",
        posts_today().values_list("user_id", flat=True),
        subject=gettext_noop("平台运维登记了秘书处人员"),
        body=Said(body, name=row.name, grounds=grounds),
        path="/desk/notices/",
    )


def _checked(parent: str, fields: dict[str, Any]) -> Association:
    above = Association.objects.filter(slug=parent).first() if parent else None
    if parent and above is None:
        raise InvalidInput(_("没有代号为“%(slug)s”的协会。") % {"slug": parent})
    words = {name: one_line(value) if isinstance(value, str) else value for name, value in fields.items()}
    association = Association(parent=above, kind=Kind.BRANCH if above else Kind.ASSOCIATION, **words)
    _refuse(association)
    return association


def _mount(association: Association, host: str) -> None:
    row = AssociationHost(association=association, host=host.strip().lower())
    _refuse(row)
    row.save(force_insert=True)


def _refuse(row: Association | AssociationHost) -> None:
    if isinstance(row, Association) and row.slug in RESERVED_SLUGS:
        raise InvalidInput(_("网址代号“%(slug)s”另有用途，请换一个。") % {"slug": row.slug})
    labels = {
        "slug": _("网址代号"),
        "name": _("名称"),
        "short_name": _("简称"),
        "region": _("所在地区"),
        "host": _("域名"),
    }
    try:
        row.full_clean()
    except ValidationError as wrong:
        fields = {name: _told(row, name, errors) for name, errors in wrong.error_dict.items()}
        sentence = "；".join(f"{labels.get(name, name)}：{told}" for name, told in fields.items())
        raise InvalidInput(sentence, fields) from wrong


def _told(row: Association | AssociationHost, name: str, errors: list[ValidationError]) -> str:
    """In words of ours where those of the framework speak of patterns and keys."""
    own = {
        "slug": _("以小写英文字母开头，其后只用小写字母、数字和连字符，一共2至40个字符。"),
        "region": _("没有代码为“%(code)s”的行政区划，请填写国家标准的六位代码。")
        % {"code": getattr(row, "region_id", "")},
    }
    if name in own and any(error.code == "invalid" for error in errors):
        return own[name]
    if any(error.code == "unique" for error in errors):
        return _("已有协会使用，请换一个。")
    return "".join(message for error in errors for message in error.messages)


def _check_people(people: list[Person]) -> None:
    for name, email in people:
        try:
            validate_email(email)
        except ValidationError as wrong:
            raise InvalidInput(_("“%(name)s”的电子邮件地址不完整。") % {"name": name}) from wrong
    if len({email.lower() for _name, email in people}) < len(people):
        raise InvalidInput(_("秘书处与评定委员会主任须是两个人。"))
