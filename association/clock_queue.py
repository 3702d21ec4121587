"""今日钟表: what runs, in the order of its ends, for the person who asks. One definition each for a count and its list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from association import clock
from association.access import cases_kept_from, deadlines_visible_to
from association.actors import Actor
from association.choices import COMMITTEE_ROLES, QueuePart, Side
from association.clock_rows import PartOf, Row, rows_of
from association.counts import counts_of
from association.models import Deadline
from association.rules.clock import end_of_day
from common.numbers import whole_or_none

PAGE = 50
# What is far off or waits for others is counted so far and no further: "1000+" says enough, and a long list stays quick.
MOST_COUNTED = 1_000
PAUSED = "paused"
CAPPED = frozenset({QueuePart.LATER.value, QueuePart.WAITING.value, PAUSED})
# What a row is drawn from; a page reads no more of fifty terms, their institutions and people.
SHOWN = (
    "case_kind", "case_id", "case_title", "case_path", "code", "title", "action", "ends_at", "provisional", "reckoning",
    "paused_on", "owner_side", "owner_institution__name", "owner_user__own_name",
)  # fmt: skip
SUNDAY = 6
OWN = "own"
BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a part or everything that is mine to do, of the team or only my own, from where on."""

    part: QueuePart | None = None
    own: bool = False
    after: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    rows: Sequence[Row]
    counts: dict[str, int]
    next_address: str
    asked: Asked


def asked_of(values: Any) -> Asked:
    """From the address; what cannot be read asks for nothing."""
    part = values.get("part", "")
    moment, _between, pk = values.get("after", "").partition(BETWEEN)
    after = _moment(moment), whole_or_none(pk)
    return Asked(
        part=QueuePart(part) if part in QueuePart.values else None,
        own=values.get("who") == OWN,
        after=(after[0], after[1]) if after[0] is not None and after[1] is not None else None,
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def queue(actor: Actor, asked: Asked) -> Queue:
    """Two queries: the counts of all parts, and one page."""
    parts = _Parts(actor, own=asked.own)
    visible = deadlines_visible_to(actor).filter(stopped_at__isnull=True)
    found = _counted(visible, parts)
    chosen = visible.filter(parts.chosen(asked.part))
    page = list(_page(chosen if actor.is_staff else _with_turns(chosen, actor), asked.after)[: PAGE + 1])
    address = _next_address(asked, page[PAGE - 1]) if len(page) > PAGE else ""
    part_of = parts.part_of(asked.part)
    rows = rows_of(page[:PAGE], part_of, parts.now, parts.institutions, _kept(actor))
    return Queue(rows, found, address, asked)


def _with_turns(rows: QuerySet[Deadline], actor: Actor) -> QuerySet[Deadline]:
    """``is_mine``: what a party waits for is told with its side, and where the party reads of it."""
    return rows.annotate(is_mine=ExpressionWrapper(_mine(actor), output_field=BooleanField()))


def _kept(actor: Actor) -> Collection[str]:
    """Others see only clocks that are their own."""
    return cases_kept_from(actor.person_id) if actor.is_staff else ()


def part_counts(actor: Actor) -> dict[str, int]:
    """How many run in each part: one query."""
    return _counted(deadlines_visible_to(actor).filter(stopped_at__isnull=True), _Parts(actor))


def _counted(visible: QuerySet[Deadline], parts: "_Parts") -> dict[str, int]:
    """What waits for others is counted in its two halves: each is a range of an index, the two together are none."""
    conditions = {part.value: condition for part, condition in parts.conditions.items()}
    conditions |= {QueuePart.WAITING.value: parts.others, PAUSED: parts.paused}
    rows = {name: visible.filter(condition) for name, condition in conditions.items()}
    for name in CAPPED:
        rows[name] = rows[name].order_by("ends_at")[: MOST_COUNTED + 1]
    found = counts_of(rows | {"hidden": visible.filter(parts.hidden) if parts.hidden else visible.none()})
    found[QueuePart.WAITING.value] += found.pop(PAUSED)
    return found


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    address: str
    count: int | None
    current: bool
    alarming: bool = False
    more: bool = False


def tabs(found: Queue) -> list[Tab]:
    """The parts with their counts; the first is everything that is overdue or mine to do."""
    asked = found.asked
    own = {"who": OWN} if asked.own else {}
    tabs = [Tab(_("待办"), "?" + urlencode(own), None, asked.part is None)]
    for part in QueuePart:
        count = found.counts[part.value]
        address = "?" + urlencode({"part": part.value} | own)
        alarming = part == QueuePart.OVERDUE and count > 0
        more = part in CAPPED and count > MOST_COUNTED
        shown = MOST_COUNTED if more else count
        tabs.append(Tab(str(part.label), address, shown, asked.part == part, alarming, more))
    return tabs


def due_now(actor: Actor) -> QuerySet[Deadline]:
    """What is overdue or ends today and is this person's to do: the number beside the navigation."""
    parts = _Parts(actor)
    urgent = parts.mine & Q(paused_on__isnull=True, ends_at__lte=parts.tonight)
    return deadlines_visible_to(actor).filter(urgent, stopped_at__isnull=True)


def of_institutions(actor: Actor) -> QuerySet[Deadline]:
    """What runs for the person's institutions to do, the nearest end first; paused ones wait for others."""
    ids = sorted(actor.institution_ids)
    rows = deadlines_visible_to(actor).filter(owner_side=Side.INSTITUTION, owner_institution_id__in=ids)
    return rows.filter(stopped_at__isnull=True, paused_on__isnull=True).order_by("ends_at", "pk")


class _Parts:
    """The conditions of one moment and one person.

    Overdue is overdue whoever of the association has it: only somebody who asks for the own alone does not see it, and is
    told how many. A party waits for others, late or not: that is no alarm of its own.
    """

    def __init__(self, actor: Actor, *, own: bool = False) -> None:
        self.now, today = clock.now(), clock.today()
        self.tonight = end_of_day(today)
        self.weekend = end_of_day(today + timedelta(days=SUNDAY - today.weekday()))
        self.institutions = actor.institution_ids
        running = Q(paused_on__isnull=True)
        self.mine = Q(owner_user_id=actor.user_id) if own else _mine(actor)
        ours = Q() if actor.is_staff or actor.is_system else _mine(actor)
        over = running & ours & Q(ends_at__lte=self.now)
        own_over = over & self.mine if own else over
        ahead = running & self.mine & Q(ends_at__gt=self.now)
        self.paused = Q(paused_on__isnull=False)
        self.others = running & ~_mine(actor)
        if not ours:
            self.others &= Q(ends_at__gt=self.now)
        self.conditions = {
            QueuePart.OVERDUE: own_over,
            QueuePart.TODAY: ahead & Q(ends_at__lte=self.tonight),
            QueuePart.WEEK: ahead & Q(ends_at__gt=self.tonight, ends_at__lte=self.weekend),
            QueuePart.LATER: ahead & Q(ends_at__gt=self.weekend),
            QueuePart.WAITING: self.paused | self.others,
        }
        self.hidden = over & ~self.mine if own else Q()
        self.default = own_over | ahead

    def chosen(self, part: QueuePart | None) -> Q:
        return self.conditions[part] if part else self.default

    def part_of(self, part: QueuePart | None) -> PartOf:
        """The part of a row by its end: the one that was asked for, or that of the default list."""
        return (lambda _end: part) if part else self.part_by_end

    def part_by_end(self, moment: datetime) -> QueuePart:
        """The part of a row of the default list: all of them are overdue or mine, so its end tells."""
        ends = (
            (self.now, QueuePart.OVERDUE),
            (self.tonight, QueuePart.TODAY),
            (self.weekend, QueuePart.WEEK),
        )
        return next((part for end, part in ends if moment <= end), QueuePart.LATER)


def _mine(actor: Actor) -> Q:
    """What my side must do: the team's, the committee's, my institutions', and what is mine by name."""
    mine = Q(owner_user_id=actor.user_id) if actor.user_id else Q(pk__in=[])
    if actor.is_staff:
        mine |= Q(owner_side=Side.STAFF)
    if actor.roles & COMMITTEE_ROLES:
        mine |= Q(owner_side=Side.COMMITTEE, owner_user__isnull=True)
    if actor.institution_ids:
        mine |= Q(owner_side=Side.INSTITUTION, owner_institution_id__in=sorted(actor.institution_ids))
    return mine


def _page(rows: QuerySet[Deadline], after: tuple[datetime, int] | None) -> QuerySet[Deadline]:
    """The next ones after a row, found by the index whatever the depth."""
    if after is not None:
        moment, pk = after
        rows = rows.filter(Q(ends_at__gt=moment) | Q(pk__gt=pk), ends_at__gte=moment)
    rows = rows.annotate(silence_means=F("rule__silence_means"))
    return rows.select_related("owner_institution", "owner_user").only(*SHOWN).order_by("ends_at", "pk")


def _next_address(asked: Asked, last: Deadline) -> str:
    values = {"after": f"{last.ends_at.isoformat()}{BETWEEN}{last.pk}"}
    if asked.part:
        values["part"] = asked.part.value
    if asked.own:
        values["who"] = OWN
    return "?" + urlencode(values)
