"""协会、机构和人员: everyone a story needs, each made inside the scope of the association at hand."""

from datetime import date
from itertools import count

from association.actors import Actor, actor_of
from association.choices import INSTITUTION_ROLES, Accent, Role
from association.deadlines import load_defaults
from association.models import Appointment, Association, Region, User
from association.tenancy import acting_for, current_association_id
from common import uscc
from members.models import Institution

NUMBERS = count(1)
FROM = date(2020, 1, 1)


def make_association(slug=None, **fields) -> Association:
    """协会 with its deadline rules; opens its own scope to write them."""
    number = next(NUMBERS)
    region, _created = Region.objects.get_or_create(
        code="110105", defaults={"name": "朝阳区", "level": "district"}
    )
    values = {
        "slug": slug or f"assoc-{number}",
        "name": f"测试培训发展促进会{number}",
        "short_name": f"测试{number}",
        "region": region,
        "accent": Accent.AZURITE,
        "is_demo": True,
    }
    association = Association.objects.create(**(values | fields))
    with acting_for(association.pk):
        load_defaults()
    return association


def make_user(name=None, **fields) -> User:
    number = next(NUMBERS)
    values = {"email": f"person{number}@example.org", "own_name": name or f"测试人员{number}"}
    user = User(**(values | fields))
    user.set_unusable_password()
    user.save()
    return user


def make_institution(name=None, **fields) -> Institution:
    """培训机构 with a valid code."""
    number = next(NUMBERS)
    values = {
        "name": name or f"演示培训学校{number}",
        "uscc": valid_uscc(number),
        "is_demo": True,
        "created_at": "2024-01-01T00:00:00Z",
    }
    return Institution.objects.create(**(values | fields))


def valid_uscc(number: int) -> str:
    """A well-formed 统一社会信用代码 that belongs to nobody."""
    return uscc.with_body_check_digit(f"52110105{number:08d}")


def appoint(user: User, role: Role, institution=None, employer=None, **fields) -> Appointment:
    return Appointment.objects.create(
        user=user,
        role=role,
        institution=institution,
        employer=employer,
        **({"from_on": FROM, "name": user.own_name} | fields),
    )


def waiting_posts() -> dict[str, int]:
    """One appointment, and one end of an appointment, that a second person has yet to confirm."""
    waiting = appoint(make_user(), Role.COMMITTEE, awaits=True, appointed_by=make_user())
    ending = appoint(make_user(), Role.COMMITTEE, ends_on=FROM, ended_by=make_user())
    return {"appointment": waiting.pk, "ending": ending.pk}


def actor_with(role: Role, institution=None, employer=None, user=None, name=None) -> Actor:
    """A person with one role here today; ``institution`` is made when an institution role comes without one."""
    if role in INSTITUTION_ROLES and institution is None:
        institution = make_institution()
    person = user or make_user(name)
    appoint(person, role, institution=institution, employer=employer)
    return actor_of(person, current_association_id())
