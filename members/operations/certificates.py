"""会员证书: a picture of a membership; what it is worth is answered from live data when it is scanned."""

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record
from association.locker import store_document
from association.models import Attachment
from common.errors import NotFound
from members.access import MAY, certificates_visible_to
from members.documents.certificate import certificate_file_name, certificate_pdf
from members.models import MembershipCertificate


@transaction.atomic
def render_certificate(*, actor: Actor, certificate_id: int) -> MembershipCertificate:
    """制作证书: once; run again it finds the file in its place."""
    actor.require(MAY, "render_membership_certificate")
    rows = MembershipCertificate.objects.select_for_update(of=("self",)).select_related("institution")
    certificate = rows.get(pk=certificate_id)
    if certificate.attachment_id is not None:
        return certificate
    certificate.attachment = store_document(
        actor=actor,
        data=certificate_pdf(certificate),
        name=certificate_file_name(certificate),
        media_type="application/pdf",
        institution_id=certificate.institution_id,
    )
    certificate.save(update_fields=["attachment"])
    record(actor, "render_membership_certificate", certificate)
    return certificate


def certificate_file(actor: Actor, certificate_id: int) -> Attachment:
    """For a download: the institution's own, or any for those who work for the association."""
    found = certificates_visible_to(actor).filter(pk=certificate_id, attachment__isnull=False)
    certificate = found.select_related("attachment").first()
    if certificate is None or certificate.attachment is None:
        raise NotFound(_("证书还没有制作好。"))
    return certificate.attachment
