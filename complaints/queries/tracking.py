"""查询进度 by the receipt code: the step, whose turn it is, the day and its arithmetic; never anybody's personal data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from association import clock
from association.clocks import Turn, deadlines_of
from association.deadlines import count, rule_in_force
from association.models import Attachment
from association.rules.clock import Due, beijing
from association.sealed import search_keys
from complaints.choices.complaints import STANDING, MassState, OfferState, Outcome, ReportState, State
from complaints.choices.settlement import SettlementState
from complaints.models import (
    Agreement,
    Complaint,
    Decision,
    FollowUp,
    Instalment,
    MassCase,
    Offer,
    PaymentReport,
    Reply,
    Session,
    SettlementReport,
    Signature,
    Survey,
)
from complaints.queries.turns import turns_of
from complaints.queries.unpaid import may_say_unpaid, settlement_reports
from complaints.queries.written import Deniable, deniable
from complaints.rules.money import in_yuan
from complaints.rules.receipts import normalised

RECEIPT = "complaints.receipt"
OBJECT_BY, PAY_BY = "CMP-OBJECT", "CMP-PAY"
WITH_PAYMENTS = frozenset({State.SETTLED, State.AGREED, State.PERFORMED, State.BREACHED})


@dataclass(frozen=True, slots=True)
class InQuestion:
    """涉及的金额: what an answer of the complainant about money is compared with, 分.

    The answer has one meaning wherever it is asked for: all that has come in this case until now.
    """

    # 机构报告的付款合计, or, where a settlement was not reported, with what was settled.
    total_fen: int
    # What came of payments that were denied before: that was said, and no answer goes below it.
    came_fen: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the complainant can do now."""

    consent: bool
    offer: Offer | None
    signature: Agreement | None
    survey: bool
    follow_up: bool
    contest: bool
    # Reported or confirmed: of each it may be said by itself whether it came.
    payments: Sequence[PaymentReport]
    # Where the money is asked after: what the answer is compared with.
    money: InQuestion | None
    # 没有收到: a day of payment is over and nothing was reported that could be denied.
    unpaid: bool
    settle: bool
    withdraw: bool


@dataclass(frozen=True, slots=True)
class Settlement:
    """和解: what the two agreed on without an agreement, 分 and the day of payment."""

    amount_fen: int
    pay_by: date | None
    is_reported: bool


@dataclass(frozen=True, slots=True)
class Tracked:
    """投诉的进度 as the one who has the code sees it: the own words, and what the others did."""

    complaint: Complaint
    number: str
    state: State
    outcome: Outcome
    turn: Turn | None
    received_at: datetime
    decisions: Sequence[Decision]
    replies: Sequence[Reply]
    sessions: Sequence[Session]
    offers: Sequence[Offer]
    agreement: Agreement | None
    instalments: Sequence[Instalment]
    payments: Sequence[PaymentReport]
    waiting: Waiting
    settlement: Settlement | None
    # 登记的和解, whether or not the institution confirmed it.
    told: SettlementReport | None
    # 合并协商 that this complaint takes part in: what it is called.
    joint: str
    # 代为登记 that may be denied.
    written: Deniable | None
    # 异议的最后一天 of a file that has ended.
    object_until: Due | None

    @property
    def letters(self) -> list[Decision]:
        """告知书 that are made."""
        return [row for row in self.decisions if row.document_id is not None]

    @property
    def agreement_paper(self) -> Attachment | None:
        """协议书 with the name masked: signed, or to be signed. None while it is being made."""
        if self.agreement is None:
            return None
        return self.agreement.document if self.agreement.signed_at else self.agreement.proposal

    @property
    def next_session(self) -> Session | None:
        """The nearest one that still stands, while there is mediation."""
        if self.state != State.MEDIATING:
            return None
        planned = [row for row in self.sessions if row.is_planned]
        return min(planned, key=lambda row: row.planned_at, default=None)


def track(receipt_code: str) -> Tracked | None:
    """None for a code that is wrong, mistyped, or of a file that is kept no longer: the same answer in the same time.

    The hash is made and looked for whatever was typed; how often one address may ask is the page's limit.
    """
    keys = search_keys(normalised(receipt_code), purpose=RECEIPT)
    complaint = Complaint.objects.select_related("institution").filter(receipt_key__in=keys).first()
    return progress_of(complaint) if complaint is not None else None


def progress_of(complaint: Complaint) -> Tracked:
    """The same for staff who read it out on the phone."""
    agreement = (
        Agreement.objects.filter(complaint=complaint, superseded_at__isnull=True)
        .select_related("document", "proposal", "committee", "mediator")
        .first()
    )
    offers = list(Offer.objects.filter(complaint=complaint))
    payments = _payments(complaint)
    return Tracked(
        complaint=complaint,
        number=complaint.number,
        state=State(complaint.state),
        outcome=Outcome(complaint.outcome),
        turn=turns_of(complaint).first,
        received_at=complaint.received_at,
        decisions=list(Decision.objects.filter(complaint=complaint).select_related("document")),
        replies=list(Reply.objects.filter(complaint=complaint)),
        sessions=list(Session.objects.filter(complaint=complaint).select_related("mediator")),
        offers=offers,
        agreement=agreement,
        instalments=list(Instalment.objects.filter(agreement=agreement)) if agreement else [],
        payments=payments,
        waiting=waiting_of(complaint, agreement, offers),
        settlement=_settlement(complaint, payments),
        told=_told(complaint),
        joint=_joint(complaint),
        written=deniable(complaint),
        object_until=objection_until(complaint) if may_object(complaint) else None,
    )


def _payments(complaint: Complaint) -> list[PaymentReport]:
    """But for what nobody reported and nobody said: staff had written it down, and it was denied."""
    rows = PaymentReport.objects.filter(complaint=complaint).select_related("instalment")
    return list(rows.exclude(state=ReportState.DENIED, written__denied_at__isnull=False, reported_by=None))


def _told(complaint: Complaint) -> SettlementReport | None:
    """The last one, but for what staff wrote down and whoever complained denied."""
    rows = SettlementReport.objects.filter(complaint=complaint)
    return rows.exclude(written__denied_at__isnull=False).first()


def _joint(complaint: Complaint) -> str:
    """Empty where each side goes on alone, or the joint negotiation is over."""
    rows = MassCase.objects.filter(complaints=complaint, state=MassState.NEGOTIATING)
    return rows.values_list("title", flat=True).first() or ""


def _settlement(complaint: Complaint, payments: Sequence[PaymentReport]) -> Settlement | None:
    """The one that holds: an objection undoes it. The day is that of its clock, which runs or has run."""
    if complaint.last_step != State.SETTLED or complaint.settled_fen is None:
        return None
    term = deadlines_of("complaint", complaint.pk).filter(code=PAY_BY).order_by("-pk").first()
    return Settlement(
        complaint.settled_fen, term.due_on if term else None, any(row.instalment is None for row in payments)
    )


def waiting_of(
    complaint: Complaint, agreement: Agreement | None, offers: Sequence[Offer] | None = None
) -> Waiting:
    """Also for staff, who write down what the complainant says."""
    if offers is None:
        offers = list(Offer.objects.filter(complaint=complaint))
    state = State(complaint.state)
    last = Survey.objects.filter(complaint=complaint).order_by("-turn").first()
    asked = FollowUp.objects.filter(complaint=complaint, asked_at__isnull=False, answered_at__isnull=True)
    told = SettlementReport.objects.filter(complaint=complaint, state=SettlementState.REPORTED)
    return Waiting(
        consent=state in {State.ACCEPTED, State.AWAIT_REPLY, State.MEDIATING},
        offer=next((one for one in offers if one.state == OfferState.MADE), None),
        signature=_unsigned(state, agreement),
        survey=last is not None and last.answered_at is None and last.outcome == Outcome.UNKNOWN,
        follow_up=state == State.CLOSED and asked.exists(),
        contest=may_object(complaint),
        payments=answerable_payments(complaint),
        money=in_question(complaint),
        unpaid=may_say_unpaid(complaint),
        settle=state in {State.ACCEPTED, State.AWAIT_REPLY, State.MEDIATING} and not told.exists(),
        withdraw=state in {State.RECEIVED, State.ACCEPTED, State.AWAIT_REPLY, State.MEDIATING},
    )


def objection_until(complaint: Complaint) -> Due | None:
    """异议的期限, from the end of the file or from the day on which it was asked after; none while it is open."""
    if complaint.ended_at is None:
        return None
    asked = FollowUp.objects.filter(complaint=complaint, asked_at__isnull=False)
    moments = [complaint.ended_at, *asked.values_list("asked_at", flat=True)]
    latest = max(moment for moment in moments if moment is not None)
    return count(rule_in_force(OBJECT_BY, beijing(latest).date()), latest)


def may_object(complaint: Complaint) -> bool:
    """Whether there is something to object to, and time left."""
    last = objection_until(complaint)
    if last is not None and clock.now() >= last.ends_at:
        return False
    if complaint.state == State.NOT_ACCEPTED or complaint.last_step in {State.SETTLED, State.PERFORMED}:
        return True
    reports = PaymentReport.objects.filter(complaint=complaint, state__in=STANDING)
    return complaint.last_step in {State.AGREED, State.BREACHED} and reports.exists()


def in_question(complaint: Complaint) -> InQuestion | None:
    """None where nothing was reported or settled that the complainant may still deny."""
    if complaint.last_step not in WITH_PAYMENTS or not may_object(complaint):
        return None
    rows = PaymentReport.objects.filter(complaint=complaint, state__in=STANDING)
    standing = rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    settled = complaint.last_step == State.SETTLED and not settlement_reports(complaint).exists()
    unreported = (complaint.settled_fen or 0) if settled else 0
    if not standing + unreported:
        return None
    return InQuestion(complaint.returned_fen + unreported, complaint.returned_fen - standing)


def answerable_payments(complaint: Complaint) -> list[PaymentReport]:
    """Those that stand, while there is time to object; whoever confirmed one may have been wrong."""
    if complaint.last_step not in WITH_PAYMENTS or not may_object(complaint):
        return []
    rows = PaymentReport.objects.filter(complaint=complaint, state__in=STANDING)
    return list(rows.select_related("instalment").order_by("pk"))


def payment_label(row: PaymentReport) -> str:
    """第1期 4,000元 2026-03-12 机构报告已付，待确认."""
    instalment = row.instalment
    which = _("第%(number)d期") % {"number": instalment.position} if instalment is not None else _("和解款")
    return f"{which} {in_yuan(row.amount_fen)} {row.paid_on:%Y-%m-%d} {row.get_state_display()}"


def _unsigned(state: State, agreement: Agreement | None) -> Agreement | None:
    if state != State.MEDIATING or agreement is None:
        return None
    signed = Signature.objects.filter(agreement=agreement, party="complainant").exists()
    return None if signed else agreement
