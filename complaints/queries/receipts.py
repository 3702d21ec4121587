"""补发查询码 that wait for another of the staff."""

from django.db.models import QuerySet

from association.actors import Actor
from association.conflicts import is_of_tied
from complaints.access.complaints import MAY, receipt_requests_visible_to
from complaints.choices.complaints import IdentityCheck, MediatorState
from complaints.choices.receipts import ReceiptState
from complaints.models import MediatorAssignment, ReceiptRequest


def waiting_receipts(actor: Actor) -> QuerySet[ReceiptRequest]:
    """Oldest first, also those that this person asked for."""
    rows = receipt_requests_visible_to(actor).filter(state=ReceiptState.WAITING)
    return rows.select_related("complaint__institution", "asked_by").order_by("pk")


def receipts_to_confirm(actor: Actor) -> QuerySet[ReceiptRequest]:
    """等待确认, asked for by somebody else, in no case that this person keeps away from; conditions of one query alone."""
    if actor.user_id is None or not actor.may(MAY, "confirm_receipt"):
        return ReceiptRequest.objects.none()
    aside = MediatorAssignment.objects.filter(mediator_id=actor.user_id, state=MediatorState.RECUSED)
    rows = ReceiptRequest.objects.filter(state=ReceiptState.WAITING).exclude(asked_by_id=actor.user_id)
    rows = rows.exclude(complaint_id__in=aside.values("complaint_id"))
    return rows.exclude(is_of_tied(actor.user_id, "complaint__"))


def identity_of(request: ReceiptRequest) -> str:
    """How the asking person made sure whom they spoke with."""
    return str(IdentityCheck(request.identity).label)
