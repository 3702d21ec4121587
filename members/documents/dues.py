"""会费收款确认单 as a tagged PDF: what came in, when, and which bills it paid. It is no 会费收据 of the tax offices."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from association.models import Association
from association.rules.clock import beijing
from common.pdf import render_pdf
from members.models import DuesReceipt
from members.queries.dues import PaidReceipt

LANGUAGE = "zh-hans"


def receipt_pdf(found: PaidReceipt) -> bytes:
    """In Chinese; the same receipt with the same entries gives the same bytes."""
    with override(LANGUAGE):
        return render_pdf(
            receipt_html(found),
            Path(str(finders.find("css/referral.css"))).read_text(encoding="utf-8"),
            {},
            title=receipt_name(found.receipt),
            lang="zh-Hans",
            identifier=f"{receipt_name(found.receipt)}-{found.left_fen}".encode(),
        )


def receipt_html(found: PaidReceipt) -> str:
    context = {
        "found": found,
        "receipt": found.receipt,
        "title": _("会费收款确认单"),
        "association": Association.objects.get(pk=found.receipt.association_id),
        "on": beijing(found.receipt.recorded_at).date(),
    }
    return render_to_string("members/dues_receipt.html", context)


def receipt_name(receipt: DuesReceipt) -> str:
    return f"{_('会费收款确认单')}-{receipt.number}"
