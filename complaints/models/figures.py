"""年度投诉统计 as it was published: fixed on its cut-off day, whatever becomes of the complaints afterwards."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from association.tenancy import AssociationOwned
from complaints.choices.figures import FiguresState


class Counted(AssociationOwned):
    """What was counted of a year on one day.

    ``counts`` are what the query found, by institution, for the association alone; ``figures`` are what is told of them;
    ``untold`` names the cells (line, column) that are told nowhere.
    """

    year = models.PositiveSmallIntegerField(_("年度"))
    cut_off = models.DateField(_("截止日"))
    query = models.CharField(_("统计口径"), max_length=60)
    counts = models.JSONField(_("原始计数"))
    figures = models.JSONField(_("公布的数字"))
    untold = models.JSONField(_("隐去的数字"))

    class Meta:
        abstract = True


class FiguresProposal(Counted):
    """更正 of a year's figures, or 补定 of a year that came late (``replaces`` nought): counted when it was asked for.

    The database lets it be written only as one that waits, and decided only once: confirmed or declined by somebody else
    than whoever asked for it, withdrawn by that person.
    """

    replaces = models.PositiveSmallIntegerField(_("所更正的版本"))
    reason = models.CharField(_("理由"), max_length=400)
    # Institutions whose counts it changes: who is tied to one of them stands aside.
    touched = ArrayField(models.BigIntegerField(), verbose_name=_("涉及的机构"))
    state = models.CharField(
        _("状态"), max_length=10, choices=FiguresState.choices, default=FiguresState.WAITING, editable=False
    )
    proposed_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("提出人"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("确认人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("年度统计的更正")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "year"], condition=Q(state="waiting"), name="figures_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(state__in=FiguresState.values), name="figures_proposal_state_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="figures_proposal_has_reason"),
            models.CheckConstraint(condition=Q(cut_off__year__gt=F("year")), name="figures_proposal_over"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="figures_proposal_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting")
                | Q(state__in=["confirmed", "declined"]) & ~Q(decided_by=F("proposed_by"))
                | Q(state="withdrawn") & Q(decided_by=F("proposed_by")),
                name="figures_proposal_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} v{self.replaces + 1}"


class YearFigures(Counted):
    """One version of a year's statistics. Written once, and replaced only by the next version.

    The first is written by rule on the cut-off day, or by two people where the year came late; every later one by two people.
    The database compares it with what they decided about.
    """

    version = models.PositiveSmallIntegerField(_("版本"))
    # Versions from before it was kept have none: it follows from their counts.
    untold = models.JSONField(_("隐去的数字"), null=True)
    reason = models.CharField(_("更正理由"), max_length=400, blank=True)
    made_at = models.DateTimeField(_("统计时间"))
    proposal = models.OneToOneField(
        FiguresProposal, models.PROTECT, null=True, verbose_name=_("更正"), related_name="+"
    )
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
                name="year_figures_by_rule_or_two",
                condition=Q(
                    version=1,
                    reason="",
                    proposal__isnull=True,
                    proposed_by__isnull=True,
                    confirmed_by__isnull=True,
                )
                | Q(
                    version__gte=1,
                    proposal__isnull=False,
                    proposed_by__isnull=False,
                    confirmed_by__isnull=False,
                )
                & ~Q(reason="")
                & ~Q(proposed_by=F("confirmed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} v{self.version}"
