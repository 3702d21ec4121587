"""签署文本: the pledge with every signature under it, as a PDF made by the worker."""

from django.db import transaction

from association.actors import Actor
from association.audit import record
from association.locker import store_document
from members.access import MAY
from members.documents.pledge import record_file_name, record_pdf
from members.models import PledgeCeremony


@transaction.atomic
def render_pledge_record(*, actor: Actor, ceremony_id: int) -> PledgeCeremony:
    """制作签署文本: once for each ceremony; run again it finds the file in its place."""
    actor.require(MAY, "render_membership_certificate")
    rows = PledgeCeremony.objects.select_for_update(of=("self",)).select_related("version")
    ceremony = rows.get(pk=ceremony_id)
    if ceremony.record_id is not None:
        return ceremony
    ceremony.record = store_document(
        actor=actor,
        data=record_pdf(ceremony),
        name=record_file_name(ceremony),
        media_type="application/pdf",
        institution_id=None,
        case=f"pledge-{ceremony.pk}",
    )
    ceremony.save(update_fields=["record"])
    record(actor, "render_pledge_record", ceremony)
    return ceremony
