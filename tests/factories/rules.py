"""期限规则 as staff change them: the next row is written, and the one before ends where it begins."""

from datetime import date
from typing import Any

from association.models import DeadlineRule


def next_rule(code: str, *, valid_from: date, **values: Any) -> DeadlineRule:
    """The row of ``code`` in force from that day; what is not named stays as it was."""
    rows = DeadlineRule.objects.filter(code=code)
    before = rows.filter(valid_until=None)
    kept = before.values().get() if before.exists() else {}
    fresh = {
        "id": None,
        "code": code,
        "valid_from": valid_from,
        "confirmed_by_id": None,
        "confirmed_at": None,
    }
    row = DeadlineRule.objects.create(**(kept | fresh | {"confirmation": ""} | values))
    before.exclude(pk=row.pk).update(valid_until=valid_from)
    return row
