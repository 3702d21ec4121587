"""Complaints for the matrix of addresses and roles: one that waits for an answer, and a joint negotiation."""

from association.actors import visitor
from association.choices import Role
from complaints.operations import accept, file_complaint, issue_receipt, open_mass_case, redact
from tests.complaints.material import filing
from tests.factories import leads
from tests.factories.people import actor_with


def accepted_complaint(institution):
    """One that waits for the institution's answer, and words of it that were hidden by somebody else."""
    made = file_complaint(actor=visitor(institution.association_id), filing=filing(institution))
    clerk, pk = actor_with(Role.SECRETARIAT), made.complaint.pk
    accept(actor=clerk, complaint_id=pk)
    hidden = redact(actor=clerk, complaint_id=pk, target="facts", first=0, last=1, reason="个人信息")
    issue_receipt(actor=clerk, complaint_id=pk, identity="papers", reason="查询码遗失")
    waiting = {"redaction": hidden.pk, "receipt_request": made.complaint.receipt_requests.get().pk}
    return {"complaint": pk, "hearing": leads.asked(institution).pk} | waiting


def mass_case_of(institution):
    """A negotiation about two more complaints."""
    chosen = [accepted_complaint(institution)["complaint"] for _ in range(2)]
    return open_mass_case(actor=actor_with(Role.SECRETARIAT), title="演示停课", complaint_ids=chosen).pk
