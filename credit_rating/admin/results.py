"""异议、公布与历史结果 on the staff desk: read here, decided at the committee's own desk."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from association.deeds import Cell, Deed, DeedForm, Done, Table, foretelling
from association.models.identity import name_here
from association.moments import until
from association.rules.clock import beijing
from association.staff_desk import DeskAdmin
from credit_rating import operations
from credit_rating.access import MAY, assessments_visible_to
from credit_rating.admin import result_deeds
from credit_rating.choices import CorrectionState
from credit_rating.models import HistoricalResult, Objection, Publication, ResultCorrection
from credit_rating.queries.corrections import CORRECTED, as_it_stands, stands_now


@admin.register(Objection)
class ObjectionAdmin(DeskAdmin):
    shows_people, lists_people = True, False
    lead = gettext_lazy("公示期内的异议。由未参与评定的委员在工作台处理；书面异议在该件评估的页面登记。")
    list_display = ("assessment", "state", "due", "filed_at", "document_number", "decided_at")
    list_filter = ("state",)
    search_fields = ("assessment__institution__name", "=document_number")
    facts = (
        "assessment", "state", "objector", "document_number", "text", "filed_at", "due", "arithmetic",
        "extension_reason", "extended_by", "extended_at", "decision", "decided_by", "decided_at",
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[Objection]:
        rows = Objection.objects.filter(assessment__in=assessments_visible_to(request.actor))
        related = ("assessment__institution", "assessment__round", "objector", "extended_by", "decided_by")
        return rows.select_related(*related)

    @admin.display(description=gettext_lazy("答复截止"), ordering="due_at")
    def due(self, objection: Objection) -> str:
        return until(objection.due_at)

    @admin.display(description=gettext_lazy("期限计算"))
    def arithmetic(self, objection: Objection) -> str:
        return objection.arithmetic


class ApprovedFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否批准")
    parameter_name = "approved"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", gettext_lazy("待批准")), ("yes", gettext_lazy("已公布"))]

    def queryset(self, _request: Any, queryset: QuerySet[Publication]) -> QuerySet[Publication]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(published_at__isnull=self.value() == "no")
        return queryset


@admin.register(Publication)
class PublicationAdmin(DeskAdmin):
    lead = gettext_lazy("由秘书处提请、委员会主任批准的结果。公布后内容不变。")
    list_display = (
        "assessment",
        "grade",
        "total",
        "proposed_by",
        "approved_by",
        "published_at",
        "valid_until",
    )
    list_filter = (ApprovedFilter, "grade")
    search_fields = ("assessment__institution__name", "=assessment__institution__uscc")
    facts = (
        "assessment", "grade", "total", "proposed_by", "proposed_at", "approved_by", "published_at", "valid_until",
        "superseded_at", "suspended_at", "suspension_reason",
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[Publication]:
        rows = Publication.objects.filter(assessment__in=assessments_visible_to(request.actor))
        related = ("assessment__institution", "assessment__round", "proposed_by", "approved_by")
        return rows.select_related(*related).order_by("-pk")


class CorrectionForm(DeedForm):
    """What the result says today stands in the fields first."""

    removes = forms.BooleanField(
        label=gettext_lazy("整项撤下"),
        required=False,
        help_text=gettext_lazy(
            "机构、年度或者评估名称弄错的，撤下这一项，再按出处重新导入；下面的内容此时不用改。"
        ),
    )
    grade = forms.CharField(label=gettext_lazy("结果"), max_length=12)
    issuing_body = forms.CharField(label=gettext_lazy("发布单位"), max_length=80)
    source_title = forms.CharField(label=gettext_lazy("出处"), max_length=200)
    source_url = forms.CharField(label=gettext_lazy("链接"), max_length=300, required=False)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)
    reason = forms.CharField(
        label=gettext_lazy("更正理由"), max_length=300, help_text=gettext_lazy("会公开；不要写个人信息。")
    )
    basis = forms.CharField(
        label=gettext_lazy("更正依据"),
        max_length=300,
        help_text=gettext_lazy("会公开；文件名称与文号，或者网址。"),
    )

    def starts(self) -> dict[str, Any]:
        stands = as_it_stands(self.obj)
        return {name: getattr(stands, name) for name in CORRECTED}


def _propose(request: Any, result: HistoricalResult, form: Any) -> Done:
    given = form.cleaned_data
    operations.propose_correction(
        actor=request.actor,
        result_id=result.pk,
        corrected=operations.Corrected(**{name: given[name] for name in CORRECTED}),
        removes=given["removes"],
        reason=given["reason"],
        basis=given["basis"],
    )
    return Done(_("已提出更正，等待另一人确认。"), reverse("corrections"))


def _waits(result: HistoricalResult) -> bool:
    return ResultCorrection.objects.filter(result=result, state=CorrectionState.WAITING).exists()


@admin.register(HistoricalResult)
class HistoricalResultAdmin(DeskAdmin):
    lead = gettext_lazy(
        "取自已公布的来源，不由本平台计算。录错的由一人提出更正、另一人确认；原来的记载保留，公众页面并列说明。"
    )
    list_deeds = result_deeds.LIST
    list_display = ("institution", "year", "scheme", "grade", "now", "issuing_body")
    list_filter = ("year", "grade")
    search_fields = ("institution__name", "scheme")
    list_select_related = ("institution",)
    facts = (
        "institution", "year", "scheme", "grade", "now", "issuing_body", "source_title", "source_url", "note",
    )  # fmt: skip
    ordering = ("-year", "pk")
    deeds = (
        Deed(
            "correct",
            gettext_lazy("提出更正"),
            lambda actor: actor.may(MAY, "propose_correction"),
            _propose,
            form=CorrectionForm,
            fits=lambda result: not _waits(result),
            foretells=foretelling(
                gettext_lazy("只提出更正，由另一人确认；确认以前公众页面、登记册和开放接口都不变。"),
                gettext_lazy("秘书处其他人员和评定委员会主任，站内和邮件"),
            ),
            main=True,
            step_up=True,
        ),
    )

    def get_queryset(self, request: Any) -> QuerySet[HistoricalResult]:
        return super().get_queryset(request).prefetch_related("corrections")

    @admin.display(description=gettext_lazy("现在的结果"))
    def now(self, result: HistoricalResult) -> str:
        stands = stands_now(result)
        return _("已撤下") if stands.removed else stands.grade

    def tables(self, _request: Any, obj: HistoricalResult) -> Sequence[Table]:
        rows = obj.corrections.select_related("proposed_by", "decided_by")
        return [
            Table(
                _("历史结果的更正"),
                (pgettext("correction", "提出"), _("更正为"), _("理由和依据"), _("状态")),
                [_line(row) for row in rows],
                empty=_("没有更正过。"),
                more=(_("等待确认的更正"), reverse("corrections")),
            )
        ]


def _line(row: ResultCorrection) -> tuple[Any, ...]:
    decided = f"{row.get_state_display()} · {name_here(row.decided_by_id)}" if row.decided_by_id else ""
    return (
        f"{beijing(row.proposed_at):%Y-%m-%d} · {name_here(row.proposed_by_id)}",
        _("撤下") if row.removes else row.grade,
        Cell(row.reason, note=row.basis),
        decided or row.get_state_display(),
    )
