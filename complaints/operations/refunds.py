"""退费计算 on the mediator's screen: the public calculator's own function, its answer kept with the complaint."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association.actors import Actor
from common.errors import Refused
from complaints.access.complaints import MAY
from complaints.operations.cases import KIND, lock_complaint, tell_complainant, tell_institution
from prepaid_escrow.operations import save_calculation
from prepaid_escrow.queries import answer_with_sources, as_data, calculations_of, digest_of

if TYPE_CHECKING:
    from prepaid_escrow.rules.facts import RefundInput


@transaction.atomic
def save_refund(*, actor: Actor, complaint_id: int, asked: "RefundInput") -> Any:
    """保存退费计算 of a complaint that this person handles; a later one stands beside it, none is changed.

    Both sides are told and see the same. The same question with the same answer is the row that is there already.
    """
    actor.require(MAY, "mediate")
    complaint = lock_complaint(actor, complaint_id)
    if complaint.ended_at is not None:
        raise Refused(_("这件投诉已经办结，不能再保存计算。"))
    answer, sources = answer_with_sources(asked)
    digest = digest_of(as_data(asked), as_data(answer), dict(sources))
    if known := calculations_of(KIND, complaint.pk).filter(digest=digest).first():
        return known
    saved = save_calculation(actor=actor, case_kind=KIND, case_id=complaint.pk, input=asked)
    event = f"refund-{saved.pk}"
    tell_institution(
        complaint,
        event,
        gettext_noop("投诉%(number)s有新的退费计算"),
        gettext_noop("调解员保存了一次退费计算，双方看到的相同，请在投诉页面查看。"),
    )
    tell_complainant(complaint, event)
    return saved
