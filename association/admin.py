"""Staff desk of the association itself: audit trail, notices, jobs, deadline rules and the calendar."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from association import charter, clock_desk, operations, originals  # noqa: F401 - the desk of the clocks registers itself
from association.access import (
    MAY,
    attachments_visible_to,
    audit_visible_to,
    jobs_visible_to,
    outbox_visible_to,
)
from association.actors import Actor
from association.audit_words import kind_in_words, verb_in_words, verbs_that_say
from association.choices import Certainty, OutboxState, Role, Unit
from association.deeds import BulkDeed, Deed, DeedForm, Done, Planned, Table, foretelling
from association.long_lists import IndexedValuesFilter
from association.models import Attachment, AuditEntry, CharterRule, DeadlineRule, Job, Notice, OutboxJob
from association.models.identity import name_here
from association.models.work import PERSON
from association.staff_desk import DeskAdmin


class DeedsFilter(IndexedValuesFilter):
    """事项 by name."""

    in_words = staticmethod(verb_in_words)


class ThingsFilter(IndexedValuesFilter):
    """对象 by name."""

    in_words = staticmethod(kind_in_words)


@admin.register(AuditEntry)
class AuditAdmin(DeskAdmin):
    shows_people = True
    lead = gettext_lazy("每一次办理和每一次查阅个人信息，都在这里留下一行；任何人不能修改或删除。")
    list_display = ("at", "user", "deed", "thing", "object_here", "reason")
    list_filter = ("at", ("action", DeedsFilter), ("object_kind", ThingsFilter))
    search_fields = ("user__appointments__name", "action", "=object_id", "=request_id", "reason")
    search_help_text = gettext_lazy("人员、事项、对象编号、请求编号")
    list_select_related = ("user",)
    facts = ("at", "recorded_at", "user", "deed", "thing", "object_here", "reason", "request_id")
    ordering = ("-id",)

    def get_queryset(self, request: Any) -> QuerySet[AuditEntry]:
        return audit_visible_to(request.actor)

    def tables(self, _request: Any, obj: AuditEntry) -> Sequence[Table]:
        rows = [(name, _shown(obj.action, name, value)) for name, value in sorted(obj.detail.items())]
        return [Table(_("内容"), (_("名称"), _("值")), rows)]

    @admin.display(description=gettext_lazy("办理事项"), ordering="action")
    def deed(self, entry: AuditEntry) -> str:
        return verb_in_words(entry.action)

    @admin.display(description=gettext_lazy("对象"), ordering="object_kind")
    def thing(self, entry: AuditEntry) -> str:
        return kind_in_words(entry.object_kind)

    @admin.display(description=gettext_lazy("对象编号"))
    def object_here(self, entry: AuditEntry) -> int | None:
        return entry.object_number

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """The number of an account finds nothing, or guessing would tell what ``object_number`` does not."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if meant := verbs_that_say(search_term):
            found |= queryset.filter(action__in=meant)
        return (found.exclude(object_kind=PERSON) if search_term.strip().isdecimal() else found), may_repeat


# What of a line's content is somebody's account: shown by the name that the association knows.
PEOPLE = {"user", "mediator", "assessor", "officer"}
PEOPLE_OF = {("assign_lead_officer", "before"), ("hand_over_deadline", "to")}


def _shown(action: str, name: str, value: Any) -> str:
    if name not in PEOPLE and (action, name) not in PEOPLE_OF:
        return str(value)
    return (name_here(value) if isinstance(value, int) else "") or "—"


@admin.register(Notice)
class NoticeAdmin(DeskAdmin):
    shows_people = True
    lead = gettext_lazy("每个事件对每个人、每个渠道只通知一次。")
    list_display = ("created_at", "subject", "user", "channel", "sent_at", "read_at")
    list_filter = ("channel", "created_at")
    search_fields = ("subject", "user__appointments__name", "=event")
    list_select_related = ("user",)
    facts = ("created_at", "event", "user", "channel", "subject", "body", "sent_at", "read_at")


class UnfinishedFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否结束")
    parameter_name = "unfinished"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("进行中")), ("no", _("已结束"))]

    def queryset(self, _request: Any, queryset: QuerySet[Job]) -> QuerySet[Job]:
        if self.value() == "yes":
            return queryset.filter(finished_at__isnull=True)
        return queryset.filter(finished_at__isnull=False) if self.value() == "no" else queryset


@admin.register(Job)
class JobAdmin(DeskAdmin):
    lead = gettext_lazy("计算、导入等较长的作业，离开页面不会中断。")
    list_display = ("title", "state", "progress", "started_by", "created_at", "finished_at")
    list_filter = (UnfinishedFilter, "state", "kind")
    search_fields = ("title",)
    list_select_related = ("started_by",)
    facts = ("title", "kind", "state", "progress", "message", "started_by", "created_at", "finished_at")

    def get_queryset(self, request: Any) -> QuerySet[Job]:
        return jobs_visible_to(request.actor)

    @admin.display(description=gettext_lazy("进度"))
    def progress(self, job: Job) -> str:
        return f"{job.done}/{job.total}"


def _may_retry(actor: Actor) -> bool:
    return actor.may(MAY, "retry_dead_job")


def _retry(request: Any, job: OutboxJob, _form: Any) -> Done:
    operations.retry_dead_job(actor=request.actor, outbox_id=job.pk)
    return Done(_("已重新安排，稍后会再次办理。"))


def _retry_each(request: Any, job: OutboxJob) -> None:
    operations.retry_dead_job(actor=request.actor, outbox_id=job.pk)


def _is_dead(job: OutboxJob) -> bool:
    return job.state == OutboxState.DEAD


@admin.register(OutboxJob)
class OutboxAdmin(DeskAdmin):
    lead = gettext_lazy("随办理事项登记的后台作业。八次未成的停办，可以重新安排。")
    list_display = ("created_at", "task", "state", "attempts", "due_at", "done_at", "last_error")
    list_filter = ("state", ("task", IndexedValuesFilter))
    search_fields = ("task", "=key")
    facts = ("task", "key", "state", "attempts", "created_at", "due_at", "done_at", "last_error")
    ordering = ("-id",)
    deeds = (
        Deed(
            "retry",
            gettext_lazy("重新安排"),
            _may_retry,
            _retry,
            fits=_is_dead,
            main=True,
            foretells=foretelling(gettext_lazy("停办的这项作业从头再办一次，已经办成的部分不会重复。")),
        ),
    )
    bulk_deeds = (
        BulkDeed(
            "retry",
            gettext_lazy("重新安排停办的作业"),
            _may_retry,
            _retry_each,
            lambda _request, jobs: [Planned(job, _is_dead(job)) for job in jobs],
            gettext_lazy("停办的作业从头再办，已完成或待办的不受影响。"),
        ),
    )

    def get_queryset(self, request: Any) -> QuerySet[OutboxJob]:
        return outbox_visible_to(request.actor)


class UnsealForm(DeedForm):
    reason = forms.CharField(
        label=gettext_lazy("启封理由"),
        max_length=originals.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("会记入办理记录，并交另一人批准；批准后24小时内由您本人打开。"),
    )


def _ask_to_unseal(request: Any, attachment: Attachment, form: Any) -> Done:
    originals.request_original(actor=request.actor, file_id=attachment.pk, reason=form.cleaned_data["reason"])
    return Done(_("已申请启封，等待另一人批准。"), reverse("originals"))


def _is_sealed(attachment: Attachment) -> bool:
    return attachment.original is not None and attachment.original.destroyed_at is None


@admin.register(Attachment)
class AttachmentAdmin(DeskAdmin):
    open_to = frozenset({Role.SECRETARIAT})
    shows_people = True
    lists_people = False
    lead = gettext_lazy(
        "各处提供的都是去除拍摄信息和作者的工作副本；收到时的原件加密封存，须两个人办理才能打开。"
    )
    list_display = ("created_at", "name", "institution", "media_type", "size", "kept")
    list_filter = ("media_type", "created_at")
    search_fields = ("name", "institution__name", "=original_sha256")
    list_select_related = ("institution",)
    facts = (
        "name", "institution", "uploaded_by", "created_at", "media_type", "size", "sha256", "original_sha256", "kept",
    )  # fmt: skip
    deeds = (
        Deed(
            "unseal",
            gettext_lazy("申请启封原件"),
            lambda actor: actor.may(MAY, "request_original"),
            _ask_to_unseal,
            form=UnsealForm,
            fits=_is_sealed,
            foretells=foretelling(
                gettext_lazy("只登记启封申请，原件还不打开；另一人批准后24小时内由您本人打开。"),
                gettext_lazy("秘书处其他人员和评定委员会主任（与所涉案件有利害关系的除外），站内和邮件"),
            ),
        ),
    )

    def get_queryset(self, request: Any) -> QuerySet[Attachment]:
        return attachments_visible_to(request.actor).prefetch_related("originals")

    @admin.display(description=gettext_lazy("原件"))
    def kept(self, attachment: Attachment) -> str:
        original = attachment.original
        if original is None:
            return _("没有封存的原件")
        if original.destroyed_at is not None:
            return _("保管期满，已销毁")
        return _("封存至%(day)s") % {"day": original.keep_until}


class DeadlineForm(DeedForm):
    number = forms.IntegerField(label=gettext_lazy("数值"), min_value=1)
    unit = forms.ChoiceField(label=gettext_lazy("单位"), choices=Unit.choices)
    citation = forms.CharField(label=gettext_lazy("依据"), max_length=200)
    certainty = forms.ChoiceField(label=gettext_lazy("依据性质"), choices=Certainty.choices)
    valid_from = forms.DateField(
        label=gettext_lazy("自哪一天起"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def starts(self) -> dict[str, Any]:
        return {name: getattr(self.obj, name) for name in ("number", "unit", "citation", "certainty")}


def _set_rule(request: Any, rule: DeadlineRule, form: Any) -> Done:
    operations.set_deadline_rule(actor=request.actor, rule_id=rule.pk, **form.cleaned_data)
    return Done(_("新的期限规则已登记，自生效日起适用于新的办理。"))


class ConfirmForm(DeedForm):
    reason = forms.CharField(
        label=gettext_lazy("核实的依据和理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


def _confirm_rule(request: Any, rule: DeadlineRule, form: Any) -> Done:
    operations.confirm_deadline_rule(actor=request.actor, rule_id=rule.pk, **form.cleaned_data)
    return Done(_("已核实，这条期限规则可以用于计期。"))


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(DeskAdmin):
    lead = gettext_lazy("修改即登记一条自某日起生效的新规则；已开始的办理仍按当时的规则计期。")
    list_display = ("title", "term", "citation", "certainty", "owner", "valid_from", "valid_until")
    list_filter = ("certainty",)
    search_fields = ("code", "title")
    facts = (
        "code", "title", "term", "citation", "certainty", "note", "owner", "silence_means", "valid_from", "valid_until",
        "confirmed_by", "confirmed_at", "confirmation",
    )  # fmt: skip
    deeds = (
        Deed(
            "change",
            gettext_lazy("修改（登记新规则）"),
            lambda actor: actor.may(MAY, "set_deadline_rule"),
            _set_rule,
            form=DeadlineForm,
            fits=lambda rule: rule.valid_until is None,
            main=True,
            foretells=foretelling(
                gettext_lazy("登记一条自生效日起适用的新规则；已开始的办理仍按原规则计期。"),
                gettext_lazy("秘书处和评定委员会主任，站内和邮件"),
            ),
        ),
        Deed(
            "confirm",
            gettext_lazy("核实"),
            lambda actor: actor.may(MAY, "confirm_deadline_rule"),
            _confirm_rule,
            form=ConfirmForm,
            fits=lambda rule: not rule.may_count,
            foretells=foretelling(
                gettext_lazy(
                    "登记核实的依据和您的姓名，此后这条规则可以用于计期；登记这条规则的人不能核实。"
                ),
                gettext_lazy("秘书处和评定委员会主任，站内和邮件"),
            ),
        ),
    )

    @admin.display(description=pgettext_lazy("length", "期限"))
    def term(self, rule: DeadlineRule) -> str:
        return f"{rule.number} {rule.get_unit_display()}"


class CharterForm(DeedForm):
    numerator = forms.IntegerField(label=gettext_lazy("分子"), min_value=1, max_value=1000)
    denominator = forms.IntegerField(label=gettext_lazy("分母"), min_value=1, max_value=1000)
    is_strict = forms.BooleanField(label=gettext_lazy("须超过（不含本数）"), required=False)
    citation = forms.CharField(label=gettext_lazy("章程的条款"), max_length=200)
    valid_from = forms.DateField(
        label=gettext_lazy("自哪一天起"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def starts(self) -> dict[str, Any]:
        return {
            name: getattr(self.obj, name) for name in ("numerator", "denominator", "is_strict", "citation")
        }


def _set_charter(request: Any, rule: CharterRule, form: Any) -> Done:
    charter.set_charter_rule(actor=request.actor, rule_id=rule.pk, **form.cleaned_data)
    return Done(_("新的章程参数已登记，自生效日起适用于新的表决。"))


@admin.register(CharterRule)
class CharterRuleAdmin(DeskAdmin):
    lead = gettext_lazy("表决所按的比例，以本会章程为准；修改即登记一条自某日起生效的新参数。")
    list_display = ("title", "share", "citation", "certainty", "valid_from", "valid_until")
    search_fields = ("code", "title")
    facts = ("code", "title", "share", "citation", "certainty", "note", "valid_from", "valid_until")
    deeds = (
        Deed(
            "change",
            gettext_lazy("修改（登记新参数）"),
            lambda actor: actor.may(MAY, "set_charter_rule"),
            _set_charter,
            form=CharterForm,
            fits=lambda rule: rule.valid_until is None,
            main=True,
            foretells=foretelling(
                gettext_lazy("登记一条自生效日起适用的新参数；已开始的表决仍按原参数计票。")
            ),
        ),
    )

    @admin.display(description=gettext_lazy("比例"))
    def share(self, rule: CharterRule) -> str:
        return rule.share
