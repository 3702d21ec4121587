"""被替代 and 恢复 follow from other rows: only a newer result takes a place, a result comes back with its assessment."""

from django.db import migrations

FOLLOWS = """
CREATE FUNCTION portal_superseded_or_resumed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM credit_rating_assessment own
    JOIN credit_rating_round own_round ON own_round.id = own.round_id
    JOIN credit_rating_assessment other
      ON other.association_id = own.association_id AND other.institution_id = own.institution_id
    JOIN credit_rating_round other_round ON other_round.id = other.round_id AND other_round.year >= own_round.year
    JOIN credit_rating_publication p ON p.assessment_id = other.id AND p.id <> NEW.id
    WHERE own.id = NEW.assessment_id AND p.published_at IS NOT NULL AND p.superseded_at IS NULL) THEN
    RAISE EXCEPTION 'a result is superseded by a published one of the same or a later year' USING ERRCODE = '23514';
  END IF;
  IF OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM credit_rating_assessment WHERE id = NEW.assessment_id AND stage = 'published') THEN
    RAISE EXCEPTION 'a result is resumed with its assessment' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER superseded_or_resumed BEFORE UPDATE ON credit_rating_publication
  FOR EACH ROW EXECUTE FUNCTION portal_superseded_or_resumed();
ALTER TABLE credit_rating_publication ENABLE ALWAYS TRIGGER superseded_or_resumed;
"""
BACKWARD = """
DROP TRIGGER superseded_or_resumed ON credit_rating_publication;
DROP FUNCTION portal_superseded_or_resumed();
"""


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0019_corrections")]
    operations = [migrations.RunSQL(FOLLOWS, BACKWARD)]
