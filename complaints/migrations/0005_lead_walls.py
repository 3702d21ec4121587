"""线索: the walls, the steps, and what stays as it was told, decided, sent and found."""

from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together

TABLES = [
    "complaints_lead",
    "complaints_leadevidence",
    "complaints_leadmessage",
    "complaints_leadrecusal",
    "complaints_leadreferral",
    "complaints_leadfinding",
]
LINKS = [
    ("complaints_lead", "institution_id", "members_institution"),
    ("complaints_lead", "retention_rule_id", "association_deadlinerule"),
    ("complaints_lead", "complaint_id", "complaints_complaint"),
    ("complaints_leadevidence", "lead_id", "complaints_lead"),
    ("complaints_leadevidence", "attachment_id", "association_attachment"),
    ("complaints_leadmessage", "lead_id", "complaints_lead"),
    ("complaints_leadrecusal", "lead_id", "complaints_lead"),
    ("complaints_leadreferral", "lead_id", "complaints_lead"),
    ("complaints_leadreferral", "letter_id", "association_attachment"),
    ("complaints_leadfinding", "lead_id", "complaints_lead"),
]
ENDS = ("referred", "handled", "unfounded", "insufficient")
STEPS = (
    "draft>submitted",
    "submitted>screened",
    "screened>verifying",
    "verifying>screened",
    *(f"verifying>{end}" for end in ENDS),
    *(f"{end}>fed_back" for end in ENDS),
    *(f"{end}>archived" for end in ENDS),
    "fed_back>archived",
)
FORWARD = f"""
CREATE FUNCTION portal_lead_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := ARRAY[{", ".join(f"'{step}'" for step in STEPS)}];
BEGIN
  IF NOT OLD.state || '>' || NEW.state = ANY(steps) THEN
    RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'referred' AND NOT EXISTS (
    SELECT 1 FROM complaints_leadreferral WHERE lead_id = NEW.id) THEN
    RAISE EXCEPTION 'a lead is referred by a letter' USING ERRCODE = '23514';
  END IF;
  IF NEW.state IN ('verifying', 'referred', 'handled', 'unfounded', 'insufficient') AND EXISTS (
    SELECT 1 FROM complaints_leadrecusal WHERE lead_id = NEW.id AND person_id = NEW.officer_id) THEN
    RAISE EXCEPTION 'who was recused does not handle it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER lead_step BEFORE UPDATE ON complaints_lead
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION portal_lead_step();

CREATE FUNCTION portal_lead_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'draft' THEN
    RAISE EXCEPTION 'a lead begins as a draft' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER lead_begins BEFORE INSERT ON complaints_lead
  FOR EACH ROW EXECUTE FUNCTION portal_lead_begins();

CREATE FUNCTION portal_keep_lead() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text[] := ARRAY['facts_box', 'when_box', 'where_box', 'name_box', 'phone_box', 'mail_box', 'receipt_key'];
  fixed text[] := ARRAY['submitted_on', 'is_anonymous', 'institution_name', 'institution_address', 'may_pass_identity'];
  decided text[] := ARRAY['outcome', 'grounds', 'decided_on', 'decided_by_id'];
  kept text;
BEGIN
  IF OLD.state = 'draft' THEN RETURN coalesce(NEW, OLD); END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a lead is kept' USING ERRCODE = '23514';
  END IF;
  IF NEW.retired_on IS NOT NULL AND OLD.retired_on IS NULL THEN told := ARRAY[]::text[]; END IF;
  IF OLD.outcome <> '' THEN fixed := fixed || decided; END IF;
  IF OLD.institution_id IS NOT NULL THEN fixed := fixed || ARRAY['institution_id']; END IF;
  FOREACH kept IN ARRAY told || fixed LOOP
    IF to_jsonb(NEW) -> kept IS DISTINCT FROM to_jsonb(OLD) -> kept THEN
      RAISE EXCEPTION 'complaints_lead.% is settled', kept USING ERRCODE = '23514';
    END IF;
  END LOOP;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_lead BEFORE UPDATE OR DELETE ON complaints_lead
  FOR EACH ROW EXECUTE FUNCTION portal_keep_lead();

CREATE FUNCTION portal_keep_lead_message() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may text[] := ARRAY['is_told'];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.text_box = '' AND EXISTS (
      SELECT 1 FROM complaints_lead WHERE id = OLD.lead_id AND retired_on IS NOT NULL) THEN
      may := may || ARRAY['text_box'];
    END IF;
    IF to_jsonb(NEW) - may = to_jsonb(OLD) - may THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'what was said stays as it was said' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_lead_message BEFORE UPDATE OR DELETE ON complaints_leadmessage
  FOR EACH ROW EXECUTE FUNCTION portal_keep_lead_message();

CREATE FUNCTION portal_keep_lead_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM complaints_lead WHERE id = OLD.lead_id AND state <> 'draft') THEN
      RAISE EXCEPTION 'material that was handed in stays' USING ERRCODE = '23514';
    END IF;
    RETURN OLD;
  END IF;
  IF to_jsonb(NEW) - 'is_told' = to_jsonb(OLD) - 'is_told' THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'material that was handed in stays' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_lead_evidence BEFORE UPDATE OR DELETE ON complaints_leadevidence
  FOR EACH ROW EXECUTE FUNCTION portal_keep_lead_evidence();

CREATE FUNCTION portal_keep_lead_referral() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may text[] := ARRAY['received_on', 'receipt'];
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.received_on IS NULL AND to_jsonb(NEW) - may = to_jsonb(OLD) - may THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a letter that was sent stays' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_lead_referral BEFORE UPDATE OR DELETE ON complaints_leadreferral
  FOR EACH ROW EXECUTE FUNCTION portal_keep_lead_referral();
"""
MADE = (
    ("complaints_lead", "lead_step"),
    ("complaints_lead", "lead_begins"),
    ("complaints_lead", "keep_lead"),
    ("complaints_leadmessage", "keep_lead_message"),
    ("complaints_leadevidence", "keep_lead_evidence"),
    ("complaints_leadreferral", "keep_lead_referral"),
)
ALWAYS = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};" for table, name in MADE)
BACKWARD = "".join(f"DROP TRIGGER {name} ON {table};" for table, name in MADE) + "".join(
    f"DROP FUNCTION portal_{name}();" for _table, name in MADE
)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0004_leads"), ("association", "0009_case_files")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        append_only("complaints_leadfinding"),
        append_only("complaints_leadrecusal"),
        migrations.RunSQL(FORWARD + ALWAYS, BACKWARD),
    ]
