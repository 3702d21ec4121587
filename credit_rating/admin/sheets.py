"""Files of the staff desk: how one leaves, and the page that names every wrong line of one that came in."""

import json
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from association.deeds import Deed, DeedForm, Foretold, Table
from association.language import translated
from common.errors import InvalidInput
from common.spreadsheet import write_csv
from common.text import safe_cell
from credit_rating.operations.reading import note_export

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
MOST_ERRORS_IN_FILE = 5000


def attachment(data: bytes, name: str, ending: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPES[ending])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.{ending}')}"
    return response


def report_page(request: Any, model: Any, deed: Deed, form: Any, errors: Any, back: str = "") -> HttpResponse:
    """错误报告: every row with its column and sentence, on the page of the form and as a file."""
    rows = [(error.row or _("全表"), error.column, translated(error.sentence)) for error in errors]
    told = deed.foretold(request, None)
    wrong = Table(_("逐行错误"), (_("行"), _("列"), _("问题")), rows)
    context = {
        "title": _("没有导入：%(count)d处须修改") % {"count": len(rows)},
        "deed": deed,
        "form": form,
        "filename": form.cleaned_data["file"].name,
        "foretold": Foretold(told.does if told else "", tables=[wrong]),
        "report": json.dumps(rows[:MOST_ERRORS_IN_FILE], ensure_ascii=False),
        "file_address": reverse("admin:credit_rating_assessmentstandard_do_list", args=["error-file"]),
        "back": back or reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"),  # noqa: SLF001 - public
    }
    shared = admin.site.each_context(request) | {"opts": model._meta}  # noqa: SLF001 - public
    return TemplateResponse(request, "admin/import_report.html", shared | context, status=400)


class ErrorFileForm(DeedForm):
    report = forms.JSONField(widget=forms.HiddenInput)


def error_file(request: Any, _obj: None, form: Any) -> HttpResponse:
    """What the report page sent back, as a file no spreadsheet takes for formulas."""
    rows = form.cleaned_data["report"]
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == 3 for row in rows):  # noqa: PLR2004
        raise InvalidInput(_("错误报告不完整，请重新导入。"))
    cells = [[safe_cell(str(cell)) for cell in row] for row in rows]
    note_export(actor=request.actor, what="import_report", standard=None, rows=len(cells))
    return attachment(write_csv([_("行"), _("列"), _("问题")], cells), _("导入错误报告"), "csv")
