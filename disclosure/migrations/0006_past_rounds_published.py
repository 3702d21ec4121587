from django.db import migrations

from association.migration_ops import publish


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0005_past_rounds")]
    operations = [publish("disclosure_pastround")]
