"""欠费: reminded once at each term's end, warned before the membership lapses, and lapsed by the secretariat, never by itself.

The clocks of a bill: ``DUES-PAY`` → ``DUES-REMIND`` beside ``MEMBER-LAPSE`` (the charter's year) → ``DUES-WARNED``. Paying stops all.
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clocks import (
    Owner,
    deadlines_of,
    expired,
    lapse,
    start_deadline,
    stop_all,
    stop_deadline,
)
from association.links import path_to
from association.models import Deadline
from association.rules.clock import end_of_day
from common.errors import Refused
from common.said import Said
from members.access import MAY
from members.models import DuesInvoice, DuesWarning, MembershipTerm
from members.operations.dues_books import KIND, PAY, case_of, lock_invoice, take_books
from members.operations.endings import LAPSE, lapse_unpaid
from members.operations.parts import refuse_tied, required, tell_institution, tell_staff
from members.operations.service import served, start_of
from members.queries.dues import owed
from members.queries.membership import was_member
from members.rules.dues import yuan
from members.rules.terms import DAY

REMIND, WARNED = "DUES-REMIND", "DUES-WARNED"
AT_ONCE = 200


@transaction.atomic
def keep_arrears(*, actor: Actor) -> None:
    """By the beat: each term that ran out is followed by what comes next, once."""
    actor.require(MAY, "issue_dues")
    take_books()
    for deadline in expired(KIND, PAY)[:AT_ONCE]:
        _overdue(actor, deadline)
    for deadline in expired(KIND, REMIND)[:AT_ONCE]:
        _remind(actor, deadline)
    for deadline in expired(KIND, LAPSE)[:AT_ONCE]:
        _year_is_over(actor, deadline)


def _missed(actor: Actor, deadline: Deadline) -> DuesInvoice:
    """The bill of a term that the institution missed; the term is closed as late."""
    invoice = lock_invoice(actor, deadline.case_id)
    stop_deadline(actor=actor, case=case_of(invoice), code=deadline.code, outcome="overdue")
    return invoice


def _overdue(actor: Actor, deadline: Deadline) -> None:
    invoice = _missed(actor, deadline)
    case, owner = case_of(invoice), Owner(Side.INSTITUTION, institution_id=invoice.institution_id)
    start_deadline(actor=actor, code=REMIND, case=case, owner=owner, action=gettext_noop("缴清欠缴的会费"))
    if was_member(institution_id=invoice.institution_id, on=clock.today()) is not None:
        start_deadline(
            actor=actor,
            code=LAPSE,
            case=case_of(invoice, for_staff=True),
            owner=Owner(Side.STAFF),
            action=gettext_noop("催缴；期满告知后可以视为退会"),
            start=end_of_day(deadline.due_on),
        )
    record(actor, "remind_dues", invoice, step="overdue")
    _tell(invoice, f"overdue-{deadline.pk}", gettext_noop("会费已经到期"))


def _remind(actor: Actor, deadline: Deadline) -> None:
    invoice = _missed(actor, deadline)
    record(actor, "remind_dues", invoice, step="again")
    _tell(invoice, f"again-{deadline.pk}", gettext_noop("再次提醒：会费还没有缴清"))


def _year_is_over(actor: Actor, deadline: Deadline) -> None:
    invoice = lock_invoice(actor, deadline.case_id)
    lapse(actor=actor, case=case_of(invoice), code=LAPSE)
    tell_staff(
        f"dues-{invoice.pk}-year-{deadline.pk}",
        invoice.institution_id,
        gettext_noop("有会员欠缴会费满章程规定的期限"),
        Said(
            gettext_noop("%(name)s欠缴%(year)s年度会费%(yuan)s元，可以告知视为退会。"),
            name=invoice.institution.name,
            year=str(invoice.year),
            yuan=yuan(owed(invoice)),
        ),
        path_to("admin:members_duesinvoice_change", invoice.pk),
    )


def _tell(invoice: DuesInvoice, event: str, subject: str) -> None:
    tell_institution(
        f"dues-{invoice.pk}-{event}",
        invoice.institution_id,
        subject,
        Said(
            gettext_noop(
                "%(year)s年度会费还有%(yuan)s元没有缴纳，编号%(number)s；已经缴纳的请与秘书处核对。"
            ),
            year=str(invoice.year),
            yuan=yuan(owed(invoice)),
            number=invoice.number,
        ),
        path_to("own_dues"),
    )


def year_is_over(invoice: DuesInvoice) -> bool:
    """Whether the charter's term ran out on this bill and nothing has begun anew since."""
    last = deadlines_of(KIND, invoice.pk).filter(code=LAPSE).order_by("-pk").first()
    return last is not None and last.stopped_at is not None and last.outcome == "lapsed"


def warning_is_over(invoice: DuesInvoice) -> bool:
    last = deadlines_of(KIND, invoice.pk).filter(code=WARNED, stopped_at__isnull=True).first()
    return last is not None and clock.now() >= last.ends_at and not last.provisional


@transaction.atomic
def warn_of_lapse(
    *, actor: Actor, invoice_id: int, text: str, service: str = "", served_on: date | None = None
) -> DuesWarning:
    """视为退会前的告知, at the desk or on paper for an institution without an account; its term runs from that day.

    Raises Refused before the charter's term is over, when nothing is owed, and twice.
    """
    actor.require(MAY, "end_by_charter")
    take_books()
    invoice = lock_invoice(actor, invoice_id)
    refuse_tied(actor, invoice.institution_id)
    _refuse_settled(invoice)
    if not year_is_over(invoice):
        raise Refused(_("欠费未满章程规定的期限，不能告知视为退会。"))
    if deadlines_of(KIND, invoice.pk).filter(code=WARNED, stopped_at__isnull=True).exists():
        raise Refused(_("已经告知，期限届满后可以办理。"))
    told = required(text, "text", _("请写明告知的内容。"))
    way, day = served(invoice.institution_id, service, served_on, since=invoice.due_on)
    warning = DuesWarning.objects.create(
        invoice=invoice,
        text=told,
        service=way,
        served_on=day,
        by_id=actor.person_id,
        at=clock.now(),
    )
    term = start_deadline(
        actor=actor,
        code=WARNED,
        case=case_of(invoice),
        owner=Owner(Side.INSTITUTION, institution_id=invoice.institution_id),
        action=gettext_noop("缴清会费，否则可以视为退会"),
        start=start_of(day),
    )
    record(actor, "warn_of_lapse", warning, invoice=invoice.pk, service=str(way), on=day.isoformat())
    tell_institution(
        f"dues-{invoice.pk}-warned-{warning.pk}",
        invoice.institution_id,
        gettext_noop("欠缴会费：视为退会前的告知"),
        Said(
            gettext_noop("请在%(day)s之前缴清%(yuan)s元；逾期未缴清的，可以按章程视为退会。内容见会费页面。"),
            day=term.due_on.isoformat(),
            yuan=yuan(owed(invoice)),
        ),
        path_to("own_dues"),
    )
    return warning


@transaction.atomic
def lapse_for_dues(*, actor: Actor, invoice_id: int, reason: str) -> MembershipTerm:
    """视为退会 by the charter: after the term of the warning, while something is still owed. What is owed stays owed."""
    actor.require(MAY, "end_by_charter")
    take_books()
    invoice = lock_invoice(actor, invoice_id)
    _refuse_settled(invoice)
    if not warning_is_over(invoice):
        raise Refused(_("须先告知，告知的期限届满后才能视为退会。"))
    term = lapse_unpaid(
        actor,
        institution_id=invoice.institution_id,
        unpaid_since=invoice.due_on + DAY,
        reason=reason,
    )
    for bill in DuesInvoice.objects.filter(institution_id=invoice.institution_id).select_related(
        "institution"
    ):
        stop_all(actor=actor, case=case_of(bill), outcome="lapsed_member")
    record(actor, "lapse_for_dues", invoice, membership=term.pk)
    return term


def _refuse_settled(invoice: DuesInvoice) -> None:
    if not owed(invoice):
        raise Refused(_("这份会费通知已经结清。"))
