from django.db import migrations, models

from association.choices import Role


class Migration(migrations.Migration):
    dependencies = [("association", "0005_originals")]
    operations = [
        migrations.AlterField(
            "appointment", "role", models.CharField(choices=Role.choices, max_length=30, verbose_name="角色")
        ),
    ]
