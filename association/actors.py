"""Who acts: built once per request for one association, and passed to every operation as ``actor=``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from association import clock
from association.choices import INSTITUTION_ROLES, STAFF_ROLES, Role
from association.models import Appointment, User
from association.tenancy import current_association_id
from common.errors import Forbidden

May = Mapping[str, frozenset[Role]]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system) inside one association. It has no global roles."""

    association_id: int
    user_id: int | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    institution_ids: frozenset[int] = frozenset()
    is_system: bool = False

    def may(self, table: May, action: str) -> bool:
        return self.is_system or bool(self.roles & table[action])

    def require(self, table: May, action: str) -> None:
        if not self.may(table, action):
            raise Forbidden(_("您的角色不能办理此事。"))

    @property
    def opens_files(self) -> bool:
        """Whether there is more to this person than an audit: of files an auditor sees that they are there."""
        return self.is_system or bool(self.roles - {Role.AUDITOR})

    def without(self, role: Role) -> "Actor":
        """The same person as if this role were not theirs: for what the role does not open."""
        return replace(self, roles=self.roles - {role})

    @property
    def person_id(self) -> int:
        """For deeds under which a person's name stands: never the system, never a visitor."""
        if self.user_id is None:
            raise Forbidden(_("此事须由本人办理。"))
        return self.user_id

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_staff(self) -> bool:
        """Whether the staff desk opens for this person here."""
        return bool(self.roles & STAFF_ROLES)


def visitor(association_id: int) -> Actor:
    """Nobody in particular: the public."""
    return Actor(association_id=association_id)


def system(association_id: int) -> Actor:
    """The clock and the worker: acts by rule, never by choice."""
    return Actor(association_id=association_id, name=_("系统"), is_system=True)


def actor_of(user: User, association_id: int) -> Actor:
    """What this person may do in this association today."""
    return _assemble(user, association_id, appointments_on(user.pk).order_by("pk").values_list(*_POST))


def appointments_on(user_id: int) -> QuerySet[Appointment]:
    return _appointments().filter(user_id=user_id)


def person_with_roles(user_id: int) -> User | None:
    """A person of a request, read together with the appointments here: one query for both."""
    here = _appointments().filter(user_id=OuterRef("pk"))
    posts = here.order_by("pk").values(
        post=JSONObject(role="role", institution="institution_id", name="name")
    )
    return User.objects.annotate(posts=ArraySubquery(posts)).filter(pk=user_id).first()


def actor_of_request(user: User, association_id: int) -> Actor:
    """The same as ``actor_of``; whoever was read with the appointments here is not asked about again."""
    posts: list[dict[str, Any]] | None = getattr(user, "posts", None)
    if posts is None or association_id != current_association_id():
        return actor_of(user, association_id)
    return _assemble(
        user,
        association_id,
        [tuple(post[name] for name in ("role", "institution", "name")) for post in posts],
    )


_POST = ("role", "institution_id", "name")


def _appointments() -> QuerySet[Appointment]:
    """Those that hold today."""
    day = clock.today()
    return Appointment.objects.filter(from_on__lte=day, awaits=False).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=day)
    )


def _assemble(user: User, association_id: int, posts: Iterable[tuple[str, int | None, str]]) -> Actor:
    rows = list(posts)
    return Actor(
        association_id=association_id,
        user_id=user.pk,
        name=rows[-1][2] if rows else user.own_name,
        roles=frozenset(Role(role) for role, _institution, _name in rows),
        institution_ids=frozenset(
            institution for role, institution, _name in rows if role in INSTITUTION_ROLES and institution
        ),
    )
