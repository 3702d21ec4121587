"""认定未履行协议: by a person, after the day has passed; each time that it happens is a fact for the record."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.rules.clock import beijing
from common.errors import Refused
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.choices.complaints import FactKind, State
from complaints.models import Complaint, Instalment
from complaints.operations.asking import ask_outcome, open_survey
from complaints.operations.cases import (
    PAY_BY,
    lock_complaint,
    note_fact,
    refuse_personal,
    required_text,
    stop_clock,
    tell_complainant,
    tell_institution,
    tell_staff,
)
from complaints.operations.facts import next_turn
from complaints.operations.moves import move_complaint
from complaints.operations.payments import (
    OPEN_TO_PAY,
    current_agreement,
    still_owed,
    unpaid_of,
    watch_next_payment,
)
from complaints.operations.standstill import stop_working_clocks
from complaints.queries.unpaid import broken_settlement, found_breach

LONGEST_LINE = 200


@transaction.atomic
def breach(*, actor: Actor, complaint_id: int, reason: str) -> Complaint:
    """认定未履行协议或者和解: what is due and unpaid on this day is kept as a fact, once for every time that it is found.

    Later payments are still watched; with none to come the complainant is asked. Of a settlement also after it was
    contested; where the case stands does not change then. Raises Refused before anything is due.
    """
    actor.require(MAY, "breach")
    complaint = lock_complaint(actor, complaint_id)
    why = required_text(one_line(reason), "reason", _("请写明理由。"), LONGEST_LINE)
    broken = broken_settlement(complaint)
    if broken is not None:
        _keep(actor, complaint, why, broken.owed_fen)
        return _settlement_breached(actor, complaint)
    if complaint.state not in OPEN_TO_PAY:
        raise Refused(_("现在是“%(state)s”，没有要履行的协议。") % {"state": complaint.get_state_display()})
    due, coming = _due_and_coming(complaint)
    _refuse_early(complaint, due)
    if complaint.state == State.AGREED:
        move_complaint(complaint, State.BREACHED)
    stop_working_clocks(actor, complaint, "breached")
    turn = _keep(actor, complaint, why, sum(still_owed(row) for row in due))
    if coming:
        tell_complainant(complaint, f"breached-{turn}")
        watch_next_payment(actor, complaint)
    else:
        ask_outcome(actor, complaint)
    return complaint


def _keep(actor: Actor, complaint: Complaint, why: str, owed_fen: int) -> int:
    """未履行 is a fact with its amount, and both are told. Which time it is."""
    turn = next_turn(complaint, FactKind.BREACH)
    note_fact(complaint, FactKind.BREACH, amount_fen=owed_fen, turn=turn)
    refuse_personal(complaint, reason=why)
    record(actor, "breach", complaint, reason=why, owed_fen=owed_fen, turn=turn)
    _tell(complaint, turn)
    return turn


def _settlement_breached(actor: Actor, complaint: Complaint) -> Complaint:
    """The file is closed by what the complainant answers; who was silent before is asked again, now that it is known."""
    if complaint.state == State.SETTLED:
        stop_clock(actor, complaint, PAY_BY, outcome="breached")
    if complaint.state == State.SETTLED and open_survey(complaint) is None:
        ask_outcome(actor, complaint)
    else:
        tell_complainant(complaint, f"breached-{next_turn(complaint, FactKind.BREACH) - 1}")
    return complaint


def _due_and_coming(complaint: Complaint) -> tuple[list[Instalment], list[Instalment]]:
    """Unpaid ones whose day has passed, and those that nobody owes yet."""
    unpaid, today = unpaid_of(complaint), clock.today()
    return [row for row in unpaid if row.due_on < today], [row for row in unpaid if row.due_on >= today]


def _refuse_early(complaint: Complaint, due: list[Instalment]) -> None:
    """Nothing is due, or what is due was found before: the same omission is one breach."""
    last = found_breach(complaint)
    if complaint.state == State.BREACHED and last is not None:
        if not any(row.due_on >= beijing(last.at).date() for row in due):
            raise Refused(_("这些款项未履行已经认定过。"))
    elif not due and (
        complaint.state == State.BREACHED or current_agreement(complaint).perform_by >= clock.today()
    ):
        raise Refused(_("还没有到期未付的款项，不能认定未履行。"))


def _tell(complaint: Complaint, turn: int) -> None:
    event = f"breached-{turn}"
    tell_institution(
        complaint,
        event,
        gettext_noop("投诉%(number)s的协议或者和解未履行"),
        gettext_noop(
            "协会已认定贵机构未按期履行调解协议或者和解，并记录为事实。请立即履行；有异议的请联系秘书处。"
        ),
    )
    tell_staff(
        complaint,
        event,
        gettext_noop("投诉%(number)s的协议或者和解未履行"),
        gettext_noop("请考虑登记线索，并告知投诉人其他救济途径。"),
    )
