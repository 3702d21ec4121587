"""What people were told stays as it was told: only that it was sent and that it was read is added, once."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_notice_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE later text[] := ARRAY['sent_at', 'read_at'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a notice is kept' USING ERRCODE = '23514';
  END IF;
  IF to_jsonb(NEW) - later <> to_jsonb(OLD) - later
     OR OLD.sent_at IS NOT NULL AND NEW.sent_at IS DISTINCT FROM OLD.sent_at
     OR OLD.read_at IS NOT NULL AND NEW.read_at IS DISTINCT FROM OLD.read_at THEN
    RAISE EXCEPTION 'a notice stays as it was told' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER notice_kept BEFORE UPDATE OR DELETE ON association_notice
  FOR EACH ROW EXECUTE FUNCTION portal_notice_kept();
ALTER TABLE association_notice ENABLE ALWAYS TRIGGER notice_kept;
"""
BACKWARD = """
DROP TRIGGER notice_kept ON association_notice;
DROP FUNCTION portal_notice_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("association", "0025_pledge_walls")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
