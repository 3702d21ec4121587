"""12345工单导入: a file is looked at, what it would do is shown, and somebody decides; the bad rows come back as a file."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.guards import signed_in
from association.middleware import PortalRequest
from common.errors import NotFound
from complaints.access.complaints import MAY
from complaints.forms.orders import OrdersForm
from complaints.operations.order_jobs import begin_loading
from complaints.operations.orders import discard_orders, error_file, import_orders
from complaints.queries.orders import batch_page, batches, columns

ROWS, FAULTS = 20, 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def orders(request: PortalRequest) -> HttpResponse:
    """上传并试导入; nothing but the batch that waits is written."""
    request.actor.require(MAY, "import_orders")
    form = OrdersForm(request.POST, request.FILES) if request.method == "POST" else OrdersForm()
    if form.is_bound and form.attempt(lambda given: _look(request, given["file"])):
        return redirect("order_batch", pk=form.outcome.batch.pk)
    page = Paginator(batches(request.actor), ROWS).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "columns": columns(), "crumbs": _crumbs((_("12345工单导入"), ""))}
    return render(request, "complaints/orders.html", context, status=form.status if form.errors else 200)


def _look(request: PortalRequest, upload: Any) -> Any:
    return import_orders(actor=request.actor, data=upload.read(), filename=upload.name)


@signed_in
@require_safe
def order_batch(request: PortalRequest, pk: int) -> HttpResponse:
    """试导入结果, and after the decision what became of it."""
    request.actor.require(MAY, "import_orders")
    shown = batch_page(request.actor, pk)
    context = {
        "shown": shown,
        "batch": shown.batch,
        "page": Paginator(shown.faults, FAULTS).get_page(request.GET.get("page")),
        "job": shown.job,
        "crumbs": _crumbs((_("12345工单导入"), reverse("orders")), (shown.batch.file_name, "")),
    }
    return render(request, "complaints/order_batch.html", context)


@signed_in
@require_POST
def decide_orders(request: PortalRequest, pk: int) -> HttpResponse:
    """导入 or 放弃; pressed twice it is done once."""
    deed = request.POST.get("deed", "")
    if deed == "load":
        begin_loading(actor=request.actor, batch_id=pk)
        messages.success(request, _("已开始导入，可以离开本页。"))
        return redirect("order_batch", pk=pk)
    if deed != "discard":
        request.actor.require(MAY, "import_orders")
        raise NotFound(_("没有这个办理事项。"))
    discard_orders(actor=request.actor, batch_id=pk)
    messages.success(request, _("已放弃，没有导入任何工单。"))
    return redirect("orders")


@signed_in
@require_safe
def order_errors(request: PortalRequest, pk: int) -> HttpResponse:
    """错误清单 to be mended and loaded again; kept by no browser."""
    data = error_file(actor=request.actor, batch_id=pk)
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="orders-{pk}-errors.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


def _crumbs(*last: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("工作台"), reverse("desk")), (_("投诉"), reverse("cases")), *last]
