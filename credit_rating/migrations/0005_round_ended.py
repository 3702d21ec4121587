from django.db import migrations, models

STATES = ["draft", "open", "reviewing", "determining", "public_notice", "published", "ended"]


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0003_frozen")]

    operations = [
        migrations.RemoveConstraint(model_name="round", name="round_state_known"),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", STATES)), name="round_state_known"
            ),
        ),
        migrations.AlterField(
            model_name="round",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "筹备中"),
                    ("open", "自评中"),
                    ("reviewing", "评审中"),
                    ("determining", "综合评定中"),
                    ("public_notice", "公示中"),
                    ("published", "已公布"),
                    ("ended", "已结束（无结果）"),
                ],
                default="draft",
                editable=False,
                max_length=14,
                verbose_name="状态",
            ),
        ),
    ]
