"""Staff desk of 线索: the queue shows that a lead is there; what was told opens for whoever is in charge."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from association.deeds import Cell, Table
from association.downloads import download
from association.models.identity import name_here
from association.rules.clock import beijing
from association.staff_desk import DeskAdmin
from complaints.access.leads import leads_visible_to, may_read_account
from complaints.admin import lead_deeds, pledge_deeds
from complaints.choices.leads import LEAD_OPEN, Speaker
from complaints.models import Lead
from complaints.operations.lead_secrets import (
    read_account,
    read_lead_file,
    read_referral_letter,
)
from complaints.queries.anchors import unverified_anchor, who_read
from complaints.queries.lead_boxes import exchange_of, opened
from complaints.queries.leads import is_set_aside, listed, outcome_said, terms_of
from complaints.rules.masking import masked_mail, masked_name, masked_phone


class MineFilter(admin.SimpleListFilter):
    title = gettext_lazy("承办")
    parameter_name = "officer"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", _("我承办的")), ("nobody", _("尚未指定"))]

    def queryset(self, request: Any, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        if self.value() == "mine":
            return queryset.filter(officer_id=request.actor.user_id)
        return queryset.filter(officer__isnull=True) if self.value() == "nobody" else queryset


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否办结")
    parameter_name = "open"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("办理中")), ("no", _("已处理"))]

    def queryset(self, _request: Any, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        states = sorted(LEAD_OPEN)
        if self.value() == "yes":
            return queryset.filter(state__in=states)
        return queryset.exclude(state__in=states) if self.value() == "no" else queryset


@admin.register(Lead)
class LeadAdmin(DeskAdmin):
    shows_people, lists_people = True, False
    lead = gettext_lazy(
        "违法违规线索。与机构有任职关系的人看不到有关它的线索；线索的内容只有承办人能看，每次查看都有记录。"
    )
    list_display = ("number", "category", "about", "state", "officer", "submitted_on", "due", "news")
    list_filter = (OpenFilter, MineFilter, "state", "category")
    search_fields = ("institution_name", "institution__name", "=id")
    search_help_text = gettext_lazy("机构名称；或者编号末尾的数字")
    facts = (
        "number", "state", "category", "law", "about", "institution_address", "register", "told_as",
        "submitted_on", "officer", "extended_on", "extension_reason", "outcome_label", "decided_on", "decided_by",
        "grounds", "fed_back_on", "archived_on", "retire_on", "retired_on",
        "found_in",
    )  # fmt: skip
    deeds = (*lead_deeds.OBJECT, *pledge_deeds.OF_LEAD)

    def get_queryset(self, request: Any) -> QuerySet[Lead]:
        return listed(leads_visible_to(request.actor)).order_by("-pk")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:object_id>/files/<int:number>/",
                wrap(require_safe(self.file_view)),
                name="complaints_lead_file",
            ),
            path(
                "<int:object_id>/letters/<int:referral_id>/",
                wrap(require_safe(self.letter_view)),
                name="complaints_lead_letter",
            ),
            *super().get_urls(),
        ]

    def file_view(self, request: Any, object_id: int, number: int) -> HttpResponse:
        return download(read_lead_file(actor=request.actor, lead_id=object_id, number=number))

    def letter_view(self, request: Any, object_id: int, referral_id: int) -> HttpResponse:
        letter = read_referral_letter(actor=request.actor, lead_id=object_id, referral_id=referral_id)
        return download(letter)

    @admin.display(description=pgettext_lazy("case", "编号"), ordering="pk")
    def number(self, lead: Lead) -> str:
        return lead.number

    @admin.display(description=gettext_lazy("被反映机构"), ordering="institution_name")
    def about(self, lead: Lead) -> str:
        return lead.institution_name

    @admin.display(description=gettext_lazy("法律依据"))
    def law(self, lead: Lead) -> str:
        """What the lead may name; an article that nobody has read is told as that, and stands in no paper."""
        unread, read = unverified_anchor(lead), who_read(lead)
        if unread is None:
            if read is None:
                return lead.anchor or "—"
            by = {
                "citation": lead.anchor,
                "name": name_here(read.confirmed_by_id),
                "day": beijing(read.confirmed_at).date(),
            }
            return _("%(citation)s（%(name)s于%(day)s核实）") % by
        return _("%(citation)s（依据待核实，认定和函件都不引用）") % {"citation": unread.citation}

    @admin.display(description=gettext_lazy("登记册"))
    def register(self, lead: Lead) -> str:
        return str(lead.institution) if lead.institution else _("不在登记册中，或者尚未认定")

    @admin.display(description=gettext_lazy("来自投诉"))
    def found_in(self, lead: Lead) -> str:
        """The case in which staff found it; who was told by an informant came of none."""
        if lead.from_complaint is None:
            return "—"
        return format_html(
            '<a href="{}">{}</a>', reverse("case", args=[lead.from_complaint_id]), lead.from_complaint.number
        )

    @admin.display(description=gettext_lazy("提供方式"))
    def told_as(self, lead: Lead) -> str:
        if lead.from_complaint_id is not None:
            return _("协会在投诉中发现")
        return _("匿名") if lead.is_anonymous else _("实名")

    @admin.display(description=gettext_lazy("处理结果"))
    def outcome_label(self, lead: Lead) -> str:
        return outcome_said(lead) or "—"

    @admin.display(description=gettext_lazy("期限"), ordering="due_on")
    def due(self, lead: Lead) -> Any:
        return lead.due_on  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("新回复"))
    def news(self, lead: Lead) -> int | str:
        return lead.unread or ""  # type: ignore[attr-defined]

    def tables(self, request: Any, obj: Lead) -> Sequence[Table]:
        found = [_terms(obj), *_told(request, obj), _referrals(request, obj)]
        if hasattr(obj, "finding"):
            found.append(_finding(obj))
        return [*found, _hearings(obj), *pledge_deeds.alleged_on(request, obj), _recusals(obj)]


def _told(request: Any, lead: Lead) -> list[Table]:
    """What was told, on record; for others a sentence why not."""
    if not may_read_account(request.actor, lead):
        note = _("线索的内容、材料和往来只有承办人能看。")
        return [Table(_("线索内容"), (_("项目"), _("内容")), (), empty=note)]
    account = read_account(actor=request.actor, lead_id=lead.pk)
    told = (
        [(_("事实"), account.facts), (_("时间"), account.when or "—"), (_("地点"), account.where or "—")]
        if account
        else []
    )
    return [
        Table(_("线索内容"), (_("项目"), _("内容")), told),
        _informant(lead),
        _material(lead),
        _exchange(lead),
    ]


def _informant(lead: Lead) -> Table:
    if lead.is_anonymous:
        return Table(_("线索提供人"), (_("项目"), _("内容")), (), empty=_("匿名提供，没有任何身份信息。"))
    rows = [
        (_("姓名"), masked_name(opened(lead, "name_box"))),
        (_("电话"), masked_phone(opened(lead, "phone_box")) or "—"),
        (_("邮箱"), masked_mail(opened(lead, "mail_box")) or "—"),
        (_("移送时提供身份"), _("同意") if lead.may_pass_identity else _("不同意")),
    ]
    return Table(_("线索提供人"), (_("项目"), _("内容")), rows, note=_("完整信息须写明理由查看。"))


def _material(lead: Lead) -> Table:
    rows = [
        (
            Cell(row.attachment.name, f"files/{row.number}/"),
            row.given_on,
            Cell(row.attachment.sha256[:12], note=_("工作副本，不含元数据")),
        )
        for row in lead.evidence.select_related("attachment")
    ]
    return Table(_("材料"), (_("名称"), _("提交日期"), _("摘要")), rows, empty=_("没有材料。"))


def _exchange(lead: Lead) -> Table:
    rows = [
        (
            Cell(one.speaker.label, tone="" if one.speaker == Speaker.STAFF else "ok"),
            one.kind.label,
            one.text,
            one.sent_on,
        )
        for one in exchange_of(lead)
    ]
    return Table(_("往来"), (_("谁"), _("类别"), _("内容"), _("日期")), rows, empty=_("还没有往来。"))


def _terms(lead: Lead) -> Table:
    rows = [
        (
            term.title,
            term.due_on,
            Cell(term.state, tone="danger" if term.is_late else "", note=term.explanation),
        )
        for term in terms_of(lead.pk)
    ]
    note = _("登记新线索在每日办理时进行，期限从提交之日起算。")
    return Table(_("期限"), (_("期限"), _("截止日"), _("状态")), rows, empty=note)


def _referrals(request: Any, lead: Lead) -> Table:
    rows = [
        (
            row.authority,
            Cell(row.document_number, f"letters/{row.pk}/"),
            row.sent_on,
            "、".join(map(str, row.passed)) or "—",
            Cell(
                row.receipt or _("尚未登记"),
                note=str(row.received_on or ""),
                tone="" if row.receipt else "warn",
            ),
        )
        for row in lead.referrals.all()
    ]
    headings = (_("主管部门"), _("移送函"), _("移送日期"), _("随函材料编号"), _("签收"))
    return Table(_("移送"), headings, rows, empty=_("没有移送。"))


def _finding(lead: Lead) -> Table:
    found = lead.finding
    gone = _("后经复核，认定不再作数") if is_set_aside(lead.pk) else ""
    rows = [
        (
            Cell(found.get_basis_display(), note=gone, tone="warn" if gone else ""),
            found.facts,
            found.measure or "—",
            found.document_number or "—",
            found.found_on,
        )
    ]
    return Table(_("查实"), (_("依据"), _("事实"), _("处理"), _("文书"), _("日期")), rows)


def _hearings(lead: Lead) -> Table:
    rows = [
        (
            Cell(row.number, reverse("hearing", args=[row.pk])),
            row.get_stage_display(),
            row.get_state_display(),
            beijing(row.asked_at).date(),
        )
        for row in lead.hearings.all()
    ]
    note = _("按公约处理以前，须告知机构拟认定的事实并听取意见。")
    return Table(_("听取机构的意见"), (_("编号"), _("阶段"), _("状态"), _("日期")), rows, empty=note)


def _recusals(lead: Lead) -> Table:
    rows = [(row.person.name, row.reason, row.recused_on) for row in lead.recusals.select_related("person")]
    return Table(_("回避"), (_("人员"), _("理由"), _("日期")), rows, empty=_("没有回避。"))
