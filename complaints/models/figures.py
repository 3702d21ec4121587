"""年度投诉统计 as it was published: fixed on its cut-off day, whatever becomes of the complaints afterwards."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from association.tenancy import AssociationOwned


class YearFigures(AssociationOwned):
    """One version of a year's statistics. Written once; a correction is the next version, with its reason and two people.

    ``counts`` are what the query found, by institution, for the association alone; ``figures`` are what is told of them.
    """

    year = models.PositiveSmallIntegerField(_("年度"))
    version = models.PositiveSmallIntegerField(_("版本"))
    cut_off = models.DateField(_("截止日"))
    query = models.CharField(_("统计口径"), max_length=60)
    counts = models.JSONField(_("原始计数"))
    figures = models.JSONField(_("公布的数字"))
    reason = models.CharField(_("更正理由"), max_length=400, blank=True)
    made_at = models.DateTimeField(_("统计时间"))
    proposed_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("提出人"), related_name="+"
    )
    confirmed_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("确认人"), related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = _("年度投诉统计")
        ordering: ClassVar = ["-year", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "year", "version"], name="year_figures_version"),
            models.CheckConstraint(name="year_figures_over", condition=Q(cut_off__year__gt=F("year"))),
            models.CheckConstraint(
                name="year_figures_corrected_by_two",
                condition=Q(version=1, reason="", proposed_by__isnull=True, confirmed_by__isnull=True)
                | Q(version__gt=1, proposed_by__isnull=False, confirmed_by__isnull=False)
                & ~Q(reason="")
                & ~Q(proposed_by=F("confirmed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} v{self.version}"
