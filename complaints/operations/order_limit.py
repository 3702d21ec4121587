"""工单时限: the limit that a 12345 order names; longer only with reasons that the person is told, and again after a review."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import deadlines_of
from association.rules.clock import ONE_DAY
from common.errors import InvalidInput, Refused
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.models import Complaint
from complaints.operations.cases import (
    KIND,
    ORDER_BY,
    STAFF,
    lock_complaint,
    refuse_personal,
    required_text,
    start_clock,
    stop_clock,
    tell_complainant,
)
from complaints.operations.orders import CLOSE_ORDER, ORDER_TITLE, limit_of
from complaints.rules.money import FURTHEST

LONGEST_REASON = 200


@transaction.atomic
def extend_order(*, actor: Actor, complaint_id: int, due_on: date, reason: str) -> Complaint:
    """延长工单时限: the reason is kept, and the person is told. Raises Refused, InvalidInput for a day that is no later."""
    actor.require(MAY, "extend_order")
    complaint = lock_complaint(actor, complaint_id)
    before = complaint.order_due_on
    if before is None or complaint.ended_at is not None:
        raise Refused(_("这件投诉没有可以延长的工单时限。"))
    far = clock.today() + FURTHEST
    if not max(before, clock.today() - ONE_DAY) < due_on <= far:
        sentence = _("延长后的日期须晚于原来的时限（%(before)s），并在今天至%(far)s之间。") % {
            "before": before.isoformat(),
            "far": far.isoformat(),
        }
        raise InvalidInput(sentence, {"due_on": sentence})
    why = required_text(one_line(reason), "reason", _("请写明延长的理由。"), LONGEST_REASON)
    refuse_personal(complaint, reason=why)
    complaint.order_due_on, complaint.order_due_time = due_on, None
    complaint.save(update_fields=["order_due_on", "order_due_time"])
    stop_clock(actor, complaint, ORDER_BY, outcome="extended")
    watch_order(actor, complaint)
    facts = {"before": before.isoformat(), "after": due_on.isoformat(), "reason": why}
    record(actor, "extend_order", complaint, **facts)
    tell_complainant(complaint, f"order-{due_on.isoformat()}")
    return complaint


def watch_order(actor: Actor, complaint: Complaint) -> None:
    """The limit runs whenever the case does; one that is over is due today."""
    due_on = complaint.order_due_on
    running = deadlines_of(KIND, complaint.pk).filter(code=ORDER_BY, stopped_at__isnull=True)
    if due_on is None or running.exists():
        return
    ends_at = limit_of(due_on, complaint.order_due_time)
    if ends_at is not None and ends_at <= clock.now():
        ends_at, due_on = None, clock.today()
    limit = {"ends_at": ends_at} if ends_at else {"ends_on": max(due_on, clock.today())}
    start_clock(actor, complaint, ORDER_BY, STAFF, CLOSE_ORDER, title=ORDER_TITLE, **limit)
