from datetime import time
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.choices import DAYS_NAMED, OwnDayKind
from association.tenancy import AssociationOwned


class OwnCalendarDay(AssociationOwned):
    """协会自己登记的一天, over the shared calendar. Rows are never changed: the last one of a date counts."""

    date = models.DateField(_("日期"))
    kind = models.CharField(_("类别"), max_length=8, choices=OwnDayKind.choices)
    holiday = models.CharField(_("节日"), max_length=20, blank=True)
    source = models.CharField(_("依据"), max_length=200)
    entered_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("登记人"), related_name="+"
    )
    entered_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "本协会登记的放假与调休"),
            pgettext_lazy("many", "本协会登记的放假与调休"),
        )
        ordering: ClassVar = ["-date", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "date", "-id"], name="own_calendar_day_last")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="own_day_source", condition=~Q(source="")),
            models.CheckConstraint(
                name="own_day_holiday", condition=~Q(kind__in=sorted(DAYS_NAMED)) | ~Q(holiday="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"


class CalendarYear(AssociationOwned):
    """放假安排已公布的年度, as the association has entered it: from then on its dates are no longer provisional."""

    year = models.PositiveSmallIntegerField(_("年度"))
    source = models.CharField(_("依据"), max_length=200)
    entered_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("登记人"), related_name="+"
    )
    entered_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "已登记放假安排的年度"),
            pgettext_lazy("many", "已登记放假安排的年度"),
        )
        ordering: ClassVar = ["-year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "year"], name="calendar_year_once"),
            models.CheckConstraint(name="calendar_year_range", condition=Q(year__gte=2021, year__lte=2100)),
            models.CheckConstraint(name="calendar_year_source", condition=~Q(source="")),
        ]

    def __str__(self) -> str:
        return str(self.year)


def five_and_one() -> list[int]:
    return [5, 1]


class WorkingHours(AssociationOwned):
    """办公时间 and when to remind: parameters of the association. Notices about terms go out at these hours only."""

    opens = models.TimeField(_("上班"), default=time(9))
    closes = models.TimeField(_("下班"), default=time(17))
    remind_before = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("提前提醒（工作日）"), default=five_and_one
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "办公时间与提醒"),
            pgettext_lazy("many", "办公时间与提醒"),
        )
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association"], name="working_hours_once"),
            models.CheckConstraint(name="working_hours_order", condition=Q(opens__lt=F("closes"))),
            models.CheckConstraint(name="working_hours_reminders", condition=Q(remind_before__len__lte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"
