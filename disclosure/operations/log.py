"""公布日志 is written in the transaction of the deed, by comparing what is published with the last word on it.

Made of what the rows say under one turn per association: two deeds at once, a deed told twice, a deed rolled back in
part, and catching up years later all lead to the same entries, without a gap.
"""

import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from association import clock
from association.in_turn import take_turn
from association.models import Association
from association.published import PublicFact
from association.tenancy import current_association_id
from disclosure.models import LogAction, PublicationLog, PublicationPayload
from disclosure.queries.facts import SOURCES, facts_about
from disclosure.queries.log import Last, Subject, head, last_entries
from disclosure.rules import chain

TURN = "publication-log"
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be said; where it stands in the chain is known when it is written."""

    kind: str
    subject: int
    about: str
    about_id: int
    action: LogAction
    effective_at: datetime | None
    payload: str


@transaction.atomic
def log_changes(told: Collection[tuple[str, int]]) -> int:
    """Writes what has changed of what is public about these institutions and rounds. How many entries."""
    named: dict[str, set[int]] = {}
    for about, pk in told:
        named.setdefault(about, set()).add(pk)
    take_turn(TURN)
    return sum(_catch_up(about, named[about]) for about in SOURCES if about in named)


@transaction.atomic
def catch_up_log() -> int:
    """补记: everything that is published and not in the log yet, above all what was published before there was one."""
    take_turn(TURN)
    return sum(_catch_up(about, None) for about in SOURCES)


def append(new: Sequence[NewEntry]) -> list[PublicationLog]:
    """Continues the chain; the caller holds the turn."""
    slug = Association.objects.values_list("slug", flat=True).get(pk=current_association_id())
    seq, previous = head()
    moment = timezone.now()
    written: list[PublicationLog] = []
    for start in range(0, len(new), AT_ONCE):
        rows, payloads = [], []
        for one in new[start : start + AT_ONCE]:
            seq += 1
            salt = secrets.token_hex(16)
            rows.append(_row(one, slug, seq, previous, moment, chain.payload_digest(salt, one.payload)))
            payloads.append((salt, one.payload))
            previous = rows[-1].hash
        written += PublicationLog.objects.bulk_create(rows)
        PublicationPayload.objects.bulk_create(
            PublicationPayload(association_id=row.association_id, entry=row, salt=salt, text=text)
            for row, (salt, text) in zip(rows, payloads, strict=True)
        )
    return written


def _row(one: NewEntry, slug: str, seq: int, previous: str, moment: datetime, payload: str) -> PublicationLog:
    header = chain.header(
        association=slug,
        seq=seq,
        previous=previous,
        kind=one.kind,
        subject=one.subject,
        about=f"{one.about}:{one.about_id}",
        action=one.action.value,
        effective_at=one.effective_at,
        recorded_at=moment,
        payload_sha256=payload,
    )
    return PublicationLog(
        association_id=current_association_id(),
        seq=seq,
        kind=one.kind,
        subject=one.subject,
        about=one.about,
        about_id=one.about_id,
        action=one.action,
        effective_at=one.effective_at,
        recorded_at=moment,
        payload_sha256=payload,
        header=header,
        hash=chain.digest(header),
    )


def _catch_up(about: str, ids: Collection[int] | None) -> int:
    facts, last = facts_about(about, ids), last_entries(about, ids)
    new = [entry for fact in facts for entry in _changes(fact, last.get((fact.kind, fact.subject)))]
    new += _gone(about, {(fact.kind, fact.subject) for fact in facts}, last)
    return len(append(new))


def _changes(fact: PublicFact, last: Last | None) -> Iterator[NewEntry]:
    """Nothing where the log says it already; what was never said begins with how it was published at first."""
    action = LogAction.TOMBSTONE if fact.ended else LogAction.PUT
    payload = chain.payload(fact.content, fact.standing)
    if last is None and fact.began is not None and fact.began[0] != fact.standing:
        standing, moment = fact.began
        yield _entry(fact, LogAction.PUT, moment, chain.payload(fact.content, standing))
    if last is None:
        yield _entry(fact, action, fact.effective_at, payload)
    elif not last.says(action, payload):
        yield _entry(fact, action, _takes_effect(fact, last), payload)


def _takes_effect(fact: PublicFact, last: Last) -> datetime:
    """The moment that the row knows, where that is a new one; a correction takes effect now."""
    if fact.effective_at and last.effective_at and fact.effective_at > last.effective_at:
        return fact.effective_at
    return clock.now()


def _entry(fact: PublicFact, action: LogAction, effective_at: datetime | None, payload: str) -> NewEntry:
    return NewEntry(fact.kind, fact.subject, fact.about, fact.about_id, action, effective_at, payload)


def _gone(about: str, present: set[Subject], last: dict[Subject, Last]) -> list[NewEntry]:
    """撤下: what is not among the published any more, a proposal that was decided above all."""
    gone = sorted(
        (key, row) for key, row in last.items() if key not in present and row.action == LogAction.PUT
    )
    return [
        NewEntry(
            kind, subject, about, row.about_id, LogAction.TOMBSTONE, clock.now(), chain.payload({}, chain.OFF)
        )
        for (kind, subject), row in gone
    ]
