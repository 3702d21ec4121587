from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.rules.clock import beijing
from association.tenancy import AssociationOwned
from members.choices import Field
from members.choices.membership import APPLICATION_OPEN, ApplicationState, EvidenceKind, Tier

NOT_SENT = [ApplicationState.DRAFT, ApplicationState.RECALLED]
DECIDED = [ApplicationState.ADMITTED, ApplicationState.REJECTED]


class MembershipApplication(AssociationOwned):
    """入会申请 of an institution. What was handed in stays as it was; a supplement is asked for once."""

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="applications", verbose_name=_("机构")
    )
    state = models.CharField(
        _("状态"), max_length=12, choices=ApplicationState.choices, default=ApplicationState.DRAFT
    )
    field = models.CharField(_("类别"), max_length=14, choices=Field.choices)
    licence_number = models.CharField(_("办学许可证号"), max_length=20, blank=True)
    tier = models.CharField(_("申请的级别"), max_length=14, choices=Tier.choices, default=Tier.MEMBER)
    statement = models.TextField(_("入会理由"), blank=True)
    applicant = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("申请人"), related_name="+"
    )
    # What the form warned of and the institution sent all the same.
    doubts = models.JSONField(_("提交时的提示"), default=list)
    saved_at = models.DateTimeField(_("保存时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    reviewer = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("审查人"), related_name="+"
    )
    supplement_items = models.JSONField(_("补正清单"), default=list)
    supplement_asked_at = models.DateTimeField(_("告知补正时间"), null=True)
    supplement_answer = models.TextField(_("补正说明"), blank=True)
    supplement_ended_at = models.DateTimeField(_("补正结束时间"), null=True)
    opinion = models.TextField(_("审查意见"), blank=True)
    decision = models.TextField(_("决定的理由"), blank=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "入会申请"),
            pgettext_lazy("many", "入会申请"),
        )
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "state", "-id"], name="application_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "institution"],
                name="application_open_once",
                condition=Q(state__in=sorted(APPLICATION_OPEN)),
            ),
            models.CheckConstraint(
                name="application_state_known", condition=Q(state__in=ApplicationState.values)
            ),
            models.CheckConstraint(
                name="application_sent_whole",
                condition=Q(state__in=NOT_SENT) | Q(submitted_at__isnull=False) & ~Q(statement=""),
            ),
            models.CheckConstraint(
                name="application_draft_unsent",
                condition=~Q(state=ApplicationState.DRAFT) | Q(submitted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="application_supplement_listed",
                condition=Q(supplement_asked_at__isnull=True, supplement_items=[])
                | Q(supplement_asked_at__isnull=False) & ~Q(supplement_items=[]),
            ),
            models.CheckConstraint(
                name="application_waits_for_supplement",
                condition=~Q(state=ApplicationState.SUPPLEMENT)
                | Q(supplement_asked_at__isnull=False, supplement_ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="application_reviewed_by_somebody",
                condition=Q(state__in=[*NOT_SENT, ApplicationState.APPLYING]) | Q(reviewer__isnull=False),
            ),
            models.CheckConstraint(
                name="application_decided",
                condition=Q(state__in=DECIDED, decided_at__isnull=False)
                | ~Q(state__in=DECIDED) & Q(decided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="application_rejected_with_reasons",
                condition=~Q(state=ApplicationState.REJECTED) | ~Q(decision=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.institution}"

    @property
    def number(self) -> str:
        """What officials call it."""
        return f"H{beijing(self.submitted_at or self.saved_at):%Y}-{self.pk:05d}"


class ApplicationEvidence(AssociationOwned):
    """申请材料: a file of the institution in the locker."""

    application = models.ForeignKey(
        MembershipApplication,
        models.PROTECT,
        related_name="evidence",
        verbose_name=pgettext_lazy("one", "入会申请"),
    )
    attachment = models.ForeignKey(
        "association.Attachment", models.PROTECT, verbose_name=_("文件"), related_name="+"
    )
    kind = models.CharField(_("种类"), max_length=12, choices=EvidenceKind.choices)
    added_at = models.DateTimeField(_("提交时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "申请材料"),
            pgettext_lazy("many", "申请材料"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "application", "attachment"], name="application_evidence_once"
            ),
            models.CheckConstraint(
                name="application_evidence_kind", condition=Q(kind__in=EvidenceKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.attachment}"
