"""办到哪一步: the road of a case and what has happened on it, as both sides may read it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association.moments import minute
from complaints.choices.complaints import (
    DecisionKind,
    MediatorState,
    Method,
    Party,
    RecusalState,
    State,
    Target,
)
from complaints.models import (
    Consent,
    Decision,
    Evidence,
    MediatorAssignment,
    RecusalRequest,
    Session,
    WrittenDown,
)
from complaints.queries.shown import Words
from complaints.queries.tracking import Tracked
from complaints.queries.written import what_of

# The road of an ordinary case; other ends are told by their own name.
ROAD = (
    (frozenset({State.RECEIVED}), gettext_noop("审查是否受理")),
    (frozenset({State.ACCEPTED, State.AWAIT_REPLY}), gettext_noop("机构答复")),
    (frozenset({State.MEDIATING}), gettext_noop("调解")),
    (frozenset({State.AGREED, State.SETTLED, State.BREACHED}), gettext_noop("履行")),
    (frozenset({State.PERFORMED, State.TERMINATED}), gettext_noop("确认结果")),
    (frozenset({State.CLOSED}), gettext_noop("办结")),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what has happened; ``text`` was written for both sides to read."""

    at: datetime
    title: str
    text: str = ""
    citation: str = ""


def stages_of(state: State) -> list[dict[str, str]]:
    """Steps for the bar; none for a case that left the road."""
    here = next((place for place, (states, _label) in enumerate(ROAD) if state in states), None)
    if here is None:
        return []
    marks = ["done" if place < here else "current" if place == here else "todo" for place in range(len(ROAD))]
    if state == State.CLOSED:
        marks[-1] = "done"
    return [{"label": _(label), "state": mark} for (_states, label), mark in zip(ROAD, marks, strict=True)]


def events_of(seen: Tracked) -> list[Event]:
    """Newest first; decisions and answers with the reasons that were given."""
    found = [Event(seen.received_at, _("协会收到投诉"))]
    if seen.complaint.served_at:
        found.append(Event(seen.complaint.served_at, _("已转给机构，等待答复")))
    words = Words(seen.complaint)
    found += [_decided(row, words) for row in seen.decisions]
    found += [
        Event(
            row.replied_at,
            _("机构答复：%(kind)s") % {"kind": row.get_kind_display()},
            words.of(Target.REPLY, row.pk, row.text),
        )
        for row in seen.replies
    ]
    found += [
        Event(row.announced_at, _("约定调解：%(mode)s") % {"mode": row.get_mode_display()}, row.place)
        for row in seen.sessions
    ]
    found += _written_down(seen)
    found += [_called_off(row) for row in seen.sessions if row.called_off_at]
    found += [event for row in _own_recusals(seen) for event in _of_recusal(row)]
    return sorted(found, key=lambda event: event.at, reverse=True)


def _written_down(seen: Tracked) -> list[Event]:
    """代为登记: whoever signed reads what was made of the paper."""
    title = _("工作人员按签名的书面意见代为登记：%(what)s")
    rows = WrittenDown.objects.filter(complaint=seen.complaint)
    found = [Event(row.recorded_at, title % {"what": what_of(row)}) for row in rows]
    words = {True: _("同意调解"), False: _("不同意调解")}
    own = Consent.objects.filter(complaint=seen.complaint, party=Party.COMPLAINANT, method=Method.PAPER)
    return found + [Event(row.at, title % {"what": words[row.given]}) for row in own]


def _called_off(row: Session) -> Event:
    before = {"when": minute(row.planned_at)}
    title = (
        _("原定%(when)s的调解会改期") % before if row.moved_to_id else _("原定%(when)s的调解会取消") % before
    )
    return Event(row.called_off_at or row.announced_at, title, row.called_off_reason)


def _own_recusals(seen: Tracked) -> QuerySet[RecusalRequest]:
    return RecusalRequest.objects.filter(complaint=seen.complaint, party=Party.COMPLAINANT)


def _of_recusal(row: RecusalRequest) -> list[Event]:
    """申请回避, and what was decided about it."""
    asked = Event(row.asked_at, _("您申请调解员回避"), str(row.get_ground_display()))
    return (
        [asked, Event(row.decided_at, str(row.get_state_display()), row.decision)]
        if row.decided_at
        else [asked]
    )


def terms_of(seen: Tracked) -> str:
    """方案的条件 of the offer that waits."""
    offer = seen.waiting.offer
    return Words(seen.complaint).of(Target.TERMS, offer.pk, offer.terms) if offer is not None else ""


def _decided(row: Decision, words: Words) -> Event:
    title = str(DecisionKind(row.kind).label)
    if row.transferred_to:
        title = _("%(decision)s至%(body)s") % {"decision": title, "body": row.transferred_to}
    return Event(row.decided_at, title, words.of(Target.DECISION, row.pk, row.reason), row.citation)


def deeds_of_complainant(seen: Tracked) -> list[str]:
    """What the complainant may do now, the most urgent first; the operations ask again."""
    waiting = seen.waiting
    said = Consent.objects.filter(complaint=seen.complaint, party=Party.COMPLAINANT).exists()
    offered = [
        ("deny_written", seen.written is not None),
        ("answer_offer", waiting.offer is not None),
        ("sign", waiting.signature is not None),
        ("survey", waiting.survey),
        ("follow_up", waiting.follow_up),
        ("consent", waiting.consent and not said),
        ("answer_payment", bool(waiting.payments)),
        ("say_unpaid", waiting.unpaid),
        ("contest", waiting.contest),
        ("settle", waiting.settle),
        ("ask_recusal", _may_ask_recusal(seen)),
        ("consent", waiting.consent and said),
        ("add_evidence", seen.complaint.ended_at is None),
        ("leave_mass_case", bool(seen.joint)),
        ("hide_words", seen.complaint.retired_at is None),
        ("withdraw", waiting.withdraw),
    ]
    return [name for name, may in offered if may]


def _may_ask_recusal(seen: Tracked) -> bool:
    """While somebody mediates, and no request of one's own waits."""
    if seen.state != State.MEDIATING or _own_recusals(seen).filter(state=RecusalState.ASKED).exists():
        return False
    return MediatorAssignment.objects.filter(complaint=seen.complaint, state=MediatorState.ACTIVE).exists()


def own_evidence(seen: Tracked) -> list[Evidence]:
    return list(Evidence.objects.filter(complaint=seen.complaint, source=Party.COMPLAINANT))
