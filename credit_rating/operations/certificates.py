"""等级证书: a picture of a published result; what it is worth is answered from live data when it is scanned."""

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record
from association.locker import store_document
from association.models import Attachment
from common.errors import NotFound
from credit_rating.access import MAY, assessments_visible_to
from credit_rating.documents.certificate import certificate_file_name, certificate_pdf
from credit_rating.models import Certificate


@transaction.atomic
def render_certificate(*, actor: Actor, certificate_id: int) -> Certificate:
    """制作证书: once; run again it finds the file in its place."""
    actor.require(MAY, "render_certificate")
    certificate = (
        Certificate.objects.select_for_update(of=("self",))
        .select_related("publication__assessment__institution", "publication__assessment__round__standard")
        .get(pk=certificate_id)
    )
    if certificate.attachment_id is not None:
        return certificate
    institution = certificate.publication.assessment.institution
    certificate.attachment = store_document(
        actor=actor,
        data=certificate_pdf(certificate),
        name=certificate_file_name(certificate),
        media_type="application/pdf",
        institution_id=institution.pk,
    )
    certificate.save(update_fields=["attachment"])
    record(actor, "render_certificate", certificate)
    return certificate


def certificate_file(actor: Actor, assessment_id: int) -> Attachment:
    """The file for a download: the institution's own, or any for those who work for the association."""
    certificate = (
        Certificate.objects.filter(
            publication__assessment__in=assessments_visible_to(actor).filter(pk=assessment_id),
            attachment__isnull=False,
        )
        .select_related("attachment")
        .order_by("-pk")
        .first()
    )
    if certificate is None or certificate.attachment is None:
        raise NotFound(_("证书还没有制作好。"))
    return certificate.attachment
