"""补发查询码 that wait for another of the staff."""

from django.db.models import QuerySet

from association.actors import Actor
from complaints.access.complaints import MAY, receipt_requests_visible_to
from complaints.choices.complaints import IdentityCheck
from complaints.choices.receipts import ReceiptState
from complaints.models import ReceiptRequest


def waiting_receipts(actor: Actor) -> QuerySet[ReceiptRequest]:
    """Oldest first, also those that this person asked for."""
    rows = receipt_requests_visible_to(actor).filter(state=ReceiptState.WAITING)
    return rows.select_related("complaint__institution", "asked_by").order_by("pk")


def receipts_to_confirm(actor: Actor) -> QuerySet[ReceiptRequest]:
    """等待确认, asked for by somebody else."""
    if not actor.is_signed_in or not actor.may(MAY, "confirm_receipt"):
        return ReceiptRequest.objects.none()
    return waiting_receipts(actor).exclude(asked_by_id=actor.person_id)


def identity_of(request: ReceiptRequest) -> str:
    """How the asking person made sure whom they spoke with."""
    return str(IdentityCheck(request.identity).label)
