"""公约违约事项决定书 as a tagged PDF: what was decided with its grounds, for the institution and for service on paper."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from association.models import Association
from association.rules.clock import beijing
from common.pdf import render_pdf
from members.choices.breach import Sanction
from members.models import BreachDecision

LANGUAGE = "zh-hans"


def decision_pdf(decision: BreachDecision) -> bytes:
    """In Chinese; the same decision gives the same bytes."""
    with override(LANGUAGE):
        return render_pdf(
            decision_html(decision),
            Path(str(finders.find("css/referral.css"))).read_text(encoding="utf-8"),
            {},
            title=decision_name(decision),
            lang="zh-Hans",
            identifier=decision_name(decision).encode(),
        )


def decision_html(decision: BreachDecision) -> str:
    context = {
        "decision": decision,
        "breach": decision.breach,
        "title": _("公约违约事项决定书"),
        "founded": decision.sanction != Sanction.NONE,
        "association": Association.objects.get(pk=decision.association_id),
        "on": beijing(decision.decided_at).date(),
    }
    return render_to_string("members/breach_decision.html", context)


def decision_name(decision: BreachDecision) -> str:
    return f"{_('公约违约事项决定书')}-{decision.breach.number}-{decision.turn}"
