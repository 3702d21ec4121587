"""自律公约签署文本 as a tagged PDF: the text under its hash, and everybody who signed it until then."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from association.models import Association
from association.rules.clock import beijing
from common.pdf import render_pdf
from members.models import PledgeCeremony
from members.queries.pledge import signatures_of

LANGUAGE = "zh-hans"


def record_pdf(ceremony: PledgeCeremony) -> bytes:
    """The same signatures give the same bytes; always in Chinese."""
    with override(LANGUAGE):
        title = _title(ceremony)
        html = render_to_string(
            "members/pledge_record.html",
            {
                "title": title,
                "association": Association.objects.select_related("parent").get(pk=ceremony.association_id),
                "version": ceremony.version,
                "clauses": ceremony.version.clauses.all(),
                "signatures": _signatures(ceremony),
                "closed_on": beijing(ceremony.closed_at).date() if ceremony.closed_at else None,
            },
        )
        return render_pdf(
            html, _style(), {}, title=title, lang="zh-Hans", identifier=ceremony.version.sha256.encode()
        )


def _signatures(ceremony: PledgeCeremony) -> list[dict[str, object]]:
    """With the numbers of the clauses that each signed then."""
    places = {clause.sha256: clause.place for clause in ceremony.version.clauses.all()}
    return [
        {
            "row": row,
            "places": "、".join(str(places[one]) for one in row.clauses),
            "whole": len(row.clauses) == len(places),
        }
        for row in signatures_of(ceremony.version_id)
    ]


def record_file_name(ceremony: PledgeCeremony) -> str:
    return f"{_title(ceremony)}.pdf"


def _title(ceremony: PledgeCeremony) -> str:
    return f"{ceremony.version.title} {ceremony.version.label} {_('签署文本')}"


def _style() -> str:
    return Path(str(finders.find("css/letter.css"))).read_text(encoding="utf-8")
