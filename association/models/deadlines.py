from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.choices import Side
from association.rules.explanation import from_parts, in_words
from association.tenancy import AssociationOwned


class Deadline(AssociationOwned):
    """一个期限: what must happen in a case until when, by whom, under which rule row, counted how.

    It counts from its start by the rule it began under. While it is open its end may be counted anew (a pause ended,
    holidays were announced); what it was counted from never changes, and once stopped nothing of it does: a trigger
    sees to both. ``ends_at`` is 24:00 Beijing time of ``due_on`` and does not belong to the term any more.
    """

    case_kind = models.CharField(_("事项类别"), max_length=20)
    case_id = models.BigIntegerField(_("事项编号"))
    case_title = models.CharField(_("事项"), max_length=160)
    case_path = models.CharField(_("办理页面"), max_length=200, blank=True)
    code = models.CharField(_("期限代号"), max_length=40)
    title = models.CharField(_("期限"), max_length=80)
    action = models.CharField(_("下一步"), max_length=120)
    # Empty only where a document sets the day (an order's own limit, a day agreed on).
    rule = models.ForeignKey(
        "association.DeadlineRule",
        models.PROTECT,
        null=True,
        verbose_name=pgettext_lazy("one", "期限规则"),
        related_name="+",
    )
    set_on = models.DateField(_("文件确定的截止日"), null=True)
    started_at = models.DateTimeField(_("起算时间"))
    start_on = models.DateField(_("起算日"))
    due_on = models.DateField(_("截止日"))
    ends_at = models.DateTimeField(_("截止时间"))
    provisional = models.BooleanField(pgettext_lazy("one", "暂定"), default=False)
    reckoning = models.JSONField(_("期限计算"))
    counted_times = models.PositiveSmallIntegerField(_("计算次数"), default=1)
    owner_side = models.CharField(_("轮到"), max_length=12, choices=Side.choices)
    owner_user = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("经办人"), related_name="+"
    )
    owner_institution = models.ForeignKey(
        "members.Institution", models.PROTECT, null=True, verbose_name=_("机构"), related_name="+"
    )
    paused_on = models.DateField(_("中止自"), null=True)
    # Of the end as it stands: how near it was when its owner was last reminded, and when all were told that it is over.
    reminded_days = models.PositiveSmallIntegerField(_("已提前提醒（工作日）"), null=True)
    alarmed_at = models.DateTimeField(_("逾期提醒时间"), null=True)
    stopped_at = models.DateTimeField(_("停止时间"), null=True)
    outcome = models.CharField(_("结果"), max_length=40, blank=True)
    was_late = models.BooleanField(_("逾期"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "期限"), pgettext_lazy("many", "期限")
        ordering: ClassVar = ["ends_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "case_kind", "case_id", "code"],
                name="deadline_open_once",
                condition=Q(stopped_at__isnull=True),
            ),
            models.CheckConstraint(name="deadline_due_after_start", condition=Q(ends_at__gt=F("started_at"))),
            models.CheckConstraint(name="deadline_days", condition=Q(due_on__gte=F("start_on"))),
            models.CheckConstraint(
                name="deadline_counted_or_set",
                condition=Q(set_on__isnull=True, rule__isnull=False)
                | Q(set_on=F("due_on"), provisional=False, paused_on__isnull=True),
            ),
            models.CheckConstraint(
                name="deadline_stopped_whole",
                condition=Q(stopped_at__isnull=True, was_late__isnull=True, outcome="")
                | Q(stopped_at__isnull=False, was_late__isnull=False, paused_on__isnull=True)
                & ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="deadline_late_is_a_fact",
                condition=Q(stopped_at__isnull=True)
                | Q(was_late=True, stopped_at__gte=F("ends_at"))
                | Q(was_late=False, stopped_at__lt=F("ends_at"))
                | Q(was_late=False, stopped_at__gte=F("ends_at"), outcome="lapsed"),
            ),
            models.CheckConstraint(
                name="deadline_pause_inside",
                condition=Q(paused_on__isnull=True) | Q(paused_on__gte=F("start_on")),
            ),
            models.CheckConstraint(
                name="deadline_owner_of_institution",
                condition=~Q(owner_side=Side.INSTITUTION) | Q(owner_institution__isnull=False),
            ),
            models.CheckConstraint(
                name="deadline_alarmed_after_end",
                condition=Q(alarmed_at__isnull=True) | Q(alarmed_at__gte=F("ends_at")),
            ),
            models.CheckConstraint(
                name="deadline_named", condition=~Q(case_kind="") & ~Q(case_title="") & ~Q(action="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["association", "case_kind", "case_id"], name="deadline_of_case"),
            models.Index(
                fields=["association", "ends_at", "id"],
                include=["owner_side", "owner_user", "owner_institution", "paused_on"],
                name="deadline_open",
                condition=Q(stopped_at__isnull=True),
            ),
            models.Index(
                fields=["association", "ends_at"],
                name="deadline_paused",
                condition=Q(stopped_at__isnull=True, paused_on__isnull=False),
            ),
            models.Index(
                fields=["association", "ends_at"],
                name="deadline_watched",
                condition=Q(stopped_at__isnull=True, paused_on__isnull=True, alarmed_at__isnull=True),
            ),
            models.Index(
                fields=["association", "owner_institution", "ends_at"],
                name="deadline_of_institution",
                condition=Q(stopped_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.case_title}"

    @property
    def told(self) -> str:
        """The arithmetic in Chinese, for what is written: notices, documents."""
        return in_words(from_parts(self.reckoning))


class DeadlinePause(AssociationOwned):
    """中止: the days from ``first_on`` on are not counted, ``resumed_on`` counts again. Kept as a fact."""

    deadline = models.ForeignKey(
        Deadline, models.PROTECT, related_name="pauses", verbose_name=pgettext_lazy("one", "期限")
    )
    first_on = models.DateField(_("中止自"))
    resumed_on = models.DateField(_("恢复日"), null=True)
    reason = models.CharField(_("理由"), max_length=300)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "期限中止"),
            pgettext_lazy("many", "期限中止"),
        )
        ordering: ClassVar = ["first_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "deadline"],
                name="deadline_pause_open_once",
                condition=Q(resumed_on__isnull=True),
            ),
            models.CheckConstraint(
                name="deadline_pause_days",
                condition=Q(resumed_on__isnull=True) | Q(resumed_on__gte=F("first_on")),
            ),
            models.CheckConstraint(name="deadline_pause_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} {self.reason}"
