"""事实的依据: a fact stays as it was written; when what it rested on falls, that stands beside it and it counts no more."""

from collections.abc import Sequence
from datetime import date

from association import clock
from association.actors import Actor, system
from association.audit import record
from association.rules.clock import beijing
from complaints.choices.complaints import FactKind, ReportState
from complaints.models import Complaint, Fact, FactSetAside, Instalment, PaymentReport, WrittenDown
from complaints.queries.unpaid import settlement_of
from members.choices.breach import BreachSource
from members.operations import withdraw_breaches

PAID_IN_TIME = "经投诉人确认到账日或者核实凭证，款项在约定的日期以前已经支付。"
PAID_BEFORE_DENIAL = "经确认，投诉人否认以前款项已经支付。"
ANSWERED_IN_TIME = "机构的书面答复在期限内已经收到，后来才登记。"
NEVER_BOUND = "投诉人否认签署或者接受过，约定不成立。"
AGREED_AFTER_ALL = "机构后来同意调解。"
REFUSAL_DENIED = "机构否认工作人员按书面意见代为登记的拒绝调解。"


def standing_facts(complaint: Complaint, kind: FactKind) -> list[Fact]:
    return list(Fact.objects.filter(complaint=complaint, kind=kind, set_aside__isnull=True))


def turn_after_set_aside(complaint: Complaint, kind: FactKind) -> int:
    """For what counts once in a case: a new turn only where the former fact counts no more."""
    return Fact.objects.filter(complaint=complaint, kind=kind, set_aside__isnull=False).count() + 1


def next_turn(complaint: Complaint, kind: FactKind) -> int:
    """For what may happen more than once."""
    return Fact.objects.filter(complaint=complaint, kind=kind).count() + 1


def set_aside(actor: Actor, fact: Fact, reason: str, written: WrittenDown | None = None) -> None:
    """``reason``: one of the sentences above, kept in Chinese, or what two members of staff wrote (``fact_review``).

    ``written``: what staff wrote down for whoever complained, where it is that which set the fact aside. With the last
    breach that stood falls what was alleged on it under the pledge.
    """
    FactSetAside.objects.create(
        fact=fact, reason=reason, by_id=actor.user_id, at=clock.now(), written=written
    )
    record(actor, "set_aside_fact", fact, complaint=fact.complaint_id, kind=fact.kind, reason=reason)
    if fact.kind == FactKind.BREACH and not standing_facts(fact.complaint, FactKind.BREACH):
        withdraw_breaches(
            actor=system(fact.association_id),
            source=BreachSource.COMPLAINT,
            source_id=fact.complaint_id,
            reason=reason,
        )


def stand_again(actor: Actor, complaint: Complaint, written: WrittenDown) -> None:
    """What was set aside by a word that was never said is noted anew as it was found: its kind, its amount and its day.

    Once, by whichever road it was denied. The day says which payments the finding was of; any other would take from whoever complained a day of payment that
    nobody looked into.
    """
    fallen = FactSetAside.objects.filter(fact__complaint=complaint, written=written).select_related("fact")
    for row in fallen.order_by("fact_id"):
        kind = FactKind(row.fact.kind)
        again = Fact.objects.filter(complaint=complaint, kind=kind, at=row.fact.at, pk__gt=row.fact_id)
        if again.exists():
            continue
        fact = Fact.objects.create(
            complaint=complaint,
            institution_id=row.fact.institution_id,
            kind=kind,
            turn=next_turn(complaint, kind),
            amount_fen=row.fact.amount_fen,
            at=row.fact.at,
        )
        record(actor, "note_fact_again", fact, complaint=complaint.pk, kind=fact.kind, before=row.fact_id)


def review_facts(actor: Actor, complaint: Complaint, written: WrittenDown | None = None) -> None:
    """After a payment was confirmed: who paid in time did not breach, and who had paid was denied without ground.

    ``written``: what the confirmation stands on, where staff wrote it down.
    """
    reports = list(PaymentReport.objects.filter(complaint=complaint))
    for fact in standing_facts(complaint, FactKind.BREACH):
        if _was_in_time(fact, reports):
            set_aside(actor, fact, PAID_IN_TIME, written)
    for fact in standing_facts(complaint, FactKind.CONTESTED):
        if _had_been_paid(fact, reports):
            set_aside(actor, fact, PAID_BEFORE_DENIAL, written)


def _was_in_time(fact: Fact, reports: Sequence[PaymentReport]) -> bool:
    """Every payment that was due when the breach was found is confirmed with a day that was not too late."""
    settled = settlement_of(fact)
    if settled is not None:
        return _confirmed(reports, None, settled.due_on, settled.settled_fen)
    due = Instalment.objects.filter(
        complaint_id=fact.complaint_id,
        agreement__superseded_at__isnull=True,
        due_on__lt=beijing(fact.at).date(),
    )
    rows = list(due)
    return bool(rows) and all(_confirmed(reports, row.pk, row.due_on, row.amount_fen) for row in rows)


def _had_been_paid(fact: Fact, reports: Sequence[PaymentReport]) -> bool:
    """What was denied then is confirmed now, with a day not after the denial."""
    denied = [
        row
        for row in reports
        if row.state == ReportState.DENIED and row.answered_at is not None and row.answered_at <= fact.at
    ]
    last = beijing(fact.at).date()
    return bool(denied) and all(
        _confirmed(reports, row.instalment_id, last, row.amount_fen) for row in denied
    )


def _confirmed(
    reports: Sequence[PaymentReport], instalment_id: int | None, last: date, amount_fen: int
) -> bool:
    """With what came of a payment that was denied in part. Whose day is only that of who paid counts for nothing."""
    of_it = [
        row
        for row in reports
        if row.instalment_id == instalment_id and row.confirmed_on is not None and row.confirmed_on <= last
    ]
    came = sum(row.amount_fen for row in of_it if row.state == ReportState.CONFIRMED)
    return came > 0 and came + sum(row.received_fen for row in of_it) >= amount_fen
