from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together

TABLES = [
    "complaints_agreement",
    "complaints_appraisalpause",
    "complaints_complaint",
    "complaints_consent",
    "complaints_decision",
    "complaints_draft",
    "complaints_enrolment",
    "complaints_evidence",
    "complaints_fact",
    "complaints_followup",
    "complaints_importbatch",
    "complaints_importfault",
    "complaints_instalment",
    "complaints_masscase",
    "complaints_mediatorassignment",
    "complaints_offer",
    "complaints_person",
    "complaints_personaldata",
    "complaints_redaction",
    "complaints_reply",
    "complaints_retirement",
    "complaints_session",
    "complaints_signature",
    "complaints_survey",
    "complaints_unmasking",
]
LINKS = [
    ("complaints_agreement", "complaint_id", "complaints_complaint"),
    ("complaints_agreement", "document_id", "association_attachment"),
    ("complaints_appraisalpause", "complaint_id", "complaints_complaint"),
    ("complaints_complaint", "clock_id", "association_deadline"),
    ("complaints_complaint", "institution_id", "members_institution"),
    ("complaints_complaint", "mass_case_id", "complaints_masscase"),
    ("complaints_consent", "complaint_id", "complaints_complaint"),
    ("complaints_decision", "complaint_id", "complaints_complaint"),
    ("complaints_decision", "document_id", "association_attachment"),
    ("complaints_enrolment", "institution_id", "members_institution"),
    ("complaints_evidence", "complaint_id", "complaints_complaint"),
    ("complaints_evidence", "attachment_id", "association_attachment"),
    ("complaints_fact", "complaint_id", "complaints_complaint"),
    ("complaints_fact", "institution_id", "members_institution"),
    ("complaints_followup", "complaint_id", "complaints_complaint"),
    ("complaints_followup", "rule_id", "association_deadlinerule"),
    ("complaints_importfault", "batch_id", "complaints_importbatch"),
    ("complaints_instalment", "complaint_id", "complaints_complaint"),
    ("complaints_instalment", "agreement_id", "complaints_agreement"),
    ("complaints_instalment", "proof_id", "association_attachment"),
    ("complaints_masscase", "institution_id", "members_institution"),
    ("complaints_mediatorassignment", "complaint_id", "complaints_complaint"),
    ("complaints_offer", "complaint_id", "complaints_complaint"),
    ("complaints_offer", "mass_case_id", "complaints_masscase"),
    ("complaints_person", "complaint_id", "complaints_complaint"),
    ("complaints_person", "authority_id", "association_attachment"),
    ("complaints_personaldata", "person_id", "complaints_person"),
    ("complaints_redaction", "complaint_id", "complaints_complaint"),
    ("complaints_reply", "complaint_id", "complaints_complaint"),
    ("complaints_retirement", "rule_id", "association_deadlinerule"),
    ("complaints_session", "complaint_id", "complaints_complaint"),
    ("complaints_signature", "agreement_id", "complaints_agreement"),
    ("complaints_signature", "person_id", "complaints_person"),
    ("complaints_survey", "complaint_id", "complaints_complaint"),
    ("complaints_unmasking", "complaint_id", "complaints_complaint"),
    ("complaints_unmasking", "person_id", "complaints_person"),
]
WRITTEN_ONCE = [
    "complaints_fact",
    "complaints_retirement",
    "complaints_signature",
    "complaints_unmasking",
]


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0001_initial"),
        ("association", "0008_deadline_walls"),
        ("members", "0002_walls"),
    ]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        *[append_only(table) for table in WRITTEN_ONCE],
    ]
