"""按时提醒: reminders before and alarms after the end of a term, at working hours, once each; and the calendar's own alarm."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from association import calendars, clock
from association.access import MAY, cases_kept_from
from association.actors import Actor
from association.choices import Role, Side
from association.models import Deadline, WorkingHours
from association.notices import notify, people_of
from association.rules.clock import Calendar
from association.rules.working_hours import Hours, at_work, reach, reminder_due, working_days_between
from association.turns import people_in_turn

# More terms than end at one moment after the largest import: they are one notice, not one for each part of them.
AT_ONCE = 50_000
WRITTEN_AT_ONCE = 2_000
NAMED = 5
QUEUE = "/desk/clocks/"
# Who has no account here is not reminded by us; the case's own page and the secretariat tell them.
WITHOUT_ACCOUNT = (Side.COMPLAINANT, Side.OUTSIDE)
SOON = gettext_noop("期限将至")
OVER = gettext_noop("期限已过")
LINE = gettext_noop("%(case)s：%(action)s。%(title)s，%(term)s")
MORE = gettext_noop("共%(count)d件，见今日钟表。")
KEPT = gettext_noop("另有%(count)d件您应当回避的事项，由同事办理，见今日钟表。")


@transaction.atomic
def keep_clocks(*, actor: Actor) -> int:
    """到点提醒: rung every minute, by two beats too; a quiet minute is cheap. Returns how many terms were told of."""
    actor.require(MAY, "keep_clocks")
    if not is_working_hour():
        return 0
    calendars.watch_calendar()
    moment = clock.now()
    return _alarm(moment) + _remind(moment, working_hours(), clock.calendar())


def is_working_hour() -> bool:
    """办公时间: whether anybody is written to about a term at this moment, with an account or without."""
    return at_work(clock.now(), working_hours(), clock.calendar())


def working_hours() -> Hours:
    """The association's own, written with its other defaults."""
    row = WorkingHours.objects.first() or WorkingHours()
    return Hours(row.opens, row.closes, tuple(row.remind_before))


def _watched() -> QuerySet[Deadline]:
    """Running terms nobody was alarmed of, held until the end; another beat passes over those in our hands."""
    rows = Deadline.objects.select_for_update(of=("self",), skip_locked=True)
    open_ones = rows.filter(stopped_at__isnull=True, paused_on__isnull=True, alarmed_at__isnull=True)
    return open_ones.defer("reckoning").order_by("ends_at", "pk")


def _mark(rows: Sequence[Deadline], **values: Any) -> None:
    """The same for all of them, in statements that do not take long each."""
    for start in range(0, len(rows), WRITTEN_AT_ONCE):
        part = [row.pk for row in rows[start : start + WRITTEN_AT_ONCE]]
        Deadline.objects.filter(pk__in=part).update(**values)


def _alarm(moment: datetime) -> int:
    """逾期: once to the owner and to the secretariat."""
    over = list(_watched().filter(ends_at__lte=moment)[:AT_ONCE])
    _mark(over, alarmed_at=moment)
    secretariat = people_of(roles=[Role.SECRETARIAT]) if over else []
    _tell(over, OVER, lambda row: f"deadline-{row.pk}-over-{row.due_on}", also=secretariat)
    return len(over)


def _remind(moment: datetime, hours: Hours, calendar: Calendar) -> int:
    """临近: for each of the days before the end, unless the term was no longer than that when it began.

    Of a term that is as short as the last reminder the owner is told as well, or nobody would hear of it before its end.
    """
    today, last = clock.today(), min(hours.remind_before, default=0)
    near = Q(pk__in=[])
    for days in hours.remind_before:
        unsent = Q(reminded_days__isnull=True) | Q(reminded_days__gt=days)
        near |= unsent & Q(due_on__lte=reach(today, days, calendar))
    told, reached = [], defaultdict[int, list[Deadline]](list)
    whole_days: dict[tuple[date, date], int] = {}
    rows = list(_watched().filter(near, ends_at__gt=moment)[:AT_ONCE])
    for row in rows:
        ahead = reminder_due(today, row.due_on, row.reminded_days, hours.remind_before, calendar)
        if ahead is None:
            continue
        row.reminded_days = ahead
        reached[ahead].append(row)
        span = row.start_on, row.due_on
        if span not in whole_days:
            whole_days[span] = working_days_between(*span, calendar)
        whole = whole_days[span]
        if (ahead < whole or ahead == whole == last) and row.owner_side not in WITHOUT_ACCOUNT:
            told.append(row)
    for ahead, near_ones in reached.items():
        _mark(near_ones, reminded_days=ahead)
    _tell(told, SOON, lambda row: f"deadline-{row.pk}-soon-{row.reminded_days}-{row.due_on}")
    return len(told)


def _tell(
    rows: Iterable[Deadline], subject: str, event: Callable[[Deadline], str], also: Collection[int] = ()
) -> None:
    """One notice for each owner, however many of its terms it is about; the event is named after the first of them."""
    by_owner: dict[tuple[str, int | None, int | None], list[Deadline]] = {}
    for row in rows:
        by_owner.setdefault((row.owner_side, row.owner_user_id, row.owner_institution_id), []).append(row)
    kept: dict[int, Collection[str]] = {}
    for (side, user, institution), theirs in by_owner.items():
        in_turn = people_in_turn(Side(side), user, institution)
        # Whose it is by name, or for the institution, reads it; of a whole side some may have to keep away.
        named = set(in_turn) if user or institution else set()
        for seen, people in _readers(theirs, {*in_turn, *also}, named, kept):
            notify(
                event(theirs[0]),
                people,
                subject=subject,
                body=_body(seen, len(theirs) - len(seen)),
                path=seen[0].case_path if len(seen) == len(theirs) == 1 else QUEUE,
            )


def _readers(
    rows: Sequence[Deadline],
    people: Collection[int],
    named: Collection[int],
    kept: dict[int, Collection[str]],
) -> list[tuple[tuple[Deadline, ...], list[int]]]:
    """What each may read of these terms: not those of cases from which the person is kept away (回避)."""
    found: defaultdict[tuple[Deadline, ...], list[int]] = defaultdict(list)
    for person in sorted(people):
        if person not in named and person not in kept:
            kept[person] = cases_kept_from(person)
        away = () if person in named else kept[person]
        found[tuple(row for row in rows if f"{row.case_kind}-{row.case_id}" not in away)].append(person)
    return list(found.items())


def _body(rows: Sequence[Deadline], hidden: int) -> str:
    told = [
        LINE % {"case": row.case_title, "action": row.action, "title": row.title, "term": row.told}
        for row in rows[:NAMED]
    ]
    if len(rows) > NAMED:
        told.append(MORE % {"count": len(rows)})
    if hidden:
        told.append(KEPT % {"count": hidden})
    return "\n".join(told)
