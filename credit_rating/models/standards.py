import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from credit_rating.choices import MapKind, StandardState, Verdict
from credit_rating.rules.specification import Aggregation, Combine, Method, NaPolicy, RoundingMode, VetoEffect

METHODS = [
    (Method.PASS_FAIL, _("是否符合")),
    (Method.DEDUCT_EACH, _("逐项扣分")),
    (Method.BAND, _("分档")),
    (Method.RATIO, _("比率")),
    (Method.SAMPLE_RATE, _("抽样合格率")),
    (Method.SURVEY, _("问卷")),
    (Method.EXPERT, _("专家评分")),
]
NA_POLICIES = [
    (NaPolicy.FORBIDDEN, _("不得选不适用")),
    (NaPolicy.EXCLUDE_AND_RESCALE, _("分值转给同级指标")),
    (NaPolicy.FULL_MARKS, _("按满分计")),
    (NaPolicy.ZERO_WITH_REASON, _("按零分计并说明")),
]
AGGREGATIONS = [
    (Aggregation.SUM, _("逐项相加")),
    (Aggregation.FACTOR_PRODUCT, _("系数相乘")),
    (Aggregation.DIMENSION_COUNT, _("按达标维度计")),
]
ROUNDING_MODES = [
    (RoundingMode.HALF_UP, _("四舍五入")),
    (RoundingMode.HALF_EVEN, _("四舍六入五成双")),
    (RoundingMode.DOWN, _("舍去")),
]


class AssessmentStandard(AssociationOwned):
    """评估规范: one version. A draft is edited; a frozen one never changes, in the database either."""

    code = models.CharField(_("代号"), max_length=40)
    version = models.CharField(_("版本"), max_length=20)
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(
        _("状态"), max_length=14, choices=StandardState.choices, default=StandardState.DRAFT, editable=False
    )
    official = models.BooleanField(_("正式文本"), default=False, help_text=_("否：各处均标明“非官方”"))
    legal_basis = models.CharField(_("依据"), max_length=300, blank=True)
    source = models.CharField(_("出处"), max_length=300, blank=True)
    total_points = models.DecimalField(_("总分"), max_digits=8, decimal_places=3)
    aggregation = models.CharField(
        _("汇总方式"), max_length=16, choices=AGGREGATIONS, default=Aggregation.SUM
    )
    aggregation_params = models.JSONField(_("汇总参数"), default=dict, blank=True)
    rounding_digits = models.PositiveSmallIntegerField(_("保留小数位"), default=1)
    rounding_mode = models.CharField(
        _("取舍"), max_length=10, choices=ROUNDING_MODES, default=RoundingMode.HALF_UP
    )
    gap_share = models.DecimalField(
        _("差距须说明（占分值比例）"), max_digits=4, decimal_places=3, default="0.2"
    )
    spread_share = models.DecimalField(
        _("分歧须合议（占分值比例）"), max_digits=4, decimal_places=3, default="0.3"
    )
    panel_minimum = models.PositiveSmallIntegerField(_("评估组最少人数"), default=3)
    combine = models.CharField(
        _("合议取值"),
        max_length=6,
        choices=[(Combine.MEDIAN, _("中位数")), (Combine.MEAN, _("平均数"))],
        default=Combine.MEDIAN,
    )
    successor_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("接替"), related_name="successors"
    )
    sha256 = models.CharField(_("定稿摘要"), max_length=64, blank=True, editable=False)
    frozen_at = models.DateTimeField(_("定稿时间"), null=True, editable=False)
    created_at = models.DateTimeField(_("建立时间"), editable=False)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "评估规范"),
            pgettext_lazy("many", "评估规范"),
        )
        ordering: ClassVar = ["code", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "code", "version"], name="standard_version_once"),
            models.CheckConstraint(
                name="standard_frozen_has_hash",
                condition=Q(state__in=[StandardState.DRAFT, StandardState.EXPERT_REVIEW])
                | (Q(sha256__regex=r"^[0-9a-f]{64}$") & Q(frozen_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="standard_state_known", condition=Q(state__in=[state.value for state in StandardState])
            ),
            models.CheckConstraint(name="standard_total", condition=Q(total_points__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.version}）"


class Indicator(AssociationOwned):
    """指标: ``level`` 0 is the aspect. ``identity`` lives across versions of the standard."""

    standard = models.ForeignKey(
        AssessmentStandard,
        models.CASCADE,
        related_name="indicators",
        verbose_name=pgettext_lazy("one", "评估规范"),
    )
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name=_("上级指标")
    )
    identity = models.UUIDField(_("跨版本标识"), default=uuid.uuid4, editable=False)
    level = models.PositiveSmallIntegerField(_("级"))
    code = models.CharField(_("编号"), max_length=20)
    position = models.PositiveIntegerField(_("顺序"))
    title = models.CharField(_("名称"), max_length=200)
    title_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    points = models.DecimalField(_("分值"), max_digits=8, decimal_places=3)
    method = models.CharField(_("计分方法"), max_length=12, choices=METHODS, blank=True)
    params = models.JSONField(_("计分参数"), default=dict, blank=True)
    na_policy = models.CharField(
        _("不适用的处理"), max_length=20, choices=NA_POLICIES, default=NaPolicy.FORBIDDEN
    )
    veto_effect = models.CharField(
        _("一票否决"),
        max_length=5,
        choices=[(VetoEffect.CAP, _("封顶")), (VetoEffect.FORCE, _("直接定级"))],
        blank=True,
    )
    veto_grade = models.CharField(_("否决等级"), max_length=12, blank=True)
    evidence_required = models.BooleanField(_("必须有佐证"), default=False)
    evidence_hint = models.CharField(_("佐证材料"), max_length=200, blank=True)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    data_source = models.CharField(_("数据来源"), max_length=60, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "指标"), pgettext_lazy("many", "指标")
        ordering: ClassVar = ["standard", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "standard", "code"], name="indicator_code_once"),
            models.UniqueConstraint(
                fields=["association", "standard", "identity"], name="indicator_identity_once"
            ),
            models.CheckConstraint(name="indicator_points", condition=Q(points__gte=0)),
            models.CheckConstraint(name="indicator_level", condition=Q(level__lte=3)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Band(AssociationOwned):
    """等级分数段: ``lower`` belongs to it, ``upper`` does not; no ``upper`` reaches the full total."""

    standard = models.ForeignKey(
        AssessmentStandard,
        models.CASCADE,
        related_name="bands",
        verbose_name=pgettext_lazy("one", "评估规范"),
    )
    grade = models.CharField(_("等级"), max_length=12)
    label = models.CharField(_("含义"), max_length=40)
    lower = models.DecimalField(_("下限（含）"), max_digits=8, decimal_places=3)
    upper = models.DecimalField(_("上限（不含）"), max_digits=8, decimal_places=3, null=True, blank=True)
    adverse = models.BooleanField(_("不利等级"), default=False, help_text=_("拟定为此等级时须事先告知"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "等级分数段"),
            pgettext_lazy("many", "等级分数段"),
        )
        ordering: ClassVar = ["standard", "-lower"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "standard", "grade"], name="band_grade_once"),
            models.UniqueConstraint(fields=["association", "standard", "lower"], name="band_lower_once"),
            models.CheckConstraint(
                name="band_not_empty", condition=Q(upper__isnull=True) | Q(upper__gt=F("lower"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.label}"


class ExpertOpinion(AssociationOwned):
    """专家评审意见 on a draft standard."""

    standard = models.ForeignKey(
        AssessmentStandard,
        models.PROTECT,
        related_name="expert_opinions",
        verbose_name=pgettext_lazy("one", "评估规范"),
    )
    expert = models.ForeignKey("association.User", models.PROTECT, verbose_name=_("专家"), related_name="+")
    verdict = models.CharField(_("结论"), max_length=20, choices=Verdict.choices)
    text = models.TextField(_("意见"))
    created_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "专家评审意见"),
            pgettext_lazy("many", "专家评审意见"),
        )
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.get_verdict_display()


class IndicatorMap(AssociationOwned):
    """指标对照: how one indicator of the old version lives on in the new one. One row for each pair."""

    old_standard = models.ForeignKey(
        AssessmentStandard, models.CASCADE, related_name="maps_onward", verbose_name=_("旧版")
    )
    new_standard = models.ForeignKey(
        AssessmentStandard, models.CASCADE, related_name="maps_back", verbose_name=_("新版")
    )
    kind = models.CharField(_("关系"), max_length=12, choices=MapKind.choices)
    old_indicator = models.ForeignKey(
        Indicator, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("旧指标")
    )
    new_indicator = models.ForeignKey(
        Indicator, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("新指标")
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "指标对照"),
            pgettext_lazy("many", "指标对照"),
        )
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "new_standard", "old_indicator", "new_indicator"],
                name="indicator_map_pair_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="indicator_map_ends",
                condition=Q(kind=MapKind.NEW, old_indicator__isnull=True, new_indicator__isnull=False)
                | Q(kind=MapKind.RETIRED, old_indicator__isnull=False, new_indicator__isnull=True)
                | (
                    ~Q(kind__in=[MapKind.NEW, MapKind.RETIRED])
                    & Q(old_indicator__isnull=False, new_indicator__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
