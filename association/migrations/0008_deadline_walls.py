"""The walls of the deadlines, and the triggers that keep what was counted and what is stopped."""

from django.db import migrations

from association.migration_ops import isolate, keep_together

TABLES = ["association_deadline", "association_deadlinepause"]
LINKS = [
    ("association_deadline", "rule_id", "association_deadlinerule"),
    ("association_deadline", "owner_institution_id", "members_institution"),
    ("association_deadlinepause", "deadline_id", "association_deadline"),
]
FORWARD = """
CREATE FUNCTION portal_deadline_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.rule_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM association_deadlinerule r WHERE r.id = NEW.rule_id AND r.code = NEW.code
      AND (NEW.set_on IS NOT NULL OR r.certainty IN ('sourced', 'charter') OR r.confirmed_at IS NOT NULL)
  ) THEN
    RAISE EXCEPTION 'this rule may not drive this clock' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER deadline_begins BEFORE INSERT ON association_deadline
  FOR EACH ROW EXECUTE FUNCTION portal_deadline_begins();
ALTER TABLE association_deadline ENABLE ALWAYS TRIGGER deadline_begins;

CREATE FUNCTION portal_deadline_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a deadline is stopped, never deleted' USING ERRCODE = '23514';
  END IF;
  IF OLD.stopped_at IS NOT NULL THEN
    RAISE EXCEPTION 'a stopped deadline never changes' USING ERRCODE = '23514';
  END IF;
  IF (OLD.association_id, OLD.case_kind, OLD.case_id, OLD.code, OLD.rule_id, OLD.set_on, OLD.started_at, OLD.start_on)
     IS DISTINCT FROM
     (NEW.association_id, NEW.case_kind, NEW.case_id, NEW.code, NEW.rule_id, NEW.set_on, NEW.started_at, NEW.start_on)
  THEN
    RAISE EXCEPTION 'what a deadline is counted from never changes' USING ERRCODE = '23514';
  END IF;
  IF NEW.counted_times <> OLD.counted_times
     + (CASE WHEN (OLD.due_on, OLD.ends_at, OLD.provisional, OLD.reckoning)
        IS DISTINCT FROM (NEW.due_on, NEW.ends_at, NEW.provisional, NEW.reckoning) THEN 1 ELSE 0 END)
  THEN
    RAISE EXCEPTION 'an end changes only by counting it anew' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER deadline_kept BEFORE UPDATE OR DELETE ON association_deadline
  FOR EACH ROW EXECUTE FUNCTION portal_deadline_kept();
ALTER TABLE association_deadline ENABLE ALWAYS TRIGGER deadline_kept;

CREATE FUNCTION portal_deadline_pause_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a pause is a fact' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.resumed_on IS NOT NULL OR
     (OLD.association_id, OLD.deadline_id, OLD.first_on, OLD.reason)
     IS DISTINCT FROM (NEW.association_id, NEW.deadline_id, NEW.first_on, NEW.reason))
  THEN
    RAISE EXCEPTION 'a pause is ended once and not changed' USING ERRCODE = '23514';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM association_deadline d WHERE d.id = NEW.deadline_id
     AND d.stopped_at IS NULL AND d.set_on IS NULL
     AND (TG_OP = 'UPDATE' OR NEW.first_on BETWEEN d.start_on AND d.due_on))
  THEN
    RAISE EXCEPTION 'a pause lies inside a running, counted deadline' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM association_deadlinepause p WHERE p.deadline_id = NEW.deadline_id AND p.id <> NEW.id
     AND coalesce(p.resumed_on, 'infinity') > NEW.first_on AND p.first_on < coalesce(NEW.resumed_on, 'infinity'))
  THEN
    RAISE EXCEPTION 'pauses of one deadline do not overlap' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER deadline_pause_kept BEFORE INSERT OR UPDATE OR DELETE ON association_deadlinepause
  FOR EACH ROW EXECUTE FUNCTION portal_deadline_pause_kept();
ALTER TABLE association_deadlinepause ENABLE ALWAYS TRIGGER deadline_pause_kept;

CREATE FUNCTION portal_deadline_rule_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.association_id, OLD.code, OLD.number, OLD.unit, OLD.citation, OLD.certainty, OLD.valid_from)
     IS DISTINCT FROM
     (NEW.association_id, NEW.code, NEW.number, NEW.unit, NEW.citation, NEW.certainty, NEW.valid_from)
  THEN
    RAISE EXCEPTION 'a rule changes by a new row' USING ERRCODE = '23514';
  END IF;
  IF OLD.confirmed_at IS NOT NULL AND (OLD.confirmed_by_id, OLD.confirmed_at, OLD.confirmation)
     IS DISTINCT FROM (NEW.confirmed_by_id, NEW.confirmed_at, NEW.confirmation)
  THEN
    RAISE EXCEPTION 'a confirmation stands' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER deadline_rule_kept BEFORE UPDATE ON association_deadlinerule
  FOR EACH ROW EXECUTE FUNCTION portal_deadline_rule_kept();
ALTER TABLE association_deadlinerule ENABLE ALWAYS TRIGGER deadline_rule_kept;
"""
BACKWARD = """
DROP TRIGGER deadline_rule_kept ON association_deadlinerule;
DROP FUNCTION portal_deadline_rule_kept();
DROP TRIGGER deadline_pause_kept ON association_deadlinepause;
DROP FUNCTION portal_deadline_pause_kept();
DROP TRIGGER deadline_kept ON association_deadline;
DROP FUNCTION portal_deadline_kept();
DROP TRIGGER deadline_begins ON association_deadline;
DROP FUNCTION portal_deadline_begins();
"""


class Migration(migrations.Migration):
    dependencies = [("association", "0007_deadlines"), ("members", "0002_walls")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
