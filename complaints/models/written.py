from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.written import WrittenKind
from complaints.models.complaints import Complaint


class WrittenDown(AssociationOwned):
    """代为登记: what staff wrote down for whoever complained, with the paper it stands on; denied once, by the code."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="written_down", verbose_name=pgettext_lazy("one", "投诉")
    )
    kind = models.CharField(_("登记的事项"), max_length=10, choices=WrittenKind.choices)
    # The outcome, or yes and no where that was asked.
    answer = models.CharField(_("答复"), max_length=10, blank=True)
    # 分 that came, where it was said.
    received_fen = models.BigIntegerField(_("收到的金额（分）"), null=True)
    paper = models.ForeignKey(
        "complaints.Evidence", models.PROTECT, verbose_name=_("签名的书面意见"), related_name="+"
    )
    recorded_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("登记人"), related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))
    denied_at = models.DateTimeField(_("投诉人否认的时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "代为登记"),
            pgettext_lazy("many", "代为登记"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="written_before_denied",
                condition=Q(denied_at__isnull=True) | Q(denied_at__gte=F("recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.complaint_id}"
