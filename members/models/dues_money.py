"""会费的收款: what the bank told and what was registered by hand, each once, and whose it is."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.choices import BatchState
from association.models import TableFault
from association.tenancy import AssociationOwned
from members.choices.dues import BY_HAND, MatchBasis, PayWay


def _person(label: Any, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        "association.User", models.PROTECT, null=null, verbose_name=label, related_name="+"
    )


class DuesStatement(AssociationOwned):
    """银行流水文件: looked at first, loaded by a decision. Its lines are sealed, and gone when nobody needs them.

    ``matched`` of the ``good`` lines are somebody's; the others wait for a person.
    """

    file_name = models.CharField(_("文件名"), max_length=160)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=BatchState.choices, default=BatchState.CHECKED)
    rows = models.PositiveIntegerField(_("行数"))
    good = models.PositiveIntegerField(_("可导入"))
    same = models.PositiveIntegerField(_("已有且相同"))
    bad = models.PositiveIntegerField(_("有误"))
    matched = models.PositiveIntegerField(_("自动认领"))
    total_fen = models.BigIntegerField(_("可导入的合计（分）"))
    box = models.BinaryField(_("内容"), default=b"")
    uploaded_by = _person(_("上传人"), null=False)
    uploaded_at = models.DateTimeField(_("上传时间"))
    decided_by = _person(_("决定人"))
    decided_at = models.DateTimeField(_("决定时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "银行流水文件"),
            pgettext_lazy("many", "银行流水文件"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="dues_statement_adds_up",
                condition=Q(rows=F("good") + F("same") + F("bad"), matched__lte=F("good"), total_fen__gte=0),
            ),
            models.CheckConstraint(
                name="dues_statement_decided",
                condition=Q(state=BatchState.CHECKED, decided_by__isnull=True, decided_at__isnull=True)
                | Q(
                    state__in=[BatchState.LOADED, BatchState.DISCARDED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class DuesStatementFault(TableFault):
    statement = models.ForeignKey(
        DuesStatement,
        models.PROTECT,
        related_name="faults",
        verbose_name=pgettext_lazy("one", "银行流水文件"),
    )

    class Meta(TableFault.Meta):
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "银行流水错误"),
            pgettext_lazy("many", "银行流水错误"),
        )


class DuesReceipt(AssociationOwned):
    """会费收款: money that came in, once by the bank's own number. Whose it is may be found later; the rest is fixed."""

    statement = models.ForeignKey(
        DuesStatement,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("one", "银行流水文件"),
    )
    slip = models.OneToOneField(
        "members.DuesSlip", models.PROTECT, null=True, related_name="+", verbose_name=_("会费凭单")
    )
    way = models.CharField(_("收款方式"), max_length=8, choices=PayWay.choices)
    serial = models.CharField(_("银行流水号"), max_length=60, blank=True)
    received_on = models.DateField(_("收款日期"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    payer = models.CharField(_("付款人"), max_length=120, blank=True)
    payer_uscc = models.CharField(_("付款人代码"), max_length=60, blank=True)
    memo = models.CharField(_("附言"), max_length=200, blank=True)
    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, null=True, related_name="+", verbose_name=_("机构")
    )
    basis = models.CharField(_("认领依据"), max_length=8, choices=MatchBasis.choices, blank=True)
    matched_by = _person(_("认领人"))
    matched_at = models.DateTimeField(_("认领时间"), null=True)
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "会费收款"),
            pgettext_lazy("many", "会费收款"),
        )
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "institution", "-id"], name="dues_receipt_of"),
            models.Index(fields=["association", "received_on"], name="dues_receipt_by_day"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "serial"], name="dues_receipt_once", condition=~Q(serial="")
            ),
            models.CheckConstraint(
                name="dues_receipt_whole",
                condition=Q(amount_fen__gt=0)
                & (
                    Q(way=PayWay.BANK, statement__isnull=False, slip__isnull=True)
                    & ~Q(serial="")
                    & ~Q(payer="")
                    | Q(way__in=BY_HAND, statement__isnull=True, slip__isnull=False, serial="")
                ),
            ),
            models.CheckConstraint(
                name="dues_receipt_matched_whole",
                condition=Q(institution__isnull=True, basis="", matched_at__isnull=True)
                | Q(institution__isnull=False, matched_at__isnull=False, basis__in=MatchBasis.values),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What stands on the confirmation."""
        return f"S{self.received_on.year}-{self.pk:05d}"
