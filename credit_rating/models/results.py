from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from credit_rating.choices import DeterminationState, ObjectionState
from credit_rating.models.counted import Counted
from credit_rating.models.past_imports import ResultImport
from credit_rating.models.rounds import Assessment, PublicNotice


class Computation(AssociationOwned):
    """计算记录: a pure function of standard, opinions and engine. Append-only.

    Kept are the inputs in full (the opinions, the marks of every indicator packed as ``rules.canonical`` says, reasons of
    不适用, the vetoes that struck), the total, the grade and the hashes; every number between follows from the inputs again
    and is compared by its hash.
    """

    # Written by the thousand: the key that names the association too (``keep_together``) says all that these would say.
    association = models.ForeignKey(
        "association.Association",
        models.PROTECT,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    assessment = models.ForeignKey(
        Assessment,
        models.PROTECT,
        related_name="computations",
        verbose_name=pgettext_lazy("one", "评估"),
        db_constraint=False,
        db_index=False,
    )
    standard_hash = models.CharField(_("规范摘要"), max_length=64)
    inputs_hash = models.CharField(_("输入摘要"), max_length=64)
    result_hash = models.CharField(_("结果摘要"), max_length=64)
    engine_version = models.CharField(_("计算程序版本"), max_length=20)
    total = models.DecimalField(_("总分"), max_digits=8, decimal_places=3, null=True)
    grade = models.CharField(_("等级"), max_length=12, blank=True)
    opinions = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("评审意见"))
    marks = models.BinaryField(_("得分总览"), default=bytes)
    na_reasons = models.JSONField(_("不适用理由"), default=dict)
    struck = models.JSONField(_("触发的一票否决项"), default=list)
    created_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "计算记录"),
            pgettext_lazy("many", "计算记录"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "assessment", "inputs_hash"], name="computation_once"
            ),
            # What a determination names: its computation together with the assessment of both.
            models.UniqueConstraint(
                fields=["association", "assessment", "id"], name="computation_of_assessment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total} {self.grade}"


class Determination(AssociationOwned):
    """综合评定: the committee confirms a computation, or overrules it with reason and a second signature."""

    # Written by the thousand: one key over association, assessment and computation says all that these would say.
    association = models.ForeignKey(
        "association.Association",
        models.PROTECT,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    assessment = models.ForeignKey(
        Assessment,
        models.PROTECT,
        related_name="determinations",
        verbose_name=pgettext_lazy("one", "评估"),
        db_constraint=False,
    )
    computation = models.ForeignKey(
        Computation,
        models.PROTECT,
        verbose_name=pgettext_lazy("one", "计算记录"),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    state = models.CharField(
        _("状态"), max_length=12, choices=DeterminationState.choices, default=DeterminationState.PROPOSED
    )
    grade = models.CharField(_("等级"), max_length=12)
    overruled = models.BooleanField(_("改判"), default=False)
    reason = models.TextField(_("理由"), blank=True)
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("评定人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("评定时间"), null=True)
    countersigned_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("第二签署人"), related_name="+"
    )
    countersigned_at = models.DateTimeField(_("第二签署时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "综合评定"),
            pgettext_lazy("many", "综合评定"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "assessment"],
                name="determination_current_once",
                condition=~Q(state=DeterminationState.SUPERSEDED),
            ),
            models.CheckConstraint(
                name="determination_two_people",
                condition=Q(countersigned_by__isnull=True) | ~Q(countersigned_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="determination_overruled",
                condition=Q(overruled=False)
                | ~Q(state=DeterminationState.CONFIRMED)
                | (~Q(reason="") & Q(countersigned_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="determination_decided",
                condition=Q(state=DeterminationState.PROPOSED)
                | Q(state=DeterminationState.SUPERSEDED)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.assessment}"


class Objection(Counted, AssociationOwned):
    """异议 to a result under public notice; the entry is flagged at once and decided by somebody else."""

    assessment = models.ForeignKey(
        Assessment, models.PROTECT, related_name="objections", verbose_name=pgettext_lazy("one", "评估")
    )
    public_notice = models.ForeignKey(
        PublicNotice, models.PROTECT, related_name="objections", verbose_name=pgettext_lazy("one", "公示")
    )
    objector = models.ForeignKey(
        "members.Institution", models.PROTECT, null=True, related_name="+", verbose_name=_("异议机构")
    )
    # 书面异议 received by the secretariat: the paper stays in the file room, only its number is kept here.
    document_number = models.CharField(_("书面异议编号"), max_length=60, blank=True)
    text = models.TextField(_("异议内容"))
    state = models.CharField(
        _("状态"), max_length=8, choices=ObjectionState.choices, default=ObjectionState.FILED, editable=False
    )
    filed_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("登记人"), related_name="+"
    )
    filed_at = models.DateTimeField(_("提出时间"))
    rule = models.ForeignKey(
        "association.DeadlineRule",
        models.PROTECT,
        verbose_name=pgettext_lazy("one", "期限规则"),
        related_name="+",
    )
    due_at = models.DateTimeField(_("答复截止"))
    # 须由他人核实: the longer term, taken once and before the first one ended; ``rule`` is then the rule of it.
    extended_at = models.DateTimeField(_("延长时间"), null=True)
    extended_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("延长人"), related_name="+"
    )
    extension_reason = models.TextField(_("延长理由"), blank=True)
    decision = models.TextField(_("处理意见"), blank=True)
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("处理人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "异议"), pgettext_lazy("many", "异议")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="objection_source",
                condition=Q(objector__isnull=False) | ~Q(document_number=""),
            ),
            models.CheckConstraint(
                name="objection_extended",
                condition=Q(extended_at__isnull=True, extended_by__isnull=True, extension_reason="")
                | Q(extended_at__isnull=False, extended_by__isnull=False) & ~Q(extension_reason=""),
            ),
            models.CheckConstraint(
                name="objection_decided",
                condition=Q(state=ObjectionState.FILED, decided_at__isnull=True)
                | (
                    ~Q(state=ObjectionState.FILED)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decision="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}"


class Publication(AssociationOwned):
    """公布: the result as it was published, by two people. Its content never changes; a new one supersedes it."""

    assessment = models.ForeignKey(
        Assessment, models.PROTECT, related_name="publications", verbose_name=pgettext_lazy("one", "评估")
    )
    determination = models.OneToOneField(
        Determination,
        models.PROTECT,
        related_name="publication",
        verbose_name=pgettext_lazy("one", "综合评定"),
    )
    grade = models.CharField(_("等级"), max_length=12)
    total = models.DecimalField(_("总分"), max_digits=8, decimal_places=3, null=True)
    profile = models.JSONField(_("分项情况"), default=list)
    proposed_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("提请人"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("提请时间"))
    approved_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("批准人"), related_name="+"
    )
    published_at = models.DateTimeField(_("公布时间"), null=True)
    valid_until = models.DateField(_("有效期至"), null=True)
    superseded_at = models.DateTimeField(_("被替代时间"), null=True)
    suspended_at = models.DateTimeField(_("暂停时间"), null=True)
    suspension_reason = models.TextField(_("暂停理由"), blank=True)
    # One person asks with a reason that the institution reads at once; a chair, who is another person, suspends.
    suspension_asked_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("提请暂停人"), related_name="+"
    )
    suspension_asked_at = models.DateTimeField(_("提请暂停时间"), null=True)
    suspended_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("批准暂停人"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "公布"), pgettext_lazy("many", "公布")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="publication_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="publication_complete",
                condition=Q(published_at__isnull=True, approved_by__isnull=True)
                | Q(published_at__isnull=False, approved_by__isnull=False, valid_until__isnull=False),
            ),
            models.CheckConstraint(
                name="publication_suspension",
                condition=Q(suspended_at__isnull=True) | ~Q(suspension_reason=""),
            ),
            models.CheckConstraint(
                name="publication_suspension_asked",
                condition=Q(suspension_asked_at__isnull=True, suspension_asked_by__isnull=True)
                | Q(suspension_asked_at__isnull=False, suspension_asked_by__isnull=False)
                & ~Q(suspension_reason=""),
            ),
            models.CheckConstraint(
                name="publication_suspended_by_two",
                condition=Q(suspended_by__isnull=True) | ~Q(suspended_by=F("suspension_asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.assessment}"


class Certificate(AssociationOwned):
    """等级证书: the code in its QR is answered from live data, so a picture of an old one does no harm."""

    publication = models.OneToOneField(
        Publication, models.PROTECT, related_name="certificate", verbose_name=pgettext_lazy("one", "公布")
    )
    code = models.CharField(_("验证码"), max_length=32, unique=True)
    attachment = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("证书文件"), related_name="+"
    )
    issued_at = models.DateTimeField(_("签发时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "等级证书"),
            pgettext_lazy("many", "等级证书"),
        )

    def __str__(self) -> str:
        return self.code


class HistoricalResult(AssociationOwned):
    """历史结果 taken over from a published source; shown with that source, never computed here."""

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="historical_results", verbose_name=_("机构")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    scheme = models.CharField(_("评估名称"), max_length=80)
    grade = models.CharField(_("结果"), max_length=12)
    issuing_body = models.CharField(_("发布单位"), max_length=80)
    source_title = models.CharField(_("出处"), max_length=200)
    source_url = models.CharField(_("链接"), max_length=300, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    # Empty only on rows from before imports were confirmed by a second person.
    taken_over_with = models.ForeignKey(
        ResultImport, models.PROTECT, null=True, related_name="results", verbose_name=_("导入")
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "历史结果"),
            pgettext_lazy("many", "历史结果"),
        )
        ordering: ClassVar = ["-year"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "institution", "year", "scheme"], name="historical_result_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["association", "-year", "id"], name="historical_result_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.year} {self.grade}"
