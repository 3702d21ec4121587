"""工作日历: what an association enters over the shared days, and the recount of everything open that follows.

Who may change what, and why rows of its own: docs/decisions/0010-calendar.md.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.access import MAY
from association.actors import Actor
from association.audit import record, record_each
from association.choices import DAYS_NAMED, OwnDayKind, Role, Side
from association.clocks import COUNTED, follow, recount
from association.deadlines import calendar_to_count_by, wait_for_counters
from association.language import translated
from association.models import CalendarYear, Deadline, Notice, OwnCalendarDay, WorkingHours
from association.notices import notify, people_of
from association.outbox import enqueue
from association.rules.announcement import announced
from association.turns import people_in_turn
from common.errors import InvalidInput, Refused
from common.text import one_line

AT_ONCE = 1000
NAMED = 5
EARLIEST, LATEST = date(2021, 1, 1), date(2100, 12, 31)
DECEMBER = 12
MOST_REMINDERS, MOST_DAYS_BEFORE = 5, 60
QUEUE = "/desk/clocks/"


@transaction.atomic
def set_calendar_day(*, actor: Actor, on: date, kind: str, source: str, holiday: str = "") -> OwnCalendarDay:
    """登记一天: only for this association. Everything open is counted again by it."""
    actor.require(MAY, "set_calendar_day")
    source, holiday = one_line(source)[:200], one_line(holiday)[:20]
    _check_day(on, kind, source, holiday)
    day = OwnCalendarDay.objects.create(
        date=on,
        kind=kind,
        holiday=holiday,
        source=source,
        entered_by_id=actor.person_id,
        entered_at=clock.now(),
    )
    record(actor, "set_calendar_day", day, on=on.isoformat(), kind=kind)
    ask_for_recount(f"day-{day.pk}")
    return day


def _check_day(on: date, kind: str, source: str, holiday: str) -> None:
    wrong = {}
    if not EARLIEST <= on <= LATEST:
        wrong["on"] = _("日期须在2021年至2100年之间。")
    if kind not in OwnDayKind.values:
        wrong["kind"] = _("请选择类别。")
    if not source:
        wrong["source"] = _("请写明依据。")
    if kind in DAYS_NAMED and not holiday:
        wrong["holiday"] = _("请写明属于哪个节日。")
    if wrong:
        raise InvalidInput(_("这一天没有登记。"), wrong)


@transaction.atomic
def announce_calendar_year(*, actor: Actor, year: int, days: str, source: str) -> CalendarYear:
    """登记一年的放假安排 as a whole: its days count, and its dates are provisional no more. Once for each year."""
    actor.require(MAY, "announce_calendar_year")
    source = one_line(source)[:200]
    wrong = _check_year(year, source)
    notice = announced(days, year)
    if notice.faults:
        wrong["days"] = " ".join(
            _("第%(line)d行：%(fault)s") % {"line": line, "fault": translated(fault)}
            if line
            else translated(fault)
            for line, fault in notice.faults[:NAMED]
        )
    if wrong:
        raise InvalidInput(_("放假安排没有登记。"), wrong)
    row = _declare(
        CalendarYear(year=year, source=source, entered_by_id=actor.person_id, entered_at=clock.now())
    )
    OwnCalendarDay.objects.bulk_create(
        OwnCalendarDay(
            date=day.on,
            kind=OwnDayKind.OFF if day.is_off else OwnDayKind.WORK,
            holiday=day.holiday,
            source=source,
            entered_by_id=actor.person_id,
            entered_at=row.entered_at,
        )
        for day in notice.days
    )
    record(actor, "announce_calendar_year", row, year=year, days=len(notice.days))
    ask_for_recount(f"year-{row.pk}")
    return row


def _check_year(year: int, source: str) -> dict[str, str]:
    wrong = {}
    known = clock.calendar().known_until.year
    if year != known + 1:
        wrong["year"] = _("现在可以登记的是%(year)d年。") % {"year": known + 1}
    if not source:
        wrong["source"] = _("请写明依据。")
    return wrong


def _declare(row: CalendarYear) -> CalendarYear:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(_("这一年的放假安排已经登记。")) from error
    return row


@transaction.atomic
def set_working_hours(
    *, actor: Actor, opens: time, closes: time, remind_before: Collection[int]
) -> WorkingHours:
    """办公时间与提醒: when people are told of terms, and how many 工作日 before the end."""
    actor.require(MAY, "set_working_hours")
    wrong = {}
    if opens >= closes:
        wrong["closes"] = _("下班时间须晚于上班时间。")
    days = sorted(set(remind_before), reverse=True)
    if len(days) > MOST_REMINDERS or any(not 1 <= day <= MOST_DAYS_BEFORE for day in days):
        wrong["remind_before"] = _("最多五个提醒，每个提前1至60个工作日。")
    if wrong:
        raise InvalidInput(_("办公时间没有改。"), wrong)
    row, _new = WorkingHours.objects.select_for_update().get_or_create()
    row.opens, row.closes, row.remind_before = opens, closes, days
    row.save(update_fields=["opens", "closes", "remind_before"])
    record(actor, "set_working_hours", row, opens=str(opens), closes=str(closes), remind_before=days)
    return row


# -- recount --------------------------------------------------------------------------------------------------


def ask_for_recount(key: str) -> None:
    """Soon after this transaction, by the worker: it may be many."""
    enqueue("association.recompute_deadlines", key=f"calendar-{key}")


@dataclass(frozen=True, slots=True)
class Moved:
    """One term that is counted otherwise than it was told."""

    deadline: Deadline
    before: date
    was_provisional: bool

    @property
    def concerns(self) -> bool:
        """Whether its owner must hear of it: the day is another one, or is certain now."""
        return self.before != self.deadline.due_on or self.was_provisional != self.deadline.provisional


@transaction.atomic
def recompute_open_deadlines(*, actor: Actor, after_id: int = 0) -> int:
    """重新计算 what is open and counted, ``AT_ONCE`` at a time; the rest follows as further jobs. Returns how many changed.

    None gets shorter by it: an end that was told stays, and the trail says what would have been (``counted``).
    It waits first until nobody counts by the earlier calendar any more. Each change is a line of the trail, its owner
    hears of it, and who keeps a copy of the date follows.
    """
    actor.require(MAY, "keep_clocks")
    if not after_id:
        wait_for_counters()
    rows = list(
        Deadline.objects.filter(stopped_at__isnull=True, set_on__isnull=True, pk__gt=after_id)
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("rule")
        .prefetch_related("pauses")[:AT_ONCE]
    )
    calendar = calendar_to_count_by()
    told = [(row, row.due_on, row.provisional) for row in rows]
    moved = [Moved(*one) for one in told if recount(one[0], calendar)]
    Deadline.objects.bulk_update([one.deadline for one in moved], COUNTED)
    record_each(
        actor,
        "recount_deadline",
        [
            (
                one.deadline,
                {
                    "before": one.before.isoformat(),
                    "due": one.deadline.due_on.isoformat(),
                    "counted": one.deadline.reckoning["last"],
                },
            )
            for one in moved
        ],
    )
    follow(one.deadline for one in moved)
    _tell([one for one in moved if one.concerns])
    if len(rows) == AT_ONCE:
        enqueue(
            "association.recompute_deadlines",
            key=f"calendar-{rows[0].pk}-{rows[-1].pk}-{clock.now():%Y%m%dT%H%M%S%f}",
            after_id=rows[-1].pk,
        )
    return len(moved)


def _tell(moved: Collection[Moved]) -> None:
    """One notice for each owner, however many of its terms have moved."""
    by_owner: dict[tuple[str, int | None, int | None], list[Moved]] = {}
    for one in moved:
        row = one.deadline
        by_owner.setdefault((row.owner_side, row.owner_user_id, row.owner_institution_id), []).append(one)
    for (side, user, institution), theirs in by_owner.items():
        first = theirs[0].deadline
        told = [_moved_in_words(one) for one in theirs[:NAMED]]
        if len(theirs) > NAMED:
            told.append(MORE % {"count": len(theirs)})
        notify(
            f"deadline-{first.pk}-recounted-{first.counted_times}",
            people_in_turn(Side(side), user, institution),
            subject=gettext_noop("期限已按放假安排重新计算"),
            body="\n".join(told),
            path=QUEUE,
        )


MOVED = gettext_noop("%(case)s：%(title)s，原截止%(before)s。%(term)s")
MORE = gettext_noop("共%(count)d个期限有变，见今日钟表。")


def _moved_in_words(one: Moved) -> str:
    row = one.deadline
    return MOVED % {
        "case": row.case_title,
        "title": row.title,
        "before": one.before.isoformat(),
        "term": row.told,
    }


# -- alarm ----------------------------------------------------------------------------------------------------


def watch_calendar() -> bool:
    """12月1日起: the days of a year are missing. Told to each of the secretariat once a month until they are there.

    In January the year that runs is looked at: while its days are missing no term that reaches into it ends.
    """
    today = clock.today()
    missing = clock.calendar().known_until.year + 1
    if missing > today.year + (today.month == DECEMBER):
        return False
    event = f"calendar-missing-{missing}-{today:%Y-%m}"
    if not Notice.objects.filter(event=event).exists():
        notify(
            event,
            people_of(roles=[Role.SECRETARIAT]),
            subject=gettext_noop("请登记放假安排"),
            body=gettext_noop(
                "%(year)d年的放假与调休尚未登记，到这一年才届满的期限都是暂定的，不会自动届满。请依国务院办公厅的通知登记。"
            )
            % {"year": missing},
            path="/admin/association/owncalendarday/",
        )
    return True
