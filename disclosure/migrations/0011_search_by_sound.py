"""Keys for pinyin, initials and pieces of codes, and the search along one of them as a function (as in 0004).

Which keys a card has follows from its names and code by the version of the code that made them: cards with keys of an
earlier version are written again by the next sweep.
"""

from django.db import migrations, models

COLUMNS = """
  id bigint, association_id bigint, institution_id bigint, name varchar, short_name varchar, former_names varchar[],
  uscc varchar, field varchar, region varchar, is_member boolean, is_demo boolean, source varchar, state varchar,
  grade varchar, grade_year smallint, standard varchar, official boolean, published_at timestamptz, valid_until date,
  as_of timestamptz, place smallint, length smallint
"""
SEARCH = f"""
CREATE FUNCTION portal_search_way(
  associations bigint[], wanted_gram text, pattern text, earlier_grams text[], earlier_patterns text[],
  after_place int, after_length int, after_card bigint, most int
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
        AND key.text LIKE pattern
        AND (key.best OR NOT EXISTS (
          SELECT 1 FROM disclosure_cardgram other
          WHERE other.card_id = key.card_id AND other.gram = key.gram AND other.text LIKE pattern
            AND (other.place, other.length, other.text) < (key.place, key.length, key.text)))
        AND (cardinality(earlier_grams) = 0 OR NOT EXISTS (
          SELECT 1 FROM disclosure_cardgram other
          JOIN unnest(earlier_grams, earlier_patterns) AS earlier(gram, pattern)
            ON other.gram = earlier.gram AND other.text LIKE earlier.pattern
          WHERE other.card_id = key.card_id))
      ORDER BY key.place, key.length, key.card_id LIMIT most) found
    ORDER BY found.place, found.length, found.card_id LIMIT most)
  SELECT card.id, card.association_id, card.institution_id, card.name, card.short_name, card.former_names, card.uscc,
    card.field, card.region, card.is_member, card.is_demo, card.source, card.state, card.grade, card.grade_year,
    card.standard, card.official, card.published_at, card.valid_until, card.as_of, hit.place, hit.length
  FROM hit JOIN disclosure_registercard card ON card.id = hit.card_id
  ORDER BY hit.place, hit.length, hit.card_id;
END$$;
GRANT EXECUTE ON FUNCTION portal_search_way TO portal_public;
"""


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0010_publication_log_walls")]
    operations = [
        migrations.AddField(
            model_name="registercard",
            name="keys_version",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.AlterField(
            model_name="cardgram",
            name="gram",
            field=models.CharField(db_collation="C", max_length=5),
        ),
        migrations.RunSQL(SEARCH, "DROP FUNCTION portal_search_way;"),
    ]
