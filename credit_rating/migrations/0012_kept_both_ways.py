"""What is settled is settled by where a row stood too: evidence, its last day, results of others, the steps of a round."""

from django.db import migrations

from association.migration_ops import append_only

STEPS = (
    "draft>open",
    "open>reviewing",
    "reviewing>determining",
    "reviewing>ended",
    "determining>public_notice",
    "determining>ended",
    "public_notice>published",
)
EVIDENCE = """
CREATE FUNCTION portal_item_is_submitted(item bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM credit_rating_opinionitem i JOIN credit_rating_opinion o ON o.id = i.opinion_id
                 WHERE i.id = item AND o.submitted_at IS NOT NULL)
$$;

CREATE OR REPLACE FUNCTION portal_keep_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND portal_item_is_submitted(OLD.item_id))
     OR (TG_OP <> 'DELETE' AND portal_item_is_submitted(NEW.item_id)) THEN
    RAISE EXCEPTION 'a submitted opinion cannot change' USING ERRCODE = '23514';
  END IF;
  RETURN coalesce(NEW, OLD);
END$$;

CREATE FUNCTION portal_keep_last_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM credit_rating_evidence
             WHERE attachment_id = OLD.id AND portal_item_is_submitted(item_id)) THEN
    RAISE EXCEPTION 'submitted evidence keeps its last day' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_last_day BEFORE UPDATE ON association_attachment FOR EACH ROW
  WHEN (OLD.valid_until IS DISTINCT FROM NEW.valid_until) EXECUTE FUNCTION portal_keep_last_day();
ALTER TABLE association_attachment ENABLE ALWAYS TRIGGER keep_last_day;
"""
EVIDENCE_BACK = """
DROP TRIGGER keep_last_day ON association_attachment;
DROP FUNCTION portal_keep_last_day();
CREATE OR REPLACE FUNCTION portal_keep_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.item_id ELSE NEW.item_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM credit_rating_opinionitem item JOIN credit_rating_opinion opinion
             ON opinion.id = item.opinion_id WHERE item.id = owner AND opinion.submitted_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a submitted opinion cannot change' USING ERRCODE = '23514';
  END IF;
  RETURN coalesce(NEW, OLD);
END$$;
DROP FUNCTION portal_item_is_submitted(bigint);
"""
ROUNDS = f"""
CREATE FUNCTION portal_round_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := ARRAY[{", ".join(f"'{step}'" for step in STEPS)}];
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state = 'draft' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'a round that has opened is kept' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = OLD.state OR OLD.state || '>' || NEW.state = ANY(steps) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
END$$;
CREATE TRIGGER round_step BEFORE UPDATE OR DELETE ON credit_rating_round
  FOR EACH ROW EXECUTE FUNCTION portal_round_step();
ALTER TABLE credit_rating_round ENABLE ALWAYS TRIGGER round_step;
"""
ROUNDS_BACK = """
DROP TRIGGER round_step ON credit_rating_round;
DROP FUNCTION portal_round_step();
"""


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0011_lists_in_order"), ("association", "0017_kept_files")]
    operations = [
        migrations.RunSQL(EVIDENCE, EVIDENCE_BACK),
        migrations.RunSQL(ROUNDS, ROUNDS_BACK),
        append_only("credit_rating_historicalresult"),
    ]
