"""一件投诉 at the desk: what this person may read of it, and which deeds stand open."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from association.actors import Actor
from association.choices import Role
from association.clocks import Turn, deadlines_of
from association.models import Deadline
from association.reckoning import Term, terms_of
from common.errors import DomainError, Forbidden, NotFound
from complaints.access.complaints import (
    MAY,
    complaints_visible_to,
    evidence_visible_to,
    is_respondent,
    opens_names,
)
from complaints.access.leads import leads_visible_to
from complaints.access.terms import RESPONDENT_READS
from complaints.access.ties import why_barred
from complaints.choices.complaints import (
    ANSWERABLE,
    STEPS,
    SURVEYED,
    MediatorState,
    OfferState,
    Outcome,
    Party,
    RecusalState,
    State,
)  # fmt: skip
from complaints.choices.settlement import SettlementState
from complaints.models import (
    Agreement,
    Complaint,
    Decision,
    Evidence,
    Instalment,
    Lead,
    MediatorAssignment,
    Offer,
    PaymentReport,
    RecusalRequest,
    Redaction,
    Session,
    SettlementReport,
    Survey,
    Telling,
)
from complaints.queries.consents import deniable_consent, last_words
from complaints.queries.facts import KeptFact, facts_of, may_allege_breach
from complaints.queries.leads import may_open_lead
from complaints.queries.papers import AgreementPaper, papers_of
from complaints.queries.pauses import Pauses, pauses_of
from complaints.queries.people import similar_to
from complaints.queries.shown import Shown, ShownText, Words, shown_to
from complaints.queries.tracking import Waiting, waiting_of
from complaints.queries.turns import turns_of
from complaints.queries.unpaid import broken_settlement
from complaints.queries.voices import speaks_for_itself
from prepaid_escrow.queries import calculations_of

KIND, PAY_BY, MOST_SIMILAR = "complaint", "CMP-PAY", 10
OPEN_TO_OFFERS = frozenset({State.ACCEPTED, State.AWAIT_REPLY, State.MEDIATING})
PAYABLE = frozenset({State.AGREED, State.BREACHED})


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What the page shows; texts are already as this reader may see them."""

    complaint: Complaint
    respondent: bool
    # Whether what bears the complainant's name opens for this reader.
    opens_names: bool
    shown: Shown
    turn: Turn | None
    # 告知 still to be done: for those who do it.
    tasks: list[Turn]
    clocks: list[Deadline]
    decisions: list[Decision]
    offers: list[Offer]
    agreement: Agreement | None
    instalments: list[Instalment]
    payments: list[PaymentReport]
    signed: frozenset[str]
    sessions: list[Session]
    consents: dict[str, bool]
    mediator: MediatorAssignment | None
    pauses: Pauses
    evidence: list[Evidence]
    redactions: list[Redaction]
    surveys: list[Survey]
    recusals: list[ShownText]
    # For staff: what may be the same matter.
    similar: list[Complaint]
    calculations: list[Any]
    leads: list[Lead]
    tellings: list[Telling]
    facts: list[KeptFact]
    waiting: Waiting
    settlement: SettlementReport | None

    @property
    def terms(self) -> list[Term]:
        """期限; the institution reads those that its 今日钟表 has."""
        return terms_of(row for row in self.clocks if not self.respondent or row.code in RESPONDENT_READS)

    @property
    def may_pay(self) -> bool:
        """Something agreed on or settled is not reported as paid; also after the file was closed."""
        last, owed = self.complaint.last_step, any(row.paid_on is None for row in self.instalments)
        if last == State.SETTLED:
            reported = any(row.stands and row.instalment_id is None for row in self.payments)
            return not reported and (bool(self.complaint.settled_fen) or self.is_payment_watched)
        closed = self.complaint.state == State.CLOSED
        return owed if closed else last in PAYABLE

    @property
    def is_payment_watched(self) -> bool:
        return any(row.code == PAY_BY and row.stopped_at is None for row in self.clocks)

    @property
    def is_asked(self) -> bool:
        """The complainant has not said yet how it ended."""
        last = max(self.surveys, key=lambda row: row.turn, default=None)
        return last is not None and last.answered_at is None and last.outcome == Outcome.UNKNOWN

    @property
    def agreement_papers(self) -> list[AgreementPaper]:
        """协议书 to open: for staff the one without the name first."""
        if self.agreement is None:
            return []
        return papers_of(self.agreement, respondent=self.respondent, opens_names=self.opens_names)

    @property
    def may_be_breached(self) -> bool:
        """Something is watched whose day staff look at, or a settlement was not kept."""
        watched = self.complaint.state in PAYABLE and self.is_payment_watched
        return watched or broken_settlement(self.complaint) is not None

    @property
    def unseen(self) -> list[PaymentReport]:
        """Payments that stand, and whose day is only the word of who paid."""
        return [row for row in self.payments if row.stands and row.confirmed_on is None]

    @property
    def planned(self) -> list[Session]:
        return sorted((row for row in self.sessions if row.is_planned), key=lambda row: row.planned_at)

    @property
    def open_recusals(self) -> list[RecusalRequest]:
        return [said.row for said in self.recusals if said.row.state == RecusalState.ASKED]

    @property
    def recusals_of(self) -> frozenset[str]:
        """The sides that wait for a decision about the mediator."""
        return frozenset(row.party for row in self.open_recusals)

    @property
    def untold(self) -> list[Party]:
        """Whom somebody has to tell something on paper or by phone."""
        sides = {row.party for row in self.tellings if row.told_at is None}
        return [side for side in Party if side in sides]

    @property
    def is_settlement_open(self) -> bool:
        return self.settlement is not None and self.settlement.state == SettlementState.REPORTED

    @property
    def open_offer(self) -> Offer | None:
        return next((row for row in self.offers if row.state == OfferState.MADE), None)


def case_of(actor: Actor, pk: int) -> CaseFile:
    """Raises NotFound for whoever does not see it."""
    rows = complaints_visible_to(actor).select_related("institution", "accepted_by", "mass_case")
    complaint = rows.filter(pk=pk).first()
    if complaint is None:
        raise _not_for(actor, pk)
    respondent = is_respondent(actor, complaint)
    turns = turns_of(complaint, respondent=respondent)
    agreement = _agreement_of(complaint)
    return CaseFile(
        complaint=complaint,
        respondent=respondent,
        opens_names=opens_names(actor, complaint),
        shown=shown_to(actor, complaint),
        turn=turns.first,
        tasks=[] if respondent else turns.tasks,
        clocks=list(deadlines_of(KIND, complaint.pk).select_related("rule")),
        decisions=list(Decision.objects.filter(complaint=complaint)),
        offers=list(Offer.objects.filter(complaint=complaint)),
        agreement=agreement,
        instalments=list(agreement.instalments.all()) if agreement else [],
        payments=list(
            PaymentReport.objects.filter(complaint=complaint).select_related("instalment", "proof")
        ),
        signed=frozenset(one.party for one in agreement.signatures.all()) if agreement else frozenset(),
        sessions=list(Session.objects.filter(complaint=complaint).select_related("mediator")),
        consents=last_words(complaint),
        mediator=MediatorAssignment.objects.filter(complaint=complaint, state=MediatorState.ACTIVE)
        .select_related("mediator")
        .first(),
        pauses=pauses_of(complaint, respondent=respondent),
        evidence=list(evidence_visible_to(actor).filter(complaint=complaint).select_related("attachment")),
        redactions=[]
        if respondent
        else list(Redaction.objects.filter(complaint=complaint).select_related("proposed_by", "decided_by")),
        surveys=[] if respondent else list(Survey.objects.filter(complaint=complaint)),
        recusals=_recusals(complaint, respondent=respondent),
        similar=[] if respondent else _similar(actor, complaint),
        calculations=list(calculations_of(KIND, complaint.pk)),
        leads=list(leads_visible_to(actor).filter(from_complaint=complaint).order_by("pk")),
        tellings=[] if respondent else _tellings(complaint),
        facts=facts_of(complaint),
        waiting=waiting_of(complaint, agreement),
        settlement=SettlementReport.objects.filter(complaint=complaint).first(),
    )


def _agreement_of(complaint: Complaint) -> Agreement | None:
    """The one that counts, signed or not."""
    rows = Agreement.objects.filter(complaint=complaint, superseded_at__isnull=True)
    papers = rows.select_related(
        "proposal", "named_proposal", "document", "named_document", "committee", "mediator"
    )
    return papers.prefetch_related("signatures", "instalments").first()


def _tellings(complaint: Complaint) -> list[Telling]:
    rows = Telling.objects.filter(complaint=complaint)
    return list(rows.select_related("told_by", "document", "decision"))


def _similar(actor: Actor, complaint: Complaint) -> list[Complaint]:
    """可能重复: before acceptance, for staff to judge."""
    if complaint.state != State.RECEIVED or not actor.may(MAY, "accept"):
        return []
    seen = complaints_visible_to(actor).filter(pk__in=similar_to(complaint).values("pk"))
    return list(seen.order_by("pk")[:MOST_SIMILAR])


def _recusals(complaint: Complaint, *, respondent: bool) -> list[ShownText]:
    """申请回避: an institution reads its own."""
    rows = RecusalRequest.objects.filter(complaint=complaint).select_related("against")
    words = Words(complaint)
    read = rows.filter(party=Party.INSTITUTION) if respondent else rows
    return [ShownText(row, words.plain(row.reason)) for row in read]


def _not_for(actor: Actor, pk: int) -> DomainError:
    """Who handles complaints and must keep away from this one is told why; for everybody else it is not there."""
    hidden = Complaint.objects.select_related("institution").filter(pk=pk).first()
    why = why_barred(actor, hidden) if hidden is not None and actor.may(MAY, "mediate") else ""
    return Forbidden(_("您应当回避：%(why)s") % {"why": why}) if why else NotFound(_("没有这件投诉。"))


def deeds_of(actor: Actor, case: CaseFile) -> list[str]:
    """What the page offers; the operations decide again."""
    if case.respondent:
        open_to = _for_institution(case)
    else:
        open_to = _for_staff(case) if actor.may(MAY, "accept") else []
        if actor.may(MAY, "mediate") and _mediates(actor, case):
            open_to += _for_mediator(case)
    return [name for name in dict.fromkeys(open_to) if actor.may(MAY, RIGHTS.get(name, name))]


# Deeds whose right has another name.
RIGHTS = {
    "plan_session": "mediate",
    "move_session": "mediate",
    "cancel_session": "mediate",
    "record_session": "mediate",
    "agree": "mediate",
    "pause_for_appraisal": "mediate",
    "resume": "mediate",
    "perform": "perform",
    "survey": "speak_for_complainant",
    "follow_up": "speak_for_complainant",
    "answer_payment": "speak_for_complainant",
    "leave_mass_case": "speak_for_complainant",
    "contest": "speak_for_complainant",
    "say_unpaid": "speak_for_complainant",
    "withdraw": "speak_for_complainant",
    "paper_consent": "speak_for_complainant",
    "paper_recusal": "speak_for_complainant",
    "paper_offer": "speak_for_complainant",
    "paper_sign": "speak_for_complainant",
    "institution_paper_sign": "sign",
    "paper_settlement": "confirm_settlement",
    "paper_answer": "speak_for_institution",
    "paper_make_offer": "speak_for_institution",
    "settle": "speak_for_complainant",
    "redact_file": "redact",
    "open_lead": "open_lead_from_complaint",
}


def _mediates(actor: Actor, case: CaseFile) -> bool:
    return case.mediator is not None and (
        case.mediator.mediator_id == actor.user_id or Role.SECRETARIAT in actor.roles
    )


def may_calculate(actor: Actor, case: CaseFile) -> bool:
    """退费计算 is made by who mediates, or by staff, while something is still to be settled."""
    return not case.respondent and actor.may(MAY, "mediate") and case.complaint.ended_at is None


def _named(*pairs: tuple[str, bool]) -> list[str]:
    return [name for name, may in pairs if may]


def _for_institution(case: CaseFile) -> list[str]:
    state = State(case.complaint.state)
    waits = case.mediator is not None and Party.INSTITUTION not in case.recusals_of
    unsigned = case.agreement is not None and case.agreement.signed_at is None
    return _named(
        ("sign", unsigned and state == State.MEDIATING and Party.INSTITUTION not in case.signed),
        ("perform", case.may_pay),
        ("confirm_settlement", case.is_settlement_open),
        ("answer", state in ANSWERABLE),
        ("offer", state in OPEN_TO_OFFERS),
        ("consent", state in OPEN_TO_OFFERS),
        ("deny_consent", deniable_consent(case.complaint) is not None),
        ("ask_recusal", state == State.MEDIATING and waits),
        ("add_evidence", case.complaint.ended_at is None),
    )


def _for_staff(case: CaseFile) -> list[str]:
    complaint, state = case.complaint, State(case.complaint.state)
    before, letters = state == State.RECEIVED, not speaks_for_itself(complaint.institution_id)
    both = all(case.consents.get(party) for party in Party.values)
    unsigned = case.agreement is not None and state == State.MEDIATING
    return _named(
        ("name_institution", before),
        ("correct_filing", before),
        ("correct_harm_day", before),
        ("accept", before and complaint.institution_id is not None),
        ("refuse", before),
        ("transfer", before),
        ("assign_mediator", both and state in OPEN_TO_OFFERS),
        ("decide_recusal", bool(case.open_recusals)),
        ("decide_pause", case.pauses.asked is not None),
        ("paper_recusal", state == State.MEDIATING and case.mediator is not None),
        ("tell_parties", bool(case.untold)),
        ("perform", case.may_pay),
        ("breach", case.may_be_breached),
        ("propose_set_aside", any(one.may_be_reviewed for one in case.facts)),
        ("decide_set_aside", any(one.review for one in case.facts)),
        ("open_lead", may_open_lead(complaint)),
        ("allege_breach", may_allege_breach(complaint, case.facts)),
        ("terminate", State.TERMINATED in STEPS[state]),
        ("survey", state in SURVEYED and case.is_asked),
        ("follow_up", case.waiting.follow_up),
        ("answer_payment", bool(case.waiting.payments)),
        ("say_unpaid", case.waiting.unpaid),
        ("see_proof", bool(case.unseen)),
        ("contest", case.waiting.contest),
        ("paper_consent", state in OPEN_TO_OFFERS),
        ("paper_offer", case.open_offer is not None),
        ("paper_sign", unsigned and Party.COMPLAINANT not in case.signed),
        ("institution_paper_sign", unsigned and Party.INSTITUTION not in case.signed),
        ("paper_answer", letters and state in ANSWERABLE),
        ("paper_make_offer", letters and state in OPEN_TO_OFFERS),
        ("register_paid", complaint.paid_fen is None and complaint.ended_at is None),
        ("settle", state in OPEN_TO_OFFERS and not case.is_settlement_open),
        ("paper_settlement", case.is_settlement_open),
        ("extend_order", complaint.order_due_on is not None and complaint.ended_at is None),
        ("withdraw", State.WITHDRAWN in STEPS[state]),
        ("add_evidence", complaint.ended_at is None),
        ("leave_mass_case", complaint.negotiated_jointly),
        ("redact", complaint.retired_at is None),
        ("redact_file", complaint.retired_at is None and bool(case.evidence)),
        ("unmask", complaint.retired_at is None),
    )


def _for_mediator(case: CaseFile) -> list[str]:
    state = State(case.complaint.state)
    mediating = state == State.MEDIATING
    on = mediating and all(case.consents.get(party) for party in Party.values) and not case.open_recusals
    return _named(
        ("record_session", mediating and bool(case.planned)),
        ("plan_session", on),
        ("move_session", on and bool(case.planned)),
        ("cancel_session", mediating and bool(case.planned)),
        ("agree", on),
        ("pause_for_appraisal", mediating and case.pauses.may_begin),
        ("resume", mediating and case.pauses.running is not None),
        ("terminate", State.TERMINATED in STEPS[state]),
        ("recuse", case.mediator is not None and state in OPEN_TO_OFFERS),
        ("unmask", case.complaint.retired_at is None),
    )
