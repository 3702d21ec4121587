"""事先告知 reaches somebody: an institution that nobody acts for is told on paper, with its receipt, or not at all."""

import django.db.models.deletion
from django.db import migrations, models

from association.migration_ops import keep_together

TABLE = "credit_rating_priornotice"
FORWARD = f"""
CREATE FUNCTION portal_told_somebody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM {TABLE} p JOIN credit_rating_determination d ON d.id = p.determination_id
    WHERE p.assessment_id = NEW.id AND d.state = 'confirmed' AND (p.proof_id IS NOT NULL OR EXISTS (
      SELECT 1 FROM association_notice n WHERE n.association_id = NEW.association_id
        AND n.event = 'prior-notice-' || p.id)))
  THEN
    RAISE EXCEPTION 'a prior notice that reached nobody is none' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER told_somebody BEFORE UPDATE ON credit_rating_assessment FOR EACH ROW
  WHEN (NEW.stage = 'noticed' AND OLD.stage <> 'noticed') EXECUTE FUNCTION portal_told_somebody();
ALTER TABLE credit_rating_assessment ENABLE ALWAYS TRIGGER told_somebody;
"""
BACKWARD = """
DROP TRIGGER told_somebody ON credit_rating_assessment;
DROP FUNCTION portal_told_somebody();
"""
COLUMNS = "'determination_id', 'assessment_id', 'text', 'sent_at', 'sent_by_id', 'rule_id'"


def again(name, event, function):
    return (
        f"DROP TRIGGER {name} ON {TABLE};"
        f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {function};"
        f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name};"
    )


def kept(more, said):
    return again(
        "keep_prior_notice", "UPDATE OR DELETE", f"portal_keep_columns({COLUMNS}{more})"
    ) + again("defence_stays", "UPDATE", f"portal_keep_once_set('defended_at', 'defence'{said})")


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0021_past_imports")]

    operations = [
        migrations.AddField(
            model_name="priornotice",
            name="proof",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="association.attachment", verbose_name="送达证明"),
        ),
        migrations.AddField(
            model_name="priornotice",
            name="delivered_on",
            field=models.DateField(null=True, verbose_name="送达日期"),
        ),
        migrations.AddField(
            model_name="priornotice",
            name="defence_paper",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="association.attachment", verbose_name="书面申辩"),
        ),
        migrations.AddField(
            model_name="priornotice",
            name="received_on",
            field=models.DateField(null=True, verbose_name="收到日期"),
        ),
        migrations.AddConstraint(
            model_name="priornotice",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("delivered_on__isnull", True), ("proof__isnull", True)), models.Q(("delivered_on__isnull", False), ("proof__isnull", False)), _connector="OR"), name="prior_notice_on_paper"),
        ),
        migrations.AddConstraint(
            model_name="priornotice",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("defence_paper__isnull", True), ("received_on__isnull", True)), models.Q(("defence_paper__isnull", False), ("defended_at__isnull", False), ("received_on__isnull", False)), _connector="OR"), name="prior_notice_defence_on_paper"),
        ),
        keep_together(TABLE, "proof_id", "association_attachment"),
        keep_together(TABLE, "defence_paper_id", "association_attachment"),
        migrations.RunSQL(
            FORWARD + kept(", 'proof_id', 'delivered_on'", ", 'defence_paper_id', 'received_on'"),
            kept("", "") + BACKWARD,
        ),
    ]
