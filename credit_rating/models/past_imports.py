from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from credit_rating.choices import ImportState


class ResultImport(AssociationOwned):
    """导入历史结果: lines of a published source that one person brings in and another confirms; then they are results.

    The database lets an import be written only as one that waits, decided only once, and takes no result over
    (``HistoricalResult.taken_over_with``) without one that somebody else has confirmed.
    """

    rows = models.JSONField(_("逐行内容"))  # a list of HistoricalRow as plain values
    state = models.CharField(
        _("状态"), max_length=10, choices=ImportState.choices, default=ImportState.WAITING, editable=False
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提交人")
    )
    proposed_at = models.DateTimeField(_("提交时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("确认人")
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "历史结果的导入"),
            pgettext_lazy("many", "历史结果的导入"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="import_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting")
                | Q(state__in=["confirmed", "declined"]) & ~Q(decided_by=F("proposed_by"))
                | Q(state="withdrawn") & Q(decided_by=F("proposed_by")),
                name="import_by_two",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
