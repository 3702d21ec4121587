"""退费计算 on the mediator's screen: the public calculator's own function, its answer kept with the complaint."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from association.actors import Actor
from complaints.access.complaints import MAY
from complaints.operations.cases import KIND, lock_complaint
from prepaid_escrow.operations import save_calculation

if TYPE_CHECKING:
    from prepaid_escrow.rules.facts import RefundInput


@transaction.atomic
def save_refund(*, actor: Actor, complaint_id: int, asked: "RefundInput") -> Any:
    """保存退费计算 of a complaint that this person handles; a later one stands beside it, none is changed."""
    actor.require(MAY, "mediate")
    complaint = lock_complaint(actor, complaint_id)
    return save_calculation(actor=actor, case_kind=KIND, case_id=complaint.pk, input=asked)
