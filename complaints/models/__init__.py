from complaints.models.agreements import Agreement, Instalment, Offer, SettlementReport, Signature
from complaints.models.anchors import LeadAnchorConfirmation
from complaints.models.complaints import Complaint, Decision, MassCase, number_of
from complaints.models.ending import FollowUp, Survey
from complaints.models.facts import Fact, FactReview, FactSetAside
from complaints.models.figures import FiguresProposal, YearFigures
from complaints.models.hearings import LeadFindingSetAside, LeadHearing
from complaints.models.intake import Enrolment, ImportBatch, ImportFault
from complaints.models.leads import (
    Lead,
    LeadEvidence,
    LeadFinding,
    LeadMessage,
    LeadRecusal,
    LeadReferral,
)
from complaints.models.material import Evidence, PaidAmount, Redaction, Reply
from complaints.models.mediation import AppraisalPause, Consent, MediatorAssignment, RecusalRequest, Session
from complaints.models.payments import PaymentReport
from complaints.models.people import Draft, Person, PersonalData, Retirement, Unmasking
from complaints.models.receipts import ReceiptRequest
from complaints.models.telling import Telling
from complaints.models.written import WrittenDown

__all__ = [
    "Agreement",
    "AppraisalPause",
    "Complaint",
    "Consent",
    "Decision",
    "Draft",
    "Enrolment",
    "Evidence",
    "Fact",
    "FactReview",
    "FactSetAside",
    "FiguresProposal",
    "FollowUp",
    "ImportBatch",
    "ImportFault",
    "Instalment",
    "Lead",
    "LeadAnchorConfirmation",
    "LeadEvidence",
    "LeadFinding",
    "LeadFindingSetAside",
    "LeadHearing",
    "LeadMessage",
    "LeadRecusal",
    "LeadReferral",
    "MassCase",
    "MediatorAssignment",
    "Offer",
    "PaidAmount",
    "PaymentReport",
    "Person",
    "PersonalData",
    "ReceiptRequest",
    "RecusalRequest",
    "Redaction",
    "Reply",
    "Retirement",
    "Session",
    "SettlementReport",
    "Signature",
    "Survey",
    "Telling",
    "Unmasking",
    "WrittenDown",
    "YearFigures",
    "number_of",
]
