"""What was decided, announced or issued stays: confirmed determinations, published grades, notices, certificates."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_keep_columns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '% is kept', TG_TABLE_NAME USING ERRCODE = '23514';
  END IF;
  FOREACH kept IN ARRAY TG_ARGV LOOP
    IF to_jsonb(NEW) -> kept IS DISTINCT FROM to_jsonb(OLD) -> kept THEN
      RAISE EXCEPTION '%.% is settled', TG_TABLE_NAME, kept USING ERRCODE = '23514';
    END IF;
  END LOOP;
  RETURN NEW;
END$$;

CREATE FUNCTION portal_keep_determination() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state NOT IN ('confirmed', 'superseded') THEN RETURN coalesce(NEW, OLD); END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state'
     AND (NEW.state = OLD.state OR NEW.state = 'superseded') THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a confirmed determination cannot change' USING ERRCODE = '23514';
END$$;

CREATE FUNCTION portal_keep_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.stage = 'invited' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'an assessment that has begun is kept' USING ERRCODE = '23514';
  END IF;
  IF NEW.round_id <> OLD.round_id OR NEW.institution_id <> OLD.institution_id THEN
    RAISE EXCEPTION 'an assessment keeps its round and institution' USING ERRCODE = '23514';
  END IF;
  IF OLD.stage IN ('published', 'suspended', 'expired')
     AND (NEW.grade <> OLD.grade OR NEW.total IS DISTINCT FROM OLD.total) THEN
    RAISE EXCEPTION 'a published grade cannot change' USING ERRCODE = '23514';
  END IF;
  IF NEW.stage = 'published' AND OLD.stage <> 'published' AND NOT EXISTS (
    SELECT 1 FROM credit_rating_publication
    WHERE assessment_id = NEW.id AND published_at IS NOT NULL AND grade = NEW.grade) THEN
    RAISE EXCEPTION 'a grade is published by a publication' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;

CREATE FUNCTION portal_keep_public_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE recounted text[] := ARRAY['closes_at', 'explanation', 'provisional'];
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.provisional AND to_jsonb(NEW) - recounted = to_jsonb(OLD) - recounted THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW = OLD THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a public notice cannot change' USING ERRCODE = '23514';
END$$;

CREATE FUNCTION portal_superseded_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.superseded_at IS NOT NULL AND NEW.superseded_at IS DISTINCT FROM OLD.superseded_at THEN
    RAISE EXCEPTION 'a superseded result stays superseded' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
"""
CHANGES = "UPDATE OR DELETE"
# Table, trigger, what it looks at, function with the columns that it keeps.
TRIGGERS = (
    ("determination", "keep_determination", CHANGES, "portal_keep_determination()"),
    ("assessment", "keep_assessment", CHANGES, "portal_keep_assessment()"),
    ("publicnotice", "keep_public_notice", CHANGES, "portal_keep_public_notice()"),
    ("publication", "superseded_stays", "UPDATE", "portal_superseded_stays()"),
    (
        "certificate",
        "keep_certificate",
        CHANGES,
        "portal_keep_columns('code', 'publication_id', 'issued_at')",
    ),
    (
        "priornotice",
        "keep_prior_notice",
        CHANGES,
        "portal_keep_columns('determination_id', 'assessment_id', 'text', 'sent_at', 'due_at', 'sent_by_id')",
    ),
    (
        "supplement",
        "keep_supplement",
        CHANGES,
        "portal_keep_columns('assessment_id', 'returns_to', 'requested_at', 'due_at', 'requested_by_id')",
    ),
    (
        "objection",
        "keep_objection",
        CHANGES,
        "portal_keep_columns('assessment_id', 'public_notice_id', 'text', 'filed_at', 'due_at', 'filed_by_id')",
    ),
)
FUNCTIONS = (
    "portal_keep_columns()",
    "portal_keep_determination()",
    "portal_keep_assessment()",
    "portal_keep_public_notice()",
    "portal_superseded_stays()",
)
ON = "".join(
    f"CREATE TRIGGER {name} BEFORE {when} ON credit_rating_{table} FOR EACH ROW EXECUTE FUNCTION {function};"
    f"ALTER TABLE credit_rating_{table} ENABLE ALWAYS TRIGGER {name};"
    for table, name, when, function in TRIGGERS
)
OFF = "".join(f"DROP TRIGGER {name} ON credit_rating_{table};" for table, name, _when, _function in TRIGGERS)
DROP = "".join(f"DROP FUNCTION {function};" for function in FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0005_round_ended")]
    operations = [migrations.RunSQL(FORWARD + ON, OFF + DROP)]
