"""自律公约: the walls; adopted only with every flag cleared and the figures of the charter, and fixed under its hash."""

from django.db import migrations

from association.migration_ops import isolate, keep_together

TABLES = ["association_pledgeversion", "association_pledgeclause", "association_pledgeflag"]
LINKS = [
    ("association_pledgeversion", "quorum_rule_id", "association_charterrule"),
    ("association_pledgeversion", "majority_rule_id", "association_charterrule"),
    ("association_pledgeversion", "minutes_id", "association_attachment"),
    ("association_pledgeclause", "version_id", "association_pledgeversion"),
    ("association_pledgeflag", "version_id", "association_pledgeversion"),
    ("association_pledgeflag", "clause_id", "association_pledgeclause"),
]
STEPS = (
    "draft>adopted",
    "draft>dropped",
    "adopted>in_force",
    "adopted>superseded",
    "in_force>superseded",
)
FORWARD = f"""
CREATE FUNCTION portal_pledge_adopted(wanted association_pledgeversion) RETURNS void LANGUAGE plpgsql AS $$
DECLARE whole text; quorum record; majority record; enough boolean; agreed boolean;
BEGIN
  SELECT wanted.title || chr(30) || wanted.preamble || chr(30) || string_agg(text, chr(30) ORDER BY place)
    INTO whole FROM association_pledgeclause WHERE version_id = wanted.id;
  IF whole IS NULL OR encode(sha256(convert_to(whole, 'UTF8')), 'hex') <> wanted.sha256 THEN
    RAISE EXCEPTION 'the hash is not that of the text' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM association_pledgeclause WHERE version_id = wanted.id
      AND encode(sha256(convert_to(text, 'UTF8')), 'hex') <> sha256) THEN
    RAISE EXCEPTION 'the hash is not that of the clause' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM association_pledgeflag WHERE version_id = wanted.id AND cleared_by_id IS NULL) THEN
    RAISE EXCEPTION 'a flag is not cleared' USING ERRCODE = '23514';
  END IF;
  SELECT code, numerator, denominator, is_strict INTO quorum FROM association_charterrule WHERE id = wanted.quorum_rule_id;
  SELECT code, numerator, denominator, is_strict INTO majority
    FROM association_charterrule WHERE id = wanted.majority_rule_id;
  enough := quorum.code = 'PLEDGE-QUORUM' AND wanted.present > 0 AND CASE WHEN quorum.is_strict
    THEN wanted.present * quorum.denominator > wanted.entitled * quorum.numerator
    ELSE wanted.present * quorum.denominator >= wanted.entitled * quorum.numerator END;
  agreed := majority.code = 'PLEDGE-MAJORITY' AND CASE WHEN majority.is_strict
    THEN wanted.votes_for * majority.denominator > wanted.present * majority.numerator
    ELSE wanted.votes_for * majority.denominator >= wanted.present * majority.numerator END;
  IF NOT coalesce(enough AND agreed, false) THEN
    RAISE EXCEPTION 'not adopted by the shares of the charter' USING ERRCODE = '23514';
  END IF;
END$$;

CREATE FUNCTION portal_keep_pledge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps text[] := ARRAY[{", ".join(f"'{step}'" for step in STEPS)}];
  may text[] := ARRAY['state', 'in_force_at', 'superseded_at'];
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a pledge is kept' USING ERRCODE = '23514'; END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'draft' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a pledge begins as a draft' USING ERRCODE = '23514';
  END IF;
  IF OLD.state <> NEW.state AND NOT OLD.state || '>' || NEW.state = ANY(steps) THEN
    RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  IF OLD.state <> 'draft' AND (OLD.state = NEW.state OR to_jsonb(NEW) - may <> to_jsonb(OLD) - may) THEN
    RAISE EXCEPTION 'the text of a pledge is fixed' USING ERRCODE = '23514';
  END IF;
  IF OLD.in_force_at IS NOT NULL AND NEW.in_force_at IS DISTINCT FROM OLD.in_force_at THEN
    RAISE EXCEPTION 'the day of a pledge is fixed' USING ERRCODE = '23514';
  END IF;
  IF OLD.state = 'draft' AND NEW.state = 'adopted' THEN PERFORM portal_pledge_adopted(NEW); END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_pledge BEFORE INSERT OR UPDATE OR DELETE ON association_pledgeversion
  FOR EACH ROW EXECUTE FUNCTION portal_keep_pledge();

CREATE FUNCTION portal_keep_pledge_text() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE now_in text;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.version_id <> OLD.version_id THEN
    RAISE EXCEPTION 'a part of a pledge stays with it' USING ERRCODE = '23514';
  END IF;
  SELECT state INTO now_in FROM association_pledgeversion
    WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.version_id ELSE NEW.version_id END FOR SHARE;
  IF now_in IS DISTINCT FROM 'draft' THEN
    RAISE EXCEPTION 'the text of a pledge is fixed' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'association_pledgeflag' AND (to_jsonb(OLD) ->> 'cleared_by_id' IS NOT NULL
      OR to_jsonb(NEW) - ARRAY['cleared_by_id', 'cleared_at', 'reason']
        <> to_jsonb(OLD) - ARRAY['cleared_by_id', 'cleared_at', 'reason']) THEN
    RAISE EXCEPTION 'a flag is cleared once' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_pledge_clause BEFORE INSERT OR UPDATE OR DELETE ON association_pledgeclause
  FOR EACH ROW EXECUTE FUNCTION portal_keep_pledge_text();
CREATE TRIGGER keep_pledge_flag BEFORE INSERT OR UPDATE OR DELETE ON association_pledgeflag
  FOR EACH ROW EXECUTE FUNCTION portal_keep_pledge_text();
ALTER TABLE association_pledgeversion ENABLE ALWAYS TRIGGER keep_pledge;
ALTER TABLE association_pledgeclause ENABLE ALWAYS TRIGGER keep_pledge_clause;
ALTER TABLE association_pledgeflag ENABLE ALWAYS TRIGGER keep_pledge_flag;
"""
BACKWARD = """
DROP TRIGGER keep_pledge_flag ON association_pledgeflag;
DROP TRIGGER keep_pledge_clause ON association_pledgeclause;
DROP TRIGGER keep_pledge ON association_pledgeversion;
DROP FUNCTION portal_keep_pledge_text();
DROP FUNCTION portal_keep_pledge();
DROP FUNCTION portal_pledge_adopted(association_pledgeversion);
"""


class Migration(migrations.Migration):
    dependencies = [("association", "0024_pledge")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
