"""提供线索与查询办理: without an account, a cookie or a script, and with no address that holds the receipt code."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from association import clock
from association.guards import own_forms_only
from association.middleware import PortalRequest
from association.throttle import check_secret
from complaints.forms.lead_report import FILES, AnswerForm, CodeForm, KeptForm, LeadReportForm
from complaints.operations import lead_reports
from complaints.queries.lead_pages import DraftShown, candidates, draft_shown, draft_term, is_known, tracked
from complaints.queries.leads import anchors_today
from complaints.rules.receipts import grouped, normalised

PAGE = ["GET", "HEAD", "POST"]


@own_forms_only
@require_http_methods(PAGE)
def new_lead(request: PortalRequest) -> HttpResponse:
    """提供线索: filled in, saved, looked at once more, sent. Each button is a whole request."""
    if request.method != "POST":
        return _report_page(request, LeadReportForm(initial={"identity": "anonymous"}))
    check_secret(request, "lead", fail_open=True)
    if "facts" not in request.POST:
        return _from_preview(request)
    wish = request.POST.get("do", "save")
    form = _read(request)
    code = _saved(request, form)
    if wish == "submit" and _sent(request, form, code):
        return _receipt(request, code)
    if wish == "preview" and not form.errors:
        form.attempt(lambda: lead_reports.check_lead(actor=request.actor, code=code))
    if wish == "preview" and not form.errors:
        return _preview_page(request, code)
    return _report_page(request, form, code)


def _from_preview(request: PortalRequest) -> HttpResponse:
    """Only the code comes back from there: to send what was kept, or to go on with it."""
    code = _code(request)
    form = _as_code(code)
    if request.POST.get("do") == "submit" and _sent(request, form, code):
        return _receipt(request, code)
    return _opened(request, form)


def _code(request: PortalRequest) -> str:
    """The code that a page carries along. One that opens nothing is a guess, wherever it is tried."""
    code = request.POST.get("code", "")
    if code and not is_known(code):
        check_secret(request, "lead_code")
    return code


def _sent(request: PortalRequest, form: KeptForm, code: str) -> bool:
    return form.attempt(lambda: lead_reports.submit_lead(actor=request.actor, code=code)) is not None


def _read(request: PortalRequest) -> LeadReportForm:
    return LeadReportForm(request.POST, found=candidates(request.POST.get("institution_name", "")))


def _saved(request: PortalRequest, form: LeadReportForm) -> str:
    """The draft with what was typed, its new files, and without those that were taken back; its code."""
    code = _code(request)
    kept = form.attempt(
        lambda: lead_reports.save_lead_draft(actor=request.actor, code=code, values=form.values())
    )
    code = kept[1] if kept else code
    for upload in request.FILES.getlist("file"):
        form.attempt(
            lambda file=upload: lead_reports.add_lead_evidence(actor=request.actor, code=code, upload=file)  # type: ignore[misc]
        )
    if request.POST.get("remove", "").isdigit():
        number = int(request.POST["remove"][:5])
        form.attempt(lambda: lead_reports.remove_lead_evidence(actor=request.actor, code=code, number=number))
    return code


@own_forms_only
@require_POST
def save_lead(request: PortalRequest) -> HttpResponse:
    """边填边存: asked for by the page while somebody types; the answer is the line that says so."""
    check_secret(request, "lead_draft", fail_open=True)
    form = _read(request)
    code = _saved(request, form)
    shown = {"code": grouped(normalised(code)), "saved": not form.non_field_errors(), "form": form}
    return _private(render(request, "complaints/leads/_saved.html", shown))


@own_forms_only
@require_http_methods(PAGE)
def track_lead(request: PortalRequest) -> HttpResponse:
    """查询线索: the code is sent in the body of the request, never in an address."""
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        check_secret(request, "lead_code")
        if form.is_valid():
            return _opened(request, form)
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return _private(render(request, "complaints/leads/track.html", {"form": form}, status=status))


def _opened(request: PortalRequest, form: CodeForm) -> HttpResponse:
    """A draft is gone on with, a lead is shown; a wrong code and an old one get the same page."""
    code = form.cleaned_data["code"]
    shown = draft_shown(code)
    if shown is not None:
        found = candidates(shown.values["institution_name"])
        return _report_page(request, LeadReportForm(initial=shown.values, found=found), code)
    page = tracked(code)
    if page is not None:
        return _status_page(request, code, AnswerForm())
    form.add_error("code", lead_reports.not_found_sentence())
    return _private(
        render(request, "complaints/leads/track.html", {"form": form}, status=HTTPStatus.NOT_FOUND)
    )


@own_forms_only
@require_POST
def answer_lead(request: PortalRequest) -> HttpResponse:
    """回复与补充: words, files or both."""
    check_secret(request, "lead_code")
    code = request.POST.get("code", "")
    form = AnswerForm(request.POST)
    files = request.FILES.getlist("file")
    for upload in files:
        form.attempt(
            lambda file=upload: lead_reports.add_lead_evidence(actor=request.actor, code=code, upload=file)  # type: ignore[misc]
        )
    if form.data.get("text", "").strip() or not files:
        text = form.data.get("text", "")
        form.attempt(lambda: lead_reports.answer_question(actor=request.actor, code=code, text=text))
    if tracked(code) is None:
        return _opened(request, _as_code(code))
    return _status_page(request, code, form if form.errors else AnswerForm(), done=not form.errors)


def _as_code(code: str) -> CodeForm:
    """What was sent along by a page of ours; whatever it holds, it is a code that can be asked for."""
    form = CodeForm({"code": "".join(filter(str.isalnum, normalised(code)))[:40] or "-"})
    form.is_valid()
    return form


# -- pages ------------------------------------------------------------------------------------------------------


def _report_page(request: HttpRequest, form: LeadReportForm, code: str = "") -> HttpResponse:
    shown = draft_shown(code) if code else None
    wrong = form.is_bound and bool(form.errors)
    context = {
        "form": form.drawn(),
        "code": grouped(normalised(code)) if shown else "",
        "draft": shown,
        "anchors": anchors_today(clock.today()),
        "draft_term": draft_term(),
        "accept": FILES,
        "most_files": lead_reports.MOST_FILES,
    }
    status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
    return _private(render(request, "complaints/leads/new.html", context, status=status))


def _receipt(request: HttpRequest, code: str) -> HttpResponse:
    shown = {"code": grouped(normalised(code))}
    return _private(render(request, "complaints/leads/receipt.html", shown))


def _preview_page(request: HttpRequest, code: str) -> HttpResponse:
    shown = draft_shown(code) or DraftShown.nothing()
    context = {"code": grouped(normalised(code)), "draft": shown}
    return _private(render(request, "complaints/leads/preview.html", context))


def _status_page(request: HttpRequest, code: str, form: AnswerForm, *, done: bool = False) -> HttpResponse:
    context: dict[str, Any] = {
        "page": tracked(code),
        "code": grouped(normalised(code)),
        "form": form,
        "done": done,
        "accept": FILES,
    }
    status = HTTPStatus.BAD_REQUEST if form.is_bound and form.errors else HTTPStatus.OK
    return _private(render(request, "complaints/leads/status.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """Nobody keeps a copy: not the browser's history, nor anything between."""
    response["Cache-Control"] = "private, no-store"
    return response
