"""投诉统计 of a period for staff: the page, and the same table as a file."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from association import clock
from association.guards import signed_in
from association.middleware import PortalRequest
from common.errors import InvalidInput, NotFound
from common.spreadsheet import write_csv, write_xlsx
from complaints.access.complaints import MAY
from complaints.documents.statistics import table_of
from complaints.forms.figures import PeriodForm

FILES = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
}


@signed_in
@require_safe
def statistics(request: PortalRequest) -> HttpResponse:
    request.actor.require(MAY, "see_statistics")
    form = _period(request)
    context = {
        "form": form,
        "crumbs": [(_("工作台"), reverse("desk")), (_("投诉"), reverse("cases")), (_("投诉统计"), "")],
    }
    if form.is_valid():
        context["table"] = table_of(**form.cleaned_data)
        context["period"] = f"first={form.cleaned_data['first']}&last={form.cleaned_data['last']}"
    return render(request, "complaints/statistics.html", context, status=400 if form.errors else 200)


@signed_in
@require_safe
def statistics_file(request: PortalRequest, ending: str) -> HttpResponse:
    """The numbers of the page, safe from formulas."""
    request.actor.require(MAY, "see_statistics")
    if ending not in FILES:
        raise NotFound(_("没有这种文件。"))
    form = _period(request)
    if not form.is_valid():
        raise InvalidInput(_("请检查起止日期。"))
    kind, written = FILES[ending]
    table = table_of(**form.cleaned_data)
    response = HttpResponse(written(table.headings, table.lines()), content_type=kind)
    name = f"complaints-{table.first}-{table.last}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _period(request: PortalRequest) -> PeriodForm:
    """Without a period: the year until today."""
    today = clock.today()
    asked = request.GET if "first" in request.GET or "last" in request.GET else None
    return PeriodForm(
        asked or {"first": today.replace(month=1, day=1).isoformat(), "last": today.isoformat()}
    )
