"""补发查询码: asked for by one of the staff, good when another has confirmed it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.receipts import ReceiptState
from complaints.models.complaints import Complaint


class ReceiptRequest(AssociationOwned):
    """A new code for a case: whoever has it speaks for the complainant, so no single person gives one out.

    ``key`` is the keyed hash of the code, which is kept nowhere. The database changes the code of a case only to one
    that another person than the asking one confirmed.
    """

    complaint = models.ForeignKey(
        Complaint,
        models.PROTECT,
        related_name="receipt_requests",
        verbose_name=pgettext_lazy("one", "投诉"),
    )
    key = models.BinaryField(_("查询码摘要"), max_length=32)
    identity = models.CharField(_("怎样核实了身份"), max_length=12)
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(
        _("状态"), max_length=10, choices=ReceiptState.choices, default=ReceiptState.WAITING, editable=False
    )
    asked_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("申请人"), related_name="+"
    )
    asked_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("确认人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("补发查询码")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint"], condition=Q(state="waiting"), name="receipt_one_waiting"
            ),
            models.CheckConstraint(condition=Q(state__in=ReceiptState.values), name="receipt_state_known"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(identity=""), name="receipt_has_reason"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="receipt_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "declined"]) | ~Q(decided_by=F("asked_by")),
                name="receipt_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
