"""谁看到什么: one function for each reader of a complaint. Pages, exports and documents take their words from here."""

from dataclasses import dataclass

from association.actors import Actor
from association.rules.clock import beijing
from complaints.access.complaints import is_respondent
from complaints.choices.complaints import Audience, PersonalField, PersonKind, RedactionState, Subject, Target
from complaints.models import Complaint, PersonalData, Redaction, Reply
from complaints.queries.people import MaskedPerson, masked_people, names_in, opened
from complaints.rules.intake import Filing
from complaints.rules.shown import Span, scrubbed, without

HIDES = (RedactionState.PROPOSED, RedactionState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class ShownReply:
    """A reply with its text as this reader may see it."""

    reply: Reply
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
    replies: tuple[ShownReply, ...]


def shown_to(actor: Actor, complaint: Complaint) -> Shown:
    """What this person sees of a complaint that ``complaints_visible_to`` gives them.

    Staff and the mediator: every word, people masked. The institution, after acceptance: the complainant's name,
    because it must find the contract; the phone only when the complainant agreed; address, identity and mail never;
    texts without what was redacted and without numbers that slipped into them.
    """
    people = tuple(masked_people([complaint])[complaint.pk])
    replies = list(Reply.objects.filter(complaint=complaint).order_by("pk"))
    if not is_respondent(actor, complaint):
        texts = tuple(ShownReply(reply, reply.text) for reply in replies)
        return Shown(complaint, complaint.facts, complaint.demand, people, "", "", texts)
    hidden = _Hidden(complaint, Audience.INSTITUTION)
    name, phone = _whole(complaint)
    return Shown(
        complaint,
        scrubbed(hidden.text(Target.FACTS, None, complaint.facts)),
        scrubbed(hidden.text(Target.DEMAND, None, complaint.demand)),
        tuple(one for one in people if one.kind != PersonKind.AGENT),
        name,
        phone if complaint.shares_phone else "",
        tuple(ShownReply(one, hidden.text(Target.REPLY, one.pk, one.text)) for one in replies),
    )


def _whole(complaint: Complaint) -> tuple[str, str]:
    data = PersonalData.objects.filter(
        person__complaint=complaint, person__kind=PersonKind.COMPLAINANT
    ).first()
    if data is None:
        return "", ""
    return opened(data, PersonalField.NAME), opened(data, PersonalField.PHONE)


class _Hidden:
    """The redactions of a complaint that hold for one audience, read once."""

    def __init__(self, complaint: Complaint, audience: Audience) -> None:
        rows = Redaction.objects.filter(
            complaint=complaint, state__in=HIDES, audience__in=[audience, Audience.BOTH]
        )
        self.rows = list(rows.exclude(target=Target.EVIDENCE))

    def text(self, target: Target, target_id: int | None, text: str) -> str:
        spans = [
            Span(row.first, row.last, row.reason)
            for row in self.rows
            if row.target == target
            and row.target_id == target_id
            and row.first is not None
            and row.last is not None
        ]
        return without(text, spans)


@dataclass(frozen=True, slots=True)
class PublicView:
    """公众看到的: nothing of any person. The story only where the complainant agreed, names and numbers masked."""

    respondent: str
    subject: str
    month: str
    state: str
    outcome: str
    facts: str
    demand: str
    reply: str


def public_view(complaint: Complaint) -> PublicView:
    """As it may be published: without consent the kind of matter and its state alone."""
    facts = demand = reply = ""
    if complaint.may_publish and complaint.retired_at is None:
        hidden, names = _Hidden(complaint, Audience.PUBLIC), names_in(complaint)
        facts = scrubbed(hidden.text(Target.FACTS, None, complaint.facts), names)
        demand = scrubbed(hidden.text(Target.DEMAND, None, complaint.demand), names)
        said = Reply.objects.filter(complaint=complaint, is_public=True).order_by("-pk").first()
        if said is not None:
            reply = scrubbed(hidden.text(Target.REPLY, said.pk, said.text), names)
    return PublicView(
        respondent=complaint.institution.name if complaint.institution else "",
        subject=complaint.get_subject_display(),
        month=f"{beijing(complaint.received_at):%Y-%m}",
        state=complaint.get_state_display(),
        outcome=complaint.get_outcome_display(),
        facts=facts,
        demand=demand,
        reply=reply,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """提交前预览: what the institution, and what the public would see of a filing."""

    institution_name: str
    institution_phone: str
    institution_facts: str
    institution_demand: str
    public_subject: str
    public_facts: str
    public_demand: str


def preview(filing: Filing) -> Preview:
    """The same masks as later, for what is still being typed."""
    names = [person.name for person in filing.people]
    first = filing.people[0] if filing.people else None
    return Preview(
        institution_name=first.name if first else "",
        institution_phone=first.phone if first and filing.shares_phone else "",
        institution_facts=scrubbed(filing.facts),
        institution_demand=scrubbed(filing.demand),
        public_subject=str(Subject(filing.subject).label) if filing.subject in Subject.values else "",
        public_facts=scrubbed(filing.facts, names) if filing.may_publish else "",
        public_demand=scrubbed(filing.demand, names) if filing.may_publish else "",
    )
