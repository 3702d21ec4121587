"""会员工作簿: the walls, the steps, and a decision that stays decided."""

from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together

TABLES = ["members_memberbook", "members_memberbookfault"]
FORWARD = """
CREATE FUNCTION portal_keep_member_book() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps text[] := ARRAY['checked>checked', 'checked>loading', 'checked>loaded', 'checked>discarded', 'loading>loading',
    'loading>loaded', 'loaded>loaded', 'discarded>discarded'];
  may text[] := ARRAY['state', 'good', 'bad', 'loaded', 'box', 'decided_by_id', 'decided_at'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'checked' AND NEW.loaded = 0 THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a workbook is looked at first' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a workbook is kept' USING ERRCODE = '23514'; END IF;
  IF NOT OLD.state || '>' || NEW.state = ANY(steps) THEN
    RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  IF to_jsonb(NEW) - may <> to_jsonb(OLD) - may
     OR OLD.decided_at IS NOT NULL AND (NEW.decided_at, NEW.decided_by_id) IS DISTINCT FROM (OLD.decided_at, OLD.decided_by_id)
     OR OLD.state <> 'loading' AND (NEW.good, NEW.bad, NEW.loaded) IS DISTINCT FROM (OLD.good, OLD.bad, OLD.loaded)
     OR NEW.loaded < OLD.loaded THEN
    RAISE EXCEPTION 'a workbook stays as it was' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_member_book BEFORE INSERT OR UPDATE OR DELETE ON members_memberbook
  FOR EACH ROW EXECUTE FUNCTION portal_keep_member_book();
ALTER TABLE members_memberbook ENABLE ALWAYS TRIGGER keep_member_book;
"""
BACKWARD = """
DROP TRIGGER keep_member_book ON members_memberbook;
DROP FUNCTION portal_keep_member_book();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0008_member_books")]
    operations = [
        *[isolate(table) for table in TABLES],
        keep_together("members_memberbookfault", "book_id", "members_memberbook"),
        append_only("members_memberbookfault"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
