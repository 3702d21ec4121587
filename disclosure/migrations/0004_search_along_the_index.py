"""The search along the index as a function of the database: each connection plans it once, not for every word.

Planning took three times as long as running. A statement prepared by the program would be a thing of the session, and
sessions may be shared by a pooler (docs/architecture.md); a function's plan is the database's own affair. The plan must
not depend on when it was made, perhaps before the register was filled: it may not choose to read whole tables.

The function runs with the rights of who calls it; ``disclosure/queries/search.py`` says what it is asked.
"""

from django.db import migrations

COLUMNS = """
  id bigint, association_id bigint, institution_id bigint, name varchar, short_name varchar, former_names varchar[],
  uscc varchar, field varchar, region varchar, is_member boolean, is_demo boolean, source varchar, state varchar,
  grade varchar, grade_year smallint, standard varchar, official boolean, published_at timestamptz, valid_until date,
  as_of timestamptz, place smallint, length smallint
"""
SEARCH = f"""
CREATE FUNCTION portal_search(
  associations bigint[], wanted_gram text, patterns text[], after_place int, after_length int, after_card bigint, most int
) RETURNS TABLE ({COLUMNS}) LANGUAGE plpgsql STABLE ROWS 20
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH hit AS MATERIALIZED (
    SELECT found.* FROM unnest(associations) AS wanted(owner) CROSS JOIN LATERAL (
      SELECT key.card_id, key.place, key.length FROM disclosure_cardgram key
      WHERE key.association_id = wanted.owner AND key.gram = wanted_gram
        AND (key.place, key.length, key.card_id) > (after_place, after_length, after_card)
        AND key.text LIKE ALL (patterns)
        AND (key.best OR NOT EXISTS (
          SELECT 1 FROM disclosure_cardgram other
          WHERE other.card_id = key.card_id AND other.gram = key.gram AND other.text LIKE ALL (patterns)
            AND (other.place, other.length, other.text) < (key.place, key.length, key.text)))
      ORDER BY key.place, key.length, key.card_id LIMIT most) found
    ORDER BY found.place, found.length, found.card_id LIMIT most)
  SELECT card.id, card.association_id, card.institution_id, card.name, card.short_name, card.former_names, card.uscc,
    card.field, card.region, card.is_member, card.is_demo, card.source, card.state, card.grade, card.grade_year,
    card.standard, card.official, card.published_at, card.valid_until, card.as_of, hit.place, hit.length
  FROM hit JOIN disclosure_registercard card ON card.id = hit.card_id
  ORDER BY hit.place, hit.length, hit.card_id;
END$$;
GRANT EXECUTE ON FUNCTION portal_search TO portal_public;
"""


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0003_words_by_bytes")]
    operations = [migrations.RunSQL(SEARCH, "DROP FUNCTION portal_search;")]
