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
from association.kept_forms import KeptForm
from association.middleware import PortalRequest
from association.throttle import Allowance, allow_code, found, too_often
from common.errors import NotFound
from complaints.choices.complaints import Party
from complaints.forms.parts import compared
from complaints.forms.tracked import FORMS, DeedOfComplainant, TrackForm
from complaints.operations.agreements import sign
from complaints.operations.consents import consent
from complaints.operations.denied import deny_written
from complaints.operations.ends import withdraw
from complaints.operations.filing import Exhibit, add_evidence
from complaints.operations.mass import leave_mass_case
from complaints.operations.objection import contest
from complaints.operations.payment_answers import answer_payment
from complaints.operations.privacy import hide_own_words
from complaints.operations.recusals import ask_recusal
from complaints.operations.replies import answer_offer
from complaints.operations.settlement import settle
from complaints.operations.survey import follow_up, survey
from complaints.operations.unpaid import say_unpaid
from complaints.queries.road import deeds_of_complainant, events_of, own_evidence, stages_of, terms_of
from complaints.queries.tracking import Tracked, payment_label, track
from prepaid_escrow.queries import calculations_of

Given = Mapping[str, Any]
# What is asked there is of these payments, not of the case.
OF_PAYMENTS = frozenset({"answer_payment", "say_unpaid"})

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
        actor=actor,
        receipt_code=code,
        still_holds=given["given"],
        comment=given["comment"],
        received_fen=given.get("received_fen"),
    ),
    "consent": lambda actor, code, given: consent(
        actor=actor, receipt_code=code, party=Party.COMPLAINANT, given=given["given"]
    ),
    "answer_payment": lambda actor, code, given: answer_payment(actor=actor, receipt_code=code, **given),
    "contest": lambda actor, code, given: contest(
        actor=actor, receipt_code=code, text=given["text"], received_fen=given.get("received_fen")
    ),
    "say_unpaid": lambda actor, code, given: say_unpaid(actor=actor, receipt_code=code, **given),
    "deny_written": lambda actor, code, given: deny_written(
        actor=actor, receipt_code=code, written_id=given["written_id"], text=given["text"]
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
    "leave_mass_case": lambda actor, code, _given: leave_mass_case(actor=actor, receipt_code=code),
    "withdraw": lambda actor, code, given: withdraw(actor=actor, receipt_code=code, reason=given["reason"]),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track_complaint(request: PortalRequest) -> HttpResponse:
    """The code is typed in, or comes from the page before; guesses are counted."""
    form = TrackForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return render(request, "complaints/track.html", {"form": form})
    allowance = allow_code(request, "receipt")
    if not allowance.allowed:
        return _wait(request, form, allowance)
    code = str(form["code"].value() or "")
    seen = _found(request, code)
    if seen is None:
        form.is_valid()
        form.refuse(NotFound(_("没有找到这个查询码对应的投诉，请核对后再试。")))
        return render(request, "complaints/track.html", {"form": form}, status=form.status)
    return _page(request, code, seen, None)


def _found(request: PortalRequest, code: str) -> Tracked | None:
    """Whose code is right has not guessed."""
    seen = track(code)
    if seen is not None:
        found(request, "receipt")
    return seen


def _wait(request: PortalRequest, form: KeptForm, allowance: Allowance) -> HttpResponse:
    """太频繁: what was typed is sent again from this page, as it is; whether the code was right is not said."""
    form.refuse(too_often(allowance))
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    context = {
        "kept": form,
        "fields": [pair for pair in fields if pair[0] != "csrfmiddlewaretoken"],
        "typed": form.typed(),
        "seconds": allowance.reset,
    }
    response = render(request, "complaints/too_often.html", context, status=form.status)
    response["Retry-After"] = str(allowance.reset)
    return response


def _tracked(request: PortalRequest, code: str) -> Tracked:
    seen = _still(code)
    found(request, "receipt")
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
    if seen.written is not None:
        initial["written_id"] = seen.written.row.pk
    form = FORMS[name](data, files, initial=initial)
    if name not in OF_PAYMENTS:
        compared(form, seen.waiting.money)
    if form.asks:
        form.offer([(row.pk, payment_label(row)) for row in seen.waiting.payments])
    return form


def _still(code: str) -> Tracked:
    """The page as it is after the deed. Raises NotFound when a deed ended what the code opens."""
    seen = track(code)
    if seen is None:
        raise NotFound(_("没有找到这个查询码对应的投诉，请核对后再试。"))
    return seen


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def do_as_complainant(request: PortalRequest) -> HttpResponse:
    """One deed; then the page as it is now. Opened by its address (a reload elsewhere), it asks for the code."""
    if request.method != "POST":
        return redirect("track_complaint")
    code, name = request.POST.get("code", ""), request.POST.get("deed", "")
    allowance = allow_code(request, "receipt")
    if not allowance.allowed:
        return _wait(request, FORMS.get(name, TrackForm)(request.POST, request.FILES), allowance)
    seen = _tracked(request, code)
    if name not in DEEDS:
        raise NotFound(_("没有这个办理事项。"))
    form = _form(name, seen, request.POST, request.FILES)
    done = form.attempt(lambda given: DEEDS[name](request.actor, code, given))
    if done:
        messages.success(request, _("已提交：%(what)s") % {"what": form.title})
    return _page(request, code, _still(code), None if done else form)


@never_cache
@require_POST
def tracked_file(request: PortalRequest) -> HttpResponse:
    """调解协议书 signed or to be signed, or with ``file`` the letter of a decision, for whoever holds the code."""
    allowance = allow_code(request, "receipt")
    if not allowance.allowed:
        raise too_often(allowance)
    seen = _tracked(request, request.POST.get("code", ""))
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
