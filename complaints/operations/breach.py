"""认定未履行协议: by a person, after the day has passed; each time that it happens is a fact for the record."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, Refused
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.choices.complaints import FactKind, State
from complaints.models import Agreement, Complaint, Fact, Instalment
from complaints.operations.cases import (
    lock_complaint,
    note_fact,
    refuse_personal,
    required_text,
    stop_working_clocks,
    tell_institution,
    tell_staff,
)
from complaints.operations.moves import move_complaint
from complaints.operations.survey import ask_outcome

LONGEST_LINE = 200


@transaction.atomic
def breach(*, actor: Actor, complaint_id: int, reason: str, missing: int = 0) -> Complaint:
    """认定未履行协议: what is unpaid on this day is kept as a fact, once for every time that it is found.

    ``missing`` payments that were reported never arrived, counted from the last one (the complainant objected):
    they are unpaid again. Raises Refused before anything is due.
    """
    actor.require(MAY, "breach")
    complaint = lock_complaint(actor, complaint_id)
    why = required_text(one_line(reason), "reason", _("请写明理由。"), LONGEST_LINE)
    if complaint.state == State.AGREED:
        _take_back(complaint, missing)
    unpaid = _unpaid(complaint)
    if complaint.state == State.AGREED and not _is_due(complaint, unpaid):
        raise Refused(_("还没有到期未付的款项，不能认定未履行。"))
    move_complaint(complaint, State.BREACHED)
    stop_working_clocks(actor, complaint, "breached")
    owed = sum(row.amount_fen for row in unpaid)
    turn = Fact.objects.filter(complaint=complaint, kind=FactKind.BREACH).count() + 1
    note_fact(complaint, FactKind.BREACH, amount_fen=owed, turn=turn)
    refuse_personal(complaint, reason=why)
    record(actor, "breach", complaint, reason=why, owed_fen=owed, missing=missing, turn=turn)
    _tell(complaint, turn)
    ask_outcome(actor, complaint)
    return complaint


def _unpaid(complaint: Complaint) -> list[Instalment]:
    rows = Instalment.objects.filter(agreement__complaint=complaint, agreement__superseded_at__isnull=True)
    return list(rows.filter(paid_on__isnull=True).order_by("position"))


def _is_due(complaint: Complaint, unpaid: list[Instalment]) -> bool:
    """A payment whose day has passed, or, where something else was promised, the day of the agreement."""
    if any(row.due_on < clock.today() for row in unpaid):
        return True
    agreement = Agreement.objects.filter(complaint=complaint, superseded_at__isnull=True).first()
    return agreement is not None and agreement.perform_by < clock.today()


def _take_back(complaint: Complaint, missing: int) -> None:
    """未到账: reported payments that did not come. Where all are reported as paid, it must be said which were not."""
    locked = Instalment.objects.select_for_update(of=("self",)).filter(
        agreement__complaint=complaint, agreement__superseded_at__isnull=True
    )
    rows = list(locked.order_by("position"))
    paid = [row for row in rows if row.paid_on is not None]
    if not 0 <= missing <= len(paid) or (rows and len(paid) == len(rows) and not missing):
        sentence = _("请填写已报告付款、但没有到账的期数（最多%(most)s期）。") % {"most": len(paid)}
        raise InvalidInput(sentence, {"missing": sentence})
    for row in paid[len(paid) - missing :]:
        row.paid_on, row.proof = None, None
        row.save(update_fields=["paid_on", "proof"])
        complaint.returned_fen -= row.amount_fen
    complaint.save(update_fields=["returned_fen"])


def _tell(complaint: Complaint, turn: int) -> None:
    event = f"breached-{turn}"
    tell_institution(
        complaint,
        event,
        gettext_noop("投诉%(number)s的调解协议未履行"),
        gettext_noop("协会已认定贵机构未按期履行调解协议，并记录为事实。请立即履行；有异议的请联系秘书处。"),
    )
    tell_staff(
        complaint,
        event,
        gettext_noop("投诉%(number)s的调解协议未履行"),
        gettext_noop("请考虑登记线索，并告知投诉人其他救济途径。"),
    )
