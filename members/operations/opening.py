"""开通协会: a tenant from nothing to the day its own people go on by themselves."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import system
from association.audit import record
from association.choices import Kind, Role
from association.deadlines import load_defaults
from association.in_turn import take_turn_everywhere
from association.models import Association, AssociationHost
from association.models.identity import RESERVED_SLUGS
from association.periodic import ask_to_catch_up
from association.tenancy import acting_for
from common.errors import InvalidInput
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
    return "".join(message for error in errors for message in error.messages)


def _check_people(people: list[Person]) -> None:
    for name, email in people:
        try:
            validate_email(email)
        except ValidationError as wrong:
            raise InvalidInput(_("“%(name)s”的电子邮件地址不完整。") % {"name": name}) from wrong
    if len({email.lower() for _name, email in people}) < len(people):
        raise InvalidInput(_("秘书处与评定委员会主任须是两个人。"))
