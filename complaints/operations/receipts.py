"""补发查询码 by two people: whoever has a code speaks as the complainant, so nobody of the staff gives out one alone."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.sealed import search_key
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line
from complaints.access.complaints import MAY, receipt_requests_visible_to
from complaints.choices.complaints import IdentityCheck
from complaints.choices.receipts import ReceiptState
from complaints.models import ReceiptRequest
from complaints.operations.cases import (
    lock_complaint,
    refuse_personal,
    required_text,
    tell_complainant,
    tell_person,
    tell_staff,
)
from complaints.operations.filing import LONGEST_REASON
from complaints.operations.moves import move_receipt
from complaints.queries.tracking import RECEIPT
from complaints.rules.receipts import grouped, new_code


@transaction.atomic
def issue_receipt(*, actor: Actor, complaint_id: int, identity: str, reason: str) -> str:
    """申请补发查询码 for an imported order, or anew for a lost one. Shown once, and good when a colleague has confirmed it.

    ``identity`` says how staff made sure whom they speak with. Until then the former code stays good; a request that
    still waits is replaced.
    """
    actor.require(MAY, "speak_for_complainant")
    complaint = lock_complaint(actor, complaint_id)
    if complaint.retired_at is not None:
        raise Refused(_("个人信息已经删除。"))
    if identity not in IdentityCheck.values:
        raise InvalidInput(_("请说明怎样核实了身份。"), {"identity": _("请说明怎样核实了身份。")})
    why = required_text(one_line(reason), "reason", _("请写明发放的理由。"), LONGEST_REASON)
    refuse_personal(complaint, reason=why)
    now = clock.now()
    for before in ReceiptRequest.objects.filter(complaint=complaint, state=ReceiptState.WAITING):
        move_receipt(before, ReceiptState.REPLACED, decided_by_id=actor.person_id, decided_at=now)
    code = new_code()
    request = ReceiptRequest.objects.create(
        complaint=complaint,
        key=search_key(code, purpose=RECEIPT),
        identity=identity,
        reason=why,
        asked_by_id=actor.person_id,
        asked_at=now,
    )
    record(actor, "issue_receipt", complaint, identity=identity, reason=why, request=request.pk)
    tell_staff(
        complaint,
        f"receipt-{request.pk}-asked",
        gettext_noop("投诉%(number)s补发的查询码等待确认"),
        gettext_noop("须由申请人以外的同事核对身份后确认；确认以前新的查询码不能使用。"),
    )
    return grouped(code)


@transaction.atomic
def decide_receipt(*, actor: Actor, request_id: int, agrees: bool) -> ReceiptRequest:
    """确认 or 不予发放 by another of the staff. Confirmed, the former code opens nothing any more and the complainant is told."""
    actor.require(MAY, "confirm_receipt")
    found = receipt_requests_visible_to(actor).filter(pk=request_id).first()
    if found is None:
        raise NotFound(_("没有这项补发查询码的申请。"))
    complaint = lock_complaint(actor, found.complaint_id)
    request = ReceiptRequest.objects.select_for_update().get(pk=request_id)
    if request.state != ReceiptState.WAITING:
        raise Refused(_("这项申请已经办理。"))
    if request.asked_by_id == actor.person_id:
        raise Refused(_("须由申请人以外的同事确认。"))
    if complaint.retired_at is not None:
        raise Refused(_("个人信息已经删除。"))
    state = ReceiptState.CONFIRMED if agrees else ReceiptState.DECLINED
    move_receipt(request, state, decided_by_id=actor.person_id, decided_at=clock.now())
    if not agrees:
        record(actor, "decline_receipt", complaint, request=request.pk)
    else:
        record(actor, "confirm_receipt", complaint, request=request.pk)
        complaint.receipt_key = request.key
        complaint.save(update_fields=["receipt_key"])
        tell_complainant(complaint, f"receipt-{request.pk}")
    tell_person(
        complaint,
        request.asked_by_id,
        f"receipt-{request.pk}-decided",
        gettext_noop("投诉%(number)s补发的查询码已经办理"),
        gettext_noop("同事已确认，新的查询码可以使用。")
        if agrees
        else gettext_noop("同事不予确认，以前的查询码仍然有效。"),
    )
    return request
