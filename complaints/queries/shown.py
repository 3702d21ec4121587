"""谁看到什么: one function for each reader of a complaint. Pages, exports and documents take their words from here."""

from dataclasses import dataclass
from typing import Any

from association.actors import Actor
from complaints.access.complaints import is_respondent
from complaints.choices.complaints import Audience, PersonalField, PersonKind, RedactionState, Target
from complaints.models import Complaint, Decision, Offer, PersonalData, Redaction, Reply, Session
from complaints.queries.people import MaskedPerson, identifying, masked_people, opened
from complaints.rules.intake import Filing
from complaints.rules.shown import Span, scrubbed, without

HIDES = (RedactionState.PROPOSED, RedactionState.CONFIRMED)


# Where the texts stand of which a complaint has several.
TEXTS: dict[Target, tuple[Any, str]] = {
    Target.REPLY: (Reply, "text"),
    Target.DECISION: (Decision, "reason"),
    Target.MINUTES: (Session, "minutes"),
    Target.TERMS: (Offer, "terms"),
}


class Words:
    """谁读到什么文字: the one way on which what somebody typed in a complaint reaches anybody else.

    First without what was redacted for this audience, then scrubbed: numbers and addresses always, names for all but
    the institution, which has to find its contract. Staff and the complainant read without redactions.
    ``for_both_sides``: a letter that goes to the institution and to others, so with its redactions and without names.
    """

    def __init__(
        self, complaint: Complaint, audience: Audience | None = None, *, for_both_sides: bool = False
    ) -> None:
        known = identifying(complaint)
        named = audience == Audience.INSTITUTION and not for_both_sides
        self.names = () if named else known.names
        self.addresses = known.addresses
        rows = Redaction.objects.filter(complaint=complaint, state__in=HIDES, first__isnull=False)
        self.rows = list(rows.filter(audience__in=[audience, Audience.BOTH])) if audience else []

    def of(self, target: Target, target_id: int | None, text: str) -> str:
        spans = [
            Span(row.first, row.last, row.reason)
            for row in self.rows
            if row.target == target and row.target_id == target_id
            if row.first is not None and row.last is not None
        ]
        return self.plain(without(text, spans))

    def plain(self, text: str) -> str:
        return scrubbed(text, self.names, self.addresses)


@dataclass(frozen=True, slots=True)
class ShownText:
    """A row with its text as this reader may see it."""

    row: Any
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """投诉 for one reader: texts redacted and scrubbed as they must be, people as they may be seen."""

    complaint: Complaint
    facts: str
    demand: str
    people: tuple[MaskedPerson, ...]
    # Whole, and only for the institution: who it has to deal with.
    complainant_name: str
    complainant_phone: str
    replies: tuple[ShownText, ...]
    decisions: tuple[ShownText, ...]
    sessions: tuple[ShownText, ...]
    offers: tuple[ShownText, ...]


def shown_to(actor: Actor, complaint: Complaint) -> Shown:
    """What this person sees of a complaint that ``complaints_visible_to`` gives them.

    Everybody reads texts scrubbed; the words themselves are a look on record (``unmask``). The institution, after
    acceptance: the complainant's name, because it must find the contract; the phone only when the complainant agreed;
    address, identity and mail never.
    """
    people = tuple(masked_people([complaint])[complaint.pk])
    respondent = is_respondent(actor, complaint)
    words = Words(complaint, Audience.INSTITUTION if respondent else None)
    name, phone = _whole(complaint) if respondent else ("", "")
    return Shown(
        complaint=complaint,
        facts=words.of(Target.FACTS, None, complaint.facts),
        demand=words.of(Target.DEMAND, None, complaint.demand),
        people=tuple(one for one in people if not respondent or one.kind != PersonKind.AGENT),
        complainant_name=name,
        complainant_phone=phone if complaint.shares_phone else "",
        replies=_texts(words, Target.REPLY, complaint),
        decisions=_texts(words, Target.DECISION, complaint),
        sessions=_texts(words, Target.MINUTES, complaint, "mediator"),
        offers=_texts(words, Target.TERMS, complaint),
    )


def _texts(words: Words, target: Target, complaint: Complaint, *joined: str) -> tuple[ShownText, ...]:
    model, column = TEXTS[target]
    rows = model.objects.filter(complaint=complaint).select_related(*joined).order_by("pk")
    return tuple(ShownText(row, words.of(target, row.pk, getattr(row, column))) for row in rows)


def as_written(complaint: Complaint) -> str:
    """原文 of everything that was typed, each under its name. Who asks has recorded the look before."""
    parts = [(Target.FACTS, complaint.facts), (Target.DEMAND, complaint.demand)]
    for target, (model, column) in TEXTS.items():
        rows = model.objects.filter(complaint=complaint).order_by("pk")
        parts += [(target, text) for text in rows.values_list(column, flat=True)]
    return "\n\n".join(f"{target.label}\n{text}" for target, text in parts if text)


def as_told_to_institution(complaint: Complaint) -> tuple[str, str]:
    """Facts and demand for the paper that serves the institution: word for word what its own page shows."""
    words = Words(complaint, Audience.INSTITUTION)
    facts = words.of(Target.FACTS, None, complaint.facts)
    return facts, words.of(Target.DEMAND, None, complaint.demand)


def named_to_institution(complaint: Complaint) -> str:
    """The complainant for the paper that serves the institution: the name, and the phone where that was agreed to."""
    name, phone = _whole(complaint)
    return f"{name}　{phone}" if phone and complaint.shares_phone else name


def _whole(complaint: Complaint) -> tuple[str, str]:
    data = PersonalData.objects.filter(
        person__complaint=complaint, person__kind=PersonKind.COMPLAINANT
    ).first()
    if data is None:
        return "", ""
    return opened(data, PersonalField.NAME), opened(data, PersonalField.PHONE)


@dataclass(frozen=True, slots=True)
class Preview:
    """提交前预览: what the institution would see of a filing; the public sees figures alone."""

    institution_name: str
    institution_phone: str
    institution_facts: str
    institution_demand: str


def preview(filing: Filing) -> Preview:
    """The same masks as later, for what is still being typed."""
    addresses = [person.address for person in filing.people]
    first = filing.people[0] if filing.people else None
    return Preview(
        institution_name=first.name if first else "",
        institution_phone=first.phone if first and filing.shares_phone else "",
        institution_facts=scrubbed(filing.facts, (), addresses),
        institution_demand=scrubbed(filing.demand, (), addresses),
    )
