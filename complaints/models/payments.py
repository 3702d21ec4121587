from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.complaints import STANDING, ReportState
from complaints.models.agreements import Instalment
from complaints.models.complaints import Complaint


class PaymentReport(AssociationOwned):
    """付款报告: one payment that is said to have been made, its proof, and what came of it. Amounts are fen.

    Of an instalment of the agreement, or of what was settled directly. What counts as returned is the sum of those
    that stand, and of what came after all of those that were denied.
    """

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="payment_reports", verbose_name=pgettext_lazy("one", "投诉")
    )
    instalment = models.ForeignKey(
        Instalment,
        models.PROTECT,
        null=True,
        related_name="reports",
        verbose_name=pgettext_lazy("one", "付款期"),
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))
    paid_on = models.DateField(_("付款日"))
    proof = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("凭证"), related_name="+"
    )
    # Nobody: the complainant said by the receipt code that it came, and no one had reported it.
    reported_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("报告人"), related_name="+"
    )
    reported_at = models.DateTimeField(_("报告时间"))
    state = models.CharField(
        _("状态"), max_length=9, choices=ReportState.choices, default=ReportState.REPORTED
    )
    # 工作人员核实 who saw the proof; empty where the complainant answered.
    seen_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("核实人"), related_name="+"
    )
    answered_at = models.DateTimeField(_("确认或者否认的时间"), null=True)
    # 到账日 as whoever complained named it, or as staff read it from the proof; ``paid_on`` alone is the word of who paid.
    confirmed_on = models.DateField(_("确认的到账日"), null=True)
    received_fen = models.BigIntegerField(_("否认后实际收到（分）"), default=0)
    # What the confirmation or its day stands on, where staff wrote it down: with it that falls.
    written = models.ForeignKey(
        "complaints.WrittenDown", models.PROTECT, null=True, verbose_name=_("代为登记"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "付款报告"),
            pgettext_lazy("many", "付款报告"),
        )
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # 待确认: what the published sum says of itself.
            models.Index(
                fields=["association", "complaint"],
                include=["amount_fen"],
                name="payment_unconfirmed",
                condition=Q(state=ReportState.REPORTED),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "instalment"],
                name="payment_of_instalment_once",
                condition=Q(state__in=sorted(STANDING)),
            ),
            models.CheckConstraint(name="payment_amount", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="payment_answered",
                condition=Q(state=ReportState.REPORTED, answered_at__isnull=True)
                | (~Q(state=ReportState.REPORTED) & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="payment_day",
                condition=Q(confirmed_on__isnull=True) | ~Q(state=ReportState.REPORTED),
            ),
            models.CheckConstraint(
                name="payment_on_paper",
                condition=Q(written__isnull=True) | ~Q(state=ReportState.REPORTED),
            ),
            models.CheckConstraint(
                name="payment_received",
                condition=Q(received_fen=0)
                | Q(state=ReportState.DENIED, received_fen__gt=0, received_fen__lt=F("amount_fen")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount_fen}"

    @property
    def is_unreported(self) -> bool:
        """By the complainant's word alone: said and answered at one moment, reported by nobody."""
        return self.reported_by_id is None and self.reported_at == self.answered_at

    @property
    def stands(self) -> bool:
        return self.state in STANDING
