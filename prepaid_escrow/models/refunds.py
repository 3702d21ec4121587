from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from association.tenancy import AssociationOwned
from prepaid_escrow.choices import RateKind


class TwoEyes(AssociationOwned):
    """A row that one person writes and another confirms; unconfirmed it drives nothing. A trigger keeps its words."""

    citation = models.CharField(_("依据"), max_length=300)
    valid_from = models.DateField(_("生效"))
    proposed_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("录入人"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("录入时间"))
    confirmed_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("核对人"), related_name="+"
    )
    confirmed_at = models.DateTimeField(_("核对时间"), null=True)

    class Meta:
        abstract = True

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


def two_eyes(name: str) -> list[models.BaseConstraint]:
    """Confirmed by somebody else, or not at all; and never without a source."""
    confirmed = Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("proposed_by"))
    return [
        models.CheckConstraint(
            name=f"{name}_two_eyes",
            condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True) | confirmed,
        ),
        models.CheckConstraint(name=f"{name}_has_citation", condition=~Q(citation="")),
    ]


class InterestRate(TwoEyes):
    """年利率 in percent: known to hold from a day to a day, both included; outside of them it is unknown."""

    kind = models.CharField(_("利率"), max_length=12, choices=RateKind.choices)
    percent = models.DecimalField(_("年利率（%）"), max_digits=6, decimal_places=4)
    valid_until = models.DateField(_("查明有效至"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "退费利率"),
            pgettext_lazy("many", "退费利率"),
        )
        ordering: ClassVar = ["kind", "-valid_from", "-id"]
        constraints: ClassVar = [
            *two_eyes("interest_rate"),
            models.CheckConstraint(name="interest_rate_days", condition=Q(valid_until__gte=F("valid_from"))),
            models.CheckConstraint(
                name="interest_rate_percent", condition=Q(percent__gte=0, percent__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.percent.normalize():f}%"


class RefundRuleVersion(TwoEyes):
    """退费规则版本: readings that this association sets itself, and its refund pledge where it has one."""

    readings = models.JSONField(_("自定的读法"), default=dict)
    pledge = models.CharField(_("退费承诺的出处"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "退费规则版本"),
            pgettext_lazy("many", "退费规则版本"),
        )
        ordering: ClassVar = ["-valid_from", "-id"]
        constraints: ClassVar = two_eyes("refund_rule")

    def __str__(self) -> str:
        return gettext("退费规则 %(day)s") % {"day": self.valid_from}


class RefundCalculation(AssociationOwned):
    """一次退费计算 kept with a case: question, answer and the rows they rest on. Written once; a trigger sees to it."""

    case_kind = models.CharField(_("事项类别"), max_length=20)
    case_id = models.BigIntegerField(_("事项编号"))
    asked = models.JSONField(_("输入"))
    answer = models.JSONField(_("结果"))
    sources = models.JSONField(_("所依据的记录"))
    digest = models.CharField(_("校验值"), max_length=64)
    calculated_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("计算人"), related_name="+"
    )
    calculated_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "退费计算"),
            pgettext_lazy("many", "退费计算"),
        )
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "case_kind", "case_id", "-id"], name="refund_of_case")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="refund_has_case", condition=~Q(case_kind="")),
            models.CheckConstraint(name="refund_digest_shape", condition=Q(digest__regex=r"^[0-9a-f]{64}$")),
        ]

    def __str__(self) -> str:
        return gettext("退费计算 %(number)s") % {"number": self.pk}
