"""The text of an agreement that waits for signatures ends with the charge of the mediator who drew it up."""

from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from complaints.models import Agreement, Complaint
from complaints.operations.cases import SIGN_BY, stop_clock, tell_complainant, tell_institution


def void_open_text(actor: Actor, complaint: Complaint) -> None:
    """作废: who had to stand aside, or was replaced, leaves no text behind that could still be signed (人民调解法 第19条).

    Both sides, who were asked to sign it, are told; whoever mediates next draws up a text of the own.
    """
    waiting = Agreement.objects.select_for_update().filter(
        complaint=complaint, superseded_at=None, signed_at=None
    )
    agreement = waiting.first()
    if agreement is None:
        return
    agreement.superseded_at = clock.now()
    agreement.save(update_fields=["superseded_at"])
    stop_clock(actor, complaint, SIGN_BY, outcome="replaced")
    record(actor, "void_agreement", agreement, complaint=complaint.pk, sha256=agreement.text_sha256)
    event = f"text-void-{agreement.pk}"
    tell_institution(
        complaint,
        event,
        gettext_noop("投诉%(number)s的调解协议文本已作废"),
        gettext_noop(
            "拟定协议的调解员已不再办理，未签署完的协议文本作废，请不要再签署。新的调解员将另行拟定。"
        ),
    )
    tell_complainant(complaint, event)
