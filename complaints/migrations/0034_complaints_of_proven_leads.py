"""由线索立案: only of what was found true and still counts."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_lead_still_proven() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_leadfinding found WHERE found.lead_id = NEW.id AND NOT EXISTS (
       SELECT 1 FROM complaints_leadfindingsetaside gone WHERE gone.finding_id = found.id)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a complaint is filed from a lead whose finding counts' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER lead_still_proven BEFORE UPDATE ON complaints_lead FOR EACH ROW
  WHEN (NEW.complaint_id IS NOT NULL AND NEW.complaint_id IS DISTINCT FROM OLD.complaint_id)
  EXECUTE FUNCTION portal_lead_still_proven();
ALTER TABLE complaints_lead ENABLE ALWAYS TRIGGER lead_still_proven;
"""
BACKWARD = """
DROP TRIGGER lead_still_proven ON complaints_lead;
DROP FUNCTION portal_lead_still_proven();
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0033_objections_by_others")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
