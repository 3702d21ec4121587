from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from association.choices import CERTAIN, Certainty, DayKind, Unit
from association.tenancy import AssociationOwned


class Region(models.Model):
    """行政区划 (GB/T 2260); shared by all associations."""

    code = models.CharField(_("代码"), max_length=6, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    level = models.CharField(_("级别"), max_length=12)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("上级"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "行政区划"),
            pgettext_lazy("many", "行政区划"),
        )
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """放假或调休上班的一天, as announced by the State Council; other days follow the week."""

    date = models.DateField(_("日期"), primary_key=True)
    kind = models.CharField(_("类别"), max_length=4, choices=DayKind.choices)
    holiday = models.CharField(_("节日"), max_length=20)
    source = models.CharField(_("依据"), max_length=200)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "放假与调休"),
            pgettext_lazy("many", "放假与调休"),
        )
        ordering: ClassVar = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"


class DeadlineRule(AssociationOwned):
    """期限规则: a number with its unit and citation. A case keeps the row it began under."""

    code = models.CharField(_("代号"), max_length=40)
    title = models.CharField(_("名称"), max_length=80)
    number = models.PositiveSmallIntegerField(_("数值"))
    unit = models.CharField(_("单位"), max_length=12, choices=Unit.choices)
    citation = models.CharField(_("依据"), max_length=200)
    certainty = models.CharField(_("依据性质"), max_length=12, choices=Certainty.choices)
    owner = models.CharField(_("由谁办理"), max_length=60, blank=True)
    silence_means = models.CharField(_("逾期视为"), max_length=120, blank=True)
    valid_from = models.DateField(_("生效"))
    valid_until = models.DateField(_("失效"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True)
    # 核实: what is not certain by itself counts only after a person has answered for it.
    confirmed_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("核实人"), related_name="+"
    )
    confirmed_at = models.DateTimeField(_("核实时间"), null=True)
    confirmation = models.CharField(_("核实理由"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "期限规则"),
            pgettext_lazy("many", "期限规则"),
        )
        ordering: ClassVar = ["code", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "code", "valid_from"], name="deadline_rule_once"),
            models.CheckConstraint(name="deadline_rule_number", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="deadline_rule_dates",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="deadline_rule_confirmed",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True, confirmation="")
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmation=""),
            ),
        ]

    def __str__(self) -> str:
        unit = self.get_unit_display()
        return gettext("%(title)s %(number)d%(unit)s") % {
            "title": self.title,
            "number": self.number,
            "unit": unit,
        }

    @property
    def may_count(self) -> bool:
        """An unverified or inferred number drives no clock until somebody has confirmed it."""
        return self.certainty in CERTAIN or self.confirmed_at is not None
