"""The walls of the association's own calendar days and hours; what was entered is never changed, only followed."""

from django.db import migrations

from association.migration_ops import append_only, isolate

TABLES = ["association_owncalendarday", "association_calendaryear", "association_workinghours"]


class Migration(migrations.Migration):
    dependencies = [("association", "0011_calendar")]
    operations = [
        *[isolate(table) for table in TABLES],
        append_only("association_owncalendarday"),
        append_only("association_calendaryear"),
    ]
