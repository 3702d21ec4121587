"""人数: a rule may set how many people; such a rule counts no time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("association", "0027_paused_terms")]
    operations = [
        migrations.AlterField(
            model_name="deadlinerule",
            name="unit",
            field=models.CharField(
                choices=[("working_day", "工作日"), ("day", "日"), ("month", "个月"), ("year", "年"), ("person", "人")],
                max_length=12,
                verbose_name="单位",
            ),
        ),
    ]
