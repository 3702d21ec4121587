from django.db import migrations

from association.migration_ops import DENY_CHANGE, append_only, isolate, keep_together

TABLES = [
    "association_appointment",
    "association_deadlinerule",
    "association_auditentry",
    "association_job",
    "association_notice",
    "association_attachment",
    "association_practiceclock",
]
LINKS = [
    ("association_appointment", "institution_id", "members_institution"),
    ("association_appointment", "employer_id", "members_institution"),
    ("association_attachment", "institution_id", "members_institution"),
]


class Migration(migrations.Migration):
    dependencies = [("association", "0002_people"), ("members", "0002_walls")]
    operations = [
        DENY_CHANGE,
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        append_only("association_auditentry"),
    ]
