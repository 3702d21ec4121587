"""What was said, answered and decided stays: defence, answers, decisions on objections; and the stages of a round."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_keep_once_set() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE named text; stamp text := TG_ARGV[0];
BEGIN
  IF to_jsonb(OLD) -> stamp = 'null'::jsonb THEN RETURN NEW; END IF;
  FOREACH named IN ARRAY TG_ARGV LOOP
    IF to_jsonb(NEW) -> named IS DISTINCT FROM to_jsonb(OLD) -> named THEN
      RAISE EXCEPTION '%.% is settled', TG_TABLE_NAME, named USING ERRCODE = '23514';
    END IF;
  END LOOP;
  RETURN NEW;
END$$;

CREATE FUNCTION portal_keep_window() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM credit_rating_round WHERE id = OLD.round_id AND state <> 'draft') THEN
    RAISE EXCEPTION 'the stages of a round that has opened are kept' USING ERRCODE = '23514';
  END IF;
  RETURN OLD;
END$$;
CREATE TRIGGER keep_window BEFORE DELETE ON credit_rating_roundstage
  FOR EACH ROW EXECUTE FUNCTION portal_keep_window();
ALTER TABLE credit_rating_roundstage ENABLE ALWAYS TRIGGER keep_window;
"""
BACKWARD = """
DROP TRIGGER keep_window ON credit_rating_roundstage;
DROP FUNCTION portal_keep_window();
DROP FUNCTION portal_keep_once_set();
"""
# Table, trigger, the moment that settles it, and what is settled with it.
SETTLED = (
    ("priornotice", "defence_stays", "'defended_at', 'defence'"),
    ("priornotice", "answer_stays", "'answered_at', 'answer', 'answered_by_id'"),
    ("objection", "decision_stays", "'decided_at', 'decision', 'decided_by_id', 'state'"),
)
ON = "".join(
    f"CREATE TRIGGER {name} BEFORE UPDATE ON credit_rating_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION portal_keep_once_set({columns});"
    f"ALTER TABLE credit_rating_{table} ENABLE ALWAYS TRIGGER {name};"
    for table, name, columns in SETTLED
)
OFF = "".join(f"DROP TRIGGER {name} ON credit_rating_{table};" for table, name, _columns in SETTLED)


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0013_ended_assignments")]
    operations = [migrations.RunSQL(FORWARD + ON, OFF + BACKWARD)]
