from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0016_fact_reviews")]
    operations = [
        migrations.AddField(
            model_name="importfault",
            name="wording",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
