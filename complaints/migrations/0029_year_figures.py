"""年度投诉统计 as published: one row for each version of a year, written once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import append_only, isolate

TABLE = "complaints_yearfigures"
CORRECTED = models.Q(version=1, reason="", proposed_by__isnull=True, confirmed_by__isnull=True) | models.Q(
    version__gt=1, proposed_by__isnull=False, confirmed_by__isnull=False
) & ~models.Q(reason="") & ~models.Q(proposed_by=models.F("confirmed_by"))


def person(name):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=name,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("association", "0020_notice_wording"),
        ("complaints", "0028_order_due_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="YearFigures",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("cut_off", models.DateField(verbose_name="截止日")),
                ("query", models.CharField(max_length=60, verbose_name="统计口径")),
                ("counts", models.JSONField(verbose_name="原始计数")),
                ("figures", models.JSONField(verbose_name="公布的数字")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="更正理由")),
                ("made_at", models.DateTimeField(verbose_name="统计时间")),
                (
                    "association",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="association.association",
                    ),
                ),
                ("proposed_by", person("提出人")),
                ("confirmed_by", person("确认人")),
            ],
            options={
                "verbose_name": "年度投诉统计",
                "verbose_name_plural": "年度投诉统计",
                "ordering": ["-year", "-version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["association", "year", "version"], name="year_figures_version"
                    ),
                    models.CheckConstraint(
                        name="year_figures_over", condition=models.Q(cut_off__year__gt=models.F("year"))
                    ),
                    models.CheckConstraint(name="year_figures_corrected_by_two", condition=CORRECTED),
                ],
            },
        ),
        isolate(TABLE),
        append_only(TABLE),
    ]
