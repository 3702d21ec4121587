"""A term that runs never ends earlier than people were told."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_deadline_not_shorter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.ends_at < OLD.ends_at THEN
    RAISE EXCEPTION 'a term that was told never gets shorter' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER deadline_not_shorter BEFORE UPDATE ON association_deadline
  FOR EACH ROW EXECUTE FUNCTION portal_deadline_not_shorter();
ALTER TABLE association_deadline ENABLE ALWAYS TRIGGER deadline_not_shorter;
"""
BACKWARD = """
DROP TRIGGER deadline_not_shorter ON association_deadline;
DROP FUNCTION portal_deadline_not_shorter();
"""


class Migration(migrations.Migration):
    dependencies = [("association", "0021_charter")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
