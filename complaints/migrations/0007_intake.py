from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0006_order_jobs")]

    operations = [
        migrations.AlterField(
            model_name="complaint",
            name="intake",
            field=models.CharField(
                choices=[("web", "网上提交"), ("caller", "来电来访代录"), ("hotline", "12345工单")],
                max_length=8,
                verbose_name="来源",
            ),
        ),
    ]
