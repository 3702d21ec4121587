from django.db import migrations

from association.migration_ops import isolate, keep_together

TABLES = [
    "members_institution",
    "members_formername",
    "members_membership",
]
LINKS = [
    ("members_formername", "institution_id", "members_institution"),
    ("members_membership", "institution_id", "members_institution"),
]


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial"), ("association", "0002_people")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
    ]
