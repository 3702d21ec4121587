from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from association.language import translated
from association.rules.clock import beijing
from association.tenancy import AssociationOwned, ScopedManager
from common.said import from_parts
from credit_rating.choices import AssignmentState, DeclaredTie, RoundState, Stage, StageKind
from credit_rating.models.counted import Counted
from credit_rating.models.standards import AssessmentStandard, Indicator

GRADED = (
    Stage.DETERMINED,
    Stage.NOTICED,
    Stage.PUBLIC_NOTICE,
    Stage.OBJECTION,
    Stage.PUBLISHED,
    Stage.SUSPENDED,
    Stage.EXPIRED,
)


class Round(AssociationOwned):
    """评估轮次: one year's assessment under one frozen standard."""

    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("名称"), max_length=120)
    standard = models.ForeignKey(
        AssessmentStandard,
        models.PROTECT,
        related_name="rounds",
        verbose_name=pgettext_lazy("one", "评估规范"),
    )
    state = models.CharField(
        _("状态"), max_length=14, choices=RoundState.choices, default=RoundState.DRAFT, editable=False
    )
    authorising_document = models.CharField(_("开展依据文件"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("建立时间"), editable=False)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "评估轮次"),
            pgettext_lazy("many", "评估轮次"),
        )
        ordering: ClassVar = ["-year", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "year", "standard"], name="round_once"),
            models.CheckConstraint(
                name="round_state_known", condition=Q(state__in=[s.value for s in RoundState])
            ),
            models.CheckConstraint(name="round_year", condition=Q(year__gte=2000, year__lte=2100)),
        ]

    def __str__(self) -> str:
        return self.title


class RoundStage(AssociationOwned):
    """轮次的一个环节: its window is half-open, ``opens_at`` belongs to it, ``closes_at`` does not."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="stages", verbose_name=_("轮次"))
    position = models.PositiveSmallIntegerField(_("顺序"))
    kind = models.CharField(_("环节"), max_length=16, choices=StageKind.choices)
    opens_at = models.DateTimeField(_("开始"))
    closes_at = models.DateTimeField(_("截止"))

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "环节"), pgettext_lazy("many", "环节")
        ordering: ClassVar = ["round", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "round", "kind"], name="round_stage_once"),
            models.UniqueConstraint(fields=["association", "round", "position"], name="round_stage_position"),
            models.CheckConstraint(name="round_stage_window", condition=Q(closes_at__gt=F("opens_at"))),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class PublicNotice(Counted, AssociationOwned):
    """公示: opens a round's proposed results to objection until the rule's last working day ends."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="public_notices", verbose_name=_("轮次"))
    rule = models.ForeignKey(
        "association.DeadlineRule",
        models.PROTECT,
        verbose_name=pgettext_lazy("one", "期限规则"),
        related_name="+",
    )
    opens_at = models.DateTimeField(_("开始"))
    closes_at = models.DateTimeField(_("截止"))
    provisional = models.BooleanField(_("暂定"), default=False)
    opened_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("发起人"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "公示"), pgettext_lazy("many", "公示")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="public_notice_window", condition=Q(closes_at__gt=F("opens_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.round} {beijing(self.opens_at):%Y-%m-%d}"


class Assessment(AssociationOwned):
    """诚信等级评估 of one institution in one round. No fee, invoice or payment can attach to it."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="assessments", verbose_name=_("轮次"))
    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="assessments", verbose_name=_("机构")
    )
    stage = models.CharField(
        _("进度"), max_length=18, choices=Stage.choices, default=Stage.INVITED, editable=False
    )
    invited_at = models.DateTimeField(_("邀请时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, editable=False)
    total = models.DecimalField(_("总分"), max_digits=8, decimal_places=3, null=True, editable=False)
    grade = models.CharField(_("等级"), max_length=12, blank=True, editable=False)
    public_notice = models.ForeignKey(
        PublicNotice,
        models.PROTECT,
        null=True,
        editable=False,
        verbose_name=pgettext_lazy("one", "公示"),
        related_name="assessments",
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "评估"), pgettext_lazy("many", "评估")
        ordering: ClassVar = ["-round_id", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "round", "institution"], name="assessment_once"),
            models.CheckConstraint(
                name="assessment_stage_known", condition=Q(stage__in=[s.value for s in Stage])
            ),
            models.CheckConstraint(
                name="assessment_graded_has_grade",
                condition=(Q(stage__in=GRADED) & ~Q(grade="")) | (~Q(stage__in=GRADED) & Q(grade="")),
            ),
            models.CheckConstraint(
                name="assessment_public_has_notice",
                condition=~Q(stage__in=[Stage.PUBLIC_NOTICE, Stage.OBJECTION, Stage.PUBLISHED])
                | Q(public_notice__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_submitted_at",
                condition=Q(stage__in=[Stage.INVITED, Stage.SELF_ASSESSING, Stage.NOT_FILED, Stage.WITHDRAWN])
                | Q(submitted_at__isnull=False),
            ),
        ]
        permissions: ClassVar = [("review_assessment", "评估这一件")]
        indexes: ClassVar = [
            models.Index(fields=["association", "round", "stage"], name="assessment_by_stage"),
            models.Index(fields=["association", "-round", "id"], name="assessment_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.round}"


class AssessmentPermissionManager(ScopedManager, UserObjectPermissionManager):
    """guardian's direct-key permissions, inside the association's scope."""


class AssessmentPermission(AssociationOwned, UserObjectPermissionBase):
    """This assessor, this assessment."""

    content_object = models.ForeignKey(Assessment, models.CASCADE, related_name="permissions")

    objects: ClassVar[AssessmentPermissionManager] = AssessmentPermissionManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "user", "permission", "content_object"],
                name="assessment_permission_once",
            ),
        ]


class Assignment(AssociationOwned):
    """指派: an assessor for one assessment in one stage, with the conflict check of that moment."""

    assessment = models.ForeignKey(
        Assessment, models.PROTECT, related_name="assignments", verbose_name=pgettext_lazy("one", "评估")
    )
    kind = models.CharField(_("环节"), max_length=16, choices=StageKind.choices)
    assessor = models.ForeignKey(
        "association.User", models.PROTECT, related_name="assignments", verbose_name=_("评估员")
    )
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=AssignmentState.choices,
        default=AssignmentState.ASSIGNED,
        editable=False,
    )
    conflict_check = models.JSONField(_("回避核对"), default=dict)
    assigned_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("指派人"), related_name="+"
    )
    assigned_at = models.DateTimeField(_("指派时间"))
    declared_at = models.DateTimeField(_("声明时间"), null=True)
    # Which tie it was; recusals from before it was asked for say 其他.
    tie = models.CharField(
        _("利害关系"), max_length=12, choices=DeclaredTie.choices, default=DeclaredTie.DECLARED
    )
    recusal_reason = models.TextField(_("回避理由"), blank=True)
    ending_reason = models.TextField(_("解除理由"), blank=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "指派"), pgettext_lazy("many", "指派")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "assessment", "kind", "assessor"], name="assignment_once"
            ),
            models.CheckConstraint(
                name="assignment_kind",
                condition=Q(kind__in=[StageKind.DISTRICT_REVIEW, StageKind.REVIEW]),
            ),
            models.CheckConstraint(
                name="assignment_declared",
                condition=~Q(state=AssignmentState.DECLARED) | Q(declared_at__isnull=False),
            ),
            models.CheckConstraint(
                name="assignment_recused", condition=~Q(state=AssignmentState.RECUSED) | ~Q(recusal_reason="")
            ),
            models.CheckConstraint(
                name="assignment_tie_known", condition=Q(tie__in=[tie.value for tie in DeclaredTie])
            ),
            models.CheckConstraint(
                name="assignment_ended", condition=~Q(state=AssignmentState.ENDED) | ~Q(ending_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessor} → {self.assessment}"

    @property
    def conflicts_told(self) -> list[str]:
        """What stood against it, in the language of the page."""
        return [translated(from_parts(one)) for one in self.conflict_check.get("sentences", [])]


class Supplement(Counted, AssociationOwned):
    """补正: asked once, listing everything."""

    assessment = models.OneToOneField(
        Assessment, models.PROTECT, related_name="supplement", verbose_name=pgettext_lazy("one", "评估")
    )
    returns_to = models.CharField(_("补正后回到"), max_length=18, choices=Stage.choices)
    requested_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("提出人"), related_name="+"
    )
    requested_at = models.DateTimeField(_("提出时间"))
    rule = models.ForeignKey(
        "association.DeadlineRule",
        models.PROTECT,
        verbose_name=pgettext_lazy("one", "期限规则"),
        related_name="+",
    )
    due_at = models.DateTimeField(_("截止"))
    answered_at = models.DateTimeField(_("补正时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "补正"), pgettext_lazy("many", "补正")

    def __str__(self) -> str:
        return f"{self.assessment}"


class SupplementItem(AssociationOwned):
    """补正事项: one indicator and what is missing."""

    supplement = models.ForeignKey(
        Supplement, models.CASCADE, related_name="items", verbose_name=pgettext_lazy("one", "补正")
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name=pgettext_lazy("one", "指标"), related_name="+"
    )
    request = models.CharField(_("需补正的内容"), max_length=300)
    answer = models.TextField(_("补正说明"), blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "补正事项"),
            pgettext_lazy("many", "补正事项"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "supplement", "indicator"], name="supplement_item_once"
            ),
        ]

    def __str__(self) -> str:
        return self.request
