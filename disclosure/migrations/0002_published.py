from django.db import migrations

from association.migration_ops import publish

PUBLISHED = ["disclosure_registercard", "disclosure_cardgram", "disclosure_publishedround"]


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0001_initial")]
    operations = [publish(table) for table in PUBLISHED]
