"""A file of the locker stays what it was when it came: behind an opinion, a decision or a letter it is evidence."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_keep_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may text[] := ARRAY['valid_until', 'forgotten_on'];
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - may = to_jsonb(OLD) - may
     AND (OLD.forgotten_on IS NULL OR NEW.forgotten_on = OLD.forgotten_on) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a file of the locker is kept as it came' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_attachment BEFORE UPDATE OR DELETE ON association_attachment
  FOR EACH ROW EXECUTE FUNCTION portal_keep_attachment();
ALTER TABLE association_attachment ENABLE ALWAYS TRIGGER keep_attachment;
"""
BACKWARD = """
DROP TRIGGER keep_attachment ON association_attachment;
DROP FUNCTION portal_keep_attachment();
"""


class Migration(migrations.Migration):
    dependencies = [("association", "0016_rules_kept")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
