"""知道权益受损之日: unknown where an order does not tell it, corrected before the decision alone."""

from django.db import migrations, models
from django.db.models import Q

FORWARD = """
CREATE FUNCTION portal_keep_harm_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the day of the harm is settled by the decision' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_harm_day BEFORE UPDATE ON complaints_complaint FOR EACH ROW
  WHEN (NEW.harmed_on IS DISTINCT FROM OLD.harmed_on
        AND (OLD.state <> 'received' OR NEW.state <> 'received' OR NEW.harmed_on IS NULL))
  EXECUTE FUNCTION portal_keep_harm_day();
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER keep_harm_day;
"""
BACKWARD = """
DROP TRIGGER keep_harm_day ON complaints_complaint;
DROP FUNCTION portal_keep_harm_day();
"""
KINDS = [
    ("accept", "受理"),
    ("refuse", "不予受理"),
    ("transfer", "转办"),
    ("terminate", "终止调解"),
    ("withdraw", "撤回"),
    ("settle", "自行和解"),
    ("contest", "提出异议"),
    ("unpaid", "投诉人说没有收到到期的款项"),
    ("deny", "投诉人否认代为登记的事项"),
    ("harm_day", "更正知道权益受损之日"),
]
OF_A_PERSON = ["accept", "refuse", "transfer", "harm_day"]


class Migration(migrations.Migration):
    dependencies = [("complaints", "0038_years_of_imports")]

    operations = [
        migrations.AlterField(
            model_name="complaint",
            name="harmed_on",
            field=models.DateField(null=True, verbose_name="知道权益受损之日"),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                name="complaint_harm_known",
                condition=Q(harmed_on__isnull=False) | Q(intake="hotline"),
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10, verbose_name="决定"),
        ),
        migrations.RemoveConstraint(model_name="decision", name="decision_of_a_person"),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                name="decision_of_a_person",
                condition=~Q(kind__in=OF_A_PERSON) | Q(decided_by__isnull=False),
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
