"""谁看到什么: one function for each reader of a complaint. Pages, exports and documents take their words from here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from association.actors import Actor
from complaints.access.complaints import is_respondent
from complaints.choices.complaints import Audience, PersonalField, PersonKind, RedactionState, Target
from complaints.models import Complaint, Decision, Offer, Person, Redaction, Reply, Session
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
    # Whole, and only for the institution: with whom it has its contracts.
    named: tuple["NamedPerson", ...]
    replies: tuple[ShownText, ...]
    decisions: tuple[ShownText, ...]
    sessions: tuple[ShownText, ...]
    offers: tuple[ShownText, ...]


def shown_to(actor: Actor, complaint: Complaint) -> Shown:
    """What this person sees of a complaint that ``complaints_visible_to`` gives them.

    Everybody reads texts scrubbed; the words themselves are a look on record (``unmask``). The institution, after
    acceptance: the name of everybody who complains, because it must find each contract, and who represents them; the
    phone of whoever filed only when that was agreed to; address, identity and mail never.
    """
    people = tuple(masked_people([complaint])[complaint.pk])
    respondent = is_respondent(actor, complaint)
    words = Words(complaint, Audience.INSTITUTION if respondent else None)
    return Shown(
        complaint=complaint,
        facts=words.of(Target.FACTS, None, complaint.facts),
        demand=words.of(Target.DEMAND, None, complaint.demand),
        people=tuple(one for one in people if not respondent or one.kind != PersonKind.AGENT),
        named=named_people(complaint) if respondent else (),
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
    """Who complains, for the paper that serves the institution: word for word what its own page shows."""
    people = named_people(complaint)
    return "、".join(f"{one.titled}　{one.phone}" if one.phone else one.titled for one in people if one.name)


def named_people(complaint: Complaint) -> tuple["NamedPerson", ...]:
    """Everybody whom the institution deals with, whole; the phone of whoever filed, where that was agreed to."""
    rows = Person.objects.filter(complaint=complaint).exclude(kind=PersonKind.AGENT)
    people = list(rows.select_related("personal").order_by("pk"))
    return _told(
        [(row.kind, _datum(row, PersonalField.NAME), row.is_representative) for row in people],
        next((_datum(row, PersonalField.PHONE) for row in people if row.kind == PersonKind.COMPLAINANT), ""),
        shares_phone=complaint.shares_phone,
    )


def _datum(person: Person, field: PersonalField) -> str:
    data = getattr(person, "personal", None)
    return opened(data, field) if data is not None else ""


def _told(
    people: Sequence[tuple[str, str, bool]], phone: str, *, shares_phone: bool
) -> tuple["NamedPerson", ...]:
    """The one rule for a filed complaint and for its preview. ``people``: kind, name, and whether they represent."""
    return tuple(
        NamedPerson(
            kind=PersonKind(kind),
            name=name,
            phone=phone if shares_phone and kind == PersonKind.COMPLAINANT else "",
            represents=represents and len(people) > 1,
        )
        for kind, name, represents in people
    )


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """当事人 as the institution reads them; ``name`` is empty where it is gone."""

    kind: PersonKind
    name: str
    phone: str
    represents: bool

    @property
    def titled(self) -> str:
        return _("%(name)s（代表人）") % {"name": self.name} if self.represents else self.name


@dataclass(frozen=True, slots=True)
class Preview:
    """提交前预览: what the institution would see of a filing; the public sees figures alone."""

    named: tuple[NamedPerson, ...]
    institution_facts: str
    institution_demand: str


def preview(filing: Filing) -> Preview:
    """The same masks as later, for what is still being typed."""
    addresses = [person.address for person in filing.people]
    people = [one for one in filing.people if one.kind != PersonKind.AGENT]
    return Preview(
        named=_told(
            [(one.kind, one.name, one.is_representative) for one in people],
            next((one.phone for one in people if one.kind == PersonKind.COMPLAINANT), ""),
            shares_phone=filing.shares_phone,
        ),
        institution_facts=scrubbed(filing.facts, (), addresses),
        institution_demand=scrubbed(filing.demand, (), addresses),
    )
