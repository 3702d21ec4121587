"""退费算一算: for everybody, without an account and without a script. The address holds the question, nothing is stored."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from association import clock
from association.middleware import PortalRequest
from association.throttle import check_reading
from prepaid_escrow.forms import KINDS, CalculatorForm
from prepaid_escrow.queries import calculate, rule_version_on
from prepaid_escrow.rules.facts import Kind
from prepaid_escrow.rules.readings import READINGS


@require_safe
def calculator(request: PortalRequest) -> HttpResponse:
    """退费计算: the questions, and once they are answered the sum with its reasons."""
    check_reading(request, "page")
    form = _form(request)
    context: dict[str, Any] = {"form": form, "kinds": _kinds(form.chosen), "readings": READINGS}
    if form.is_bound and form.is_valid():
        context |= {
            "answer": calculate(input=form.question),
            "asked": form.question,
            "letter": f"{reverse('refund_letter')}?{request.GET.urlencode()}",
        }
    status = 400 if form.errors else 200
    return render(request, "prepaid_escrow/calculator.html", context, status=status)


@require_safe
def letter(request: PortalRequest) -> HttpResponse:
    """退费申请书 to print: names are written on paper. A question that cannot be taken goes back to its page."""
    check_reading(request, "page")
    form = _form(request)
    if not (form.is_bound and form.is_valid()):
        return redirect(f"{reverse('refund_calculator')}?{request.GET.urlencode()}")
    context = {
        "answer": calculate(input=form.question),
        "asked": form.question,
        "today": clock.today(),
        "back": f"{reverse('refund_calculator')}?{request.GET.urlencode()}",
        "crumbs": [(_("退费计算"), reverse("refund_calculator")), (_("退费申请书"), "")],
    }
    return render(request, "prepaid_escrow/letter.html", context)


def _form(request: HttpRequest) -> CalculatorForm:
    """Bound as soon as something was sent; an unknown kind is the first one."""
    sent = request.GET.get("kind", "")
    kind = Kind(sent) if sent in set(Kind) else Kind.LESSONS
    version = rule_version_on(clock.today())
    has_pledge = bool(version and version.pledge)
    bound = request.GET if "paid" in request.GET else None
    return CalculatorForm(bound, kind=kind, has_pledge=has_pledge)


def _kinds(chosen: Kind) -> list[tuple[Any, str, bool]]:
    """The three kinds of contract, as links."""
    return [
        (label, f"{reverse('refund_calculator')}?kind={kind.value}", kind == chosen) for kind, label in KINDS
    ]
