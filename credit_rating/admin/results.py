"""异议、公布与历史结果 on the staff desk: read here, decided at the committee's own desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from association.moments import until
from association.staff_desk import DeskAdmin
from credit_rating.access import assessments_visible_to
from credit_rating.models import HistoricalResult, Objection, Publication


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


@admin.register(HistoricalResult)
class HistoricalResultAdmin(DeskAdmin):
    lead = gettext_lazy("取自已公布的来源，不由本平台计算。只读。")
    list_display = ("institution", "year", "scheme", "grade", "issuing_body")
    list_filter = ("year", "grade")
    search_fields = ("institution__name", "scheme")
    list_select_related = ("institution",)
    facts = ("institution", "year", "scheme", "grade", "issuing_body", "source_title", "source_url", "note")
    ordering = ("-year", "pk")
