from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.choices import BatchState
from association.models import TableFault
from association.tenancy import AssociationOwned
from members.rules.book import TITLES


class MemberBook(AssociationOwned):
    """会员工作簿: looked at first, loaded by a decision. Its rows are sealed, and gone when nobody needs them.

    ``counts``: of each sheet how many lines are new, stand there already, change something or are wrong.
    """

    file_name = models.CharField(_("文件名"), max_length=160)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    source = models.CharField(_("资料来源"), max_length=300)
    known_on = models.DateField(_("资料截至"))
    state = models.CharField(_("状态"), max_length=10, choices=BatchState.choices, default=BatchState.CHECKED)
    rows = models.PositiveIntegerField(_("行数"))
    good = models.PositiveIntegerField(_("可导入"))
    same = models.PositiveIntegerField(_("已有且相同"))
    bad = models.PositiveIntegerField(_("有误"))
    counts = models.JSONField(_("各表行数"), default=dict)
    same_lines = models.JSONField(_("已有且相同的行"), default=dict)
    loaded = models.PositiveIntegerField(_("已导入"), default=0)
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
            pgettext_lazy("one", "会员工作簿"),
            pgettext_lazy("many", "会员工作簿"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="member_book_adds_up", condition=Q(rows=F("good") + F("same") + F("bad"))
            ),
            models.CheckConstraint(name="member_book_loads_what_is_good", condition=Q(loaded__lte=F("good"))),
            models.CheckConstraint(
                name="member_book_decided",
                condition=Q(state=BatchState.CHECKED, decided_at__isnull=True)
                | Q(
                    state__in=[BatchState.LOADING, BatchState.LOADED, BatchState.DISCARDED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(name="member_book_has_source", condition=~Q(source="")),
        ]

    def __str__(self) -> str:
        return self.file_name


class MemberBookFault(TableFault):
    book = models.ForeignKey(
        MemberBook, models.PROTECT, related_name="faults", verbose_name=pgettext_lazy("one", "会员工作簿")
    )
    sheet = models.CharField(_("工作表"), max_length=12)

    class Meta(TableFault.Meta):
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "工作簿错误"),
            pgettext_lazy("many", "工作簿错误"),
        )
        constraints: ClassVar = [
            models.CheckConstraint(name="member_book_fault_sheet", condition=Q(sheet__in=sorted(TITLES))),
        ]
