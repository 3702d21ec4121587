"""公布日志: how an entry is written, hashed and chained. ``docs/how-to/verify-publications.md`` says the same for outsiders."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FORMAT = "publication-log/1"
CHECKPOINT = "publication-log-checkpoint/1"
ENDORSEMENT = "publication-log-key/1"
BEGINNING = "0" * 64
# What a tombstone says of a subject that is not there any more.
OFF = "off"


def canonical(value: Any) -> str:
    """规范化 JSON: names in the order of their characters, no blanks, UTF-8 as it is, whole numbers only.

    TypeError where a value has more than one way of being written (a float) or none (a moment, a Decimal).
    """
    _refuse_ambiguous(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _refuse_ambiguous(value: Any) -> None:
    if isinstance(value, dict):
        for name, one in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise TypeError(f"{name!r} is no name in a canonical text")
            _refuse_ambiguous(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _refuse_ambiguous(one)
    elif value is not None and not isinstance(value, str | int):
        raise TypeError(f"{type(value).__name__} has no canonical form")


def moment(at: datetime) -> str:
    """UTC to the microsecond, always written alike."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def payload_digest(salt: str, payload: str) -> str:
    """With a salt: once both are gone, nobody can try out what the payload may have been."""
    return digest(f"{salt}\n{payload}")


def header(
    *,
    association: str,
    seq: int,
    previous: str,
    kind: str,
    subject: int,
    about: str,
    action: str,
    effective_at: datetime | None,
    recorded_at: datetime,
    payload_sha256: str,
) -> str:
    """What is hashed and chained. The payload is in it by its hash only, so it can be removed without breaking the chain."""
    return canonical(
        {
            "format": FORMAT,
            "association": association,
            "seq": seq,
            "previous": previous,
            "kind": kind,
            "subject": subject,
            "about": about,
            "action": action,
            "effective_at": moment(effective_at) if effective_at else None,
            "recorded_at": moment(recorded_at),
            "payload_sha256": payload_sha256,
        }
    )


def payload(content: Mapping[str, Any], standing: str) -> str:
    return canonical({**content, "standing": standing})


def checkpoint_text(association: str, seq: int, head: str, signed_at: datetime) -> str:
    """What is signed: how long the log was, and the hash of its last entry."""
    return f"{CHECKPOINT}\n{association}\n{seq}\n{head}\n{moment(signed_at)}\n"


def endorsement_text(association: str, public: str) -> str:
    """换钥: what the key of before signs, so that who knew the old one can trust the new one."""
    return f"{ENDORSEMENT}\n{association}\n{public}\n"
