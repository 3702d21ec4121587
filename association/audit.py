"""办理记录: written in the same transaction as the deed, reads of personal data included."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone

from association import clock
from association.actors import Actor
from association.bulk import insert_rows
from association.logging import request_id
from association.models import AuditEntry


def record(actor: Actor, action: str, obj: Model | None, *, reason: str = "", **detail: Any) -> AuditEntry:
    """One line of the trail: ``action`` is the name of the operation.

    ``detail`` holds ids, numbers and what is public anyway (the former name of an institution); never personal data.
    """
    entry = _entry(actor, action, obj, reason, detail)
    entry.save()
    return entry


def record_each(
    actor: Actor, action: str, rows: Sequence[tuple[Model, dict[str, Any]]], *, reason: str = ""
) -> None:
    """One line for each of many objects of one kind, written together."""
    if not rows:
        return
    moment = clock.now()
    same = {
        "at": moment,
        "recorded_at": timezone.now(),
        "user_id": actor.user_id,
        "action": action,
        "object_kind": rows[0][0]._meta.label_lower,  # noqa: SLF001 - Django's public name for it
        "reason": reason,
        "request_id": request_id(),
    }
    insert_rows(AuditEntry, [{"object_id": obj.pk, "detail": detail} for obj, detail in rows], same)


def _entry(actor: Actor, action: str, obj: Model | None, reason: str, detail: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        at=clock.now(),
        user_id=actor.user_id,
        action=action,
        object_kind=obj._meta.label_lower if obj is not None else "",  # noqa: SLF001 - Django's public name for it
        object_id=obj.pk if obj is not None else None,
        reason=reason,
        detail=detail,
        request_id=request_id(),
    )


def record_read(actor: Actor, what: str, obj: Model | None, **detail: Any) -> AuditEntry:
    """Somebody saw personal data: who, what and when; of a list which and how many, never the data."""
    return record(actor, f"read_{what}", obj, **detail)
