"""The first chair is named by the operator and confirmed by the first secretary: nobody has appointed the row."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("association", "0028_rules_of_people")]
    operations = [
        migrations.RemoveConstraint("appointment", "appointment_second_person"),
        migrations.AddConstraint(
            "appointment",
            models.CheckConstraint(
                name="appointment_second_person",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(awaits=False, confirmed_at__isnull=False, confirmed_by__isnull=False)
                & (Q(appointed_by__isnull=True) | ~Q(confirmed_by=F("appointed_by")))
                & ~Q(confirmed_by=F("user")),
            ),
        ),
    ]
