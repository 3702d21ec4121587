"""A copy of an end may be written again, and be nothing else than what the clock of the project says."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_copy_follows_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.due_at IS DISTINCT FROM OLD.due_at AND NOT EXISTS (
    SELECT 1 FROM association_deadline d WHERE d.case_kind = TG_ARGV[0] AND d.code = TG_ARGV[1]
      AND d.case_id = (to_jsonb(NEW) ->> TG_ARGV[2])::bigint
      AND d.ends_at = NEW.due_at AND d.reckoning IS NOT DISTINCT FROM NEW.reckoning)
  THEN
    RAISE EXCEPTION 'an end is what the clock says' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;

CREATE OR REPLACE FUNCTION portal_keep_public_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE recounted text[] := ARRAY['closes_at', 'explanation', 'provisional', 'reckoning'];
BEGIN
  IF TG_OP = 'UPDATE' AND NEW = OLD THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - recounted = to_jsonb(OLD) - recounted AND EXISTS (
    SELECT 1 FROM association_deadline d WHERE d.case_kind = 'public_notice' AND d.code = 'ROUND-PUBLIC-NOTICE'
      AND d.case_id = NEW.id
      AND (d.ends_at, d.provisional) = (NEW.closes_at, NEW.provisional)
      AND d.reckoning IS NOT DISTINCT FROM NEW.reckoning)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a public notice cannot change' USING ERRCODE = '23514';
END$$;
"""
BACKWARD = """
DROP FUNCTION portal_copy_follows_clock();
CREATE OR REPLACE FUNCTION portal_keep_public_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE recounted text[] := ARRAY['closes_at', 'explanation', 'provisional'];
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.provisional AND to_jsonb(NEW) - recounted = to_jsonb(OLD) - recounted THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW = OLD THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a public notice cannot change' USING ERRCODE = '23514';
END$$;
"""
# Table, its keeping trigger, the columns that stay, and of which case and term its end is a copy.
COPIES = (
    (
        "priornotice", "keep_prior_notice", "'determination_id', 'assessment_id', 'text', 'sent_at', 'sent_by_id'",
        "'rating', 'ROUND-DEFENCE', 'assessment_id'",
    ),
    (
        "supplement", "keep_supplement", "'assessment_id', 'returns_to', 'requested_at', 'requested_by_id'",
        "'rating', 'ROUND-SUPPLEMENT', 'assessment_id'",
    ),
    (
        "objection", "keep_objection", "'assessment_id', 'public_notice_id', 'text', 'filed_at', 'filed_by_id'",
        "'objection', 'ROUND-OBJECTION', 'id'",
    ),
)  # fmt: skip


def keep(table, name, columns):
    return (
        f"DROP TRIGGER {name} ON credit_rating_{table};"
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON credit_rating_{table} "
        f"FOR EACH ROW EXECUTE FUNCTION portal_keep_columns({columns});"
        f"ALTER TABLE credit_rating_{table} ENABLE ALWAYS TRIGGER {name};"
    )


ON = "".join(
    keep(table, name, columns)
    + f"CREATE TRIGGER copy_follows_clock BEFORE UPDATE ON credit_rating_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION portal_copy_follows_clock({copy});"
    f"ALTER TABLE credit_rating_{table} ENABLE ALWAYS TRIGGER copy_follows_clock;"
    for table, name, columns, copy in COPIES
)
OFF = "".join(
    f"DROP TRIGGER copy_follows_clock ON credit_rating_{table};" + keep(table, name, f"{columns}, 'due_at'")
    for table, name, columns, _copy in COPIES
)


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0009_terms"), ("association", "0012_calendar_walls")]
    operations = [migrations.RunSQL(FORWARD + ON, OFF + BACKWARD)]
