"""评估规范 on the staff desk: lists, the page of a version, its indicators."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from association.deeds import Cell, Deed, Table
from association.rules.clock import beijing
from association.staff_desk import DeskAdmin
from common.numbers import shown
from credit_rating.access import MAY, standards_visible_to
from credit_rating.admin import standard_deeds as deeds
from credit_rating.choices import StandardState
from credit_rating.models import AssessmentStandard, Indicator
from credit_rating.queries.standards import map_rows_of, spec_of, with_indicator_count
from credit_rating.rules.indicator_map import WORDS


@admin.register(AssessmentStandard)
class StandardAdmin(DeskAdmin):
    lead = gettext_lazy("编制中的可以修改；定稿后任何人不能再改，数据库也不允许。")
    list_display = (
        "title",
        "version",
        "code",
        "state",
        "official",
        "indicator_count",
        "successor_of",
        "frozen_at",
    )
    list_filter = ("state", "official")
    search_fields = ("title", "code", "version")
    list_select_related = ("successor_of",)
    facts = (
        "code", "version", "title", "state", "official", "legal_basis", "source", "total", "aggregation",
        "rounding", "review_rule", "successor_of", "frozen_at", "sha256",
    )  # fmt: skip
    list_deeds = deeds.LIST
    deeds = deeds.OBJECT

    def get_queryset(self, request: Any) -> QuerySet[AssessmentStandard]:
        rows = standards_visible_to(request.actor).select_related("successor_of")
        return with_indicator_count(rows).order_by("code", "-pk")

    @admin.display(description=gettext_lazy("计分指标"))
    def indicator_count(self, standard: Any) -> int:
        return int(standard.indicator_count)

    @admin.display(description=gettext_lazy("总分"))
    def total(self, standard: AssessmentStandard) -> str:
        return shown(standard.total_points)

    @admin.display(description=gettext_lazy("取舍"))
    def rounding(self, standard: AssessmentStandard) -> str:
        digits = standard.rounding_digits
        return ngettext("保留%(digits)d位小数，%(mode)s", "保留%(digits)d位小数，%(mode)s", digits) % {
            "digits": digits,
            "mode": standard.get_rounding_mode_display(),
        }

    @admin.display(description=gettext_lazy("评审规则"))
    def review_rule(self, standard: AssessmentStandard) -> str:
        return _("至少%(people)d人，取%(combine)s；差距超过分值的%(gap)s须说明，分歧超过%(spread)s须合议") % {
            "people": standard.panel_minimum,
            "combine": standard.get_combine_display(),
            "gap": shown(standard.gap_share),
            "spread": shown(standard.spread_share),
        }

    def lead_of(self, _request: Any, obj: AssessmentStandard) -> str:
        if obj.state in {StandardState.FROZEN, StandardState.RETIRED}:
            return _("已定稿，只读。") if obj.official else _("非官方。已定稿，只读。")
        return "" if obj.official else _("非官方。")

    def tables(self, request: Any, obj: AssessmentStandard) -> Sequence[Table]:
        found = [_bands(obj), self._indicators(request, obj), _opinions(obj)]
        if obj.successor_of_id is not None:
            found.append(_map(obj))
        if obj.state in {StandardState.DRAFT, StandardState.EXPERT_REVIEW}:
            found.insert(0, deeds.check_before_freezing(obj))
        return found

    def _indicators(self, request: Any, standard: AssessmentStandard) -> Table:
        may_edit = standard.state == StandardState.DRAFT and request.actor.may(MAY, "edit_standard")
        rows = {row.code: row for row in standard.indicators.all()}
        return Table(
            _("指标"),
            (
                _("编号"),
                _("名称"),
                _("分值"),
                _("计分方法"),
                _("不适用"),
                _("一票否决"),
                _("佐证"),
                *([""] * may_edit),
            ),
            [_indicator(rows[one.code], may_edit=may_edit) for one in spec_of(standard).in_order],
        )


def _indicator(row: Indicator, *, may_edit: bool) -> tuple[Any, ...]:
    edit, remove = (deeds.indicator_address(row.pk, deed) if may_edit else "" for deed in ("edit", "remove"))
    scored = bool(row.method)
    veto = f"{row.get_veto_effect_display()} {row.veto_grade}" if row.veto_effect else ""
    return (
        row.code,
        Cell("　" * row.level + row.title, edit),
        shown(row.points),
        row.get_method_display() if scored else "",
        row.get_na_policy_display() if scored else "",
        Cell(veto, tone="danger" if veto else ""),
        _("必须") if row.evidence_required else "",
        *([Cell(_("删除"), remove)] if may_edit else ()),
    )


def _bands(standard: AssessmentStandard) -> Table:
    return Table(
        _("等级分数段"),
        (_("等级"), _("含义"), _("下限（含）"), _("上限（不含）"), _("不利等级")),
        [
            (
                band.grade,
                band.label,
                shown(band.lower),
                _("至满分") if band.upper is None else shown(band.upper),
                _("是，须事先告知") if band.adverse else "",
            )
            for band in standard.bands.order_by("-lower")
        ],
    )


def _opinions(standard: AssessmentStandard) -> Table:
    rows = standard.expert_opinions.select_related("expert")
    return Table(
        _("专家评审意见"),
        (_("时间"), _("专家"), _("结论"), _("意见")),
        [
            (f"{beijing(row.created_at):%Y-%m-%d}", row.expert.name, row.get_verdict_display(), row.text)
            for row in rows
        ],
        empty=_("还没有专家意见。"),
    )


def _map(standard: AssessmentStandard) -> Table:
    return Table(
        _("与上一版的指标对照"),
        (_("关系"), _("旧版"), _("新版")),
        [
            (WORDS[row.kind], "、".join(row.from_codes), "、".join(row.to_codes))
            for row in map_rows_of(standard)
        ],
        empty=_("还没有对照表；定稿前必须填写。"),
    )


@admin.register(Indicator)
class IndicatorAdmin(DeskAdmin):
    """指标 of every version: searched across years, edited from the page of a draft."""

    lead = gettext_lazy("各版规范的全部指标。修改请在编制中的规范里进行。")
    list_display = ("code", "title", "standard", "points", "method", "na_policy", "evidence_required")
    list_filter = ("method", "standard__state")
    search_fields = ("code", "title", "basis")
    list_select_related = ("standard",)
    facts = (
        "standard", "code", "title", "title_en", "points", "method", "params", "na_policy", "veto_effect",
        "veto_grade", "evidence_required", "evidence_hint", "basis", "data_source",
    )  # fmt: skip
    deeds: Sequence[Deed] = deeds.INDICATOR
    ordering = ("standard", "position")

    def get_queryset(self, request: Any) -> QuerySet[Indicator]:
        visible = Indicator.objects.filter(standard__in=standards_visible_to(request.actor))
        return visible.select_related("standard").order_by("-standard", "level", "position", "pk")

    def tables(self, _request: Any, obj: Indicator) -> Sequence[Table]:
        page = reverse("admin:credit_rating_assessmentstandard_change", args=[obj.standard_id])
        return [
            Table(
                _("所属规范"),
                (_("规范"), _("状态")),
                [(Cell(str(obj.standard), page), obj.standard.get_state_display())],
            )
        ]
