"""投诉统计 of a period for staff: the page, and of a fixed year the same table as a file."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from association.guards import signed_in
from association.middleware import PortalRequest
from common.errors import InvalidInput, NotFound, Refused
from common.spreadsheet import write_csv, write_xlsx
from complaints.access.complaints import MAY
from complaints.documents.statistics import table_of
from complaints.forms.figures import PeriodForm
from complaints.queries.periods import Period, periods_told, statistics_told

FILES = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
}


@signed_in
@require_safe
def statistics(request: PortalRequest) -> HttpResponse:
    """The newest period, or the one asked for."""
    request.actor.require(MAY, "see_statistics")
    periods = periods_told()
    form = _form(request, periods)
    context = {
        "form": form,
        "periods": periods,
        "crumbs": [(_("工作台"), reverse("desk")), (_("投诉"), reverse("cases")), (_("投诉统计"), "")],
    }
    if periods and form.is_valid():
        period = _chosen(form, periods)
        context |= {"table": table_of(statistics_told(period)), "period": period}
    status = 400 if form.is_bound and form.errors and periods else 200
    return render(request, "complaints/statistics.html", context, status=status)


@signed_in
@require_safe
def statistics_file(request: PortalRequest, ending: str) -> HttpResponse:
    """The numbers of a year that is fixed, safe from formulas. Raises Refused for what still moves."""
    request.actor.require(MAY, "see_statistics")
    if ending not in FILES:
        raise NotFound(_("没有这种文件。"))
    periods = periods_told()
    form = _form(request, [one for one in periods if one.version] if not request.GET else periods)
    if not form.is_valid():
        raise InvalidInput(_("没有这个时段的统计。"))
    period = _chosen(form, periods)
    if period.version is None:
        raise Refused(_("只有已经固定的年度才提供下载，以免几次下载相减推出个案。"))
    kind, written = FILES[ending]
    table = table_of(statistics_told(period))
    response = HttpResponse(written(table.headings, table.lines()), content_type=kind)
    name = f"complaints-{period.year}-v{period.version}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _form(request: PortalRequest, periods: list[Period]) -> PeriodForm:
    asked = request.GET if "period" in request.GET else {"period": periods[0].value if periods else ""}
    return PeriodForm(asked, periods=[(one.value, one.label) for one in periods])


def _chosen(form: PeriodForm, periods: list[Period]) -> Period:
    return next(one for one in periods if one.value == form.cleaned_data["period"])
