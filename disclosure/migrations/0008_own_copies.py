from django.db import migrations

from association.migration_ops import write_own

PUBLISHED = (
    "disclosure_registercard",
    "disclosure_cardgram",
    "disclosure_publishedround",
    "disclosure_pastround",
)


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0007_results_of_others")]
    operations = [write_own(table) for table in PUBLISHED]
