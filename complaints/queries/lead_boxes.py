"""封存的内容: the sealed boxes of a lead, and the one way from a receipt code to it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from association.rules.clock import end_of_day
from association.sealed import seal_text, search_key, search_keys, unseal_text
from complaints.choices.leads import MessageKind, Speaker
from complaints.models import Lead
from complaints.rules.receipts import normalised

RECEIPT = "complaints.lead_receipt"
MESSAGE = "complaints.lead_message"
# Box of the lead: what it is sealed for.
BOXES = {
    "facts_box": "complaints.lead_facts",
    "when_box": "complaints.lead_when",
    "where_box": "complaints.lead_where",
    "name_box": "complaints.lead_name",
    "phone_box": "complaints.lead_phone",
    "mail_box": "complaints.lead_mail",
}
IDENTITY = ("name_box", "phone_box", "mail_box")


@dataclass(frozen=True, slots=True)
class Said:
    """One message, in clear."""

    speaker: Speaker
    kind: MessageKind
    text: str
    sent_on: date


def sealed(value: str, box: str) -> bytes:
    return seal_text(value, purpose=BOXES[box])


def opened(lead: Lead, box: str) -> str:
    """What stands in one box. Who may see it was asked before."""
    return unseal_text(getattr(lead, box), purpose=BOXES[box])


def exchange_of(lead: Lead) -> list[Said]:
    """往来 in clear, in order. Who may see it was asked before."""
    return [
        Said(
            Speaker(row.speaker),
            MessageKind(row.kind),
            unseal_text(row.text_box, purpose=MESSAGE),
            row.sent_on,
        )
        for row in lead.messages.all()
    ]


def receipt_key(code: str) -> bytes:
    return search_key(normalised(code), purpose=RECEIPT)


def by_receipt(code: str, *, lock: bool = False) -> Lead | None:
    """The lead of a receipt code. A slip of the pen, an unknown and an old code take the same way and the same time."""
    rows = Lead.objects.select_for_update(of=("self",)) if lock else Lead.objects.all()
    return rows.filter(receipt_key__in=search_keys(normalised(code), purpose=RECEIPT)).first()


def start_of(day: date) -> datetime:
    """0:00 in Beijing: the only hour that is kept of what an informant does."""
    return end_of_day(day) - timedelta(days=1)
