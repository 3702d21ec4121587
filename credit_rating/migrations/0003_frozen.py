"""What is settled stays: frozen standards, submitted opinions, published results."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_standard_is_settled(standard bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM credit_rating_assessmentstandard WHERE id = standard AND state IN ('frozen', 'retired'))
$$;

CREATE FUNCTION portal_keep_standard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state NOT IN ('frozen', 'retired') THEN RETURN coalesce(NEW, OLD); END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'frozen' AND NEW.state = 'retired'
     AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a frozen standard cannot change' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_standard BEFORE UPDATE OR DELETE ON credit_rating_assessmentstandard
  FOR EACH ROW EXECUTE FUNCTION portal_keep_standard();

CREATE FUNCTION portal_keep_part_of_standard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND portal_standard_is_settled(OLD.standard_id))
     OR (TG_OP <> 'DELETE' AND portal_standard_is_settled(NEW.standard_id)) THEN
    RAISE EXCEPTION 'a frozen standard cannot change' USING ERRCODE = '23514';
  END IF;
  RETURN coalesce(NEW, OLD);
END$$;
CREATE TRIGGER keep_indicator BEFORE INSERT OR UPDATE OR DELETE ON credit_rating_indicator
  FOR EACH ROW EXECUTE FUNCTION portal_keep_part_of_standard();
CREATE TRIGGER keep_band BEFORE INSERT OR UPDATE OR DELETE ON credit_rating_band
  FOR EACH ROW EXECUTE FUNCTION portal_keep_part_of_standard();

CREATE FUNCTION portal_keep_map() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND portal_standard_is_settled(OLD.new_standard_id))
     OR (TG_OP <> 'DELETE' AND portal_standard_is_settled(NEW.new_standard_id)) THEN
    RAISE EXCEPTION 'a frozen standard cannot change' USING ERRCODE = '23514';
  END IF;
  RETURN coalesce(NEW, OLD);
END$$;
CREATE TRIGGER keep_map BEFORE INSERT OR UPDATE OR DELETE ON credit_rating_indicatormap
  FOR EACH ROW EXECUTE FUNCTION portal_keep_map();

CREATE FUNCTION portal_round_needs_frozen_standard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'draft' AND NOT portal_standard_is_settled(NEW.standard_id) THEN
    RAISE EXCEPTION 'a round opens under a frozen standard only' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state <> 'draft' AND NEW.standard_id <> OLD.standard_id THEN
    RAISE EXCEPTION 'a running round keeps its standard' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER round_needs_frozen_standard BEFORE INSERT OR UPDATE ON credit_rating_round
  FOR EACH ROW EXECUTE FUNCTION portal_round_needs_frozen_standard();

CREATE FUNCTION portal_keep_opinion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.submitted_at IS NOT NULL THEN
    RAISE EXCEPTION 'a submitted opinion cannot change' USING ERRCODE = '23514';
  END IF;
  RETURN coalesce(NEW, OLD);
END$$;
CREATE TRIGGER keep_opinion BEFORE UPDATE OR DELETE ON credit_rating_opinion
  FOR EACH ROW EXECUTE FUNCTION portal_keep_opinion();

CREATE FUNCTION portal_keep_opinion_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.opinion_id ELSE NEW.opinion_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM credit_rating_opinion WHERE id = owner AND submitted_at IS NOT NULL)
     OR (TG_OP = 'UPDATE' AND NEW.opinion_id <> OLD.opinion_id) THEN
    RAISE EXCEPTION 'a submitted opinion cannot change' USING ERRCODE = '23514';
  END IF;
  RETURN coalesce(NEW, OLD);
END$$;
CREATE TRIGGER keep_opinion_item BEFORE INSERT OR UPDATE OR DELETE ON credit_rating_opinionitem
  FOR EACH ROW EXECUTE FUNCTION portal_keep_opinion_item();

CREATE FUNCTION portal_keep_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.item_id ELSE NEW.item_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM credit_rating_opinionitem item JOIN credit_rating_opinion opinion
             ON opinion.id = item.opinion_id WHERE item.id = owner AND opinion.submitted_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a submitted opinion cannot change' USING ERRCODE = '23514';
  END IF;
  RETURN coalesce(NEW, OLD);
END$$;
CREATE TRIGGER keep_evidence BEFORE INSERT OR UPDATE OR DELETE ON credit_rating_evidence
  FOR EACH ROW EXECUTE FUNCTION portal_keep_evidence();

CREATE FUNCTION portal_keep_publication() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE later text[] := ARRAY['superseded_at', 'suspended_at', 'suspension_reason'];
BEGIN
  IF OLD.published_at IS NULL THEN RETURN coalesce(NEW, OLD); END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - later = to_jsonb(OLD) - later THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a published result cannot change' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_publication BEFORE UPDATE OR DELETE ON credit_rating_publication
  FOR EACH ROW EXECUTE FUNCTION portal_keep_publication();
"""
SETTLED = (
    ("credit_rating_assessmentstandard", "keep_standard"),
    ("credit_rating_indicator", "keep_indicator"),
    ("credit_rating_band", "keep_band"),
    ("credit_rating_indicatormap", "keep_map"),
    ("credit_rating_round", "round_needs_frozen_standard"),
    ("credit_rating_opinion", "keep_opinion"),
    ("credit_rating_opinionitem", "keep_opinion_item"),
    ("credit_rating_evidence", "keep_evidence"),
    ("credit_rating_publication", "keep_publication"),
)
FUNCTIONS = (
    "portal_keep_standard()",
    "portal_keep_part_of_standard()",
    "portal_keep_map()",
    "portal_round_needs_frozen_standard()",
    "portal_keep_opinion()",
    "portal_keep_opinion_item()",
    "portal_keep_evidence()",
    "portal_keep_publication()",
    "portal_standard_is_settled(bigint)",
)
ALWAYS = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};" for table, trigger in SETTLED)
BACKWARD = "".join(f"DROP TRIGGER {trigger} ON {table};" for table, trigger in SETTLED) + "".join(
    f"DROP FUNCTION {function};" for function in FUNCTIONS
)


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0002_walls")]
    operations = [migrations.RunSQL(FORWARD + ALWAYS, BACKWARD)]
