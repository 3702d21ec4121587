from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from members.choices import Field


class Institution(AssociationOwned):
    """培训机构, member or not. The USCC may be unknown for institutions known only from published results."""

    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=30, blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, null=True, blank=True)
    licence_number = models.CharField(_("办学许可证号"), max_length=20, blank=True)
    field = models.CharField(_("类别"), max_length=14, choices=Field.choices, default=Field.OTHER)
    region = models.ForeignKey(
        "association.Region",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("所在地区"),
        related_name="+",
    )
    address = models.CharField(_("地址"), max_length=160, blank=True)
    is_demo = models.BooleanField(_("演示机构"), default=False)
    source = models.CharField(_("资料来源"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("建立时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "培训机构"),
            pgettext_lazy("many", "培训机构"),
        )
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [models.Index(fields=["association", "name", "-id"], name="institution_by_name")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "uscc"], name="institution_uscc_once"),
            models.UniqueConstraint(
                fields=["association", "name"], name="institution_name_once", condition=Q(uscc__isnull=True)
            ),
            models.CheckConstraint(
                name="institution_uscc_shape",
                condition=Q(uscc__isnull=True) | Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
            ),
            models.CheckConstraint(name="institution_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class FormerName(AssociationOwned):
    """曾用名, with the days it was in use where they are known."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="former_names", verbose_name=_("机构")
    )
    name = models.CharField(_("名称"), max_length=80)
    until_on = models.DateField(_("用至"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "曾用名"), pgettext_lazy("many", "曾用名")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "institution", "name"], name="former_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
