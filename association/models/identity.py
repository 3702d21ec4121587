from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from association.choices import INSTITUTION_ROLES, Accent, Kind, Role
from association.scope import memo, selected_association_id
from association.tenancy import AssociationOwned

# Words that are addresses of the platform itself and so cannot be an association's.
RESERVED_SLUGS = (
    "accounts", "admin", "api", "desk", "healthz", "i18n", "metrics", "operator", "readyz", "register", "static", "verify",
)  # fmt: skip


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What the person may do is an ``Appointment``, never a flag here.

    One account may serve in several associations. What one of them calls the person stays there (``name``): an
    address that has an account already looks to the next one like an address that has none.
    """

    email = models.EmailField(_("邮箱"), unique=True)
    own_name = models.CharField(_("姓名"), max_length=60, db_column="name")
    is_active = models.BooleanField(_("启用"), default=True)
    is_operator = models.BooleanField(_("平台运维"), default=False)
    joined_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["own_name"]
    objects = UserManager()

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "人员"), pgettext_lazy("many", "人员")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """姓名 as the association at hand knows it; on pages of the platform the account's own."""
        if selected_association_id() is None:
            return self.own_name
        posts = getattr(self, "posts", None)  # whoever asks was read with the appointments here (actors.py)
        if posts:
            return str(posts[-1]["name"])
        return name_here(self.pk) or gettext("未在本会任职的人员")

    def get_full_name(self) -> str:
        """Asked by the theme of the staff desk."""
        return self.name

    @property
    def is_staff(self) -> bool:
        """Asked by Django's own checks only; our admin site asks the actor."""
        return self.is_operator


def name_here(user_id: int) -> str:
    """What the association at hand calls this person (the last appointment says it); "" of whom it never appointed.

    Everybody's is read at once and kept while the scope lasts; who is not among them is asked for alone.
    """
    known: dict[int, str] = memo().setdefault("names", {})
    rows = Appointment.objects.order_by("pk").values_list("user_id", "name")
    if not known:
        known.update(rows)
    if user_id not in known:
        known[user_id] = dict(rows.filter(user_id=user_id)).get(user_id, "")
    return known[user_id]


def forget_names() -> None:
    """After an appointment."""
    memo().pop("names", None)


class Association(models.Model):
    """协会: the tenant. Its rows are platform knowledge; everything it owns is behind the walls."""

    slug = models.SlugField(
        _("网址代号"), max_length=40, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9-]+$")]
    )
    kind = models.CharField(_("类别"), max_length=20, choices=Kind.choices, default=Kind.ASSOCIATION)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("所属社会团体"), related_name="branches"
    )
    name = models.CharField(_("名称"), max_length=80, unique=True)
    short_name = models.CharField(_("简称"), max_length=30)
    name_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    region = models.ForeignKey("association.Region", models.PROTECT, verbose_name=_("所在地区"))
    supervising_unit = models.CharField(_("业务主管单位"), max_length=80, blank=True)
    registration_authority = models.CharField(_("登记管理机关"), max_length=80, blank=True)
    accent = models.CharField(_("主色"), max_length=10, choices=Accent.choices, default=Accent.AZURITE)
    is_open = models.BooleanField(_("已开通"), default=True, help_text=_("未开通的协会只作为上级单位列出"))
    is_demo = models.BooleanField(_("演示"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "协会"), pgettext_lazy("many", "协会")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="association_branch_has_parent",
                condition=Q(kind=Kind.ASSOCIATION, parent__isnull=True)
                | Q(kind=Kind.BRANCH, parent__isnull=False),
            ),
            models.CheckConstraint(name="association_slug_free", condition=~Q(slug__in=RESERVED_SLUGS)),
        ]

    def __str__(self) -> str:
        return self.name


class AssociationHost(models.Model):
    """独立域名: on this host the association is mounted at ``/``."""

    association = models.ForeignKey(
        Association, models.CASCADE, related_name="hosts", verbose_name=pgettext_lazy("one", "协会")
    )
    host = models.CharField(_("域名"), max_length=120, unique=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "独立域名"),
            pgettext_lazy("many", "独立域名"),
        )

    def __str__(self) -> str:
        return self.host


class Appointment(AssociationOwned):
    """任职: one role of one person, from a day to a day. It ends by date and is never deleted."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="appointments", verbose_name=pgettext_lazy("one", "人员")
    )
    # As whoever appoints writes it, whether or not the person has an account already.
    name = models.CharField(_("姓名"), max_length=60)
    role = models.CharField(_("角色"), max_length=30, choices=Role.choices)
    institution = models.ForeignKey(
        "members.Institution",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("机构"),
        related_name="appointments",
    )
    employer = models.ForeignKey(
        "members.Institution",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("供职或任职过的机构"),
        help_text=_("用于回避：评估员不得评估自己供职、任职、授课或持股的机构"),
        related_name="employed",
    )
    from_on = models.DateField(_("起"))
    until_on = models.DateField(_("止"), null=True, blank=True)
    # Until somebody else confirms it the appointment opens nothing; who proposed it never confirms it.
    awaits = models.BooleanField(_("等待确认"), default=False)
    appointed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("聘任人"), related_name="+"
    )
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("确认人"), related_name="+"
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    # 终止: of a post that decides it waits (``ends_on``) for somebody who neither proposed it nor holds the post.
    ends_on = models.DateField(_("拟终止于"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("提出终止的人"), related_name="+"
    )
    end_confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("确认终止的人"), related_name="+"
    )
    end_confirmed_at = models.DateTimeField(_("确认终止的时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "任职"), pgettext_lazy("many", "任职")
        indexes: ClassVar = [
            models.Index(fields=["association", "user"], name="appointment_of_user"),
            models.Index(fields=["association", "-from_on", "-id"], name="appointment_in_order"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="appointment_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="appointment_second_person",
                # Nobody has appointed the first chair: the operator names one, the first secretary confirms.
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(awaits=False, confirmed_at__isnull=False, confirmed_by__isnull=False)
                & (Q(appointed_by__isnull=True) | ~Q(confirmed_by=F("appointed_by")))
                & ~Q(confirmed_by=F("user")),
            ),
            models.CheckConstraint(
                name="appointment_not_of_oneself",
                condition=Q(appointed_by__isnull=True) | ~Q(appointed_by=F("user")),
            ),
            models.CheckConstraint(
                name="appointment_end_second_person",
                condition=Q(end_confirmed_by__isnull=True, end_confirmed_at__isnull=True)
                | Q(end_confirmed_by__isnull=False, end_confirmed_at__isnull=False, ended_by__isnull=False)
                & Q(ends_on__isnull=True, until_on__isnull=False)
                & ~Q(end_confirmed_by=F("ended_by"))
                & ~Q(end_confirmed_by=F("user")),
            ),
            models.CheckConstraint(
                name="appointment_end_waits",
                condition=Q(ends_on__isnull=True)
                | Q(ended_by__isnull=False, awaits=False, ends_on__gte=F("from_on"))
                & (Q(until_on__isnull=True) | Q(ends_on__lt=F("until_on")))
                & ~Q(ended_by=F("user")),
            ),
            models.CheckConstraint(
                name="appointment_institution_role",
                condition=Q(role__in=sorted(INSTITUTION_ROLES), institution__isnull=False)
                | (~Q(role__in=sorted(INSTITUTION_ROLES)) & Q(institution__isnull=True)),
            ),
            models.CheckConstraint(
                name="appointment_dates", condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.user}"
