"""钟表: every term of every case is a ``Deadline`` row, started, paused and stopped by the operations here.

They join the transaction of the operation that calls them, and who may is that operation's question. Whoever has the
case asks ``whose_turn``; an application that acts on silence asks ``expired`` in its own periodic operation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record, record_each
from association.bulk import insert_rows
from association.choices import Side
from association.deadlines import count, rule_in_force, rule_row
from association.models import Deadline, DeadlinePause, DeadlineRule
from association.outbox import enqueue
from association.reckoning import LAPSED, explained, silence_of
from association.rules.clock import ONE_DAY, Calendar, Due, Pause, beijing, due_at_moment, due_by_document
from association.rules.explanation import as_parts
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line

DONE = "done"


@dataclass(frozen=True, slots=True)
class Case:
    """事项: what the clock runs for. ``title`` holds no personal data, ``path`` is where its owner acts."""

    kind: str
    id: int
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Owner:
    """轮到谁办理: a side; of the staff and the committee perhaps one person, of the institutions always which."""

    side: Side
    user_id: int | None = None
    institution_id: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """轮到谁: for the tracking page, so nothing personal; its words are in the language of the page."""

    code: str
    owner: Side
    action: str
    due_on: date
    ends_at: datetime
    explanation: str
    provisional: bool
    title: str
    paused: bool
    silence: str


# -- start and stop -------------------------------------------------------------------------------------------


@transaction.atomic
def start_deadline(
    *,
    actor: Actor,
    code: str,
    case: Case,
    owner: Owner,
    action: str,
    start: datetime | None = None,
    ends_on: date | None = None,
    ends_at: datetime | None = None,
    title: str = "",
) -> Deadline:
    """起算: by the rule of ``code`` in force at the start, or until the day ``ends_on`` that a document sets.

    A document may set a moment instead of a day (``ends_at``). ``action`` is the next thing to do, a short sentence
    marked with ``gettext_noop``. The same code open twice for one case is refused.
    """
    return start_deadlines(
        actor=actor,
        code=code,
        starts=[(case, owner)],
        action=action,
        start=start,
        ends_on=ends_on,
        ends_at=ends_at,
        title=title,
    )[0]


@transaction.atomic
def start_deadlines(
    *,
    actor: Actor,
    code: str,
    starts: Sequence[tuple[Case, Owner]],
    action: str,
    start: datetime | None = None,
    ends_on: date | None = None,
    ends_at: datetime | None = None,
    title: str = "",
) -> list[Deadline]:
    """The same term for many cases: counted once, written together."""
    moment = start or clock.now()
    rule, due = _due(code, moment, ends_on, ends_at)
    rows = [_deadline(case, owner, code, rule, moment) for case, owner in starts]
    for row in rows:
        row.title = (title or (rule.title if rule else code))[:80]
        row.action = action
        row.set_on = due.on if ends_on or ends_at else None
        _put(row, due)
    _insert(rows)
    facts = {"code": code, "rule": rule.pk if rule else None, "due": due.on.isoformat()}
    record_each(
        actor,
        "start_deadline",
        [(row, {"case": f"{row.case_kind}-{row.case_id}"} | facts) for row in rows],
    )
    return rows


def _deadline(case: Case, owner: Owner, code: str, rule: DeadlineRule | None, moment: datetime) -> Deadline:
    return Deadline(
        case_kind=case.kind,
        case_id=case.id,
        case_title=case.title[:160],
        case_path=f"/{case.path.lstrip('/')}" if case.path else "",
        code=code,
        rule=rule,
        started_at=moment,
        start_on=beijing(moment).date(),
        owner_side=owner.side,
        owner_user_id=owner.user_id,
        owner_institution_id=owner.institution_id,
    )


def _due(
    code: str, moment: datetime, ends_on: date | None, ends_at: datetime | None
) -> tuple[DeadlineRule | None, Due]:
    day = beijing(moment).date()
    if ends_on is None and ends_at is None:
        rule = rule_in_force(code, day)
        return rule, count(rule, moment)
    if (ends_at is not None and ends_at <= moment) or (ends_on is not None and ends_on < day):
        sentence = _("截止日不能早于起算日。")
        raise InvalidInput(sentence, {"ends_on": sentence})
    set_ = due_by_document(day, ends_on) if ends_on else due_at_moment(day, cast("datetime", ends_at))
    return rule_row(code, day), set_


def _put(deadline: Deadline, due: Due) -> None:
    deadline.due_on, deadline.ends_at, deadline.provisional = due.on, due.ends_at, due.provisional
    deadline.reckoning = as_parts(due.reckoning)


def _insert(rows: Sequence[Deadline]) -> None:
    """The database says whether the same term runs already, to two who start it at once too."""
    try:
        with transaction.atomic():
            _write(rows)
    except IntegrityError as error:
        if "deadline_open_once" in str(error):
            raise Refused(_("“%(title)s”已经在计期，不能重复起算。") % {"title": rows[0].title}) from error
        raise


# What differs between terms that are started together; all else is that of the first.
EACH = (
    "case_kind", "case_id", "case_title", "case_path", "owner_side", "owner_user_id", "owner_institution_id",
)  # fmt: skip
SAME = (
    "code", "title", "action", "rule_id", "set_on", "started_at", "start_on", "due_on", "ends_at", "provisional",
    "reckoning", "counted_times", "outcome",
)  # fmt: skip


def _write(rows: Sequence[Deadline]) -> None:
    """One statement for thousands (orders of the hotline come so); the objects then stand for what is in the table."""
    same = {name: getattr(rows[0], name) for name in SAME}
    ids = insert_rows(Deadline, [{name: getattr(row, name) for name in EACH} for row in rows], same)
    for row, pk in zip(rows, ids, strict=True):
        row.pk = pk
        row.claim()
        row._state.adding = False  # noqa: SLF001 - documented: whether the row is in the table


@transaction.atomic
def stop_deadline(
    *, actor: Actor, case: Case, code: str, outcome: str = DONE, came_at: datetime | None = None
) -> Deadline | None:
    """办结一个期限, now or when a paper came that is only entered now; late stays a fact. None running: nothing."""
    deadline = _lock(case, code)
    return None if deadline is None else _stop(actor, deadline, outcome, came_at)


@transaction.atomic
def stop_all(*, actor: Actor, case: Case, outcome: str) -> list[Deadline]:
    """Every open term of a case that has come to its end."""
    rows = _open(case).select_for_update(of=("self",)).order_by("pk")
    return [_stop(actor, deadline, outcome) for deadline in rows]


@transaction.atomic
def lapse(*, actor: Actor, case: Case, code: str) -> Deadline | None:
    """期满: a term that was there to run out (a public notice, a right that nobody used) has; nobody was late."""
    deadline = _lock(case, code)
    if deadline is None or deadline.paused_on is not None or clock.now() < deadline.ends_at:
        return None
    return _stop(actor, deadline, LAPSED)


def _stop(actor: Actor, deadline: Deadline, outcome: str, came_at: datetime | None = None) -> Deadline:
    """A paused clock goes on first, so that its pause is counted."""
    moment = came_at or clock.now()
    if deadline.paused_on is not None:
        _end_pause(deadline, beijing(moment).date())
    deadline.stopped_at, deadline.outcome = moment, outcome
    deadline.was_late = outcome != LAPSED and moment >= deadline.ends_at
    deadline.save(update_fields=["stopped_at", "outcome", "was_late"])
    record(actor, "stop_deadline", deadline, outcome=outcome, late=deadline.was_late)
    return deadline


# -- pauses ---------------------------------------------------------------------------------------------------


@transaction.atomic
def pause_deadline(
    *, actor: Actor, case: Case, code: str, reason: str, on: date | None = None
) -> DeadlinePause:
    """中止: from this day (or an earlier one, entered late) until it is resumed no day counts.

    A term that ended before the pause began is over and is not revived; a day that a document set does not move.
    """
    deadline = _running(case, code)
    day = on or clock.today()
    if deadline.set_on is not None:
        raise Refused(_("截止日由文件确定，不能中止计期。"))
    if deadline.paused_on is not None:
        raise Refused(_("计期已经中止。"))
    if not one_line(reason):
        raise InvalidInput(_("请说明中止的理由。"), {"reason": _("请说明中止的理由。")})
    if not deadline.start_on <= day <= min(deadline.due_on, clock.today()):
        raise Refused(_("只能在期限之内中止计期。"))
    if deadline.pauses.filter(resumed_on__gt=day).exists():
        raise Refused(_("这一天已经包含在先前的中止期间内。"))
    pause = DeadlinePause.objects.create(deadline=deadline, first_on=day, reason=one_line(reason)[:300])
    deadline.paused_on = day
    deadline.save(update_fields=["paused_on"])
    record(actor, "pause_deadline", deadline, reason=pause.reason, on=day.isoformat())
    return pause


@transaction.atomic
def resume_deadline(*, actor: Actor, case: Case, code: str) -> Deadline:
    """恢复计期: today counts again, and the end moves by what was not counted."""
    deadline = _running(case, code)
    if deadline.paused_on is None:
        raise Refused(_("计期没有中止。"))
    _end_pause(deadline, clock.today())
    record(actor, "resume_deadline", deadline, due=deadline.due_on.isoformat())
    return deadline


def _end_pause(deadline: Deadline, day: date) -> None:
    pause = deadline.pauses.get(resumed_on__isnull=True)
    pause.resumed_on = max(day, pause.first_on)
    pause.save(update_fields=["resumed_on"])
    deadline.paused_on = None
    deadline.save(update_fields=["paused_on"])
    if recount(deadline):
        deadline.save(update_fields=COUNTED)
        follow([deadline])


COUNTED = ("due_on", "ends_at", "provisional", "reckoning", "counted_times", "reminded_days", "alarmed_at")


def recount(deadline: Deadline, calendar: Calendar | None = None) -> bool:
    """Counts a term anew by the rule it began under and its pauses; the caller saves ``COUNTED``. Whether it changed.

    A last day that was told never comes nearer (decision 0010); what it would be now stands in the arithmetic.
    """
    if deadline.rule is None or deadline.set_on is not None:
        return False
    before = (deadline.due_on, deadline.provisional, deadline.reckoning)
    pauses = pauses_of(deadline.pauses.all())
    due = count(deadline.rule, deadline.started_at, pauses, calendar)
    _put(deadline, due.not_before(deadline.due_on))
    if before == (deadline.due_on, deadline.provisional, deadline.reckoning):
        return False
    deadline.counted_times += 1
    if deadline.due_on != before[0]:
        deadline.reminded_days, deadline.alarmed_at = None, None
    return True


def follow(moved: Iterable[Deadline]) -> None:
    """Whoever keeps a copy of an end that was counted anew is asked, soon, to take the new one."""
    for deadline in moved:
        task = settings.DEADLINE_FOLLOWERS.get(deadline.case_kind)
        if task:
            key = f"deadline-{deadline.pk}-{deadline.counted_times}"
            enqueue(task, key=key, deadline_id=deadline.pk)


def pauses_of(rows: Sequence[DeadlinePause] | QuerySet[DeadlinePause]) -> list[Pause]:
    """The ended pauses as the rules take them, both days inside; one resumed on its own day stops nothing."""
    ended = [(row.first_on, row.resumed_on) for row in rows if row.resumed_on is not None]
    return [Pause(first, again - ONE_DAY) for first, again in ended if again > first]


# -- turns ----------------------------------------------------------------------------------------------------


@transaction.atomic
def hand_over(*, actor: Actor, case: Case, code: str, owner: Owner, action: str | None = None) -> Deadline:
    """移交: the clock runs on, somebody else must act."""
    deadline = _running(case, code)
    before = deadline.owner_side
    deadline.owner_side, deadline.owner_user_id = owner.side, owner.user_id
    deadline.owner_institution_id, deadline.action = owner.institution_id, action or deadline.action
    deadline.save(update_fields=["owner_side", "owner_user", "owner_institution", "action"])
    record(actor, "hand_over_deadline", deadline, before=before, after=owner.side, to=owner.user_id)
    return deadline


def deadlines_of(kind: str, case_id: int) -> QuerySet[Deadline]:
    """All terms of a case, stopped ones too, in the order of their ends."""
    return Deadline.objects.filter(case_kind=kind, case_id=case_id)


def whose_turn(kind: str, case_id: int) -> Turn | None:
    """Who must act next: the term that runs and ends first, or else the paused one."""
    return next(iter(open_turns(kind, case_id)), None)


def open_turns(kind: str, case_id: int) -> list[Turn]:
    """Everything that somebody must still do in a case, in the order of ``whose_turn``."""
    rows = deadlines_of(kind, case_id).filter(stopped_at__isnull=True).select_related("rule")
    found = sorted(rows, key=lambda row: (row.paused_on is not None, row.ends_at, row.pk))
    return [_turn(row) for row in found]


def _turn(row: Deadline) -> Turn:
    return Turn(
        code=row.code,
        owner=Side(row.owner_side),
        action=_(row.action),
        due_on=row.due_on,
        ends_at=row.ends_at,
        explanation=explained(row.reckoning),
        provisional=row.provisional,
        title=_(row.title),
        paused=row.paused_on is not None,
        silence=silence_of(row),
    )


def expired(kind: str, code: str) -> QuerySet[Deadline]:
    """Open terms that have ended; what silence means is the application's question.

    A paused one does not end, nor one whose end is provisional (暂定): it may still move on, and nobody was silent.
    """
    return Deadline.objects.filter(
        case_kind=kind,
        code=code,
        stopped_at__isnull=True,
        paused_on__isnull=True,
        provisional=False,
        ends_at__lte=clock.now(),
    ).order_by("ends_at", "pk")


def _open(case: Case) -> QuerySet[Deadline]:
    return Deadline.objects.filter(case_kind=case.kind, case_id=case.id, stopped_at__isnull=True)


def _lock(case: Case, code: str) -> Deadline | None:
    rows = _open(case).select_for_update(of=("self",)).select_related("rule")
    return rows.filter(code=code).first()


def _running(case: Case, code: str) -> Deadline:
    deadline = _lock(case, code)
    if deadline is None:
        raise NotFound(_("这件事没有正在计算的期限。"))
    return deadline
