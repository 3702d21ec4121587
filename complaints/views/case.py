"""投诉 at the desk: the lists, and one page for all who work on a case, each with the own deeds."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.actors import Actor
from association.choices import Role, Side
from association.downloads import download
from association.guards import signed_in
from association.kept_forms import KeptForm
from association.middleware import PortalRequest
from association.moments import minute
from association.rules.clock import beijing
from common.errors import InvalidInput, NotFound
from complaints.access.complaints import MAY
from complaints.choices.complaints import Audience, Party, Target
from complaints.forms.case import FORMS
from complaints.forms.parts import CaseForm, compared
from complaints.forms.privacy import UnmaskForm
from complaints.operations.acceptance import (
    accept,
    correct_filing,
    doubts_about,
    name_institution,
    refuse,
    transfer,
)
from complaints.operations.agreements import agree, sign
from complaints.operations.appraisal import decide_pause, pause_for_appraisal, resume
from complaints.operations.breach import breach
from complaints.operations.consents import consent, deny_consent
from complaints.operations.ends import terminate, withdraw
from complaints.operations.fact_review import decide_set_aside, propose_set_aside
from complaints.operations.filing import Exhibit, add_evidence
from complaints.operations.harm import correct_harm_day
from complaints.operations.lead_from_case import open_lead_from_complaint
from complaints.operations.letters_in import answer_on_paper, offer_on_paper
from complaints.operations.mass import leave_mass_case
from complaints.operations.mediation import (
    assign_mediator,
    recuse,
)
from complaints.operations.objection import contest
from complaints.operations.order_limit import extend_order
from complaints.operations.paid import register_paid
from complaints.operations.payment_answers import answer_payment, see_proof
from complaints.operations.payments import perform
from complaints.operations.pledge import allege_from_complaint
from complaints.operations.privacy import (
    read_named_agreement,
    redact,
    search_people,
    unmask,
)
from complaints.operations.recusals import ask_recusal, decide_recusal
from complaints.operations.replies import answer, answer_offer, offer
from complaints.operations.sessions import cancel_session, move_session, plan_session, record_session
from complaints.operations.settlement import confirm_settlement, settle
from complaints.operations.survey import follow_up, survey
from complaints.operations.telling import tell_parties
from complaints.operations.unpaid import say_unpaid
from complaints.queries.candidates import bodies_here, institutions_like, mediators_for
from complaints.queries.case import (
    CaseFile,
    case_of,
    deeds_of,
    may_calculate,
)
from complaints.queries.lists import LISTS, list_page, wanted_of
from complaints.queries.redactions import places_of
from complaints.queries.tracking import payment_label
from complaints.queries.written import written_in
from members.queries.pledge import clauses_signed

ROWS = 50
Given = Mapping[str, Any]
# Deeds that are called with what the form gives, and the number of the case.
PLAIN: dict[str, Callable[..., Any]] = {
    "name_institution": name_institution,
    "correct_filing": correct_filing,
    "correct_harm_day": correct_harm_day,
    "accept": accept,
    "refuse": refuse,
    "transfer": transfer,
    "answer": answer,
    "offer": offer,
    "consent": consent,
    "deny_consent": deny_consent,
    "paper_consent": consent,
    "ask_recusal": ask_recusal,
    "paper_recusal": ask_recusal,
    "decide_recusal": decide_recusal,
    "sign": sign,
    "agree": agree,
    "perform": perform,
    "assign_mediator": assign_mediator,
    "recuse": recuse,
    "plan_session": plan_session,
    "pause_for_appraisal": pause_for_appraisal,
    "decide_pause": decide_pause,
    "resume": resume,
    "terminate": terminate,
    "breach": breach,
    "propose_set_aside": propose_set_aside,
    "decide_set_aside": decide_set_aside,
    "open_lead": open_lead_from_complaint,
    "allege_breach": allege_from_complaint,
    "tell_parties": tell_parties,
    "survey": survey,
    "follow_up": follow_up,
    "answer_payment": answer_payment,
    "see_proof": see_proof,
    "contest": contest,
    "say_unpaid": say_unpaid,
    "withdraw": withdraw,
    "leave_mass_case": leave_mass_case,
    "paper_offer": answer_offer,
    "paper_sign": sign,
    "institution_paper_sign": sign,
    "paper_answer": answer_on_paper,
    "paper_make_offer": offer_on_paper,
    "register_paid": register_paid,
    "confirm_settlement": confirm_settlement,
    "paper_settlement": confirm_settlement,
    "extend_order": extend_order,
    "settle": settle,
}
# Deeds of one session, which names its case.
OF_SESSION: dict[str, Callable[..., Any]] = {
    "record_session": record_session,
    "move_session": move_session,
    "cancel_session": cancel_session,
}


def _add_evidence(actor: Actor, pk: int, given: Given) -> Any:
    return add_evidence(actor=actor, complaint_id=pk, exhibit=Exhibit(given["kind"], given["upload"]))


def _redact(actor: Actor, pk: int, given: Given) -> Any:
    """The words as they stand in the facts, the demand or an answer; every place where they stand."""
    places = places_of(case_of(actor, pk).complaint, given["words"])
    if not places:
        sentence = _("这件投诉的文字中没有这些字，请照原文填写。")
        raise InvalidInput(sentence, {"words": sentence})
    for place in places:
        redact(
            actor=actor,
            complaint_id=pk,
            target=place.target,
            target_id=place.target_id,
            first=place.first,
            last=place.last,
            audience=given["audience"],
            reason=given["reason"],
        )
    return places


def _redact_file(actor: Actor, pk: int, given: Given) -> Any:
    """From the institution; the public never sees a file."""
    return redact(
        actor=actor,
        complaint_id=pk,
        target=Target.EVIDENCE,
        target_id=given["evidence_id"],
        audience=Audience.INSTITUTION,
        reason=given["reason"],
    )


SPECIAL: dict[str, Callable[[Actor, int, Given], Any]] = {
    "add_evidence": _add_evidence,
    "redact": _redact,
    "redact_file": _redact_file,
}


@signed_in
@require_safe
def case_list(request: PortalRequest) -> HttpResponse:
    """投诉: what is open first; nothing that waits is hidden by the list one begins with."""
    wanted = wanted_of(request.GET)
    if wanted.view not in LISTS:
        raise NotFound(_("没有这一页。"))
    context = {
        "listed": list_page(request.actor, wanted),
        "wanted": wanted,
        "view": wanted.view,
        "sides": Side.choices,
        "tabs": _tabs(),
        "links": _links(request.actor),
        "may_search": request.actor.may(MAY, "search_people"),
        "may_file": request.actor.may(MAY, "file_for_caller"),
        "may_import": request.actor.may(MAY, "import_orders"),
    }
    return render(request, "complaints/cases.html", context)


def _tabs() -> list[tuple[str, str]]:
    return [
        ("open", _("办理中")),
        ("received", _("待受理")),
        ("reply", _("待答复")),
        ("mediating", _("调解中")),
        ("paying", _("待履行")),
        ("all", _("全部")),
    ]


def _links(actor: Actor) -> list[tuple[str, str]]:
    """What else staff do with complaints."""
    links = [
        ("see_statistics", _("投诉统计"), "complaint_statistics"),
        ("see_figures", _("年度统计"), "figures_desk"),
        ("see_statistics", _("招生人次"), "enrolments"),
        ("see_redactions", _("隐去的复核"), "redactions"),
        ("watch_personal_data", _("个人信息的查看和保存"), "personal_data_watch"),
    ]
    shown = [(label, reverse(name)) for right, label, name in links if actor.may(MAY, right)]
    return [*shown, (_("听取机构的意见"), reverse("hearings"))]


@signed_in
@require_POST
def find_person(request: PortalRequest) -> HttpResponse:
    """按电话、姓名或证件号码查找; what was typed stays out of addresses and logs, so the next page is asked for by a form."""
    who = request.POST.get("who", "")
    found = search_people(actor=request.actor, typed=who)
    pages = Paginator(found.select_related("institution").order_by("-pk"), ROWS)
    context = {
        "page": pages.get_page(request.POST.get("page")),
        "who": who,
        "view": "",
        "tabs": _tabs(),
        "may_search": True,
        "searched": True,
    }
    return render(request, "complaints/cases.html", context)


@signed_in
@require_safe
def case(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, case_of(request.actor, pk))


def _page(
    request: PortalRequest, shown: CaseFile, kept: KeptForm | None = None, datum: str = ""
) -> HttpResponse:
    names = deeds_of(request.actor, shown)
    forms = [kept if kept and kept.name == name else _form(name, shown) for name in names]
    context = {
        "case": shown,
        "complaint": shown.complaint,
        "written": [] if shown.respondent else written_in(shown.complaint),
        "forms": forms,
        "kept": kept,
        "offered": kept in forms,
        "datum": datum,
        "datum_is_text": "\n" in datum,
        "may_issue": request.actor.may(MAY, "speak_for_complainant") and shown.complaint.retired_at is None,
        "opens_files": request.actor.opens_files,
        "may_calculate": may_calculate(request.actor, shown),
        "doubts": doubts_about(shown.complaint) if "accept" in names or "refuse" in names else [],
        "crumbs": [
            (_("工作台"), reverse("desk")),
            (_("投诉"), reverse("cases")),
            (shown.complaint.number, ""),
        ],
    }
    return render(request, "complaints/case.html", context, status=kept.status if kept else 200)


# What the fields offer whose choices depend on the case.
OFFERED: dict[str, Callable[[CaseFile], list[tuple[Any, str]]]] = {
    "name_institution": lambda shown: institutions_like(shown.complaint.respondent_name),
    "assign_mediator": lambda shown: mediators_for(shown.complaint),
    "unmask": lambda shown: [(one.person_id, f"{one.kind.label} {one.name}") for one in shown.shown.people],
    "move_session": lambda shown: [
        (row.pk, f"{minute(row.planned_at)} {row.place}") for row in shown.planned
    ],
    "redact_file": lambda shown: [
        (row.pk, f"{row.get_kind_display()} {beijing(row.added_at):%Y-%m-%d}") for row in shown.evidence
    ],
}
OFFERED["tell_parties"] = lambda shown: [(side.value, str(side.label)) for side in shown.untold or Party]
OFFERED["propose_set_aside"] = lambda shown: [
    (one.fact.pk, f"{one.fact.get_kind_display()} {beijing(one.fact.at):%Y-%m-%d}")
    for one in shown.facts
    if one.may_be_reviewed
]
OFFERED["decide_set_aside"] = lambda shown: [
    (one.review.pk, f"{one.fact.get_kind_display()} {beijing(one.fact.at):%Y-%m-%d}")
    for one in shown.facts
    if one.review is not None
]
OFFERED["allege_breach"] = lambda shown: clauses_signed(shown.complaint.institution_id or 0)
OFFERED["answer_payment"] = lambda shown: [(row.pk, payment_label(row)) for row in shown.waiting.payments]
OFFERED["see_proof"] = lambda shown: [(row.pk, payment_label(row)) for row in shown.unseen]
OFFERED["agree"] = lambda _shown: bodies_here()
OFFERED["cancel_session"] = OFFERED["move_session"]


def _form(name: str, shown: CaseFile, data: Any = None, files: Any = None) -> CaseForm:
    """With the choices and hidden values that depend on the case."""
    initial: dict[str, Any] = {}
    if shown.agreement is not None:
        initial["text_sha256"] = shown.agreement.text_sha256
    if shown.planned:
        initial["session_id"] = shown.planned[0].pk
    if shown.open_recusals:
        initial["request_id"] = shown.open_recusals[0].pk
    if shown.pauses.asked is not None:
        initial["pause_id"] = shown.pauses.asked.pk
    if shown.open_offer is not None:
        initial["offer_id"] = shown.open_offer.pk
    form = FORMS[name](data, files, initial=initial)
    if name != "answer_payment":
        compared(form, shown.waiting.money)
    if name in OFFERED:
        form.offer(OFFERED[name](shown))
    return form


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def do_in_case(request: PortalRequest, pk: int) -> HttpResponse:
    """One deed. A refused form comes back on the page of the case, with what was typed."""
    if request.method != "POST":
        return redirect("case", pk=pk)
    name = request.POST.get("deed", "")
    if name not in FORMS:
        raise NotFound(_("没有这个办理事项。"))
    form = _form(name, case_of(request.actor, pk), request.POST, request.FILES)
    if not form.attempt(lambda _given: _do(request.actor, pk, name, form)):
        return _page(request, case_of(request.actor, pk), form)
    if isinstance(form, UnmaskForm):
        return _page(request, case_of(request.actor, pk), datum=form.outcome)
    messages.success(request, _("已办理：%(what)s") % {"what": form.title})
    return redirect("case", pk=pk)


def _do(actor: Actor, pk: int, name: str, form: CaseForm) -> Any:
    given = form.given()
    if name == "unmask":
        return unmask(actor=actor, complaint_id=pk, **given)
    if name in SPECIAL:
        return SPECIAL[name](actor, pk, given)
    if name in OF_SESSION:
        return OF_SESSION[name](actor=actor, **given)
    return PLAIN[name](actor=actor, complaint_id=pk, **given)


@signed_in
@require_safe
def case_file(request: PortalRequest, pk: int, file_id: int) -> HttpResponse:
    """证据 or 文书 of a case that this person sees; an auditor reads the page and opens no file."""
    actor = request.actor.without(Role.AUDITOR)
    shown = case_of(actor, pk)
    files = [row.attachment for row in shown.evidence] + [row.document for row in shown.decisions]
    files += [row.proof for row in shown.payments]
    files += [row.document for row in shown.tellings]
    named = [paper.file.pk for paper in shown.agreement_papers if paper.is_named]
    if file_id in named:
        return download(read_named_agreement(actor=actor, complaint_id=pk, file_id=file_id))
    files += [paper.file for paper in shown.agreement_papers]
    found = next((one for one in files if one is not None and one.pk == file_id), None)
    if found is None:
        raise NotFound(_("没有这份文件。"))
    return download(found)
