from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.choices import BatchState
from association.models import TableFault
from association.tenancy import AssociationOwned


class ImportBatch(AssociationOwned):
    """工单导入: a file looked at first, loaded by a decision. Its rows are sealed, and gone when nobody needs them."""

    file_name = models.CharField(_("文件名"), max_length=160)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=BatchState.choices, default=BatchState.CHECKED)
    rows = models.PositiveIntegerField(_("行数"))
    good = models.PositiveIntegerField(_("可导入"))
    bad = models.PositiveIntegerField(_("有误"))
    known = models.PositiveIntegerField(_("此前已导入"))
    known_lines = models.JSONField(_("此前已导入的行"), default=list)
    loaded = models.PositiveIntegerField(_("已导入"), default=0)
    # In which the loaded orders were called in; nothing: loaded before this was kept, it may be any.
    years = models.JSONField(_("来电年度"), default=list)
    box = models.BinaryField(_("内容"), default=b"")
    uploaded_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("上传人"), related_name="+"
    )
    uploaded_at = models.DateTimeField(_("上传时间"))
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("决定人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "工单导入"),
            pgettext_lazy("many", "工单导入"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="import_batch_adds_up", condition=Q(rows=F("good") + F("bad") + F("known"))
            ),
            models.CheckConstraint(
                name="import_batch_loads_what_is_good", condition=Q(loaded__lte=F("good"))
            ),
            models.CheckConstraint(
                name="import_batch_decided",
                condition=Q(state=BatchState.CHECKED, decided_at__isnull=True)
                | (~Q(state=BatchState.CHECKED) & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportFault(TableFault):
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="faults", verbose_name=_("导入"))

    class Meta(TableFault.Meta):
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "导入错误"),
            pgettext_lazy("many", "导入错误"),
        )


class Enrolment(AssociationOwned):
    """招生人数 of an institution in a year: what complaints are counted against."""

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, verbose_name=_("机构"), related_name="+"
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    learners = models.PositiveIntegerField(_("招生人次"))
    source = models.CharField(_("来源"), max_length=120)
    # Nobody: written down before this was kept.
    entered_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("登记人"), related_name="+"
    )
    entered_at = models.DateTimeField(_("登记时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "招生人数"),
            pgettext_lazy("many", "招生人数"),
        )
        ordering: ClassVar = ["-year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "institution", "year"], name="enrolment_once"),
            models.CheckConstraint(name="enrolment_year", condition=Q(year__gte=2000, year__lte=2100)),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.learners}"
