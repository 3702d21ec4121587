from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_practice_clock_only_in_demo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM association_association WHERE id = NEW.association_id AND is_demo) THEN
    RAISE EXCEPTION 'a practice clock belongs to a demo association' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER practice_clock_only_in_demo BEFORE INSERT OR UPDATE ON association_practiceclock
  FOR EACH ROW EXECUTE FUNCTION portal_practice_clock_only_in_demo();
ALTER TABLE association_practiceclock ENABLE ALWAYS TRIGGER practice_clock_only_in_demo;
"""
BACKWARD = """
DROP TRIGGER practice_clock_only_in_demo ON association_practiceclock;
DROP FUNCTION portal_practice_clock_only_in_demo();
"""


class Migration(migrations.Migration):
    dependencies = [("association", "0003_walls")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
