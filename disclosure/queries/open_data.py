"""开放数据: what holds today, line by line, and the files of the last night."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from association.models import Attachment
from association.tenancy import current_association_id
from disclosure.models import DataLicence, LogAction
from disclosure.queries.log import entries

CASE = "open-data-"
AT_ONCE = 2000
COLUMNS = (
    "kind", "subject", "institution", "name", "uscc", "year", "title", "grade", "standing", "effective_at",
    "valid_until", "seq",
)  # fmt: skip
CHANGE_COLUMNS = (
    "seq",
    "recorded_at",
    "effective_at",
    "action",
    "kind",
    "subject",
    "name",
    "grade",
    "standing",
)


@dataclass(frozen=True, slots=True)
class Said:
    """One entry, with what it says; ``content`` is None where it was retracted."""

    seq: int
    kind: str
    subject: int
    action: str
    effective_at: str
    recorded_at: str
    content: dict[str, Any] | None


def everything_said() -> Iterator[Said]:
    """The whole log, in order."""
    rows = entries().values_list("seq", "kind", "subject", "action", "header", "payload__text")
    for seq, kind, subject, action, header, text in rows.iterator(chunk_size=AT_ONCE):
        told = json.loads(header)
        content = None if text is None else json.loads(text)
        yield Said(seq, kind, subject, action, told["effective_at"] or "", told["recorded_at"], content)


def what_holds(said: list[Said]) -> list[Said]:
    """The last word on each subject that is published; of what was retracted nothing."""
    last = {(one.kind, one.subject): one for one in said if one.kind != "retraction"}
    return [one for one in last.values() if one.action == LogAction.PUT and one.content is not None]


def line(one: Said) -> tuple[object, ...]:
    """A row of the table, in the order of ``COLUMNS``."""
    told = one.content or {}
    institution = _institution_of(told) if "institution" in told or one.kind == "institution" else {}
    number = institution.get("id", one.subject if one.kind == "institution" else "")
    title = told.get("title") or told.get("scheme") or told.get("standard") or ""
    return (
        one.kind, one.subject, number, institution.get("name", ""), institution.get("uscc"), told.get("year"), title,
        told.get("grade", ""), told.get("standing", ""), one.effective_at, told.get("valid_until"), one.seq,
    )  # fmt: skip


def _institution_of(told: dict[str, Any]) -> dict[str, Any]:
    """Of an entry about an institution; a signature of the pledge names it by its number, with name and code beside it."""
    held = told.get("institution") or told
    return held if isinstance(held, dict) else told | {"id": held}


def change(one: Said) -> tuple[object, ...]:
    """A row of the list of changes, in the order of ``CHANGE_COLUMNS``."""
    told = one.content or {"standing": "retracted"}
    name = _institution_of(told).get("name", "")
    return (
        one.seq, one.recorded_at, one.effective_at, one.action, one.kind, one.subject, name, told.get("grade", ""),
        told.get("standing", ""),
    )  # fmt: skip


def newest_files() -> list[Attachment]:
    """Those of the last night on which they were made, by name; none before the first."""
    made = Attachment.objects.filter(case__startswith=CASE, forgotten_on__isnull=True)
    last = made.order_by("-case").values_list("case", flat=True).first()
    if last is None:
        return []
    return sorted(made.filter(case=last).order_by("name", "-pk").distinct("name"), key=lambda row: row.name)


def older_nights(first_kept: str) -> list[str]:
    """Cases of nights before this one of which files are still kept."""
    made = Attachment.objects.filter(case__startswith=CASE, case__lt=first_kept, forgotten_on__isnull=True)
    return list(made.order_by("case").values_list("case", flat=True).distinct())


def chosen_licence() -> str:
    """What the association has chosen; empty where it has not."""
    chosen = DataLicence.objects.filter(association_id=current_association_id())
    return chosen.values_list("text", flat=True).first() or ""
