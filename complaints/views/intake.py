"""我要投诉: one page for a phone, kept while one types, shown as others will see it, and a code at the end."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association import clock
from association.middleware import PortalRequest
from association.throttle import check_writing
from common.errors import DomainError, InvalidInput, NotFound
from complaints.choices.complaints import EvidenceKind
from complaints.forms.intake import AT_ONCE, LONGEST_LINE, IntakeForm, rows_wanted
from complaints.operations.filing import (
    DRAFT_KEPT,
    Exhibit,
    Filed,
    discard_draft,
    file_complaint,
    look_over,
    new_draft_key,
    read_draft,
    save_draft,
)
from complaints.queries.shown import preview
from complaints.queries.terms import public_terms

DRAFT_COOKIE = "complaint-draft"
FILE_ROWS = 4
NOT_OFFERED = {EvidenceKind.IDENTITY, EvidenceKind.RECEIPT, EvidenceKind.SIGNED}
OFFERED = [kind for kind in EvidenceKind if kind not in NOT_OFFERED]


@require_safe
def complaints(request: PortalRequest) -> HttpResponse:
    """投诉与退费: what to do, what happens then, and who sees what."""
    context = {"has_draft": bool(_kept(request)), "terms": public_terms()}
    return render(request, "complaints/start.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_complaint(request: PortalRequest) -> HttpResponse:
    """The page that is typed into. Each press of a button keeps what is typed, right or wrong."""
    if request.method != "POST":
        return render(request, "complaints/new.html", {"form": _begun(request), "kept": _kept(request)})
    check_writing(request, "complaint_page")
    form = IntakeForm(request.POST, joined=_rows(request))
    response = _checked(request, form)
    return _with_draft(request, form, response)


def _begun(request: PortalRequest) -> IntakeForm:
    typed = _kept(request) or {}
    if name := request.GET.get("institution", "").strip()[:LONGEST_LINE]:
        typed = typed | {"respondent_name": name}
    return IntakeForm(initial=typed)


def _rows(request: PortalRequest) -> int:
    """One row more than before when the button was pressed without script."""
    wanted = rows_wanted(request.POST.get("rows", ""))
    return wanted + AT_ONCE if "more" in request.POST else wanted


def _checked(request: PortalRequest, form: IntakeForm) -> HttpResponse:
    if "more" in request.POST or "keep" in request.POST:
        again = IntakeForm(initial=form.typed(), joined=form.joined)
        return render(request, "complaints/new.html", {"form": again, "kept": True})
    if form.is_valid() and _looks_right(form):
        return redirect("preview_complaint")
    return render(request, "complaints/new.html", {"form": form, "kept": True}, status=form.status)


def _looks_right(form: IntakeForm) -> bool:
    try:
        look_over(form.filing(has_authority=True))
    except InvalidInput as wrong:
        form.refuse(InvalidInput(wrong.sentence, form.where(wrong.fields)))
    except DomainError as refusal:
        form.refuse(refusal)
    return not form.errors


def _with_draft(request: PortalRequest, form: IntakeForm, response: HttpResponse) -> HttpResponse:
    key = request.COOKIES.get(DRAFT_COOKIE) or new_draft_key()
    save_draft(actor=request.actor, draft_key=key, content=form.typed())
    response.set_cookie(
        DRAFT_COOKIE,
        key,
        max_age=DRAFT_KEPT,
        path=reverse("complaints"),
        secure=not settings.PLAIN_HTTP,
        httponly=True,
        samesite="Lax",
    )
    return response


def _kept(request: PortalRequest) -> dict[str, Any]:
    key = request.COOKIES.get(DRAFT_COOKIE, "")
    if not key:
        return {}
    try:
        return read_draft(key)
    except NotFound:
        return {}


@never_cache
@require_POST
def keep_draft(request: PortalRequest) -> HttpResponse:
    """自动保存 while one types; the answer is a line with the time."""
    check_writing(request, "draft")
    response = render(request, "complaints/_kept.html", {"kept_at": clock.now()})
    return _with_draft(request, IntakeForm(request.POST, joined=_rows(request)), response)


@never_cache
@require_POST
def drop_draft(request: PortalRequest) -> HttpResponse:
    """清除草稿: on a computer that others use too."""
    discard_draft(request.COOKIES.get(DRAFT_COOKIE, ""))
    return _forgetting(redirect("complaints"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview_complaint(request: PortalRequest) -> HttpResponse:
    """预览: what the association, the institution and the public will see; then it is filed."""
    typed = _kept(request)
    form = IntakeForm(typed)
    if not typed or not form.is_valid() or not _looks_right(form):
        return redirect("new_complaint")
    refusal: DomainError | None = None
    if request.method == "POST":
        check_writing(request, "complaint")
        try:
            return _filed(request, _file(request, form))
        except DomainError as error:
            refusal = error
    context = {
        "seen": preview(form.filing(has_authority=True)),
        "needs_authority": bool(form.cleaned_data["agent_name"]),
        "file_rows": range(FILE_ROWS),
        "kinds": [(kind.value, kind.label) for kind in OFFERED],
        "refusal": refusal,
    }
    return render(request, "complaints/preview.html", context, status=refusal.status if refusal else 200)


def _file(request: PortalRequest, form: IntakeForm) -> Filed:
    exhibits = list(_exhibits(request))
    has_authority = any(one.kind == EvidenceKind.AUTHORITY for one in exhibits)
    return file_complaint(
        actor=request.actor,
        filing=form.filing(has_authority=has_authority),
        exhibits=exhibits,
        draft_key=request.COOKIES.get(DRAFT_COOKIE, ""),
    )


def _exhibits(request: PortalRequest) -> list[Exhibit]:
    """The files of the rows that were filled in, each with what it is."""
    found: list[Exhibit] = []
    for place in range(FILE_ROWS):
        uploads: list[UploadedFile] = request.FILES.getlist(f"file-{place}")
        kind = request.POST.get(f"kind-{place}") or EvidenceKind.OTHER
        found += [Exhibit(kind, upload) for upload in uploads]
    authority: list[UploadedFile] = request.FILES.getlist("authority")
    return found + [Exhibit(EvidenceKind.AUTHORITY, upload) for upload in authority]


def _filed(request: PortalRequest, filed: Filed) -> HttpResponse:
    """The code stands on this page once, to be written down or printed; loading it again files nothing."""
    context = {"number": filed.complaint.number, "code": filed.receipt_code, "received": clock.now()}
    return _forgetting(render(request, "complaints/filed.html", context, status=HTTPStatus.CREATED))


def _forgetting(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(DRAFT_COOKIE, path=reverse("complaints"), samesite="Lax")
    return response
