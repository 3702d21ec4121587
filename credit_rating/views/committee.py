"""评定委员会 pages: the round as a table, one assessment with everything its decision rests on."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from association.guards import signed_in
from association.kept_forms import KeptForm
from association.middleware import PortalRequest
from association.shown import FIELD, Moved, carried, seen_in
from association.step_up import freshly_proven, require_fresh_proof
from credit_rating import operations
from credit_rating.access import MAY
from credit_rating.forms.desk import (
    ConfirmForm,
    DecisionForm,
    DefenceAnswerForm,
    ExtendForm,
    OverruleForm,
    SuspensionForm,
)
from credit_rating.operations.reading import read_opinions
from credit_rating.queries import committee as queries
from credit_rating.queries.desk import dossier_of
from credit_rating.queries.explanation import explanation_of
from credit_rating.queries.panel import panel_sheet
from credit_rating.queries.waiting_decisions import proposed_publications, publications_shown
from credit_rating.views.decisions import decision_context, decision_forms, panel_context
from credit_rating.views.explanations import explained

PER_PAGE = 50


@signed_in
@require_safe
def committee(request: PortalRequest) -> HttpResponse:
    """评估轮次 for those who decide."""
    return render(request, "credit_rating/committee.html", {"rounds": queries.rounds_of(request.actor)})


@signed_in
@require_safe
def committee_round(request: PortalRequest, pk: int) -> HttpResponse:
    """一轮: every institution with 自评, 评审 and the proposal, vetoes, and what waits."""
    return _round_page(request, pk)


def _round_page(request: PortalRequest, pk: int, status: int = 200) -> HttpResponse:
    """What waits for 批准公布 is listed whole, whatever page of the round is open."""
    held_in = queries.round_of(request.actor, pk)
    page = Paginator(queries.assessments_in(request.actor, pk), PER_PAGE).get_page(request.GET.get("page"))
    proposed = proposed_publications(request.actor, pk)
    context = {
        "round": held_in,
        "page": page,
        "rows": queries.table_rows(request.actor, page.object_list),
        "job": queries.running_job(pk),
        "proposed": proposed,
        "shown": carried(publications_shown(one.publication for one in proposed if not one.barred)),
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("综合评定"), reverse("committee")),
            (held_in.title, ""),
        ],
    }
    return render(request, "credit_rating/round.html", context, status=status)


@signed_in
@require_POST
def compute_round(request: PortalRequest, pk: int) -> HttpResponse:
    """计算全轮: a job; its page shows how far it is."""
    job = operations.compute_round(actor=request.actor, round_id=pk)
    return redirect("job", pk=job.pk)


@signed_in
@require_POST
@freshly_proven(MAY, "approve_publication")
def approve_publication(request: PortalRequest, pk: int) -> HttpResponse:
    """批准公布, by the second person."""
    shown = seen_in(request.POST.get(FIELD))
    try:
        published = operations.approve_publication(actor=request.actor, round_id=pk, shown=shown)
    except Moved as moved:
        messages.error(request, moved.sentence)
        return _round_page(request, pk, moved.status)
    messages.success(request, _("已公布 %(count)s 家机构的结果。") % {"count": len(published)})
    return redirect("committee_round", pk=pk)


@signed_in
@require_safe
def determination(request: PortalRequest, pk: int) -> HttpResponse:
    """综合评定 of one institution: opinions side by side, the explanation, the decision."""
    return _page(request, pk)


def _moved(request: PortalRequest, pk: int, moved: Moved) -> HttpResponse:
    """What was pressed was not done: the page as it stands now, with both sides over it."""
    messages.error(request, moved.sentence)
    answer = _page(request, pk)
    answer.status_code = moved.status
    return answer


def _page(request: PortalRequest, pk: int, kept: KeptForm | None = None) -> HttpResponse:
    """With ``kept``, the form that was refused, in its place."""
    panel, decided = panel_sheet(request.actor, pk), queries.current_determinations([pk]).get(pk)
    dossier = dossier_of(request.actor, pk)
    read_opinions(actor=request.actor, assessment_id=pk)
    context = panel_context(panel) | decision_context(request.actor, dossier, decided)
    context |= decision_forms(kept, context)
    if decided is not None:
        context |= explained(explanation_of(request.actor, pk))
    status = kept.status if kept is not None else 200
    return render(request, "credit_rating/determination.html", context, status=status)


@signed_in
@require_POST
def compute_assessment(request: PortalRequest, pk: int) -> HttpResponse:
    """计算一件, at once."""
    operations.compute_assessment(actor=request.actor, assessment_id=pk)
    return redirect("determination", pk=pk)


@signed_in
@require_POST
def determine(request: PortalRequest, pk: int) -> HttpResponse:
    """确认, or 改判 with a grade and its reason: the first of two signatures, so with a fresh proof."""
    request.actor.require(MAY, "determine")
    form: KeptForm = ConfirmForm(request.POST)
    if request.POST.get("grade"):
        require_fresh_proof(request)
        form = OverruleForm(request.POST, grades=queries.grades_to_overrule_to(request.actor, pk))
    if not form.attempt(lambda given: operations.determine(actor=request.actor, assessment_id=pk, **given)):
        return _page(request, pk, form)
    waits = form.outcome.state == "countersign"
    messages.success(request, _("改判等待第二人签署。") if waits else _("已确认评定。"))
    return redirect("determination", pk=pk)


@signed_in
@require_POST
@freshly_proven(MAY, "countersign")
def countersign(request: PortalRequest, pk: int) -> HttpResponse:
    """第二人签署, or not agreed and sent back."""
    agree = request.POST.get("agree") == "yes"
    shown = seen_in(request.POST.get(FIELD))
    try:
        decided = operations.countersign(actor=request.actor, determination_id=pk, shown=shown, agree=agree)
    except Moved as moved:
        return _moved(request, queries.determination_of(request.actor, pk).assessment_id, moved)
    messages.success(request, _("已签署改判。") if agree else _("已退回，按计算结果重新评定。"))
    return redirect("determination", pk=decided.assessment_id)


@signed_in
@require_POST
def answer_defence(request: PortalRequest, pk: int) -> HttpResponse:
    """答复申辩: the grade stands, or it is taken up anew."""
    request.actor.require(MAY, "answer_defence")
    form = DefenceAnswerForm(request.POST)
    if not form.attempt(
        lambda given: operations.answer_defence(
            actor=request.actor,
            assessment_id=pk,
            answer=given["answer"],
            reconsider=given["reconsider"] == "yes",
        )
    ):
        return _page(request, pk, form)
    messages.success(request, _("已答复申辩。"))
    return redirect("determination", pk=pk)


@signed_in
@require_POST
def decide_objection(request: PortalRequest, pk: int) -> HttpResponse:
    """处理异议: 成立 corrects the rows filled in, 不成立 closes it."""
    request.actor.require(MAY, "decide_objection")
    form = DecisionForm(request.POST, key=pk)
    assessment_id = queries.objection_of(request.actor, pk).assessment_id
    if not form.attempt(
        lambda given: operations.decide_objection(
            actor=request.actor,
            objection_id=pk,
            upheld=given["upheld"] == "yes",
            decision=given["decision"],
            corrections=form.corrections,
        )
    ):
        return _page(request, assessment_id, form)
    messages.success(request, _("异议已处理。"))
    return redirect("determination", pk=assessment_id)


@signed_in
@require_POST
def extend_objection(request: PortalRequest, pk: int) -> HttpResponse:
    """延长异议答复期限, where somebody else must verify."""
    request.actor.require(MAY, "extend_objection")
    form = ExtendForm(request.POST, key=pk)
    assessment_id = queries.objection_of(request.actor, pk).assessment_id
    if not form.attempt(
        lambda given: operations.extend_objection(actor=request.actor, objection_id=pk, **given)
    ):
        return _page(request, assessment_id, form)
    messages.success(request, _("答复期限已延长，机构和异议人已收到通知。"))
    return redirect("determination", pk=assessment_id)


@signed_in
@require_POST
@freshly_proven(MAY, "suspend_publication")
def suspend_publication(request: PortalRequest, pk: int) -> HttpResponse:
    """暂停 what another person asked for, or not; 恢复 with a reason. The public page says so at once."""
    request.actor.require(MAY, "suspend_publication")
    assessment_id = queries.publication_of(request.actor, pk).assessment_id
    if request.POST.get("suspend") in {"yes", "no"}:
        agrees = request.POST["suspend"] == "yes"
        decide = operations.suspend_publication if agrees else operations.decline_suspension
        try:
            decide(actor=request.actor, publication_id=pk, shown=seen_in(request.POST.get(FIELD)))
        except Moved as moved:
            return _moved(request, assessment_id, moved)
        messages.success(request, _("结果已暂停。") if agrees else _("不予暂停，结果不变。"))
        return redirect("determination", pk=assessment_id)
    form = SuspensionForm(request.POST)
    if not form.attempt(
        lambda given: operations.resume_publication(actor=request.actor, publication_id=pk, **given)
    ):
        return _page(request, assessment_id, form)
    messages.success(request, _("结果已恢复。"))
    return redirect("determination", pk=assessment_id)


@signed_in
@require_POST
@freshly_proven(MAY, "propose_suspension")
def propose_suspension(request: PortalRequest, pk: int) -> HttpResponse:
    """提请暂停, with a reason; the chair decides."""
    assessment_id = queries.publication_of(request.actor, pk).assessment_id
    form = SuspensionForm(request.POST)
    if not form.attempt(
        lambda given: operations.propose_suspension(actor=request.actor, publication_id=pk, **given)
    ):
        return _page(request, assessment_id, form)
    messages.success(request, _("已提请暂停，机构已收到通知，等待委员会主任决定。"))
    return redirect("determination", pk=assessment_id)
