from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("association", "0008_deadline_walls")]
    operations = [
        migrations.AddField(
            "attachment", "case", models.CharField(blank=True, default="", max_length=40, verbose_name="所属案件"),
            preserve_default=False,
        ),
        migrations.AddField(
            "attachment", "forgotten_on", models.DateField(null=True, verbose_name="内容销毁日期")
        ),
        migrations.RemoveConstraint("attachment", "attachment_once"),
        migrations.AddConstraint(
            "attachment",
            models.UniqueConstraint(
                fields=("association", "institution", "case", "original_sha256"),
                name="attachment_once",
                nulls_distinct=False,
                condition=Q(forgotten_on__isnull=True),
            ),
        ),
        migrations.AddConstraint(
            "attachment",
            models.CheckConstraint(
                name="attachment_forgotten_of_a_case",
                condition=Q(forgotten_on__isnull=True) | ~Q(case=""),
            ),
        ),
    ]
