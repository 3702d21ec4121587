from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.complaints import SAID_BY_COMPLAINANT, Method, Outcome
from complaints.models.complaints import Complaint


class Survey(AssociationOwned):
    """结果确认: asked when something came to an end. No answer is recorded as no answer."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="surveys", verbose_name=pgettext_lazy("one", "投诉")
    )
    turn = models.PositiveSmallIntegerField(_("第几次"), default=1)
    asked_at = models.DateTimeField(_("询问时间"))
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome.choices, default=Outcome.UNKNOWN)
    satisfaction = models.PositiveSmallIntegerField(_("满意度"), null=True)
    comment = models.TextField(_("意见"), blank=True)
    method = models.CharField(_("方式"), max_length=12, choices=Method.choices, blank=True)
    recorded_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("登记人"), related_name="+"
    )
    written = models.ForeignKey(
        "complaints.WrittenDown", models.PROTECT, null=True, verbose_name=_("代为登记"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "结果确认"),
            pgettext_lazy("many", "结果确认"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "complaint", "turn"], name="survey_once"),
            models.CheckConstraint(
                name="survey_silence_is_no_answer",
                condition=Q(outcome__in=sorted(SAID_BY_COMPLAINANT), answered_at__isnull=False)
                | Q(outcome__in=[Outcome.UNKNOWN, Outcome.NO_ANSWER], answered_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.complaint_id}"


class FollowUp(AssociationOwned):
    """回访: four weeks after the file was closed, does it still hold?"""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="follow_ups", verbose_name=pgettext_lazy("one", "投诉")
    )
    turn = models.PositiveSmallIntegerField(_("第几次"), default=1)
    rule = models.ForeignKey(
        "association.DeadlineRule",
        models.PROTECT,
        verbose_name=pgettext_lazy("one", "期限规则"),
        related_name="+",
    )
    due_at = models.DateTimeField(_("应回访时间"))
    asked_at = models.DateTimeField(_("询问时间"), null=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    still_holds = models.BooleanField(_("仍然有效"), null=True)
    comment = models.TextField(_("意见"), blank=True)
    method = models.CharField(_("方式"), max_length=12, choices=Method.choices, blank=True)
    written = models.ForeignKey(
        "complaints.WrittenDown", models.PROTECT, null=True, verbose_name=_("代为登记"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "回访"), pgettext_lazy("many", "回访")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "complaint", "turn"], name="follow_up_once"),
            models.CheckConstraint(
                name="follow_up_answered",
                condition=Q(answered_at__isnull=True, still_holds__isnull=True)
                | Q(answered_at__isnull=False, asked_at__isnull=False, still_holds__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "due_at"],
                name="follow_up_due",
                condition=Q(asked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id}"
