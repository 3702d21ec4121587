"""Buttons of 历史结果: a file is looked through first, imported after a second press, all lines or none."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.deeds import Cell, Deed, DeedForm, Done, Foretold, Table
from association.language import translated
from common.errors import InvalidInput
from credit_rating import operations
from credit_rating.access import MAY
from credit_rating.admin.sheets import attachment, report_page
from credit_rating.documents import export_past_results, past_results_template
from credit_rating.models import HistoricalResult
from credit_rating.operations.reading import note_export
from credit_rating.rules.past_results import COLUMNS, NEEDED
from credit_rating.rules.past_sheet import PlannedRow, SheetRead

PLACE = "admin:credit_rating_historicalresult"


class SheetForm(DeedForm):
    file = forms.FileField(
        label=gettext_lazy("历史结果表"),
        help_text=gettext_lazy(
            "Excel（.xlsx）或 CSV（UTF-8、GB18030），最多500行。先看预览，确认以后才导入。"
        ),
    )


class LookedAtForm(DeedForm):
    """The file once more, as the preview sends it back."""

    filename = forms.CharField(widget=forms.HiddenInput)
    content = forms.CharField(widget=forms.HiddenInput)

    def data_of_file(self) -> bytes:
        try:
            return urlsafe_b64decode(self.cleaned_data["content"])
        except ValueError:
            raise InvalidInput(_("送回的文件不完整，请重新选择文件。")) from None


def _may(actor: Any) -> bool:
    return bool(actor.may(MAY, "import_historical_results"))


def _look(request: Any, _obj: None, form: Any) -> HttpResponse:
    file = form.cleaned_data["file"]
    data = file.read()
    read = operations.check_historical_sheet(actor=request.actor, data=data, filename=file.name)
    if read.faults:
        return report_page(request, HistoricalResult, LIST[0], form, read.faults)
    sent = {"filename": file.name, "content": urlsafe_b64encode(data).decode()}
    return _preview(request, read, sent)


def _preview(request: Any, read: SheetRead, sent: dict[str, str]) -> HttpResponse:
    new = sum(1 for one in read.planned if not one.stands)
    context = {
        "title": _("预览：将提交%(new)d项，已有%(same)d项") % {"new": new, "same": len(read.planned) - new},
        "deed": LIST[1],
        "sent": sent,
        "new": new,
        "table": _planned_table(read.planned),
        "does": _before_importing(request, None).does,
        "address": reverse(f"{PLACE}_do_list", args=["confirm-import"]),
        "again": reverse(f"{PLACE}_do_list", args=["import"]),
    }
    shared = admin.site.each_context(request) | {"opts": HistoricalResult._meta}  # noqa: SLF001 - public
    return TemplateResponse(request, "admin/past_preview.html", shared | context)


def _planned_table(planned: list[PlannedRow]) -> Table:
    rows = [
        (
            one.line,
            Cell(
                one.row.institution_name,
                note=_("名录中没有，将一并登记") if one.new_institution else one.row.uscc,
            ),
            one.row.year,
            Cell(one.row.scheme, note=one.row.issuing_body),
            one.row.grade,
            Cell(one.row.source_title, note=one.row.source_url),
            Cell(_("已有，不再导入"), tone="muted") if one.stands else Cell(_("提交"), tone="ok"),
        )
        for one in planned
    ]
    headings = (_("行"), _("机构"), _("年度"), _("评估名称"), _("结果"), _("出处"), _("将做什么"))
    return Table(_("逐行预览"), headings, rows)


def _import(request: Any, _obj: None, form: Any) -> Done | HttpResponse:
    taken = operations.import_historical_sheet(
        actor=request.actor, data=form.data_of_file(), filename=form.cleaned_data["filename"]
    )
    if taken.read.faults:
        first = taken.read.faults[0]
        raise InvalidInput(
            _("预览以后有了变化，没有导入。第%(line)d行：%(why)s请重新选择文件。")
            % {"line": first.row, "why": translated(first.sentence)}
        )
    if taken.waiting is None:
        return Done(_("这些结果原来就有，没有改动。"), reverse(f"{PLACE}_changelist"))
    new = len(taken.waiting.rows)
    return Done(
        _("已提交%(new)d项历史结果，由另一人确认后公开；%(same)d项原来就有，没有改动。")
        % {"new": new, "same": len(taken.read.planned) - new},
        reverse("corrections"),
    )


def _columns(_request: Any, _obj: None) -> Foretold:
    rows = [
        (translated(label), _("必填") if name in NEEDED else "", most)
        for name, (label, most) in COLUMNS.items()
    ]
    does = _("只导入已由其他来源公布的结果，并写明出处；本平台不计算、不改写。现在只看预览，不写入任何内容。")
    table = Table(_("表格的列"), (_("列"), _("是否必填"), _("最多字数")), rows)
    return Foretold(does, tables=[table])


def _before_importing(_request: Any, _obj: None) -> Foretold:
    return Foretold(
        _(
            "现在还不公开：通知秘书处的其他人和评定委员会主任，由其中一人对照出处确认。确认后机构页面和以往公布的结果"
            "列出这些结果和出处，公布日志记下一条，名录中没有的机构一并登记，并通知在册机构。"
        )
    )


def _template(_request: Any, _obj: None, _form: None) -> HttpResponse:
    return attachment(past_results_template(), _("历史结果导入模板"), "xlsx")


def _export(ending: str) -> Any:
    def run(request: Any, _obj: None, _form: None) -> HttpResponse:
        data, rows = export_past_results(ending)
        note_export(actor=request.actor, what="past_results", standard=None, rows=rows)
        return attachment(data, _("历史结果"), ending)

    return run


LIST = (
    Deed("import", gettext_lazy("导入历史结果"), _may, _look, form=SheetForm, foretells=_columns, main=True),
    Deed(
        "confirm-import",
        gettext_lazy("提交，待另一人确认"),
        _may,
        _import,
        form=LookedAtForm,
        foretells=_before_importing,
        hidden=True,
    ),
    Deed("template", gettext_lazy("下载导入模板（Excel）"), _may, _template, reads=True),
    Deed("export-xlsx", gettext_lazy("导出历史结果（Excel）"), _may, _export("xlsx"), reads=True),
    Deed("export-csv", gettext_lazy("导出历史结果（CSV）"), _may, _export("csv"), reads=True),
)
