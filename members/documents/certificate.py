"""会员证书 as a tagged PDF: drawn from the record and nothing else."""

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
from members.models import MembershipCertificate

LANGUAGE = "zh-hans"
CODE_GROUP = 4


def certificate_pdf(certificate: MembershipCertificate) -> bytes:
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


def certificate_html(certificate: MembershipCertificate) -> str:
    association = Association.objects.select_related("parent").get(pk=certificate.association_id)
    code = certificate.code
    return render_to_string(
        "members/certificate.html",
        {
            "title": _title(certificate),
            "association": association,
            "institution": certificate.institution,
            "certificate": certificate,
            "issued_on": beijing(certificate.issued_at).date(),
            "code": " ".join(code[place : place + CODE_GROUP] for place in range(0, len(code), CODE_GROUP)),
            "address": verify_address(certificate),
        },
    )


def certificate_file_name(certificate: MembershipCertificate) -> str:
    return f"{certificate.institution.name}-{_('会员证书')}.pdf"


def verify_address(certificate: MembershipCertificate) -> str:
    """What the QR holds: the association's own address of the answer to this code."""
    return absolute(path_to("verify", certificate.code))


def _title(certificate: MembershipCertificate) -> str:
    return f"{_('会员证书')} {certificate.institution.name}"


def _style() -> str:
    return Path(str(finders.find("css/certificate.css"))).read_text(encoding="utf-8")
