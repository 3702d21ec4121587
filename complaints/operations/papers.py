"""文书: made after the deed, by the worker; run again each finds its file in its place."""

from django.db import transaction

from association.actors import Actor
from association.audit import record
from association.locker import store_document
from association.models import Attachment
from association.outbox import enqueue
from complaints.access.complaints import MAY
from complaints.choices.complaints import DecisionKind, Party
from complaints.documents.letters import (
    agreement_file_name,
    agreement_pdf,
    letter_file_name,
    letter_pdf,
)
from complaints.documents.tellings import telling_file_name, telling_pdf
from complaints.models import Agreement, Complaint, Decision, Telling

LETTERS = frozenset({DecisionKind.REFUSE, DecisionKind.TRANSFER, DecisionKind.TERMINATE})


@transaction.atomic
def render_agreement(*, actor: Actor, agreement_id: int) -> Agreement:
    """制作调解协议书: once to be signed, once as both have signed it; each for both sides.

    A text that was replaced, or whose words are gone, is not printed any more.
    """
    actor.require(MAY, "render_papers")
    agreement = (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("complaint__institution", "mediator")
        .get(pk=agreement_id)
    )
    names = ("document", "named_document") if agreement.signed_at else ("proposal", "named_proposal")
    made = all(getattr(agreement, f"{name}_id") is not None for name in names)
    if made or agreement.superseded_at is not None or not agreement.text:
        return agreement
    for name, reader in zip(names, Party, strict=True):
        data, file_name = agreement_pdf(agreement, reader), agreement_file_name(agreement, reader)
        setattr(agreement, name, _kept(actor, agreement.complaint_id, data, file_name))
    agreement.save(update_fields=names)
    record(actor, "render_agreement", agreement, complaint=agreement.complaint_id)
    return agreement


def _kept(actor: Actor, complaint_id: int, data: bytes, name: str) -> Attachment:
    """With the case, so that it goes when the personal data go."""
    return store_document(
        actor=actor,
        data=data,
        name=name,
        media_type="application/pdf",
        institution_id=None,
        case=f"complaint-{complaint_id}",
    )


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
    decision.document = _kept(actor, decision.complaint_id, letter_pdf(decision), letter_file_name(decision))
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
    telling.document = _kept(actor, telling.complaint_id, telling_pdf(telling), telling_file_name(telling))
    telling.save(update_fields=["document"])
    record(actor, "render_telling", telling, complaint=telling.complaint_id)
    return telling


def make_papers_again(complaint: Complaint, event: str) -> None:
    """Letters that say what was just hidden, or hide what is shown again, are made anew; the old ones lead nowhere.

    ``event`` names what happened, so that each makes them once.
    """
    for letter in Decision.objects.filter(complaint=complaint, document__isnull=False):
        Decision.objects.filter(pk=letter.pk).update(document=None)
        enqueue("complaints.render_letter", key=f"decision-{letter.pk}-{event}", decision_id=letter.pk)
    for telling in Telling.objects.filter(complaint=complaint, document__isnull=False, told_at__isnull=True):
        Telling.objects.filter(pk=telling.pk).update(document=None)
        enqueue("complaints.render_telling", key=f"telling-{telling.pk}-{event}", telling_id=telling.pk)
