"""核对公布日志: the chain, what was signed, and every published row against the last word of the log on it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from association.models import Association
from association.published import PublicFact
from association.tenancy import current_association_id
from common import signing
from disclosure.models import LogAction, PublicationCheckpoint, PublicationKey, PublicationPayload
from disclosure.queries.facts import SOURCES, facts_about
from disclosure.queries.log import Last, checkpoints, entries, keys, last_entries
from disclosure.rules import chain

AT_ONCE = 5000
OFF_PAYLOAD = chain.payload({}, chain.OFF)
COLUMNS = (
    "seq", "kind", "subject", "about", "about_id", "action", "effective_at", "recorded_at", "payload_sha256",
    "header", "hash", "payload__salt", "payload__text",
)  # fmt: skip


class Row(NamedTuple):
    """One entry as it is stored."""

    seq: int
    kind: str
    subject: int
    about: str
    about_id: int
    action: str
    effective_at: datetime | None
    recorded_at: datetime
    payload_sha256: str
    header: str
    hash: str
    salt: str | None
    payload: str | None


def faults_of_chain() -> list[str]:
    """Every entry is what its hash says, follows the one before, and says what its payload says."""
    faults: list[str] = []
    bare: set[int] = set()
    retracted: set[int] = set()
    expected, previous = 1, chain.BEGINNING
    rows = entries().values_list(*COLUMNS).iterator(chunk_size=AT_ONCE)
    for row in map(Row._make, rows):
        faults += [f"entry {row.seq}: {fault}" for fault in _faults_of_entry(row, expected, previous)]
        if row.payload is None:
            bare.add(row.seq)
        if row.kind == "retraction":
            retracted.add(row.subject)
        expected, previous = row.seq + 1, row.hash
    faults += [f"entry {seq}: its payload is missing" for seq in sorted(bare - retracted)]
    return faults + [f"entry {seq}: retracted, and its payload is back" for seq in sorted(retracted - bare)]


def _faults_of_entry(row: Row, expected: int, previous: str) -> Iterator[str]:
    if row.seq != expected:
        yield f"entries from {expected} on are missing"
    if chain.digest(row.header) != row.hash:
        yield "its header is not what its hash says"
    told = _read(row.header)
    if told.get("previous") != previous:
        yield "does not follow the entry before it"
    if not _repeats(row, told):
        yield "its columns do not repeat its header"
    if row.payload is not None and chain.payload_digest(row.salt or "", row.payload) != row.payload_sha256:
        yield "its payload is not what its hash says"


def _read(header: str) -> dict[str, Any]:
    try:
        told = json.loads(header)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _repeats(row: Row, told: dict[str, Any]) -> bool:
    return (
        told.get("seq") == row.seq
        and told.get("kind") == row.kind
        and told.get("subject") == row.subject
        and told.get("about") == f"{row.about}:{row.about_id}"
        and told.get("action") == row.action
        and told.get("payload_sha256") == row.payload_sha256
        and told.get("recorded_at") == chain.moment(row.recorded_at)
        and told.get("effective_at") == (chain.moment(row.effective_at) if row.effective_at else None)
    )


# -- what was signed ------------------------------------------------------------------------------------------


def faults_of_checkpoints(trusted: Sequence[str] = ()) -> list[str]:
    """Every checkpoint is signed by a known key and belongs to this log. ``trusted``: public keys that this process holds."""
    slug = Association.objects.values_list("slug", flat=True).get(pk=current_association_id())
    known = {key.name: key for key in keys()}
    signed = list(checkpoints())
    hashes = dict(entries().filter(seq__in=[row.seq for row in signed]).values_list("seq", "hash"))
    faults = [
        f"key {key.name}: {fault}" for key in known.values() for fault in _faults_of_key(key, known, slug)
    ]
    for row in signed:
        faults += [f"checkpoint {row.seq}: {fault}" for fault in _faults_of_checkpoint(row, known, hashes)]
    named = {signing.key_name(public) for public in trusted}
    if named and signed and signed[-1].key_name not in named:
        faults.append(f"checkpoint {signed[-1].seq}: signed by key {signed[-1].key_name}, which is not ours")
    return faults


def _faults_of_key(key: PublicationKey, known: dict[str, PublicationKey], slug: str) -> Iterator[str]:
    if signing.key_name(key.public_key) != key.name:
        yield "is another key than its name says"
    before = known.get(key.endorsed_by)
    text = chain.endorsement_text(slug, key.public_key)
    if key.endorsed_by and (
        before is None or not signing.is_signed(before.public_key, text, key.endorsement)
    ):
        yield "is not vouched for by the key before it"


def _faults_of_checkpoint(
    row: PublicationCheckpoint, known: dict[str, PublicationKey], hashes: dict[int, str]
) -> Iterator[str]:
    key = known.get(row.key_name)
    if key is None or not signing.is_signed(key.public_key, row.text, row.signature):
        yield "its signature does not hold"
    _format, _slug, *said = row.text.split("\n")
    if said != [str(row.seq), row.hash, chain.moment(row.signed_at), ""]:
        yield "its columns do not repeat what was signed"
    if hashes.get(row.seq) != row.hash:
        yield "the log is another one than was signed"


# -- what is published now ------------------------------------------------------------------------------------


def altered_rows() -> list[str]:
    """Published rows that do not say what the log says last, each by its kind, its number and the fields that differ."""
    return [said for about in SOURCES for said in _altered(about)]


def _altered(about: str) -> Iterator[str]:
    last = last_entries(about, None)
    present = set()
    for fact in facts_about(about, None):
        key = (fact.kind, fact.subject)
        present.add(key)
        yield from _compared(fact, last.get(key))
    gone = [(key, row) for key, row in last.items() if key not in present and not _is_off(row)]
    yield from (
        f"{kind} {subject}: is gone, entry {row.seq} says it is there"
        for (kind, subject), row in sorted(gone)
    )


def _is_off(row: Last) -> bool:
    return row.says(LogAction.TOMBSTONE, OFF_PAYLOAD)


def _compared(fact: PublicFact, last: Last | None) -> Iterator[str]:
    action = LogAction.TOMBSTONE if fact.ended else LogAction.PUT
    payload = chain.payload(fact.content, fact.standing)
    if last is None:
        yield f"{fact.kind} {fact.subject}: is not in the log"
    elif not last.says(action, payload):
        names = ", ".join(_differing(last, payload)) or "action"
        yield f"{fact.kind} {fact.subject}: {names} not as in entry {last.seq}"


def _differing(last: Last, payload: str) -> Iterable[str]:
    """Which fields; an entry without payload cannot say."""
    rows = PublicationPayload.objects.filter(entry__seq=last.seq, association_id=current_association_id())
    text = rows.values_list("text", flat=True).first()
    if text is None:
        return ["content"]
    then, now = json.loads(text), json.loads(payload)
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
