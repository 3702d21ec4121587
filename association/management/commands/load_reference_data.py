"""Loads what all associations share (regions, GB/T 2260, and the working calendar) and the deadline rules each lacks.

Run after every migration; safe to run again. What rows of an earlier version lack is asked for as background work.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from association import clock
from association.calendars import ask_for_recount
from association.choices import DayKind
from association.deadlines import load_defaults
from association.models import Association, CalendarDay, Region
from association.periodic import ask_to_catch_up
from association.rules.reference import CalendarException, calendar_exceptions, regions
from association.tenancy import acting_for


class Command(BaseCommand):
    help = "行政区划、工作日历与各协会缺少的默认期限规则：载入或更新"

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "reference"
        places = regions((folder / "regions_gbt2260.csv").read_text(encoding="utf-8"))
        days = calendar_exceptions((folder / "working_calendar_exceptions.csv").read_text(encoding="utf-8"))
        Region.objects.bulk_create(
            [
                Region(code=row.code, name=row.name, level=row.level, parent_id=row.parent_code)
                for row in places
            ],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "level", "parent"],
        )
        before = clock.calendar_version()
        CalendarDay.objects.bulk_create(
            [CalendarDay(date=day.on, kind=_kind(day), holiday=day.name, source=day.notice) for day in days],
            update_conflicts=True,
            unique_fields=["date"],
            update_fields=["kind", "holiday", "source"],
        )
        after = clock.calendar_version()
        changed = f"{after[0]}-{after[1]}" if after != before else ""
        associations = Association.objects.order_by("pk").values_list("pk", flat=True)
        rules = sum(_brought_up_to_date(pk, changed) for pk in associations)
        self.stdout.write(f"{len(places)} regions, {len(days)} calendar days, {rules} new deadline rules")


def _brought_up_to_date(association_id: int, changed: str) -> int:
    """Missing rules are added; where the shared days are others than before, what is open is counted again."""
    with acting_for(association_id):
        if changed:
            ask_for_recount(f"shared-{changed}")
        ask_to_catch_up()
        return load_defaults()


def _kind(day: CalendarException) -> DayKind:
    return DayKind.OFF if day.is_off else DayKind.WORK
