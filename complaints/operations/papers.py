"""文书: made after the deed, by the worker; run again each finds its file in its place."""

from django.db import transaction

from association.actors import Actor
from association.audit import record
from association.locker import store_document
from complaints.access.complaints import MAY
from complaints.choices.complaints import DecisionKind
from complaints.documents.letters import (
    agreement_file_name,
    agreement_pdf,
    letter_file_name,
    letter_pdf,
)
from complaints.models import Agreement, Decision

LETTERS = frozenset({DecisionKind.REFUSE, DecisionKind.TRANSFER, DecisionKind.TERMINATE})


@transaction.atomic
def render_agreement(*, actor: Actor, agreement_id: int) -> Agreement:
    """制作调解协议书 of an agreement that both have signed."""
    actor.require(MAY, "render_papers")
    agreement = (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("complaint__institution", "mediator")
        .get(pk=agreement_id)
    )
    if agreement.document_id is not None or agreement.signed_at is None or not agreement.text:
        return agreement
    agreement.document = store_document(
        actor=actor,
        data=agreement_pdf(agreement),
        name=agreement_file_name(agreement),
        media_type="application/pdf",
        institution_id=None,
        case=f"complaint-{agreement.complaint_id}",
    )
    agreement.save(update_fields=["document"])
    record(actor, "render_agreement", agreement, complaint=agreement.complaint_id)
    return agreement


@transaction.atomic
def render_letter(*, actor: Actor, decision_id: int) -> Decision:
    """制作告知书 of a refusal, a transfer or the end of a mediation."""
    actor.require(MAY, "render_papers")
    decision = (
        Decision.objects.select_for_update(of=("self",))
        .select_related("complaint__institution")
        .get(pk=decision_id)
    )
    retired = decision.complaint.retired_at is not None
    if decision.document_id is not None or decision.kind not in LETTERS or retired:
        return decision
    decision.document = store_document(
        actor=actor,
        data=letter_pdf(decision),
        name=letter_file_name(decision),
        media_type="application/pdf",
        institution_id=None,
        case=f"complaint-{decision.complaint_id}",
    )
    decision.save(update_fields=["document"])
    record(actor, "render_letter", decision, complaint=decision.complaint_id)
    return decision
