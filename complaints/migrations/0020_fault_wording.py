from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0019_settlements")]
    operations = [
        migrations.AddField(
            model_name="importfault",
            name="wording",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
