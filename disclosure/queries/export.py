"""公布日志 for others, as ``portal_public``: entries from a number on, checkpoints and keys, and what holds today."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Max

from disclosure.models import PublicationCheckpoint, PublicationKey, PublicationLog

PAGE = 500
AT_ONCE = 2000
TEXTS = ("seq", "header", "hash", "payload__salt", "payload__text")


def changes(association_id: int, after: int, most: int = PAGE) -> list[dict[str, Any]]:
    """The next entries after this number, with the exact texts that are hashed."""
    rows = _log(association_id).filter(seq__gt=after).values_list(*TEXTS)[:most]
    return [_entry(*row) for row in rows]


def every_entry(association_id: int) -> Iterator[dict[str, Any]]:
    """The whole log, without holding it in memory."""
    rows = _log(association_id).values_list(*TEXTS)
    yield from (_entry(*row) for row in rows.iterator(chunk_size=AT_ONCE))


def last_number(association_id: int) -> int:
    return _log(association_id).aggregate(last=Max("seq"))["last"] or 0


def signed(association_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every key that has signed, and every checkpoint."""
    keys = PublicationKey.objects.using("public").filter(association_id=association_id).order_by("pk")
    rows = PublicationCheckpoint.objects.using("public").filter(association_id=association_id)
    shown = ("name", "public_key", "first_used_at", "endorsed_by", "endorsement")
    return {
        "keys": list(keys.values(*shown)),
        "checkpoints": list(
            rows.order_by("seq", "pk").values("seq", "hash", "signed_at", "key_name", "text", "signature")
        ),
    }


def newest_key(association_id: int) -> PublicationKey | None:
    """The key that signs now; none before the first signature."""
    keys = PublicationKey.objects.using("public").filter(association_id=association_id)
    return keys.order_by("-pk").first()


def _log(association_id: int) -> Any:
    return PublicationLog.objects.using("public").filter(association_id=association_id).order_by("seq")


def _entry(seq: int, header: str, entry_hash: str, salt: str | None, payload: str | None) -> dict[str, Any]:
    return {"seq": seq, "header": header, "hash": entry_hash, "salt": salt, "payload": payload}
