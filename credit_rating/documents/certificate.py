"""等级证书 as a tagged PDF: drawn from the published record and nothing else."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from association.links import absolute, path_to
from association.models import Association
from association.rules.clock import beijing
from common.pdf import render_pdf
from common.qr import qr_svg
from credit_rating.choices import overruled_note
from credit_rating.models import Certificate
from credit_rating.queries.standards import spec_of

LANGUAGE = "zh-hans"
CODE_GROUP = 4


def certificate_pdf(certificate: Certificate) -> bytes:
    """The same certificate gives the same bytes; it is always in Chinese, whoever asks for it."""
    with override(LANGUAGE):
        return render_pdf(
            certificate_html(certificate),
            _style(),
            {"qr.svg": qr_svg(verify_address(certificate), title=_("验真二维码")).encode()},
            title=_title(certificate),
            lang="zh-Hans",
            identifier=certificate.code.encode(),
        )


def certificate_html(certificate: Certificate) -> str:
    publication = certificate.publication
    assessment = publication.assessment
    spec = spec_of(assessment.round.standard)
    label = next((band.label for band in spec.bands if band.grade == publication.grade), "")
    association = Association.objects.select_related("parent").get(pk=certificate.association_id)
    return render_to_string(
        "credit_rating/certificate.html",
        {
            "title": _title(certificate),
            "association": association,
            "institution": assessment.institution,
            "round": assessment.round,
            "standard": assessment.round.standard,
            "publication": publication,
            "label": label,
            "overruled": overruled_note(publication.determination.overruled),
            "published_on": beijing(publication.published_at).date() if publication.published_at else None,
            "code": _grouped(certificate.code),
            "address": verify_address(certificate),
        },
    )


def certificate_file_name(certificate: Certificate) -> str:
    assessment = certificate.publication.assessment
    return f"{assessment.institution.name}-{assessment.round.year}-{_('诚信等级证书')}.pdf"


def verify_address(certificate: Certificate) -> str:
    """What the QR holds: the association's own address of the answer to this code."""
    return absolute(path_to("verify", certificate.code))


def _title(certificate: Certificate) -> str:
    return f"{_('诚信等级证书')} {certificate.publication.assessment.institution.name}"


def _grouped(code: str) -> str:
    return " ".join(code[place : place + CODE_GROUP] for place in range(0, len(code), CODE_GROUP))


def _style() -> str:
    return Path(str(finders.find("css/certificate.css"))).read_text(encoding="utf-8")
