from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from credit_rating.choices import CorrectionState
from credit_rating.models.results import HistoricalResult


class ResultCorrection(AssociationOwned):
    """更正 of a result taken over: what it says from the confirmation on, or that it is taken down (``removes``).

    The row itself stays as it was taken over. The database lets a correction be written only as one that waits, and decided
    only once: confirmed or declined by somebody else than whoever asked for it, withdrawn by that person.
    """

    result = models.ForeignKey(
        HistoricalResult,
        models.PROTECT,
        related_name="corrections",
        verbose_name=pgettext_lazy("one", "历史结果"),
    )
    removes = models.BooleanField(_("撤下"), default=False)
    grade = models.CharField(_("结果"), max_length=12)
    issuing_body = models.CharField(_("发布单位"), max_length=80)
    source_title = models.CharField(_("出处"), max_length=200)
    source_url = models.CharField(_("链接"), max_length=300, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    reason = models.CharField(_("更正理由"), max_length=300)
    basis = models.CharField(_("更正依据"), max_length=300)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=CorrectionState.choices,
        default=CorrectionState.WAITING,
        editable=False,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("确认人")
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "历史结果的更正"),
            pgettext_lazy("many", "历史结果的更正"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "result"], condition=Q(state="waiting"), name="correction_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CorrectionState.values), name="correction_state_known"
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(basis=""), name="correction_has_reason"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="correction_decided",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting"])
                | Q(state__in=["confirmed", "declined"]) & ~Q(decided_by=F("proposed_by"))
                | Q(state="withdrawn") & Q(decided_by=F("proposed_by")),
                name="correction_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result}"
