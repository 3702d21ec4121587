"""会籍 at the desk of an institution: what it is, its application, its certificate; and the books by day."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from association import clock
from association.actors import Actor
from association.downloads import download
from association.guards import signed_in
from association.kept_forms import KeptForm, in_place
from association.middleware import PortalRequest
from common.errors import NotFound
from common.numbers import whole_or_none
from members import operations
from members.access import MAY, institutions_visible_to
from members.forms.desk import FORMS, ApplicationForm, HistoryForm, StepForm, WithdrawForm
from members.operations.certificates import certificate_file
from members.operations.reading import read_application_file
from members.queries.desk import ApplicationPage, application_page, offered_institutions, own_memberships
from members.queries.membership import brought_in, history_of, was_member

Given = Mapping[str, Any]
LARGEST_ID = 2**63 - 1


@signed_in
@require_safe
def membership(request: PortalRequest) -> HttpResponse:
    """我的会籍."""
    return _own_page(request)


def _own_page(request: PortalRequest, kept: KeptForm | None = None) -> HttpResponse:
    held = own_memberships(request.actor)
    context = {
        "held": held,
        "kept": kept,
        "offered": True,
        "forms": {row.institution.pk: _begin_form(row, kept) for row in held if row.may_apply},
        "exits": {
            row.institution.pk: in_place(kept, WithdrawForm, row.institution.pk) for row in held if row.term
        },
        "may_withdraw": request.actor.may(MAY, "withdraw_membership"),
        "may_apply": request.actor.may(MAY, "draft_application"),
        "today": clock.today(),
    }
    return render(request, "members/membership.html", context, status=kept.status if kept else 200)


def _begin_form(row: Any, kept: KeptForm | None) -> KeptForm:
    start = {"field": row.institution.field, "licence_number": row.institution.licence_number}
    return in_place(kept, ApplicationForm, row.institution.pk, initial=start)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def begin_application(request: PortalRequest, institution_id: int) -> HttpResponse:
    """The first draft; from then on the application has a page of its own."""
    request.actor.require(MAY, "draft_application")
    if institution_id not in request.actor.institution_ids:
        raise NotFound(_("没有这家机构。"))
    if request.method != "POST":
        return redirect("membership")
    form = ApplicationForm(request.POST, key=institution_id)
    if not form.attempt(
        lambda given: operations.save_application(actor=request.actor, institution_id=institution_id, **given)
    ):
        return _own_page(request, form)
    messages.success(request, _("草稿已保存，请上传材料后提交。"))
    return redirect("membership_application", pk=form.outcome.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PortalRequest, institution_id: int) -> HttpResponse:
    """自愿退会."""
    request.actor.require(MAY, "withdraw_membership")
    if institution_id not in request.actor.institution_ids:
        raise NotFound(_("没有这家机构。"))
    if request.method != "POST":
        return redirect("membership")
    form = WithdrawForm(request.POST, key=institution_id)
    if not form.attempt(
        lambda given: operations.withdraw_membership(
            actor=request.actor, institution_id=institution_id, reason=given["reason"]
        )
    ):
        return _own_page(request, form)
    messages.success(request, _("会籍已终止。"))
    return redirect("membership")


@signed_in
@require_safe
def application(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, application_page(request.actor, pk))


def _page(request: PortalRequest, shown: ApplicationPage, kept: KeptForm | None = None) -> HttpResponse:
    forms = [kept if kept and kept.name == name else _form(name, shown) for name in shown.deeds]
    context = {
        "page": shown,
        "application": shown.application,
        "forms": forms,
        "kept": kept,
        "offered": kept in forms,
        "opens_files": request.actor.opens_files,
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("会籍"), reverse("membership")),
            (shown.application.number, ""),
        ],
    }
    return render(request, "members/application.html", context, status=kept.status if kept else 200)


def _form(name: str, shown: ApplicationPage) -> StepForm:
    row = shown.application
    start = {"field": row.field, "licence_number": row.licence_number, "statement": row.statement}
    return FORMS[name](initial=start)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def do_in_application(request: PortalRequest, pk: int) -> HttpResponse:
    """One deed. A refused form comes back on the page, with what was typed."""
    shown = application_page(request.actor, pk)
    if request.method != "POST":
        return redirect("membership_application", pk=pk)
    name = request.POST.get("deed", "")
    if name not in FORMS or not shown.is_own:
        raise NotFound(_("没有这个办理事项。"))
    form = FORMS[name](request.POST, request.FILES)
    if not form.attempt(lambda given: DEEDS[name](request.actor, shown, given)):
        return _page(request, application_page(request.actor, pk), form)
    messages.success(request, _("已办理：%(what)s") % {"what": form.title})
    return redirect("membership_application", pk=pk)


def _save(actor: Actor, shown: ApplicationPage, given: Given) -> Any:
    owner = shown.application.institution_id
    return operations.save_application(actor=actor, institution_id=owner, **given)


DEEDS: dict[str, Callable[[Actor, ApplicationPage, Given], Any]] = {
    "save": _save,
    "add_evidence": lambda actor, shown, given: operations.add_application_evidence(
        actor=actor, application_id=shown.application.pk, **given
    ),
    "remove_evidence": lambda actor, shown, given: operations.remove_application_evidence(
        actor=actor, application_id=shown.application.pk, **given
    ),
    "submit": lambda actor, shown, _given: operations.submit_application(
        actor=actor, application_id=shown.application.pk
    ),
    "answer": lambda actor, shown, given: operations.answer_supplement(
        actor=actor, application_id=shown.application.pk, **given
    ),
    "recall": lambda actor, shown, _given: operations.recall_application(
        actor=actor, application_id=shown.application.pk
    ),
}


@signed_in
@require_safe
def application_file(request: PortalRequest, pk: int, file_id: int) -> HttpResponse:
    return download(read_application_file(actor=request.actor, application_id=pk, file_id=file_id))


@signed_in
@require_safe
def member_certificate(request: PortalRequest, pk: int) -> HttpResponse:
    return download(certificate_file(request.actor, pk))


@signed_in
@require_safe
def history(request: PortalRequest) -> HttpResponse:
    """会籍沿革: was X a member on a day, as known on a day; with the gaps."""
    request.actor.require(MAY, "see_history")
    asked = request.GET if request.GET.get("institution") else None
    form = HistoryForm(asked, initial={"on": clock.today().isoformat()})
    wanted = whole_or_none(request.GET.get("institution", ""), most=LARGEST_ID)
    form.offer(offered_institutions(request.actor, wanted))
    context: dict[str, Any] = {"form": form, "asked": False}
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        found = institutions_visible_to(request.actor).filter(pk=given["institution"]).first()
        if found is None:
            raise NotFound(_("没有这家机构。"))
        known_on = given["known_on"]
        context |= {
            "asked": True,
            "institution": found,
            "on": given["on"],
            "known_on": known_on or clock.today(),
            "term": was_member(institution_id=found.pk, on=given["on"], known_on=known_on),
            "brought": known_on and brought_in(institution_id=found.pk, on=given["on"], known_on=known_on),
            "history": history_of(found.pk, known_on),
        }
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "members/history.html", context, status=status)
