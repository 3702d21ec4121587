"""事先告知: what an institution is told before a bad grade is public, and what it answers, at its desk or on paper."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from credit_rating.models.counted import Counted


class PriorNotice(Counted, AssociationOwned):
    """事先告知 of an adverse grade, with a window for the defence (陈述申辩)."""

    determination = models.OneToOneField(
        "credit_rating.Determination",
        models.PROTECT,
        related_name="prior_notice",
        verbose_name=pgettext_lazy("one", "综合评定"),
    )
    assessment = models.ForeignKey(
        "credit_rating.Assessment",
        models.PROTECT,
        related_name="prior_notices",
        verbose_name=pgettext_lazy("one", "评估"),
    )
    text = models.TextField(_("告知内容"))
    rule = models.ForeignKey(
        "association.DeadlineRule",
        models.PROTECT,
        verbose_name=pgettext_lazy("one", "期限规则"),
        related_name="+",
    )
    sent_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("告知人"), related_name="+"
    )
    sent_at = models.DateTimeField(_("告知时间"))
    due_at = models.DateTimeField(_("申辩截止"))
    # 书面送达: the signed receipt, and the day on it; the term runs from there.
    proof = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("送达证明"), related_name="+"
    )
    delivered_on = models.DateField(_("送达日期"), null=True)
    defence = models.TextField(_("申辩"), blank=True)
    defended_at = models.DateTimeField(_("申辩时间"), null=True)
    # What came on paper, with the day on which it came in.
    defence_paper = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("书面申辩"), related_name="+"
    )
    received_on = models.DateField(_("收到日期"), null=True)
    answer = models.TextField(_("对申辩的答复"), blank=True)
    answered_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("答复人"), related_name="+"
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "事先告知"),
            pgettext_lazy("many", "事先告知"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="prior_notice_window", condition=Q(due_at__gt=F("sent_at"))),
            models.CheckConstraint(
                name="prior_notice_defence", condition=Q(defended_at__isnull=True) | ~Q(defence="")
            ),
            models.CheckConstraint(
                name="prior_notice_on_paper",
                condition=Q(proof__isnull=True, delivered_on__isnull=True)
                | Q(proof__isnull=False, delivered_on__isnull=False),
            ),
            models.CheckConstraint(
                name="prior_notice_defence_on_paper",
                condition=Q(defence_paper__isnull=True, received_on__isnull=True)
                | Q(defence_paper__isnull=False, received_on__isnull=False, defended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="prior_notice_answer", condition=Q(answered_at__isnull=True) | ~Q(answer="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}"
