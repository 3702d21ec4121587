from django.db import migrations

from association.migration_ops import publish, write_own


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0012_data_licence")]
    operations = [write_own("disclosure_datalicence"), publish("disclosure_datalicence")]
