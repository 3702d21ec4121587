"""评估 pages of an institution: its assessments, one of them with its terms, and what it may still say."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from association.actors import Actor
from association.downloads import download
from association.guards import signed_in
from association.kept_forms import KeptForm, in_place
from association.middleware import PortalRequest
from credit_rating import operations
from credit_rating.access import MAY
from credit_rating.choices import Stage
from credit_rating.forms.desk import DefenceForm, ObjectionForm, SupplementForm, WithdrawForm
from credit_rating.forms.rows import numbered
from credit_rating.operations.reading import read_evidence
from credit_rating.queries.desk import Dossier, dossier_of
from credit_rating.queries.rounds import my_assessments
from credit_rating.queries.windows import is_open
from credit_rating.views.bars import stage_bar

FORMS = (DefenceForm, ObjectionForm, WithdrawForm)


@signed_in
@require_safe
def assessments(request: PortalRequest) -> HttpResponse:
    """本机构的评估, newest round first."""
    context = {"assessments": my_assessments(request.actor)}
    return render(request, "credit_rating/assessments.html", context)


@signed_in
@require_safe
def assessment(request: PortalRequest, pk: int) -> HttpResponse:
    """一件评估: where it stands, until when, and what can be done now."""
    return _page(request, dossier_of(request.actor, pk))


def _page(request: PortalRequest, dossier: Dossier, kept: KeptForm | None = None) -> HttpResponse:
    """With ``kept``, the form that was refused, in its place."""
    may = _may(request.actor, dossier)
    context = {
        "dossier": dossier,
        "assessment": dossier.assessment,
        "stages": stage_bar(dossier),
        "may": may,
        "forms": {form.name: in_place(kept, form) for form in FORMS}
        | {SupplementForm.name: in_place(kept, SupplementForm, items=_asked(dossier))},
        "kept": kept,
        "offered": kept is not None and may[kept.name],
        "crumbs": [(_("工作台"), reverse("desk")), (str(dossier.assessment.round.title), "")],
    }
    status = kept.status if kept is not None else 200
    return render(request, "credit_rating/assessment.html", context, status=status)


def _asked(dossier: Dossier) -> Iterable[Any]:
    return dossier.supplement.items.all() if dossier.supplement is not None else ()


def _may(actor: Actor, dossier: Dossier) -> dict[str, bool]:
    """Which forms the page offers; the operations decide again."""
    stage, own = dossier.assessment.stage, dossier.own
    notice, public = (dossier.prior_notices or (None,))[-1], dossier.assessment.public_notice
    supplement = dossier.supplement
    answers = (
        own
        and stage == Stage.NOTICED
        and notice is not None
        and notice.defended_at is None
        and is_open(notice)
    )
    defends = actor.may(MAY, "file_defence")
    return {
        "begin": own and stage == Stage.INVITED,
        "fill": own and stage == Stage.SELF_ASSESSING,
        "withdraw": own and stage in {Stage.INVITED, Stage.SELF_ASSESSING},
        "supplement": own and stage == Stage.SUPPLEMENT and supplement is not None and is_open(supplement),
        "defend": answers and defends,
        "ask_to_defend": answers and not defends,
        "object": own
        and stage in {Stage.PUBLIC_NOTICE, Stage.OBJECTION}
        and public is not None
        and is_open(public),
    }


@signed_in
@require_POST
def answer_supplement(request: PortalRequest, pk: int) -> HttpResponse:
    """提交补正: words, files, or both for each item."""
    request.actor.require(MAY, "answer_supplement")
    form = SupplementForm(request.POST, request.FILES, items=_asked(dossier_of(request.actor, pk)))
    uploads = {number: request.FILES.getlist(name) for name, number in numbered(request.FILES, "files")}
    if not form.attempt(
        lambda _given: operations.answer_supplement(
            actor=request.actor, assessment_id=pk, answers=form.answers(), uploads=uploads
        )
    ):
        return _page(request, dossier_of(request.actor, pk), form)
    messages.success(request, _("补正已提交。"))
    return redirect("assessment", pk=pk)


@signed_in
@require_POST
def file_defence(request: PortalRequest, pk: int) -> HttpResponse:
    request.actor.require(MAY, "file_defence")
    form = DefenceForm(request.POST)
    if not form.attempt(
        lambda given: operations.file_defence(actor=request.actor, assessment_id=pk, **given)
    ):
        return _page(request, dossier_of(request.actor, pk), form)
    messages.success(request, _("申辩已提交。"))
    return redirect("assessment", pk=pk)


@signed_in
@require_POST
def file_objection(request: PortalRequest, pk: int) -> HttpResponse:
    request.actor.require(MAY, "file_objection")
    form = ObjectionForm(request.POST)
    if not form.attempt(
        lambda given: operations.file_objection(actor=request.actor, assessment_id=pk, **given)
    ):
        return _page(request, dossier_of(request.actor, pk), form)
    messages.success(request, _("异议已提出，公示条目已标注“异议中”。"))
    return redirect("assessment", pk=pk)


@signed_in
@require_POST
def withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    request.actor.require(MAY, "withdraw")
    form = WithdrawForm(request.POST)
    if not form.attempt(
        lambda given: operations.withdraw(actor=request.actor, assessment_id=pk, reason=given["reason"])
    ):
        return _page(request, dossier_of(request.actor, pk), form)
    messages.success(request, _("已退出本轮评估。退出不是等级，也不作不利评价。"))
    return redirect("assessment", pk=pk)


@signed_in
@require_safe
def evidence_file(request: PortalRequest, pk: int) -> HttpResponse:
    """佐证文件; a reviewer's reading is on record."""
    return download(read_evidence(actor=request.actor, attachment_id=pk))


@signed_in
@require_safe
def certificate_file(request: PortalRequest, pk: int) -> HttpResponse:
    return download(operations.certificate_file(request.actor, pk))
