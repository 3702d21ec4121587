"""投诉的列表 at the desk: one for each thing that a case may wait for, with whose turn it is and until when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from association import clock
from association.actors import Actor
from association.choices import Side
from common.numbers import whole_or_none
from complaints.access.complaints import complaints_visible_to
from complaints.choices.complaints import MediatorState, State
from complaints.models import Complaint, MediatorAssignment
from complaints.queries.desk import overdue, running, turn_of, with_first_term

ROWS = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; ``after`` and ``before`` are numbers of the cases at the edges of a page."""

    view: str = "open"
    turn: str = ""
    overdue: bool = False
    own: bool = False
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the list; nothing of the turn where no term runs."""

    complaint: Complaint
    side: str
    ends_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    lines: list[Line]
    # The edges from which the neighbouring pages go on; none where there is no such page.
    next_after: int | None
    previous_before: int | None


def wanted_of(query: Any) -> Wanted:
    """From the address; what is not understood asks for nothing. ``view`` is checked by the page."""
    turn = query.get("turn", "")
    return Wanted(
        view=query.get("view", "open"),
        turn=turn if turn in Side.values else "",
        overdue=query.get("overdue") == "1",
        own=query.get("own") == "1",
        after=whole_or_none(query.get("after", "")),
        before=whole_or_none(query.get("before", "")),
    )


def list_page(actor: Actor, wanted: Wanted) -> ListPage:
    """Fifty cases and no count: as quick at the end of a long list as at its beginning."""
    rows = _filtered(actor, LISTS[wanted.view](complaints_visible_to(actor)), wanted)
    newest_first = wanted.view in NEWEST_FIRST
    backwards = wanted.before is not None and wanted.after is None
    edge = wanted.before if backwards else wanted.after
    falling = newest_first != backwards
    if edge is not None:
        rows = rows.filter(pk__lt=edge) if falling else rows.filter(pk__gt=edge)
    ordered = with_first_term(rows.select_related("institution"), to_tell=actor.is_staff)
    found = list(ordered.order_by("-pk" if falling else "pk")[: ROWS + 1])
    more, page = len(found) > ROWS, found[:ROWS]
    if backwards:
        page.reverse()
    has_next, has_previous = (True, more) if backwards else (more, edge is not None)
    return ListPage(
        lines=[_line(row) for row in page],
        next_after=page[-1].pk if page and has_next else None,
        previous_before=page[0].pk if page and has_previous else None,
    )


def _filtered(actor: Actor, rows: QuerySet[Any], wanted: Wanted) -> QuerySet[Any]:
    if wanted.turn:
        rows = turn_of(rows, wanted.turn, to_tell=actor.is_staff)
    if wanted.overdue:
        rows = overdue(rows, to_tell=actor.is_staff)
    return rows.filter(_own(actor)) if wanted.own else rows


def _own(actor: Actor) -> Q:
    """我的: accepted by me, mediated by me, or with a term that is mine."""
    mediates = MediatorAssignment.objects.filter(
        complaint=OuterRef("pk"), mediator_id=actor.user_id, state=MediatorState.ACTIVE
    )
    mine = running().filter(owner_user_id=actor.user_id)
    return Q(accepted_by_id=actor.user_id) | Q(Exists(mediates)) | Q(Exists(mine))


def _line(row: Any) -> Line:
    ends_at = row.turn_ends_at
    return Line(
        complaint=row,
        side=str(Side(row.turn_side).label) if row.turn_side else "",
        ends_at=ends_at,
        is_late=ends_at is not None and row.turn_paused_on is None and ends_at <= clock.now(),
    )


LISTS: dict[str, Callable[[QuerySet[Any]], QuerySet[Any]]] = {
    "open": lambda rows: rows.filter(ended_at__isnull=True),
    "received": lambda rows: rows.filter(state=State.RECEIVED),
    "reply": lambda rows: rows.filter(state__in=[State.ACCEPTED, State.AWAIT_REPLY]),
    "mediating": lambda rows: rows.filter(state=State.MEDIATING),
    "paying": lambda rows: rows.filter(state__in=[State.AGREED, State.SETTLED, State.BREACHED]),
    "all": lambda rows: rows,
}
# The others begin with the oldest, where something is to be done.
NEWEST_FIRST = frozenset({"all"})
