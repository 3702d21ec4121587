"""计算记录 in columns of their own, packed as the opinions are; a 综合评定 names a computation of its own assessment."""

import django.contrib.postgres.fields
from django.db import migrations, models

# The marks of a row that was kept before are a list of numbers or, packed already, hexadecimal.
MOVE = """
DO $$
DECLARE one bigint;
BEGIN
  ALTER TABLE credit_rating_computation DISABLE TRIGGER credit_rating_computation_no_change;
  FOR one IN SELECT id FROM association_association LOOP
    PERFORM set_config('portal.association', one::text, true);
    UPDATE credit_rating_computation SET
      opinions = ARRAY(SELECT jsonb_array_elements_text(coalesce(inputs -> 'opinions', '[]'))::bigint),
      marks = CASE jsonb_typeof(inputs -> 'marks')
        WHEN 'string' THEN decode(inputs ->> 'marks', 'hex')
        WHEN 'array' THEN coalesce((SELECT string_agg(int4send(number::int), '' ORDER BY place)
          FROM jsonb_array_elements_text(inputs -> 'marks') WITH ORDINALITY AS given(number, place)), '')
        ELSE '' END,
      na_reasons = coalesce(inputs -> 'na', '{}'),
      struck = coalesce(result -> 'struck', '[]');
  END LOOP;
  PERFORM set_config('portal.association', '', true);
  ALTER TABLE credit_rating_computation ENABLE ALWAYS TRIGGER credit_rating_computation_no_change;
END$$;
"""
# One key instead of two: that the computation's assessment is there and of this association is the computation's own key.
TOGETHER = """
ALTER TABLE credit_rating_determination
  DROP CONSTRAINT credit_rating_determination_assessment_id_same,
  DROP CONSTRAINT credit_rating_determination_computation_id_same,
  ADD CONSTRAINT credit_rating_determination_computation_same
    FOREIGN KEY (association_id, assessment_id, computation_id)
    REFERENCES credit_rating_computation (association_id, assessment_id, id) DEFERRABLE INITIALLY DEFERRED;
"""
APART = """
ALTER TABLE credit_rating_determination
  DROP CONSTRAINT credit_rating_determination_computation_same,
  ADD CONSTRAINT credit_rating_determination_assessment_id_same FOREIGN KEY (association_id, assessment_id)
    REFERENCES credit_rating_assessment (association_id, id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT credit_rating_determination_computation_id_same FOREIGN KEY (association_id, computation_id)
    REFERENCES credit_rating_computation (association_id, id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0007_packed_marks")]
    operations = [
        migrations.AddField(
            "computation",
            "opinions",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None, verbose_name="评审意见"
            ),
        ),
        migrations.AddField("computation", "marks", models.BinaryField(default=bytes, verbose_name="得分总览")),
        migrations.AddField("computation", "na_reasons", models.JSONField(default=dict, verbose_name="不适用理由")),
        migrations.AddField(
            "computation", "struck", models.JSONField(default=list, verbose_name="触发的一票否决项")
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField("computation", "inputs"),
        migrations.RemoveField("computation", "result"),
        migrations.AddConstraint(
            "computation",
            models.UniqueConstraint(
                fields=("association", "assessment", "id"), name="computation_of_assessment"
            ),
        ),
        migrations.RunSQL(TOGETHER, APART),
    ]
