"""期限: picks the rule row in force and counts by it; the arithmetic is in ``rules/clock.py``."""

import functools
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Min, Q
from django.utils.translation import gettext as _

from association import clock
from association.charter import load_charter_defaults
from association.choices import OF_TIME, Unit
from association.models import DeadlineRule, WorkingHours
from association.rules.clock import (
    Calendar,
    Due,
    Pause,
    add_calendar_days,
    add_months,
    add_working_days,
    add_years,
    beijing,
)
from association.rules.reference import DeadlineRow, deadline_rows
from association.tenancy import current_association_id
from common.errors import NotFound, Refused

COUNTERS = {
    Unit.WORKING_DAY: add_working_days,
    Unit.DAY: add_calendar_days,
    Unit.MONTH: add_months,
    Unit.YEAR: add_years,
}
# The first key of the locks that keep a calendar still while somebody counts by it; the second is the association.
CALENDAR_LOCK = 20_521


def rule_in_force(code: str, on: date) -> DeadlineRule:
    """The row of ``code`` valid on that day; one that is not certain drives a clock only once it is confirmed."""
    row = rule_row(code, on)
    if row is None:
        raise NotFound(_("没有生效的期限规则：%(code)s") % {"code": code})
    if not row.may_count:
        raise Refused(_("期限规则“%(title)s”尚未核实，不能用于计期。") % {"title": row.title})
    return row


def number_in_force(code: str, on: date) -> int:
    """What a rule that is no term says on that day: a number of people."""
    return rule_in_force(code, on).number


def last_certain_rule(code: str, on: date) -> DeadlineRule:
    """The row in force, or, while that one waits to be confirmed, the last certain one before it.

    For terms of the association's own that must not stop what other people do: an upload is not refused for a number
    that nobody has confirmed yet. A term of the law has to be right: it is counted by ``rule_in_force`` or not at all.
    """
    latest = rule_row(code, on)
    if latest is not None and not latest.may_count:
        earlier = DeadlineRule.objects.filter(code=code, valid_from__lt=latest.valid_from)
        certain = [row for row in earlier.order_by("-valid_from") if row.may_count]
        if certain:
            return certain[0]
    return rule_in_force(code, on)


def first_rule_day(code: str) -> date | None:
    """From when on anything can be counted by rules of this code; None where there is none."""
    found: date | None = DeadlineRule.objects.filter(code=code).aggregate(first=Min("valid_from"))["first"]
    return found


def rule_row(code: str, on: date) -> DeadlineRule | None:
    """The row of ``code`` valid on that day, certain or not."""
    rows = DeadlineRule.objects.filter(code=code, valid_from__lte=on)
    return rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on)).order_by("-valid_from").first()


def count(
    rule: DeadlineRule, start: datetime, pauses: Sequence[Pause] = (), calendar: Calendar | None = None
) -> Due:
    """When a term that starts at this moment ends, with the arithmetic in parts and in words.

    Raises Refused for a rule that counts no time.
    """
    if rule.unit not in OF_TIME:
        raise Refused(_("“%(title)s”不是期限，不能用于计期。") % {"title": rule.title})
    days = calendar or calendar_to_count_by()
    return COUNTERS[Unit(rule.unit)](beijing(start).date(), rule.number, days, pauses)


def start_clock(code: str, start: datetime | None = None) -> tuple[DeadlineRule, Due]:
    """The rule in force and the end of a term that starts now."""
    moment = start or clock.now()
    rule = rule_in_force(code, beijing(moment).date())
    return rule, count(rule, moment)


def calendar_to_count_by() -> Calendar:
    """Whoever counts holds the calendar until the end of the transaction: a recount waits for what it cannot see."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, %s)", [CALENDAR_LOCK, current_association_id()]
        )
    return clock.calendar()


def wait_for_counters() -> None:
    """Returns when nobody counts by an earlier calendar any more; those who come now read the present one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CALENDAR_LOCK, current_association_id()])


def load_defaults() -> int:
    """期限规则 of an association (its 章程参数 and 办公时间 too): those that it has no version of yet. How many came.

    What it has changed stays.
    """
    known = set(DeadlineRule.objects.values_list("code", flat=True))
    missing = [DeadlineRule(**asdict(row)) for row in shipped_rules() if row.code not in known]
    DeadlineRule.objects.bulk_create(missing, ignore_conflicts=True)
    WorkingHours.objects.get_or_create()
    return len(missing) + load_charter_defaults()


@functools.cache
def shipped_rules() -> tuple[DeadlineRow, ...]:
    """The file of rules as delivered with this version: sourced ones, those to be confirmed, and the association's own."""
    path = Path(settings.BASE_DIR) / "reference" / "deadline_rules.csv"
    return deadline_rows(path.read_text(encoding="utf-8"))
