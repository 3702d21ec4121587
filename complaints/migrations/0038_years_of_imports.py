"""来电年度 of an imported file, which its figures wait for; and the retention report counts the files it emptied."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0037_no_public_replies")]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="years",
            field=models.JSONField(default=list, verbose_name="来电年度"),
        ),
        migrations.AddField(
            model_name="retirement",
            name="batches",
            field=models.PositiveIntegerField(default=0, verbose_name="导入的文件"),
        ),
    ]
