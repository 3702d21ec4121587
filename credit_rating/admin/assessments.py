"""评估 of one institution on the staff desk."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.deeds import Cell, Table
from association.moments import minute, until
from association.staff_desk import DeskAdmin
from common.numbers import shown
from credit_rating.access import assessments_visible_to, assignments_visible_to, opinions_visible_to
from credit_rating.admin import assessment_deeds
from credit_rating.choices import ASIDE, Clearance
from credit_rating.models import Assessment
from credit_rating.queries.staff_queue import QUEUE

WAITING_LABELS = {
    "unanswered": gettext_lazy("尚未开始自评"),
    "unassigned": gettext_lazy("等待指派"),
    "reviewed": gettext_lazy("意见已齐，待结束评审"),
    "supplements": gettext_lazy("补正中"),
    "to_compute": gettext_lazy("待计分"),
    "to_tell": gettext_lazy("不利等级待告知"),
    "unreached": gettext_lazy("机构没有可以联系的人员"),
    "defended": gettext_lazy("申辩待答复"),
    "heard": gettext_lazy("申辩期满或已答复"),
    "disputed": gettext_lazy("异议待处理"),
    "on_notice": gettext_lazy("公示中"),
    "to_propose": gettext_lazy("待提请公布"),
    "to_approve": gettext_lazy("待批准公布"),
}
TONES = {Clearance.CLEAR: "ok", Clearance.WARN: "warn", Clearance.BLOCKED: "danger"}


class WaitingFilter(admin.SimpleListFilter):
    """The same definitions as 今日待办: a count there is this list here."""

    title = gettext_lazy("待办")
    parameter_name = "waits"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, Any]]:
        return list(WAITING_LABELS.items())

    def queryset(self, _request: Any, queryset: QuerySet[Assessment]) -> QuerySet[Assessment]:
        narrow = QUEUE.get(self.value() or "")
        return narrow(queryset) if narrow else queryset


@admin.register(Assessment)
class AssessmentAdmin(DeskAdmin):
    shows_people, lists_people = True, False
    lead = gettext_lazy("每家机构在每一轮里的一件评估。评估不收费，也不能与任何费用挂钩。")
    list_display = ("institution", "round", "stage", "grade", "total", "submitted_at")
    list_filter = (WaitingFilter, "stage", "round")
    search_fields = ("institution__name", "institution__short_name", "=institution__uscc")
    search_help_text = gettext_lazy("机构名称、简称、统一社会信用代码")
    list_select_related = ("institution", "round")
    facts = ("institution", "round", "stage", "grade", "total", "invited_at", "submitted_at")
    deeds = assessment_deeds.OBJECT
    bulk_deeds = assessment_deeds.BULK

    def get_queryset(self, request: Any) -> QuerySet[Assessment]:
        return assessments_visible_to(request.actor).select_related("institution", "round__standard")

    def tables(self, request: Any, obj: Assessment) -> Sequence[Table]:
        return [
            _links(obj),
            _assignments(request, obj),
            _opinions(request, obj),
            _supplement(obj),
            _determinations(obj),
            _prior_notices(obj),
            _objections(obj),
        ]


def _day(moment: Any) -> str:
    return minute(moment) if moment else "—"


def _links(assessment: Assessment) -> Table:
    pages = (
        (_("轮次"), assessment.round.title, "credit_rating_round_change", assessment.round_id),
        (_("机构"), assessment.institution.name, "members_institution_change", assessment.institution_id),
        (_("规范"), str(assessment.round.standard), "credit_rating_assessmentstandard_change", assessment.round.standard_id),
    )  # fmt: skip
    rows = [(label, Cell(text, reverse(f"admin:{page}", args=[pk]))) for label, text, page, pk in pages]
    return Table("", (_("所属"), _("名称")), rows)


def _assignments(request: Any, assessment: Assessment) -> Table:
    rows = assignments_visible_to(request.actor).filter(assessment=assessment).select_related("assessor")
    return Table(
        _("指派与回避"),
        (_("评估员"), _("环节"), _("状态"), _("指派时的回避核对"), _("指派时间")),
        [
            (
                row.assessor.name,
                row.get_kind_display(),
                Cell(
                    row.get_state_display(),
                    tone="warn" if row.state in ASIDE else "",
                    note=row.recusal_reason or row.ending_reason,
                ),
                _clearance(row),
                _day(row.assigned_at),
            )
            for row in rows
        ],
        empty=_("还没有指派。"),
    )


def _clearance(row: Any) -> Cell:
    value = Clearance(row.conflict_check.get("clearance", Clearance.CLEAR))
    return Cell(value.label, tone=TONES[value], note="\n".join(row.conflicts_told))


def _opinions(request: Any, assessment: Assessment) -> Table:
    rows = opinions_visible_to(request.actor).filter(assessment=assessment).select_related("author")
    return Table(
        _("评分意见"),
        (_("环节"), _("评分人"), _("开始"), _("提交"), _("总体意见")),
        [
            (
                row.get_kind_display(),
                row.author.name if row.author else _("机构"),
                _day(row.started_at),
                _day(row.submitted_at),
                row.summary,
            )
            for row in rows
        ],
        empty=_("还没有意见。"),
    )


def _supplement(assessment: Assessment) -> Table:
    supplement = getattr(assessment, "supplement", None)
    items = supplement.items.select_related("indicator") if supplement else ()
    note = ""
    if supplement:
        note = _("截止%(due)s。%(term)s") % {"due": until(supplement.due_at), "term": supplement.arithmetic}
    return Table(
        _("补正"),
        (_("指标"), _("须补正的内容"), _("补正说明")),
        [(str(item.indicator), item.request, item.answer or "—") for item in items],
        empty=_("没有要求补正。"),
        note=note,
    )


def _determinations(assessment: Assessment) -> Table:
    rows = assessment.determinations.select_related("computation", "decided_by", "countersigned_by")
    return Table(
        _("计分与综合评定"),
        (_("计分"), _("等级"), _("状态"), _("评定人"), _("第二签署人"), _("理由")),
        [
            (
                Cell(
                    "—" if row.computation.total is None else shown(row.computation.total),
                    note=row.computation.result_hash[:12],
                ),
                Cell(row.grade, note=_("改判") if row.overruled else ""),
                row.get_state_display(),
                row.decided_by.name if row.decided_by else "—",
                row.countersigned_by.name if row.countersigned_by else "—",
                row.reason,
            )
            for row in rows
        ],
        empty=_("还没有计算。"),
    )


def _prior_notices(assessment: Assessment) -> Table:
    return Table(
        _("事先告知与申辩"),
        (_("告知"), _("申辩截止"), _("申辩"), _("答复")),
        [
            (
                Cell(_day(row.sent_at), note=_("书面送达") if row.delivered_on else ""),
                Cell(until(row.due_at), note=row.arithmetic),
                Cell(row.defence or "—", note=_("书面申辩") if row.received_on else ""),
                row.answer or "—",
            )
            for row in assessment.prior_notices.all()
        ],
        empty=_("没有告知。"),
    )


def _objections(assessment: Assessment) -> Table:
    return Table(
        _("异议"),
        (_("提出"), _("状态"), _("答复截止"), _("内容"), _("处理意见")),
        [
            (
                Cell(_day(row.filed_at), reverse("admin:credit_rating_objection_change", args=[row.pk])),
                row.get_state_display(),
                Cell(until(row.due_at), note=row.arithmetic),
                row.text,
                row.decision or "—",
            )
            for row in assessment.objections.all()
        ],
        empty=_("没有异议。"),
    )
