"""姓名 belongs to an appointment: what one association calls a person does not cross over to another."""

from django.db import migrations, models
from django.db.models import Q

# The owner writes here, and row security is forced on owners too.
FILL = """
ALTER TABLE association_appointment NO FORCE ROW LEVEL SECURITY;
UPDATE association_appointment post SET name = person.name FROM association_user person WHERE person.id = post.user_id;
ALTER TABLE association_appointment FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("association", "0018_own_jobs")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("user", "name", "own_name"),
                migrations.AlterField(
                    "user", "own_name", models.CharField(db_column="name", max_length=60, verbose_name="姓名")
                ),
            ]
        ),
        migrations.AddField(
            "appointment", "name", models.CharField(default="", max_length=60, verbose_name="姓名"),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "appointment", models.CheckConstraint(name="appointment_has_name", condition=~Q(name=""))
        ),
    ]
