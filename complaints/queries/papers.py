"""协议书: which of its papers each side opens."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from association.models import Attachment
from complaints.models import Agreement


@dataclass(frozen=True, slots=True)
class AgreementPaper:
    """待签署 or signed; ``is_named``: with the complainant's name, so that opening it is a look on record for staff."""

    file: Attachment
    label: str
    is_named: bool


def papers_of(agreement: Agreement, *, respondent: bool, opens_names: bool) -> list[AgreementPaper]:
    """What is made of it by now; to be signed until it is signed. Nobody is shown a paper that does not open."""
    if agreement.signed_at is not None:
        plain, named, label = agreement.document, agreement.named_document, _("下载协议书（PDF）")
    else:
        plain, named, label = agreement.proposal, agreement.named_proposal, _("下载待签署的协议书（PDF）")
    if respondent:
        return [AgreementPaper(named, label, is_named=True)] if named is not None else []
    of_institution = _("%(paper)s · 机构联，载有投诉人姓名，打开会记录") % {"paper": label}
    found = [(plain, label, False), (named if opens_names else None, of_institution, True)]
    return [AgreementPaper(file, text, is_named) for file, text, is_named in found if file is not None]
