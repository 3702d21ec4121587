from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.choices import Channel, JobState, OutboxState
from association.language import translated
from association.tenancy import AssociationOwned
from common.said import as_parts, from_parts

PERSON = "association.user"


class AuditEntry(AssociationOwned):
    """办理记录: who did what to which object and why; written with the deed, never changed."""

    at = models.DateTimeField(_("时间"))
    # The wall clock beside the (in the demo, movable) clock of the deed.
    recorded_at = models.DateTimeField(_("入库时间"), auto_now_add=True)
    user = models.ForeignKey(
        "association.User",
        models.PROTECT,
        null=True,
        verbose_name=pgettext_lazy("one", "人员"),
        related_name="+",
    )
    action = models.CharField(_("事项"), max_length=60)
    object_kind = models.CharField(_("对象类别"), max_length=60)
    object_id = models.BigIntegerField(_("对象编号"), null=True)
    reason = models.TextField(_("理由"), blank=True)
    detail = models.JSONField(_("内容"), default=dict)
    request_id = models.CharField(_("请求编号"), max_length=32, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "办理记录"),
            pgettext_lazy("many", "办理记录"),
        )
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "object_kind", "object_id"], name="audit_of_object"),
            models.Index(fields=["association", "action"], name="audit_of_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind}{f'#{number}' if (number := self.object_number) else ''}"

    @property
    def object_number(self) -> int | None:
        """对象编号; none of a person: the numbers of accounts count for the whole platform, and a low one tells that
        somebody had an account elsewhere before this association asked for one.
        """
        return None if self.object_kind == PERSON else self.object_id


class OutboxJob(models.Model):
    """待办作业: written with the deed; the relay rings Celery until it is done. The queue may lose everything."""

    association = models.ForeignKey("association.Association", models.PROTECT, related_name="+")
    task = models.CharField(_("作业"), max_length=80)
    key = models.CharField(_("唯一键"), max_length=120)
    payload = models.JSONField(_("参数"), default=dict)
    state = models.CharField(
        _("状态"), max_length=8, choices=OutboxState.choices, default=OutboxState.WAITING
    )
    handed_out = models.PositiveIntegerField(_("发出次数"), default=0)
    attempts = models.PositiveIntegerField(_("开始次数"), default=0)
    due_at = models.DateTimeField(_("应办时间"))
    done_at = models.DateTimeField(_("完成时间"), null=True)
    last_error = models.TextField(_("最近错误"), blank=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "待办作业"),
            pgettext_lazy("many", "待办作业"),
        )
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "task", "key"], name="outbox_once"),
            models.CheckConstraint(
                name="outbox_done_at",
                condition=(Q(state=OutboxState.DONE) & Q(done_at__isnull=False))
                | (~Q(state=OutboxState.DONE) & Q(done_at__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="outbox_due", condition=Q(state=OutboxState.WAITING)),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.key}"


class WorkerBeat(models.Model):
    """心跳: one row per running process, so that the readiness page knows."""

    name = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Job(AssociationOwned):
    """较长的作业: progress that a page polls; leaving the page loses nothing."""

    kind = models.CharField(_("类别"), max_length=40)
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=8, choices=JobState.choices, default=JobState.QUEUED)
    total = models.PositiveIntegerField(_("总数"), default=0)
    done = models.PositiveIntegerField(_("已完成"), default=0)
    message = models.TextField(_("说明"), blank=True)
    result = models.JSONField(_("结果"), default=dict)
    started_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("发起人"), related_name="+"
    )
    created_at = models.DateTimeField(_("发起时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "作业进度"),
            pgettext_lazy("many", "作业进度"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="job_done_le_total", condition=Q(done__lte=F("total"))),
        ]

    def __str__(self) -> str:
        return self.title


class Notice(AssociationOwned):
    """通知: exactly one for each event, person and channel."""

    event = models.CharField(_("事件"), max_length=120)
    user = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("收件人"), related_name="notices"
    )
    channel = models.CharField(_("渠道"), max_length=6, choices=Channel.choices)
    subject = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("正文"))
    # What both were put together from, so that a desk in another language can say them; null before it was kept.
    wording = models.JSONField(null=True, editable=False)
    path = models.CharField(_("链接"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("时间"))
    sent_at = models.DateTimeField(_("发出时间"), null=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "通知"), pgettext_lazy("many", "通知")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "event", "user", "channel"], name="notice_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["association", "user", "-id"], name="notice_of_user")]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject_here(self) -> str:
        """标题 in the language of the page."""
        return translated(from_parts(self.wording["subject"]) if self.wording else self.subject)

    @property
    def body_here(self) -> str:
        """正文 in the language of the page."""
        return translated(from_parts(self.wording["body"]) if self.wording else self.body)


class Attachment(AssociationOwned):
    """附件: one file of the locker, named by the hash of its bytes and owned by an institution or the staff."""

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, null=True, verbose_name=_("机构"), related_name="attachments"
    )
    uploaded_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("上传人"), related_name="+"
    )
    case = models.CharField(_("所属案件"), max_length=40, blank=True)
    name = models.CharField(_("文件名"), max_length=160)
    media_type = models.CharField(_("类型"), max_length=60)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    original_sha256 = models.CharField(_("原件摘要"), max_length=64)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    created_at = models.DateTimeField(_("上传时间"))
    forgotten_on = models.DateField(_("内容销毁日期"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "附件"), pgettext_lazy("many", "附件")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "institution", "case", "original_sha256"],
                name="attachment_once",
                nulls_distinct=False,
                condition=Q(forgotten_on__isnull=True),
            ),
            models.CheckConstraint(
                name="attachment_forgotten_of_a_case",
                condition=Q(forgotten_on__isnull=True) | ~Q(case=""),
            ),
            models.CheckConstraint(name="attachment_not_empty", condition=Q(size__gt=0)),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "sha256"],
                name="attachment_by_content",
                condition=Q(forgotten_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def original(self) -> Any:
        """封存原件: the newest (there are more when the bytes came again after they were destroyed), or None."""
        return next(iter(self.originals.all()), None)


class PracticeClock(AssociationOwned):
    """演练时钟: how far the clock of a demo association has been moved; a trigger refuses it elsewhere."""

    offset_seconds = models.BigIntegerField(_("拨快秒数"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "演练时钟"),
            pgettext_lazy("many", "演练时钟"),
        )
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association"], name="one_practice_clock"),
            models.CheckConstraint(name="practice_clock_forward", condition=Q(offset_seconds__gte=0)),
        ]

    def __str__(self) -> str:
        return f"+{self.offset_seconds}s"


class TableFault(AssociationOwned):
    """错误 of an imported table: line, column and a sentence; never what stood in the cell."""

    line = models.PositiveIntegerField(_("行"))
    column = models.CharField(_("列"), max_length=40)
    sentence = models.CharField(_("原因"), max_length=200)
    # What it was put together from, so that a page in another language can say it; null before it was kept.
    wording = models.JSONField(null=True, editable=False)

    class Meta:
        abstract = True
        ordering: ClassVar = ["line", "id"]

    def __str__(self) -> str:
        return f"{self.line} {self.column}"

    @property
    def sentence_here(self) -> str:
        """原因 in the language of the page."""
        return translated(from_parts(self.wording) if self.wording else self.sentence)

    @staticmethod
    def said(line: int, column: str, sentence: str) -> dict[str, Any]:
        """The fields of a fault, as long as they may be."""
        return {
            "line": line,
            "column": column[:40],
            "sentence": sentence[:200],
            "wording": as_parts(sentence),
        }
