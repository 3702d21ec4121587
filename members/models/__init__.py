from members.models.applications import ApplicationEvidence, MembershipApplication
from members.models.books import MemberBook, MemberBookFault
from members.models.breach import BreachDecision, PledgeBreach
from members.models.council import CouncilBallot, CouncilVote
from members.models.dues import DuesEntry, DuesInvoice, DuesResolution, DuesSlip, DuesStandard
from members.models.dues_account import DuesAccount, DuesWarning
from members.models.dues_money import DuesReceipt, DuesStatement, DuesStatementFault
from members.models.institutions import FormerName, Institution
from members.models.pledge import PledgeCeremony, PledgePaper, PledgeSignature
from members.models.terms import MembershipCertificate, MembershipEvent, MembershipTerm, OfficeTerm

__all__ = [
    "ApplicationEvidence",
    "BreachDecision",
    "CouncilBallot",
    "CouncilVote",
    "DuesAccount",
    "DuesEntry",
    "DuesInvoice",
    "DuesReceipt",
    "DuesResolution",
    "DuesSlip",
    "DuesStandard",
    "DuesStatement",
    "DuesStatementFault",
    "DuesWarning",
    "FormerName",
    "Institution",
    "MemberBook",
    "MemberBookFault",
    "MembershipApplication",
    "MembershipCertificate",
    "MembershipEvent",
    "MembershipTerm",
    "OfficeTerm",
    "PledgeBreach",
    "PledgeCeremony",
    "PledgePaper",
    "PledgeSignature",
]
