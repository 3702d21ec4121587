from django.db import migrations, models


class Migration(migrations.Migration):
    """The list of clocks is counted from its index alone."""

    dependencies = [("association", "0012_calendar_walls")]

    operations = [
        migrations.RemoveIndex(model_name="deadline", name="deadline_open"),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("stopped_at__isnull", True)),
                fields=["association", "ends_at", "id"],
                include=("owner_side", "owner_user", "owner_institution", "paused_on"),
                name="deadline_open",
            ),
        ),
    ]
