from django.db import migrations

from association.migration_ops import write_own


class Migration(migrations.Migration):
    dependencies = [("association", "0017_kept_files")]
    operations = [write_own("association_outboxjob", outside_a_scope=True)]
