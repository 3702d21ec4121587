"""欠费的告知与年度会费收支表: the walls; what was told and what was published stays."""

from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together


class Migration(migrations.Migration):
    dependencies = [("members", "0016_dues_account")]
    operations = [
        isolate("members_dueswarning"),
        isolate("members_duesaccount"),
        keep_together("members_dueswarning", "invoice_id", "members_duesinvoice"),
        append_only("members_dueswarning"),
        append_only("members_duesaccount"),
    ]
