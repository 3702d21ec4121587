"""What those read who watch over personal data: looks and retention runs, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Value
from django.utils.translation import gettext as _

from association.actors import Actor
from association.models import AuditEntry
from complaints.access.complaints import reads_visible_to, retirements_visible_to, unmaskings_visible_to
from complaints.models import Complaint, Retirement, Unmasking

DATUM, ERROR_FILE, SEARCH = "datum", "read_import_errors", "read_people_by_search"


@dataclass(frozen=True, slots=True)
class Look:
    """查看: of a case, of the wrong rows of an import file (``batch``), or a search by person, which is of neither."""

    at: datetime
    who: str
    what: str
    complaint: Complaint | None = None
    batch: int | None = None
    reason: str = ""


def looks_of(actor: Actor) -> QuerySet[Any, Any]:
    """Of the cases that this person sees, and of lists of people: kind and number of each, for ``shown_looks``."""
    data = unmaskings_visible_to(actor).order_by().annotate(what=Value(DATUM), at=F("seen_at"), row=F("pk"))
    lists = reads_visible_to(actor).order_by().annotate(what=F("action"), row=F("pk"))
    rows = data.values_list("at", "row", "what").union(lists.values_list("at", "row", "what"), all=True)
    return rows.order_by("-at", "-row")


def shown_looks(found: Iterable[tuple[datetime, int, str]]) -> list[Look]:
    """The lines of a page; whose datum it was is told by the kind of person alone."""
    rows = list(found)
    of_cases = Unmasking.objects.select_related("complaint", "person", "seen_by")
    data = of_cases.in_bulk([row for _at, row, what in rows if what == DATUM])
    of_lists = AuditEntry.objects.select_related("user")
    lists = of_lists.in_bulk([row for _at, row, what in rows if what != DATUM])
    return [_datum(data[row]) if what == DATUM else _list(lists[row]) for _at, row, what in rows]


def _datum(row: Unmasking) -> Look:
    what = f"{row.person.get_kind_display()} · {row.get_field_display()}"
    return Look(row.seen_at, row.seen_by.name, what, complaint=row.complaint, reason=row.reason)


def _list(row: AuditEntry) -> Look:
    who = row.user.name if row.user else ""
    if row.action == SEARCH:
        found = row.detail.get("found", 0)
        return Look(row.at, who, _("按人查找投诉，找到%(count)s件") % {"count": found})
    what = _("下载有误的工单，%(count)s行") % {"count": row.detail.get("rows", 0)}
    return Look(row.at, who, what, batch=row.object_id)


def retirements_of(actor: Actor) -> QuerySet[Retirement]:
    return retirements_visible_to(actor).select_related("rule").order_by("-pk")
