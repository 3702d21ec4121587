"""No single case is published, so nobody is asked whether an answer may be (decision 0011)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("complaints", "0036_committee_agreements")]
    operations = [migrations.RemoveField(model_name="reply", name="is_public")]
