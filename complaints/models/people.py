from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.rules.clock import beijing
from association.tenancy import AssociationOwned
from complaints.choices.complaints import PersonalField, PersonKind
from complaints.models.complaints import Complaint


class Person(AssociationOwned):
    """当事人 on the complaining side. What identifies the person is ``PersonalData``, which can go by itself."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="people", verbose_name=pgettext_lazy("one", "投诉")
    )
    kind = models.CharField(_("身份"), max_length=12, choices=PersonKind.choices)
    is_representative = models.BooleanField(_("代表人"), default=False)
    authority = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("委托书"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "当事人"), pgettext_lazy("many", "当事人")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint"],
                name="complainant_once",
                condition=Q(kind=PersonKind.COMPLAINANT),
            ),
            models.CheckConstraint(
                name="agent_represents_by_authority",
                condition=~Q(kind=PersonKind.AGENT) | Q(is_representative=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class PersonalData(AssociationOwned):
    """个人信息, sealed; found by keyed hashes. ``district`` is all of the address that stands open."""

    person = models.OneToOneField(
        Person, models.PROTECT, related_name="personal", verbose_name=pgettext_lazy("one", "当事人")
    )
    name_box = models.BinaryField(_("姓名"))
    phone_box = models.BinaryField(_("电话"), default=b"")
    address_box = models.BinaryField(_("地址"), default=b"")
    id_box = models.BinaryField(_("身份证件号码"), default=b"")
    email_box = models.BinaryField(_("电子邮箱"), default=b"")
    district = models.CharField(_("所在地区"), max_length=40, blank=True)
    name_key = models.BinaryField(max_length=32)
    phone_key = models.BinaryField(max_length=32, null=True)
    id_key = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "个人信息"),
            pgettext_lazy("many", "个人信息"),
        )
        indexes: ClassVar = [
            models.Index(fields=["association", "name_key"], name="personal_by_name"),
            models.Index(
                fields=["association", "phone_key"],
                name="personal_by_phone",
                condition=Q(phone_key__isnull=False),
            ),
            models.Index(
                fields=["association", "id_key"], name="personal_by_id", condition=Q(id_key__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.person_id}"


class Unmasking(AssociationOwned):
    """查看记录: who looked at which datum of whom, when and why. Written once."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("one", "投诉")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("one", "当事人")
    )
    field = models.CharField(_("内容"), max_length=10, choices=PersonalField.choices)
    reason = models.CharField(_("理由"), max_length=200)
    seen_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("查看人"), related_name="+"
    )
    seen_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "查看记录"),
            pgettext_lazy("many", "查看记录"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="unmasking_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.complaint_id}"


class Draft(AssociationOwned):
    """草稿 of a visitor, saved as one types: sealed, found by the hash of a key that only the browser has."""

    key = models.BinaryField(_("草稿键摘要"), max_length=32)
    box = models.BinaryField(_("内容"))
    saved_at = models.DateTimeField(_("保存时间"))
    expires_at = models.DateTimeField(_("失效时间"))

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "草稿"), pgettext_lazy("many", "草稿")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "key"], name="complaint_draft_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["association", "expires_at"], name="complaint_draft_expiry"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Retirement(AssociationOwned):
    """去标识化报告: what one run of the retention job deleted. Counts and the rule only. Written once."""

    rule = models.ForeignKey(
        "association.DeadlineRule",
        models.PROTECT,
        verbose_name=pgettext_lazy("one", "期限规则"),
        related_name="+",
    )
    ended_before = models.DateField(_("办结早于"))
    complaints = models.PositiveIntegerField(_("投诉"))
    people = models.PositiveIntegerField(_("当事人"))
    files = models.PositiveIntegerField(_("材料"))
    drafts = models.PositiveIntegerField(_("草稿"))
    batches = models.PositiveIntegerField(_("导入的文件"), default=0)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "去标识化报告"),
            pgettext_lazy("many", "去标识化报告"),
        )
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{beijing(self.at):%Y-%m-%d} {self.complaints}"
