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
from complaints.documents.tellings import telling_file_name, telling_pdf
from complaints.models import Agreement, Decision, Telling

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


@transaction.atomic
def render_telling(*, actor: Actor, telling_id: int) -> Telling | None:
    """制作告知书 to be printed: of a decision its own letter is there already. None where it is not to be told any more."""
    actor.require(MAY, "render_papers")
    rows = Telling.objects.select_for_update(of=("self",)).select_related("complaint__institution")
    telling = rows.filter(pk=telling_id).first()
    if telling is None or telling.document_id is not None or telling.complaint.retired_at is not None:
        return telling
    telling.document = store_document(
        actor=actor,
        data=telling_pdf(telling),
        name=telling_file_name(telling),
        media_type="application/pdf",
        institution_id=None,
        case=f"complaint-{telling.complaint_id}",
    )
    telling.save(update_fields=["document"])
    record(actor, "render_telling", telling, complaint=telling.complaint_id)
    return telling
