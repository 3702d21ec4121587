"""A deadline rule is never deleted or renamed, and ends only where the next one begins."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_deadline_rule_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a rule is ended by the next one, never deleted' USING ERRCODE = '23514';
  END IF;
  IF (OLD.title, OLD.owner, OLD.silence_means) IS DISTINCT FROM (NEW.title, NEW.owner, NEW.silence_means) THEN
    RAISE EXCEPTION 'what a rule says never changes' USING ERRCODE = '23514';
  END IF;
  IF NEW.valid_until IS DISTINCT FROM OLD.valid_until AND (OLD.valid_until IS NOT NULL OR EXISTS (
       SELECT 1 FROM association_deadline WHERE rule_id = NEW.id AND start_on >= NEW.valid_until)) THEN
    RAISE EXCEPTION 'a rule that was counted by was in force' USING ERRCODE = '23514';
  END IF;
  -- At once, not when the transaction ends: by then its association is selected no more.
  IF NEW.valid_until IS DISTINCT FROM OLD.valid_until AND NOT EXISTS (
       SELECT 1 FROM association_deadlinerule WHERE code = NEW.code AND valid_from = NEW.valid_until
       AND association_id = NEW.association_id) THEN
    RAISE EXCEPTION 'a rule ends where the next one begins' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER deadline_rule_stays BEFORE UPDATE OR DELETE ON association_deadlinerule
  FOR EACH ROW EXECUTE FUNCTION portal_deadline_rule_stays();
ALTER TABLE association_deadlinerule ENABLE ALWAYS TRIGGER deadline_rule_stays;

"""
BACKWARD = """
DROP TRIGGER deadline_rule_stays ON association_deadlinerule;
DROP FUNCTION portal_deadline_rule_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("association", "0015_lists_in_order")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
