"""会费 on the staff desk: the resolution, the bills made from it, and what changes a bill."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from association import clock
from association.clocks import deadlines_of
from association.deeds import Cell, Deed, Done, Foretold, Table, foretelling
from association.downloads import download
from association.models.identity import name_here
from association.reckoning import terms_of
from association.rules.clock import beijing
from association.staff_desk import DeskAdmin
from members import operations
from members.access import (
    MAY,
    dues_invoices_visible_to,
    dues_resolutions_visible_to,
    dues_slips_visible_to,
)
from members.choices.dues import ResolutionState, SlipState
from members.forms import dues as forms
from members.models import DuesEntry, DuesInvoice, DuesResolution, DuesSlip
from members.operations.dues_arrears import warning_is_over, year_is_over
from members.operations.reading import read_dues_paper
from members.queries.dues import plan_of, with_balance
from members.rules.dues import yuan


def may(action: str) -> Any:
    return lambda actor: actor.may(MAY, action)


# -- 会费标准 -------------------------------------------------------------------------------------------------


def _adopt(request: Any, _obj: None, form: Any) -> Done:
    resolution = operations.adopt_dues(actor=request.actor, **form.given())
    address = reverse("admin:members_duesresolution_change", args=[resolution.pk])
    return Done(_("已登记，请向全体会员公布。"), address)


def _publish(request: Any, resolution: DuesResolution, _form: Any) -> Done:
    operations.publish_dues(actor=request.actor, resolution_id=resolution.pk)
    return Done(_("已公布，并已通知全体会员。"))


def _is_adopted(resolution: DuesResolution) -> bool:
    return resolution.state == ResolutionState.ADOPTED


@admin.register(DuesResolution)
class DuesResolutionAdmin(DeskAdmin):
    lead = gettext_lazy(
        "会费标准只由会员大会以无记名投票制定或者修改（民发〔2014〕166号）；登记以后不能修改，只能有新的决议。"
    )
    list_display = ("meeting", "met_on", "first_year", "last_year", "state", "published_at")
    list_filter = ("state",)
    ordering = ("-pk",)
    facts = (
        "meeting", "met_on", "first_year", "last_year", "state", "entitled", "present", "votes_for", "votes_against",
        "abstentions", "is_secret", "quorum", "majority", "remark", "adopted_at", "published_at",
    )  # fmt: skip
    list_deeds = (
        Deed("adopt", gettext_lazy("登记会费标准决议"), may("adopt_dues"), _adopt, form=forms.ResolutionForm, main=True, step_up=True, foretells=foretelling(gettext_lazy("登记会员大会的决议。法定人数和票数由系统按章程参数核对，不够的不能登记；登记以后不能修改，须另行公布才能据以开具会费通知。"))),
    )  # fmt: skip
    deeds = (
        Deed("publish", gettext_lazy("公布"), may("publish_dues"), _publish, fits=_is_adopted, main=True, foretells=foretelling(gettext_lazy("决议在协会页面公布，此后本年度的会费通知按它开具。"), gettext_lazy("全体会员的人员，站内和邮件"))),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[DuesResolution]:
        rows = dues_resolutions_visible_to(request.actor)
        return rows.select_related("quorum_rule", "majority_rule").order_by("-pk")

    @admin.display(description=gettext_lazy("法定人数"))
    def quorum(self, resolution: DuesResolution) -> str:
        return f"{resolution.quorum_rule.share}（{resolution.quorum_rule.citation}）"

    @admin.display(description=gettext_lazy("通过的条件"))
    def majority(self, resolution: DuesResolution) -> str:
        return f"{resolution.majority_rule.share}（{resolution.majority_rule.citation}）"

    def tables(self, _request: Any, obj: DuesResolution) -> Sequence[Table]:
        rows = [(str(row), yuan(row.amount_fen)) for row in obj.standards.all()]
        return [Table(_("会费标准"), (_("级别"), _("每年（元）")), rows)]


# -- 会费通知 -------------------------------------------------------------------------------------------------


def _issue(request: Any, _obj: None, _form: Any) -> Done:
    count = operations.issue_dues(actor=request.actor)
    if not count:
        return Done(_("没有需要开具的会费通知。"))
    return Done(_("已开具%(count)d份会费通知。") % {"count": count})


def _before_issuing(_request: Any, _obj: None) -> Foretold:
    plan = plan_of(clock.today().year)
    if plan.resolution is None:
        told = _("%(year)d年度没有已公布的会费标准，不能开具。")
        return Foretold(told % {"year": plan.year})
    told = _("按“%(which)s”开具%(year)d年度的会费通知%(count)d份；已有的%(billed)d份不变。开具后不能修改。")
    given = {
        "which": plan.resolution.meeting,
        "year": plan.year,
        "count": len(plan.terms),
        "billed": plan.billed,
    }
    rows = [(one.tier.label, one.members, yuan(one.amount_fen), yuan(one.total_fen)) for one in plan.tiers]
    table = Table(
        _("将要开具的"), (_("级别"), _("会员"), _("每年（元）"), _("合计（元）")), rows, empty=_("没有。")
    )
    tells = [_("这些会员的人员：金额、期限和编号")] if plan.terms else []
    return Foretold(told % given, tells, tables=[table])


def _credit(request: Any, invoice: DuesInvoice, form: Any) -> Done:
    slip = operations.propose_credit(actor=request.actor, invoice_id=invoice.pk, **form.cleaned_data)
    address = reverse("admin:members_duesslip_change", args=[slip.pk])
    return Done(_("已提出，由另一人确认后生效。"), address)


def _warn(request: Any, invoice: DuesInvoice, form: Any) -> Done:
    operations.warn_of_lapse(actor=request.actor, invoice_id=invoice.pk, **form.cleaned_data)
    return Done(_("已告知，期限从告知之日起算。"))


def _lapse(request: Any, invoice: DuesInvoice, form: Any) -> Done:
    operations.lapse_for_dues(actor=request.actor, invoice_id=invoice.pk, **form.cleaned_data)
    return Done(_("已登记视为退会。"))


def _may_be_warned(invoice: Any) -> bool:
    return bool(invoice.owed_fen) and year_is_over(invoice) and not invoice.warnings.exists()


def _may_lapse(invoice: Any) -> bool:
    return bool(invoice.owed_fen) and warning_is_over(invoice)


def _telling(does: Any) -> Any:
    def foretells(_request: Any, invoice: DuesInvoice) -> Foretold:
        return Foretold(does, [_("%(name)s的人员，站内和邮件") % {"name": invoice.institution}])

    return foretells


def _is_owed(invoice: Any) -> bool:
    return bool(invoice.owed_fen)


class OwedFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否结清")
    parameter_name = "owed"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("未结清")), ("no", _("已结清"))]

    def queryset(self, _request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(owed_fen__gt=0)
        return queryset.filter(owed_fen=0) if self.value() == "no" else queryset


@admin.register(DuesInvoice)
class DuesInvoiceAdmin(DeskAdmin):
    lead = gettext_lazy("按会费标准开具，每家会员每年一份；不能修改，只能以凭单减免或者更正，须两人办理。")
    list_display = ("number", "institution", "year", "tier", "due", "left", "due_on")
    list_filter = ("year", "tier", OwedFilter)
    search_fields = ("institution__name", "=institution__uscc", "=id")
    search_help_text = gettext_lazy("机构名称、统一社会信用代码；或者编号末尾的数字")
    list_select_related = ("institution",)
    ordering = ("-pk",)
    facts = (
        "number", "institution", "year", "tier", "resolution", "due", "lessened", "left", "due_on", "issued_at",
    )  # fmt: skip
    list_deeds = (
        Deed("issue", gettext_lazy("开具本年度会费通知"), may("issue_dues"), _issue, main=True, foretells=_before_issuing),
    )  # fmt: skip
    deeds = (
        Deed("credit", gettext_lazy("减免或者更正"), may("propose_dues_slip"), _credit, form=forms.CreditForm, fits=_is_owed, foretells=foretelling(gettext_lazy("提出一张凭单；由另一人确认以前没有效力，会费通知本身不变。"), gettext_lazy("秘书处的其他人员：请确认"))),
        Deed("warn", gettext_lazy("告知视为退会"), may("end_by_charter"), _warn, form=forms.WarningForm, fits=_may_be_warned, foretells=_telling(gettext_lazy("机构收到告知，缴清的期限从今天起算；期满仍未缴清的，才可以办理视为退会。"))),
        Deed("lapse", pgettext_lazy("button", "视为退会"), may("end_by_charter"), _lapse, form=forms.LapseForDuesForm, fits=_may_lapse, foretells=_telling(gettext_lazy("会籍和职务今天终止，记为视为退会，写入大事记；欠缴的会费仍然欠缴，以后可以重新申请入会。")), danger=True),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[DuesInvoice]:
        rows = with_balance(dues_invoices_visible_to(request.actor))
        return rows.select_related("institution", "resolution").order_by("-pk")

    @admin.display(description=gettext_lazy("编号"), ordering="pk")
    def number(self, invoice: DuesInvoice) -> str:
        return invoice.number

    @admin.display(description=gettext_lazy("应缴（元）"), ordering="amount_fen")
    def due(self, invoice: DuesInvoice) -> str:
        return yuan(invoice.amount_fen)

    @admin.display(description=gettext_lazy("已减少（元）"))
    def lessened(self, invoice: Any) -> str:
        return yuan(invoice.lessened_fen)

    @admin.display(description=gettext_lazy("未缴（元）"))
    def left(self, invoice: Any) -> str:
        return yuan(invoice.owed_fen)

    def tables(self, _request: Any, obj: DuesInvoice) -> Sequence[Table]:
        rows = [
            (
                beijing(row.at).date(),
                row.get_kind_display(),
                yuan(row.amount_fen),
                _ground(row),
            )
            for row in obj.entries.select_related("slip", "receipt")
        ]
        headings = (_("日期"), _("事项"), _("金额（元）"), _("依据"))
        terms = [
            (term.title, term.state, beijing(term.ends_at).date(), term.explanation)
            for term in terms_of(deadlines_of("dues", obj.pk).select_related("rule").order_by("pk"))
        ]
        return [
            Table(_("会费分录"), headings, rows, empty=_("还没有。")),
            Table(_("期限"), (_("期限"), _("状态"), _("截止"), _("说明")), terms, empty=_("还没有。")),
        ]


def _ground(entry: DuesEntry) -> Cell:
    if entry.slip is not None:
        return Cell(entry.slip.reason, reverse("admin:members_duesslip_change", args=[entry.slip_id]))
    receipt = entry.receipt
    if receipt is None:
        return Cell("—")
    return Cell(receipt.number, reverse("admin:members_duesreceipt_change", args=[receipt.pk]))


# -- 会费凭单 -------------------------------------------------------------------------------------------------


def _confirm(request: Any, slip: DuesSlip, _form: Any) -> Done:
    operations.confirm_slip(actor=request.actor, slip_id=slip.pk)
    return Done(_("已确认，分录已写入。"))


def _refuse(request: Any, slip: DuesSlip, form: Any) -> Done:
    operations.refuse_slip(actor=request.actor, slip_id=slip.pk, **form.cleaned_data)
    return Done(_("未予确认，这张凭单作废。"))


def _before_confirming(_request: Any, slip: DuesSlip) -> Foretold:
    told = _("%(kind)s%(yuan)s元写入分录，不能修改。经办人：%(who)s；须由另一人确认。")
    given = {
        "kind": slip.get_kind_display(),
        "yuan": yuan(slip.amount_fen),
        "who": name_here(slip.proposed_by_id),
    }
    return Foretold(told % given, [_("该机构的人员，站内和邮件")])


def _paper(request: Any, slip: DuesSlip, _form: Any) -> Any:
    return download(read_dues_paper(actor=request.actor, slip_id=slip.pk))


def _waits(slip: DuesSlip) -> bool:
    return slip.state == SlipState.WAITING


@admin.register(DuesSlip)
class DuesSlipAdmin(DeskAdmin):
    lead = gettext_lazy("手工办理的会费事项：一人经办，另一人确认，确认后写入分录，不能修改。")
    list_display = ("pk", "kind", "about", "sum_yuan", "state", "proposed_at")
    list_filter = ("state", "kind")
    ordering = ("-pk",)
    shows_people, lists_people = True, False
    facts = (
        "kind", "about", "sum_yuan", "way", "received_on", "reason", "state", "proposed_by", "proposed_at", "decided_by", "decided_at", "answer",
    )  # fmt: skip
    deeds = (
        Deed("confirm", gettext_lazy("确认"), may("decide_dues_slip"), _confirm, fits=_waits, main=True, step_up=True, foretells=_before_confirming),
        Deed("paper", gettext_lazy("查看收款凭证"), may("decide_dues_slip"), _paper, fits=lambda slip: slip.paper_id is not None, reads=True),
        Deed("refuse", gettext_lazy("不予确认"), may("decide_dues_slip"), _refuse, form=forms.SlipAnswerForm, fits=_waits, foretells=foretelling(gettext_lazy("这张凭单作废，账目不变；理由留在记录中。"))),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[DuesSlip]:
        rows = dues_slips_visible_to(request.actor)
        return rows.select_related(
            "invoice__institution", "receipt", "institution", "proposed_by", "decided_by"
        ).order_by("-pk")

    @admin.display(description=gettext_lazy("所涉事项"))
    def about(self, slip: DuesSlip) -> str:
        return str(slip.invoice or slip.receipt or slip.institution or "")

    @admin.display(description=gettext_lazy("金额（元）"))
    def sum_yuan(self, slip: DuesSlip) -> str:
        return yuan(slip.amount_fen)
