from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from credit_rating.choices import ItemState, StageKind
from credit_rating.models.rounds import Assessment
from credit_rating.models.standards import Indicator


class Opinion(AssociationOwned):
    """评分意见: one for each stage and person; the self-assessment has no author but the institution.

    Open until submitted; after that nobody changes it: a later one names what it supersedes.
    """

    assessment = models.ForeignKey(
        Assessment, models.PROTECT, related_name="opinions", verbose_name=pgettext_lazy("one", "评估")
    )
    kind = models.CharField(_("环节"), max_length=16, choices=StageKind.choices)
    author = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("评分人"), related_name="+"
    )
    summary = models.TextField(_("总体意见"), blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by", verbose_name=_("替代")
    )
    started_at = models.DateTimeField(_("开始时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    # 得分总览: filled by the database from the rows at the moment of submitting, hundredths as four bytes each in the
    # order of the indicators' ids (-1 不适用, -2 none). A round is computed from these, not from a million rows.
    marks = models.BinaryField(_("得分总览"), null=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "评分意见"),
            pgettext_lazy("many", "评分意见"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "assessment", "kind", "author"],
                name="opinion_open_once",
                condition=Q(submitted_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="opinion_marks", condition=Q(submitted_at__isnull=True) | Q(marks__isnull=False)
            ),
            models.CheckConstraint(
                name="opinion_author",
                condition=Q(kind=StageKind.SELF_ASSESSMENT, author__isnull=True)
                | (~Q(kind=StageKind.SELF_ASSESSMENT) & Q(author__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.assessment}"


class OpinionItem(AssociationOwned):
    """一行评分: what was entered, the points that follow, and ``version`` so that two people lose nothing."""

    opinion = models.ForeignKey(
        Opinion, models.CASCADE, related_name="items", verbose_name=pgettext_lazy("one", "评分意见")
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("one", "指标")
    )
    state = models.CharField(_("状态"), max_length=6, choices=ItemState.choices, default=ItemState.OPEN)
    entry = models.JSONField(_("填报内容"), default=dict)
    points = models.DecimalField(_("得分"), max_digits=8, decimal_places=3, null=True)
    na_reason = models.CharField(_("不适用的理由"), max_length=300, blank=True)
    comment = models.TextField(_("说明"), blank=True)
    gap_reason = models.TextField(_("与自评差距的理由"), blank=True)
    # 上年带入: where a carried value came from; cleared when the row is confirmed or changed.
    origin = models.ForeignKey(
        "self", models.PROTECT, null=True, verbose_name=_("上年来源"), related_name="+"
    )
    carried = models.BooleanField(_("上年带入待确认"), default=False)
    # 未沿用: why the row starts empty although there was an answer last year, in the parts of its sentence.
    not_carried = models.JSONField(_("未沿用的原因"), null=True, editable=False)
    version = models.PositiveIntegerField(_("修订号"), default=0)
    edited_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("修改人"), related_name="+"
    )
    edited_at = models.DateTimeField(_("修改时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "评分行"), pgettext_lazy("many", "评分行")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "opinion", "indicator"], name="opinion_item_once"),
            models.CheckConstraint(
                name="opinion_item_state",
                condition=Q(state=ItemState.OPEN, points__isnull=True)
                | Q(state=ItemState.SCORED, points__isnull=False, points__gte=0)
                | (Q(state=ItemState.NA, points__isnull=True) & ~Q(na_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}"


class Evidence(AssociationOwned):
    """佐证: a file of the locker behind one row of a self-assessment."""

    item = models.ForeignKey(
        OpinionItem, models.CASCADE, related_name="evidence", verbose_name=pgettext_lazy("one", "评分行")
    )
    attachment = models.ForeignKey(
        "association.Attachment", models.PROTECT, related_name="+", verbose_name=pgettext_lazy("one", "附件")
    )
    added_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("上传人"), related_name="+"
    )
    added_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "佐证"), pgettext_lazy("many", "佐证")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "item", "attachment"], name="evidence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.attachment}"
