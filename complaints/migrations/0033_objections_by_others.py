"""复核异议: who made the finding decides nothing of the objection; the reason of the first of two stays beside the second's."""

from django.db import migrations, models

# A reason of the first person alone stood where now the decision stands.
APART = """
DO $$
DECLARE one bigint;
BEGIN
  ALTER TABLE complaints_leadhearing DISABLE TRIGGER keep_hearing;
  FOR one IN SELECT id FROM association_association LOOP
    PERFORM set_config('portal.association', one::text, true);
    UPDATE complaints_leadhearing SET proposal = decision, decision = '' WHERE state = 'proposed';
  END LOOP;
  PERFORM set_config('portal.association', '', true);
  ALTER TABLE complaints_leadhearing ENABLE ALWAYS TRIGGER keep_hearing;
END$$;
"""
TOGETHER = """
DO $$
DECLARE one bigint;
BEGIN
  ALTER TABLE complaints_leadhearing DISABLE TRIGGER keep_hearing;
  FOR one IN SELECT id FROM association_association LOOP
    PERFORM set_config('portal.association', one::text, true);
    UPDATE complaints_leadhearing SET decision = proposal WHERE state = 'proposed';
  END LOOP;
  PERFORM set_config('portal.association', '', true);
  ALTER TABLE complaints_leadhearing ENABLE ALWAYS TRIGGER keep_hearing;
END$$;
"""
FORWARD = """
CREATE FUNCTION portal_finder_stays_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_leadfinding WHERE lead_id = NEW.lead_id
             AND found_by_id IN (NEW.proposed_by_id, NEW.decided_by_id)) THEN
    RAISE EXCEPTION 'an objection is decided by another than who found it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER finder_stays_out BEFORE UPDATE ON complaints_leadhearing FOR EACH ROW
  WHEN (NEW.state IN ('proposed', 'upheld', 'rejected') AND NEW.state <> OLD.state)
  EXECUTE FUNCTION portal_finder_stays_out();

CREATE FUNCTION portal_keep_first_reason() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the reason of the first of two is settled' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_first_reason BEFORE UPDATE ON complaints_leadhearing FOR EACH ROW
  WHEN (NEW.proposal <> OLD.proposal AND NOT (OLD.state = 'heard' AND NEW.state = 'proposed'))
  EXECUTE FUNCTION portal_keep_first_reason();
ALTER TABLE complaints_leadhearing ENABLE ALWAYS TRIGGER finder_stays_out;
ALTER TABLE complaints_leadhearing ENABLE ALWAYS TRIGGER keep_first_reason;
"""
BACKWARD = """
DROP TRIGGER keep_first_reason ON complaints_leadhearing;
DROP FUNCTION portal_keep_first_reason();
DROP TRIGGER finder_stays_out ON complaints_leadhearing;
DROP FUNCTION portal_finder_stays_out();
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0032_written_down")]
    operations = [
        migrations.AddField(
            model_name="leadhearing",
            name="proposal",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="复核的理由"),
            preserve_default=False,
        ),
        migrations.RunSQL(APART, TOGETHER),
        migrations.RemoveConstraint(model_name="leadhearing", name="lead_hearing_decided"),
        migrations.AddConstraint(
            model_name="leadhearing",
            constraint=models.CheckConstraint(
                name="lead_hearing_decided",
                condition=models.Q(
                    ("decided_at__isnull", False),
                    ("decided_by__isnull", False),
                    ("state__in", ["upheld", "rejected"]),
                    models.Q(("decision", ""), _negated=True),
                )
                | models.Q(("state__in", ["upheld", "rejected"]), _negated=True)
                & models.Q(decided_by__isnull=True, decision=""),
            ),
        ),
        migrations.AddConstraint(
            model_name="leadhearing",
            constraint=models.CheckConstraint(
                name="lead_hearing_proposed",
                condition=models.Q(proposed_by__isnull=True, proposed_at__isnull=True, proposal="")
                & ~models.Q(state="proposed")
                | models.Q(proposed_by__isnull=False, proposed_at__isnull=False)
                & (~models.Q(state="proposed") | ~models.Q(proposal="")),
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
