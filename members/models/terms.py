from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.db import models
from django.db.models import Case, F, Func, IntegerField, Q, Value, When
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from association import clock
from association.tenancy import AssociationOwned
from members.choices.membership import ENDINGS, SOLE_OFFICES, STANDING, EventKind, MemberState, Office, Tier


class _Ids(Func):
    """A number as a range of one, so that a plain range index can compare it."""

    function = "int8range"
    template = "%(function)s(%(expressions)s, %(expressions)s, '[]')"


class _Days(Func):
    function = "daterange"
    output_field = DateRangeField()


class _Known(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


class _Places(Func):
    function = "int4range"
    template = "%(function)s(%(expressions)s)"


DAYS = _Days(F("from_on"), F("until_on"), Value("[]"))
KNOWN = _Known(F("recorded_at"), F("superseded_at"))


def _place(council: int, secretary: int, supervisor: int, founder: int) -> Case:
    """秘书长 beside a seat on the council; 监事 beside neither; 发起单位 beside all: as ranges that overlap or do not."""
    return Case(
        When(office=Office.SECRETARY_GENERAL, then=Value(secretary)),
        When(office=Office.SUPERVISOR, then=Value(supervisor)),
        When(office=Office.FOUNDER, then=Value(founder)),
        default=Value(council),
        output_field=IntegerField(),
    )


class MembershipTerm(AssociationOwned):
    """会籍, bitemporal: from a day to a day (both inside) in one state and tier, as known from a moment to a moment.

    A change supersedes the row and writes new ones; nothing is overwritten, so "was X a member on D, as known on K"
    has an answer. ``ending``: how the membership ended with ``until_on``; empty where another row goes on.
    """

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="memberships", verbose_name=_("机构")
    )
    application = models.ForeignKey(
        "members.MembershipApplication",
        models.PROTECT,
        null=True,
        verbose_name=pgettext_lazy("one", "入会申请"),
        related_name="+",
    )
    tier = models.CharField(_("级别"), max_length=14, choices=Tier.choices, default=Tier.MEMBER)
    state = models.CharField(
        _("状态"), max_length=10, choices=MemberState.choices, default=MemberState.ACTIVE
    )
    from_on = models.DateField(_("自"))
    until_on = models.DateField(pgettext_lazy("one", "至"), null=True, blank=True)
    ending = models.CharField(_("终止方式"), max_length=10, choices=MemberState.choices, blank=True)
    reason = models.CharField(_("依据和理由"), max_length=300, blank=True)
    # 带入: where the row was taken from, and the day up to which that source goes; nothing for what was decided here.
    source = models.CharField(_("资料来源"), max_length=300, blank=True)
    known_on = models.DateField(_("资料截至"), null=True)
    recorded_at = models.DateTimeField(_("登记时间"), default=clock.now)
    superseded_at = models.DateTimeField(_("更正时间"), null=True)
    recorded_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("登记人"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "会籍"), pgettext_lazy("many", "会籍")
        ordering: ClassVar = ["-from_on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "institution", "from_on"], name="term_of_institution"),
            models.Index(
                fields=["association", "state", "-id"],
                name="term_now",
                condition=Q(superseded_at__isnull=True),
            ),
        ]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="term_no_overlap",
                expressions=[(_Ids(F("institution")), "&&"), (DAYS, "&&"), (KNOWN, "&&")],
            ),
            models.CheckConstraint(
                name="term_days", condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on"))
            ),
            models.CheckConstraint(
                name="term_known",
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
            ),
            models.CheckConstraint(name="term_source", condition=Q(known_on__isnull=True) | ~Q(source="")),
            models.CheckConstraint(name="term_state", condition=Q(state__in=sorted(STANDING))),
            models.CheckConstraint(
                name="term_ended",
                condition=Q(ending="") | Q(ending__in=sorted(ENDINGS), until_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.from_on}"

    @property
    def origin(self) -> str:
        """带入 from where and up to which day; empty for what was decided here."""
        if not self.source:
            return ""
        return gettext("带入：%(source)s，截至%(day)s") % {"source": self.source, "day": self.known_on or "—"}


class OfficeTerm(AssociationOwned):
    """任期 of an office that a member holds through a named person; bitemporal like the membership.

    The person's name is for the association: no public copy is made from this table.
    """

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="offices", verbose_name=_("机构")
    )
    office = models.CharField(_("职务"), max_length=18, choices=Office.choices)
    person_name = models.CharField(_("代表姓名"), max_length=60, blank=True)
    from_on = models.DateField(_("自"))
    until_on = models.DateField(pgettext_lazy("one", "至"), null=True, blank=True)
    basis = models.CharField(_("依据"), max_length=200)
    # As of a membership.
    source = models.CharField(_("资料来源"), max_length=300, blank=True)
    known_on = models.DateField(_("资料截至"), null=True)
    recorded_at = models.DateTimeField(_("登记时间"), default=clock.now)
    superseded_at = models.DateTimeField(_("更正时间"), null=True)
    recorded_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("登记人"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "职务任期"),
            pgettext_lazy("many", "职务任期"),
        )
        ordering: ClassVar = ["-from_on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "institution", "from_on"], name="office_of_institution"),
        ]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="office_no_overlap",
                expressions=[
                    (_Ids(F("institution")), "&&"),
                    (_Places(_place(0, 1, 0, 2), _place(1, 2, 2, 3)), "&&"),
                    (DAYS, "&&"),
                    (KNOWN, "&&"),
                ],
            ),
            ExclusionConstraint(
                name="office_sole",
                expressions=[
                    (_Ids(F("association")), "&&"),
                    (_Places(_place(0, 1, 3, 4), _place(1, 2, 4, 5)), "&&"),
                    (DAYS, "&&"),
                    (KNOWN, "&&"),
                ],
                condition=Q(office__in=sorted(SOLE_OFFICES)),
            ),
            models.CheckConstraint(
                name="office_days", condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on"))
            ),
            models.CheckConstraint(
                name="office_known",
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
            ),
            models.CheckConstraint(name="office_source", condition=Q(known_on__isnull=True) | ~Q(source="")),
            models.CheckConstraint(
                name="office_has_basis", condition=~Q(basis="") & Q(office__in=Office.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_office_display()} {self.institution}"


class MembershipEvent(AssociationOwned):
    """会籍大事记: one line for each thing that happened, never changed. ``text`` holds no person's name."""

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="membership_events", verbose_name=_("机构")
    )
    kind = models.CharField(_("事项"), max_length=20, choices=EventKind.choices)
    on = models.DateField(_("日期"))
    at = models.DateTimeField(_("登记时间"))
    by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("办理人"), related_name="+"
    )
    text = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "会籍大事记"),
            pgettext_lazy("many", "会籍大事记"),
        )
        ordering: ClassVar = ["-on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "institution", "-on"], name="event_of_institution"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="event_kind_known", condition=Q(kind__in=EventKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"


class MembershipCertificate(AssociationOwned):
    """会员证书: the code in its QR is answered from the membership as it is at that moment."""

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="certificates", verbose_name=_("机构")
    )
    tier = models.CharField(_("级别"), max_length=14, choices=Tier.choices)
    member_since = models.DateField(_("入会"))
    code = models.CharField(_("验证码"), max_length=32, unique=True)
    attachment = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("证书文件"), related_name="+"
    )
    issued_at = models.DateTimeField(_("签发时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "会员证书"),
            pgettext_lazy("many", "会员证书"),
        )
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.code
