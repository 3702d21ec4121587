"""到期未付: what was agreed on or settled, whose day is over, and that nobody has reported as paid."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from association import clock
from association.clocks import deadlines_of
from association.rules.clock import beijing
from complaints.choices.complaints import STANDING, DecisionKind, FactKind, State
from complaints.models import Agreement, Complaint, Decision, Fact, Instalment, PaymentReport

KIND, PAY_BY = "complaint", "CMP-PAY"
OF_AGREEMENT = frozenset({State.AGREED, State.BREACHED})
# 自行和解 itself, and where an objection to it leads.
OF_SETTLEMENT = frozenset({State.SETTLED, State.AWAIT_REPLY, State.MEDIATING})


@dataclass(frozen=True, slots=True)
class BrokenSettlement:
    """未履行的和解: the day that is over, and 分 that did not come."""

    due_on: date
    owed_fen: int


def last_settlement(complaint: Complaint) -> Decision | None:
    return Decision.objects.filter(complaint=complaint, kind=DecisionKind.SETTLE).order_by("-pk").first()


def settlement_reports(complaint: Complaint) -> QuerySet[PaymentReport]:
    """What stands of the settlement that holds: an earlier one may have been contested."""
    return _of_settlement(complaint).filter(state__in=STANDING)


def _of_settlement(complaint: Complaint) -> QuerySet[PaymentReport]:
    settled = last_settlement(complaint)
    rows = PaymentReport.objects.filter(complaint=complaint, instalment=None)
    return rows.filter(reported_at__gte=settled.decided_at) if settled is not None else rows


def settled_until(complaint: Complaint, settled: Decision) -> date | None:
    """付款日 of a settlement, by its clock, which runs or has run."""
    rows = deadlines_of(KIND, complaint.pk).filter(code=PAY_BY, started_at__gte=settled.decided_at)
    first = rows.order_by("pk").first()
    return first.due_on if first is not None else None


def found_breach(complaint: Complaint) -> Fact | None:
    """The last that stands: what was set aside found nothing, and the days of payment it was of are open again."""
    facts = Fact.objects.filter(complaint=complaint, kind=FactKind.BREACH, set_aside__isnull=True)
    return facts.order_by("-at", "-pk").first()


def broken_settlement(complaint: Complaint) -> BrokenSettlement | None:
    """None before the day is over, where all came or is reported, and where it was found before."""
    if complaint.state not in OF_SETTLEMENT or not complaint.settled_fen:
        return None
    settled = last_settlement(complaint)
    due_on = settled_until(complaint, settled) if settled is not None else None
    if settled is None or due_on is None or due_on >= clock.today():
        return None
    found = found_breach(complaint)
    if found is not None and found.at >= settled.decided_at:
        return None
    stands = settlement_reports(complaint).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    came = _of_settlement(complaint).aggregate(fen=Sum("received_fen"))["fen"] or 0
    owed = complaint.settled_fen - stands - came
    return BrokenSettlement(due_on, owed) if owed > 0 else None


@dataclass(frozen=True, slots=True)
class Settled:
    """和解 that was due when a breach was found, 分."""

    due_on: date
    settled_fen: int


def settlement_of(fact: Fact) -> Settled | None:
    """The settlement that the fact is about: the last one before it, where no agreement was signed between."""
    complaint = Complaint.objects.get(pk=fact.complaint_id)
    settled = last_settlement(complaint)
    if settled is None or settled.decided_at > fact.at or not complaint.settled_fen:
        return None
    signed = Agreement.objects.filter(complaint=complaint, signed_at__gte=settled.decided_at)
    due_on = settled_until(complaint, settled)
    if due_on is None or signed.filter(signed_at__lte=fact.at).exists():
        return None
    return Settled(due_on, complaint.settled_fen)


def overdue_instalments(complaint: Complaint) -> list[Instalment]:
    """Of the agreement: unpaid, the day over, and not found as a breach yet."""
    if complaint.state not in OF_AGREEMENT:
        return []
    rows = Instalment.objects.filter(
        complaint=complaint,
        agreement__superseded_at__isnull=True,
        paid_on__isnull=True,
        due_on__lt=clock.today(),
    )
    found = found_breach(complaint)
    if complaint.state == State.BREACHED and found is not None:
        rows = rows.filter(due_on__gte=beijing(found.at).date())
    return list(rows.order_by("position"))


def may_say_unpaid(complaint: Complaint) -> bool:
    """没有收到 is said once of every day of payment; what was denied was not said. Of a settlement it is the answer to
    the question that is put then.
    """
    overdue = overdue_instalments(complaint)
    if not overdue:
        return False
    words = Decision.objects.filter(complaint=complaint, kind=DecisionKind.UNPAID)
    said = words.exclude(written__denied_at__isnull=False).order_by("-pk").first()
    return said is None or beijing(said.decided_at).date() <= overdue[-1].due_on
