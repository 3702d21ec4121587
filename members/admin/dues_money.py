"""会费的收款 on the staff desk: files of the bank, what came in, and what waits for an owner."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from association.choices import BatchState
from association.deeds import Cell, Deed, Done, Foretold, Table, foretelling, turn_of
from association.language import translated
from association.rules.clock import beijing
from association.staff_desk import DeskAdmin
from common.spreadsheet import write_book
from members import operations
from members.access import MAY, dues_receipts_visible_to, dues_statements_visible_to
from members.forms import dues as forms
from members.models import DuesReceipt, DuesStatement
from members.queries.dues import with_left
from members.rules.dues import yuan
from members.rules.dues_bank import COLUMNS

FAULTS = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def may(action: str) -> Any:
    return lambda actor: actor.may(MAY, action)


def _file(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.xlsx')}"
    response["Cache-Control"] = "private, no-store"
    return response


# -- 银行流水 -------------------------------------------------------------------------------------------------


def _look(request: Any, _obj: None, form: Any) -> Done:
    file = form.cleaned_data["file"]
    statement = operations.look_at_statement(actor=request.actor, data=file.read(), filename=file.name)
    address = reverse("admin:members_duesstatement_change", args=[statement.pk])
    return Done(_("已检查，还没有导入。请看结果，再决定。"), address)


def _columns(_request: Any, _obj: None) -> Foretold:
    rows = [
        (
            translated(one.label),
            _("必填") if one.needed else _("可以不填"),
            "、".join(translated(word) for word in one.also),
        )
        for one in COLUMNS.values()
    ]
    table = Table(_("列"), (_("列"), _("是否必填"), _("银行也写作")), rows)
    return Foretold(
        _("只检查文件，逐行告诉您哪些可以导入、哪些已有、哪些有误；现在不写入任何收款。"), tables=[table]
    )


def _template(_request: Any, _obj: None, _form: None) -> HttpResponse:
    headings = [one.label for one in COLUMNS.values()]
    return _file(write_book({"银行流水": (headings, [])}), _("银行流水模板"))


def _load(request: Any, statement: DuesStatement, _form: Any) -> Done:
    operations.load_statement(actor=request.actor, statement_id=statement.pk)
    return Done(_("已导入；没有认领的收款请在会费收款里办理。"))


def _before_loading(_request: Any, statement: DuesStatement) -> Foretold:
    told = _(
        "写入%(good)d笔收款，合计%(yuan)s元，不能修改；其中%(matched)d笔已认出机构，随即缴纳其会费通知，其余等待人工认领。"
        "有误的%(bad)d行不写入，可以下载改好再传。"
    )
    given = {
        "good": statement.good,
        "yuan": yuan(statement.total_fen),
        "matched": statement.matched,
        "bad": statement.bad,
    }
    return Foretold(told % given, [_("已认出的机构的人员：收到的金额和日期")])


def _discard(request: Any, statement: DuesStatement, _form: Any) -> Done:
    operations.discard_statement(actor=request.actor, statement_id=statement.pk)
    return Done(_("已放弃，没有导入任何内容。"))


def _errors(request: Any, statement: DuesStatement, _form: None) -> HttpResponse:
    data = operations.statement_errors(actor=request.actor, statement_id=statement.pk)
    return _file(data, _("银行流水有误的行"))


def _waits(statement: DuesStatement) -> bool:
    return statement.state == BatchState.CHECKED


@admin.register(DuesStatement)
class DuesStatementAdmin(DeskAdmin):
    lead = gettext_lazy("银行流水先试导入，看过结果再决定；同一个流水号只会导入一次，有误的行改好再传。")
    list_display = ("file_name", "uploaded_at", "uploaded_by", "state", "rows", "good", "matched", "bad")
    list_filter = ("state",)
    list_select_related = ("uploaded_by",)
    ordering = ("-pk",)
    facts = (
        "file_name", "state", "rows", "good", "same", "bad", "matched", "total", "uploaded_by", "uploaded_at",
        "decided_by", "decided_at",
    )  # fmt: skip
    list_deeds = (
        Deed("look", gettext_lazy("导入银行流水"), may("import_dues_statement"), _look, form=forms.StatementForm, foretells=_columns, main=True),
        Deed("template", gettext_lazy("下载空白表格"), may("import_dues_statement"), _template, reads=True),
    )  # fmt: skip
    deeds = (
        Deed("load", gettext_lazy("确认导入"), may("import_dues_statement"), _load, fits=lambda one: bool(one.good) and _waits(one), foretells=_before_loading, step_up=True, main=True),
        Deed("errors", gettext_lazy("下载有误的行（Excel）"), may("import_dues_statement"), _errors, fits=lambda one: bool(one.bad and one.box), reads=True, step_up=True),
        Deed("discard", gettext_lazy("放弃这个文件"), may("import_dues_statement"), _discard, fits=_waits, danger=True, foretells=foretelling(gettext_lazy("文件和其中的内容不再保留，没有导入任何内容。"))),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[DuesStatement]:
        return dues_statements_visible_to(request.actor).select_related("uploaded_by", "decided_by")

    @admin.display(description=gettext_lazy("可导入的合计（元）"))
    def total(self, statement: DuesStatement) -> str:
        return yuan(statement.total_fen)

    def tables(self, request: Any, obj: DuesStatement) -> Sequence[Table]:
        page = Paginator(obj.faults.order_by("line", "pk"), FAULTS).get_page(request.GET.get("faults"))
        rows = [
            (fault.line, translated(fault.column), Cell(fault.sentence_here)) for fault in page.object_list
        ]
        return [
            Table(
                _("有误的行"),
                (_("行"), _("列"), _("问题")),
                rows,
                empty=_("没有有误的行。"),
                turn=turn_of(page, "faults"),
            )
        ]


# -- 收款 -----------------------------------------------------------------------------------------------------


def _pay(request: Any, _obj: None, form: Any) -> Done:
    values = dict(form.cleaned_data)
    slip = operations.propose_payment(
        actor=request.actor, institution_id=values.pop("institution").pk, **values
    )
    return Done(_("已提出，由另一人确认后入账。"), _slip_page(slip.pk))


def _slip_page(pk: int) -> str:
    return reverse("admin:members_duesslip_change", args=[pk])


def _match(request: Any, receipt: DuesReceipt, form: Any) -> Done:
    institution_id = form.cleaned_data["institution"].pk
    operations.match_receipt(actor=request.actor, receipt_id=receipt.pk, institution_id=institution_id)
    return Done(_("已认领，并缴纳该机构的会费通知。"))


def _refund(request: Any, receipt: DuesReceipt, form: Any) -> Done:
    slip = operations.propose_refund(actor=request.actor, receipt_id=receipt.pk, **form.cleaned_data)
    return Done(_("已提出，由另一人确认后入账。"), _slip_page(slip.pk))


def _undo(request: Any, receipt: DuesReceipt, form: Any) -> Done:
    slip = operations.propose_undo(actor=request.actor, receipt_id=receipt.pk, **form.cleaned_data)
    return Done(_("已提出，由另一人确认后入账。"), _slip_page(slip.pk))


class MatchedFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否认领")
    parameter_name = "matched"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("no", _("等待认领")), ("yes", _("已认领"))]

    def queryset(self, _request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "no":
            return queryset.filter(institution__isnull=True)
        return queryset.filter(institution__isnull=False) if self.value() == "yes" else queryset


PROPOSES = foretelling(
    gettext_lazy("提出一张凭单；由另一人确认以前账目不变。"), gettext_lazy("秘书处的其他人员：请确认")
)


@admin.register(DuesReceipt)
class DuesReceiptAdmin(DeskAdmin):
    shows_people = True
    lead = gettext_lazy(
        "收到的会费：银行流水导入的和手工登记的。没有认出机构的，等待人工认领；一分钱也不会不见。"
    )
    list_display = ("number", "received_on", "payer", "institution", "sum_yuan", "left", "basis")
    list_filter = (MatchedFilter, "way", "basis")
    search_fields = ("payer", "memo", "=serial", "institution__name", "=id")
    search_help_text = gettext_lazy("付款人、附言、流水号、机构名称")
    list_select_related = ("institution",)
    ordering = ("-pk",)
    facts = (
        "number", "way", "serial", "received_on", "sum_yuan", "left", "payer", "payer_uscc", "memo", "institution", "basis",
        "matched_at", "recorded_at",
    )  # fmt: skip
    list_deeds = (
        Deed("pay", gettext_lazy("登记收款"), may("propose_dues_slip"), _pay, form=forms.PaymentForm, foretells=PROPOSES),
    )  # fmt: skip
    deeds = (
        Deed("match", gettext_lazy("认领"), may("match_dues_receipt"), _match, form=forms.MatchForm, fits=lambda one: one.institution_id is None, main=True, foretells=foretelling(gettext_lazy("这笔收款记在所选机构名下，随即缴纳它最早的未缴会费通知；认错了须两人冲回。"), gettext_lazy("该机构的人员，站内和邮件"))),
        Deed("undo", gettext_lazy("冲回认领"), may("propose_dues_slip"), _undo, form=forms.UndoForm, fits=lambda one: one.institution_id is not None, foretells=PROPOSES),
        Deed("refund", gettext_lazy("退还多收的款项"), may("propose_dues_slip"), _refund, form=forms.RefundForm, fits=lambda one: bool(one.left_fen), foretells=PROPOSES),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[DuesReceipt]:
        rows = with_left(dues_receipts_visible_to(request.actor))
        return rows.select_related("institution").order_by("-pk")

    @admin.display(description=gettext_lazy("编号"), ordering="pk")
    def number(self, receipt: DuesReceipt) -> str:
        return receipt.number

    @admin.display(description=gettext_lazy("金额（元）"), ordering="amount_fen")
    def sum_yuan(self, receipt: DuesReceipt) -> str:
        return yuan(receipt.amount_fen)

    @admin.display(description=gettext_lazy("尚未使用（元）"))
    def left(self, receipt: Any) -> str:
        return yuan(receipt.left_fen)

    def tables(self, _request: Any, obj: DuesReceipt) -> Sequence[Table]:
        rows = [
            (
                beijing(row.at).date(),
                row.get_kind_display(),
                Cell(row.invoice.number, reverse("admin:members_duesinvoice_change", args=[row.invoice_id]))
                if row.invoice
                else Cell("—"),
                yuan(row.amount_fen),
            )
            for row in obj.entries.select_related("invoice")
        ]
        headings = (_("日期"), _("事项"), pgettext("one", "会费通知"), _("金额（元）"))
        return [Table(_("会费分录"), headings, rows, empty=_("还没有。"))]
