"""查询进度: the code opens the case; it travels in forms only, never in an address."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from association.actors import Actor
from association.downloads import download
from association.middleware import PortalRequest
from association.throttle import check_writing
from common.errors import NotFound
from complaints.choices.complaints import Party
from complaints.forms.tracked import FORMS, DeedOfComplainant, TrackForm
from complaints.operations.agreements import sign
from complaints.operations.ends import withdraw
from complaints.operations.filing import Exhibit, add_evidence
from complaints.operations.mediation import consent
from complaints.operations.objection import contest
from complaints.operations.payment_answers import answer_payment
from complaints.operations.privacy import hide_own_words, withdraw_publication
from complaints.operations.recusals import ask_recusal
from complaints.operations.replies import answer_offer
from complaints.operations.settlement import settle
from complaints.operations.survey import follow_up, survey
from complaints.queries.road import deeds_of_complainant, events_of, own_evidence, stages_of, terms_of
from complaints.queries.tracking import Tracked, payment_label, track
from prepaid_escrow.queries import calculations_of

Given = Mapping[str, Any]

DEEDS: dict[str, Callable[[Actor, str, Given], Any]] = {
    "answer_offer": lambda actor, code, given: answer_offer(
        actor=actor, receipt_code=code, offer_id=given["offer_id"], accepted=given["given"]
    ),
    "settle": lambda actor, code, given: settle(
        actor=actor, receipt_code=code, amount_fen=given["amount_fen"], pay_by=given["pay_by"]
    ),
    "sign": lambda actor, code, given: sign(
        actor=actor, receipt_code=code, party=Party.COMPLAINANT, text_sha256=given["text_sha256"]
    ),
    "survey": lambda actor, code, given: survey(actor=actor, receipt_code=code, **given),
    "follow_up": lambda actor, code, given: follow_up(
        actor=actor, receipt_code=code, still_holds=given["given"], comment=given["comment"]
    ),
    "consent": lambda actor, code, given: consent(
        actor=actor, receipt_code=code, party=Party.COMPLAINANT, given=given["given"]
    ),
    "answer_payment": lambda actor, code, given: answer_payment(actor=actor, receipt_code=code, **given),
    "contest": lambda actor, code, given: contest(
        actor=actor, receipt_code=code, text=given["text"], received_fen=given["received_fen"]
    ),
    "add_evidence": lambda actor, code, given: add_evidence(
        actor=actor, receipt_code=code, exhibit=Exhibit(given["kind"], given["upload"])
    ),
    "ask_recusal": lambda actor, code, given: ask_recusal(
        actor=actor, receipt_code=code, party=Party.COMPLAINANT, **given
    ),
    "hide_words": lambda actor, code, given: hide_own_words(
        actor=actor, receipt_code=code, words=given["words"]
    ),
    "withdraw_publication": lambda actor, code, _given: withdraw_publication(actor=actor, receipt_code=code),
    "withdraw": lambda actor, code, given: withdraw(actor=actor, receipt_code=code, reason=given["reason"]),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track_complaint(request: PortalRequest) -> HttpResponse:
    """The code is typed in, or comes from the page before; guesses are counted."""
    form = TrackForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return render(request, "complaints/track.html", {"form": form})
    check_writing(request, "receipt")
    code = str(form["code"].value() or "")
    seen = track(code)
    if seen is None:
        form.is_valid()
        form.refuse(NotFound(_("没有找到这个查询码对应的投诉，请核对后再试。")))
        return render(request, "complaints/track.html", {"form": form}, status=form.status)
    return _page(request, code, seen, None)


def _tracked(code: str) -> Tracked:
    seen = track(code)
    if seen is None:
        raise NotFound(_("没有找到这个查询码对应的投诉，请核对后再试。"))
    return seen


def _page(
    request: PortalRequest, code: str, seen: Tracked, refused: DeedOfComplainant | None
) -> HttpResponse:
    names = deeds_of_complainant(seen)
    offered = [refused if refused and refused.name == name else _form(name, seen) for name in names]
    context = {
        "seen": seen,
        "stages": stages_of(seen.state),
        "events": events_of(seen),
        "evidence": own_evidence(seen),
        "calculations": calculations_of("complaint", seen.complaint.pk),
        "offer": seen.waiting.offer,
        "terms": terms_of(seen),
        "next_session": seen.next_session,
        "letters": seen.letters,
        "code": code,
        "deeds": offered,
        "kept": refused,
        "offered": refused in offered,
    }
    return render(request, "complaints/tracked.html", context, status=refused.status if refused else 200)


def _form(name: str, seen: Tracked, data: Any = None, files: Any = None) -> DeedOfComplainant:
    """With the choices and hidden values that depend on the case."""
    initial: dict[str, Any] = {}
    if seen.waiting.offer is not None:
        initial["offer_id"] = seen.waiting.offer.pk
    if seen.agreement is not None:
        initial["text_sha256"] = seen.agreement.text_sha256
    form = FORMS[name](data, files, initial=initial)
    if form.asks:
        form.offer([(row.pk, payment_label(row)) for row in seen.waiting.payments])
    return form


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def do_as_complainant(request: PortalRequest) -> HttpResponse:
    """One deed; then the page as it is now. Opened by its address (a reload elsewhere), it asks for the code."""
    if request.method != "POST":
        return redirect("track_complaint")
    check_writing(request, "receipt")
    code, name = request.POST.get("code", ""), request.POST.get("deed", "")
    seen = _tracked(code)
    if name not in DEEDS:
        raise NotFound(_("没有这个办理事项。"))
    form = _form(name, seen, request.POST, request.FILES)
    done = form.attempt(lambda given: DEEDS[name](request.actor, code, given))
    if done:
        messages.success(request, _("已提交：%(what)s") % {"what": form.title})
    return _page(request, code, _tracked(code), None if done else form)


@never_cache
@require_POST
def tracked_file(request: PortalRequest) -> HttpResponse:
    """调解协议书 signed or to be signed, or with ``file`` the letter of a decision, for whoever holds the code."""
    check_writing(request, "receipt")
    seen = _tracked(request.POST.get("code", ""))
    wanted = request.POST.get("file", "")
    if wanted:
        return download(_letter(seen, wanted))
    if seen.agreement_paper is None:
        raise NotFound(_("协议书还没有生成，请稍后再试。"))
    return download(seen.agreement_paper)


def _letter(seen: Tracked, wanted: str) -> Any:
    """Raises NotFound for a file of another case too."""
    found = [row.document for row in seen.letters if str(row.document_id) == wanted]
    if not found:
        raise NotFound(_("没有这份文件。"))
    return found[0]
