"""告知书 for an institution without an account: what is alleged or was found, and until when it may speak. Who told the
lead is not in it, nor the number under which the lead is known to whoever told it.
"""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from association.choices import Unit
from association.deadlines import rule_in_force
from association.models import Association
from association.rules.clock import beijing
from common.pdf import render_pdf
from complaints.choices.hearings import HearingStage
from complaints.models import LeadHearing

LANGUAGE = "zh-hans"
TERMS = {HearingStage.BEFORE: "LEAD-HEARING", HearingStage.AFTER: "LEAD-OBJECT"}


def hearing_pdf(hearing: LeadHearing) -> bytes:
    """A tagged PDF in Chinese; the same hearing gives the same bytes."""
    with override(LANGUAGE):
        return render_pdf(
            hearing_html(hearing),
            Path(str(finders.find("css/referral.css"))).read_text(encoding="utf-8"),
            {},
            title=f"{hearing_title(hearing)} {hearing.number}",
            lang="zh-Hans",
            identifier=hearing.number.encode(),
        )


def hearing_html(hearing: LeadHearing) -> str:
    on = beijing(hearing.asked_at).date()
    rule = rule_in_force(TERMS[HearingStage(hearing.stage)], on)
    context = {
        "hearing": hearing,
        "title": hearing_title(hearing),
        "association": Association.objects.get(pk=hearing.association_id),
        "term": _("自送达之日起%(number)s个%(unit)s")
        % {"number": rule.number, "unit": Unit(rule.unit).label},
        "before": hearing.stage == HearingStage.BEFORE,
        "on": on,
    }
    return render_to_string("complaints/leads/hearing.html", context)


def hearing_title(hearing: LeadHearing) -> str:
    return _("听取意见告知书") if hearing.stage == HearingStage.BEFORE else _("处理决定告知书")


def hearing_file_name(hearing: LeadHearing) -> str:
    return f"{hearing_title(hearing)}-{hearing.number}.pdf"
