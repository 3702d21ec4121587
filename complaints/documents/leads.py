"""移送函: what an authority receives about a lead; who told is not in it."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from association.models import Association
from common.pdf import render_pdf
from complaints.models import Lead, LeadEvidence

LANGUAGE = "zh-hans"


def referral_letter_pdf(
    lead: Lead, letter: Mapping[str, Any], passed: Sequence[LeadEvidence], on: date
) -> bytes:
    """A tagged PDF in Chinese. ``letter``: authority, document_number, summary, identity_passed."""
    with override(LANGUAGE):
        return render_pdf(
            referral_letter_html(lead, letter, passed, on),
            Path(str(finders.find("css/referral.css"))).read_text(encoding="utf-8"),
            {},
            title=_("违法违规线索移送函"),
            lang="zh-Hans",
            identifier=str(letter["document_number"]).encode(),
        )


def referral_letter_html(
    lead: Lead, letter: Mapping[str, Any], passed: Sequence[LeadEvidence], on: date
) -> str:
    association = Association.objects.get(pk=lead.association_id)
    return render_to_string(
        "complaints/leads/referral.html",
        {"lead": lead, "letter": letter, "passed": passed, "on": on, "association": association},
    )
