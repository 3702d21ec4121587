"""步骤: the only lines that assign a state; each reads the step table first and saves what the step brings along."""

from typing import Any

from django.db.models import Model

from association.choices import BATCH_STEPS, BatchState
from common.transitions import check_step
from complaints.choices.appraisal import PAUSE_STEPS, PauseState
from complaints.choices.complaints import (
    MASS_STEPS,
    MEDIATOR_STEPS,
    OFFER_STEPS,
    RECUSAL_STEPS,
    REDACTION_STEPS,
    REPORT_STEPS,
    STEPS,
    MassState,
    MediatorState,
    OfferState,
    RecusalState,
    RedactionState,
    ReportState,
    State,
)
from complaints.choices.facts import FACT_REVIEW_STEPS, FactReviewState
from complaints.choices.figures import FIGURES_STEPS, FiguresState
from complaints.choices.hearings import HEARING_STEPS, HearingState
from complaints.choices.leads import LEAD_STEPS, LeadState
from complaints.choices.receipts import RECEIPT_STEPS, ReceiptState
from complaints.choices.settlement import SETTLEMENT_STEPS, SettlementState
from complaints.models import (
    AppraisalPause,
    Complaint,
    FactReview,
    FiguresProposal,
    ImportBatch,
    Lead,
    LeadHearing,
    MassCase,
    MediatorAssignment,
    Offer,
    PaymentReport,
    ReceiptRequest,
    RecusalRequest,
    Redaction,
    SettlementReport,
)


def move_complaint(complaint: Complaint, state: State, **brings: Any) -> None:
    check_step(STEPS, State(complaint.state), state)
    complaint.state = state
    _save(complaint, brings)


def move_mediator(assignment: MediatorAssignment, state: MediatorState, **brings: Any) -> None:
    check_step(MEDIATOR_STEPS, MediatorState(assignment.state), state)
    assignment.state = state
    _save(assignment, brings)


def move_pause(pause: AppraisalPause, state: PauseState, **brings: Any) -> None:
    check_step(PAUSE_STEPS, PauseState(pause.state), state)
    pause.state = state
    _save(pause, brings)


def move_recusal(asked: RecusalRequest, state: RecusalState, **brings: Any) -> None:
    check_step(RECUSAL_STEPS, RecusalState(asked.state), state)
    asked.state = state
    _save(asked, brings)


def move_offer(offer: Offer, state: OfferState, **brings: Any) -> None:
    check_step(OFFER_STEPS, OfferState(offer.state), state)
    offer.state = state
    _save(offer, brings)


def move_settlement(told: SettlementReport, state: SettlementState, **brings: Any) -> None:
    check_step(SETTLEMENT_STEPS, SettlementState(told.state), state)
    told.state = state
    _save(told, brings)


def move_report(report: PaymentReport, state: ReportState, **brings: Any) -> None:
    check_step(REPORT_STEPS, ReportState(report.state), state)
    report.state = state
    _save(report, brings)


def move_fact_review(asked: FactReview, state: FactReviewState, **brings: Any) -> None:
    check_step(FACT_REVIEW_STEPS, FactReviewState(asked.state), state)
    asked.state = state
    _save(asked, brings)


def move_mass_case(case: MassCase, state: MassState, **brings: Any) -> None:
    check_step(MASS_STEPS, MassState(case.state), state)
    case.state = state
    _save(case, brings)


def move_redaction(redaction: Redaction, state: RedactionState, **brings: Any) -> None:
    check_step(REDACTION_STEPS, RedactionState(redaction.state), state)
    redaction.state = state
    _save(redaction, brings)


def move_batch(batch: ImportBatch, state: BatchState, **brings: Any) -> None:
    check_step(BATCH_STEPS, BatchState(batch.state), state)
    batch.state = state
    _save(batch, brings)


def move_lead(lead: Lead, state: LeadState, **brings: Any) -> None:
    check_step(LEAD_STEPS, LeadState(lead.state), state)
    lead.state = state
    _save(lead, brings)


def move_hearing(hearing: LeadHearing, state: HearingState, **brings: Any) -> None:
    check_step(HEARING_STEPS, HearingState(hearing.state), state)
    hearing.state = state
    _save(hearing, brings)


def move_figures(proposal: FiguresProposal, state: FiguresState, **brings: Any) -> None:
    check_step(FIGURES_STEPS, FiguresState(proposal.state), state)
    proposal.state = state
    _save(proposal, brings)


def move_receipt(request: ReceiptRequest, state: ReceiptState, **brings: Any) -> None:
    check_step(RECEIPT_STEPS, ReceiptState(request.state), state)
    request.state = state
    _save(request, brings)


def _save(row: Model, brings: dict[str, Any]) -> None:
    """State and what the database wants with it in one UPDATE."""
    for name, value in brings.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *brings])
