from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.complaints import FactKind
from complaints.choices.facts import FactReviewState
from complaints.models.complaints import Complaint


class Fact(AssociationOwned):
    """事实: what an institution did or failed to do in a complaint. Written once, without personal data."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("one", "投诉")
    )
    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, verbose_name=_("机构"), related_name="+"
    )
    kind = models.CharField(_("事实"), max_length=18, choices=FactKind.choices)
    # Which time of this kind in this complaint: a contested case may be late twice.
    turn = models.PositiveSmallIntegerField(_("次数"), default=1)
    amount_fen = models.BigIntegerField(_("涉及金额（分）"), default=0)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "事实"), pgettext_lazy("many", "事实")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint", "kind", "turn"], name="complaint_fact_once"
            ),
            models.CheckConstraint(name="complaint_fact_amount", condition=Q(amount_fen__gte=0)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["association", "institution", "at"], name="complaint_fact_of_inst"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.complaint_id}"


class FactSetAside(AssociationOwned):
    """事实不再作数: what it rested on fell. The fact stays as it was written, this stands beside it. Written once."""

    fact = models.OneToOneField(
        Fact, models.PROTECT, related_name="set_aside", verbose_name=pgettext_lazy("one", "事实")
    )
    reason = models.CharField(_("理由"), max_length=200)
    # Nobody: the complainant's own word by the receipt code.
    by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("登记人"), related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    # What staff wrote down for whoever complained, where that set it aside: denied, the fact is noted again.
    written = models.ForeignKey(
        "complaints.WrittenDown", models.PROTECT, null=True, verbose_name=_("代为登记"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "不再作数的事实"),
            pgettext_lazy("many", "不再作数的事实"),
        )
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.fact_id}"


class FactReview(AssociationOwned):
    """提议某项事实不再作数: by hand, where what it rested on was wrong; a second person decides. Kept, whatever comes."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("one", "投诉")
    )
    fact = models.ForeignKey(
        Fact, models.PROTECT, related_name="reviews", verbose_name=pgettext_lazy("one", "事实")
    )
    reason = models.CharField(_("理由"), max_length=200)
    asked_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("提议人"), related_name="+"
    )
    asked_at = models.DateTimeField(_("提议时间"))
    state = models.CharField(
        _("状态"), max_length=8, choices=FactReviewState.choices, default=FactReviewState.ASKED
    )
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("复核人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True)
    decision = models.CharField(_("复核意见"), max_length=200, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "事实的复核"),
            pgettext_lazy("many", "事实的复核"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "fact"],
                name="fact_review_asked_once",
                condition=Q(state=FactReviewState.ASKED),
            ),
            models.CheckConstraint(name="fact_review_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="fact_review_decided",
                condition=Q(state=FactReviewState.ASKED, decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(state__in=[FactReviewState.GRANTED, FactReviewState.REFUSED])
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decision="")
                ),
            ),
            models.CheckConstraint(
                name="fact_review_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.fact_id}"
