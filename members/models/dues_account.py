"""欠费的告知与年度会费收支表: what was told before a membership lapses, and what is published of a year."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from members.choices.breach import Service


def _person(label: Any) -> models.ForeignKey:
    return models.ForeignKey("association.User", models.PROTECT, verbose_name=label, related_name="+")


class DuesWarning(AssociationOwned):
    """视为退会前的告知 about one bill: how and on which day it reached the institution. Written once."""

    invoice = models.ForeignKey(
        "members.DuesInvoice", models.PROTECT, related_name="warnings", verbose_name=_("会费通知")
    )
    text = models.TextField(_("告知的内容"))
    service = models.CharField(_("送达方式"), max_length=6, choices=Service.choices)
    served_on = models.DateField(_("送达日期"))
    by = _person(_("告知人"))
    at = models.DateTimeField(_("告知时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("视为退会前的告知")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="dues_warning_says", condition=~Q(text="") & ~Q(service="")),
        ]

    def __str__(self) -> str:
        return f"{self.served_on} {self.get_service_display()}"


class DuesAccount(AssociationOwned):
    """年度会费收支表 as it was published, with the day up to which it counts; a correction is a new revision.

    ``figures``: 分 by the names of ``rules.dues_account.FIGURES``; ``tiers``: the same for each tier; ``spending``: rows
    of what for and how much.
    """

    year = models.PositiveSmallIntegerField(_("年度"))
    revision = models.PositiveSmallIntegerField(_("第几版"))
    cut_off = models.DateField(_("统计截止日期"))
    query = models.CharField(_("统计口径"), max_length=40)
    figures = models.JSONField(_("收支数额"))
    tiers = models.JSONField(_("各级会员"))
    spending = models.JSONField(_("支出项目"))
    remark = models.CharField(_("说明"), max_length=300, blank=True)
    published_at = models.DateTimeField(_("公布时间"))
    published_by = _person(_("公布人"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "年度会费收支表"),
            pgettext_lazy("many", "年度会费收支表"),
        )
        ordering: ClassVar = ["-year", "-revision"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "year", "revision"], name="dues_account_once"),
            models.CheckConstraint(
                name="dues_account_explained",
                condition=Q(revision__gte=1) & ~Q(query="") & (Q(revision=1) | ~Q(remark="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.revision}"
