"""得分总览 on every submitted opinion, by the database itself; and no key twice where rows come by the thousand."""

import django.db.models.deletion
from django.db import migrations, models

PACK = """
CREATE FUNCTION portal_packed_marks(opinion bigint) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT coalesce(string_agg(int4send(coalesce((points * 100)::int, CASE state WHEN 'na' THEN -1 ELSE -2 END)), ''
                             ORDER BY indicator_id), '')
  FROM credit_rating_opinionitem WHERE opinion_id = opinion
$$;

DO $$
DECLARE one bigint;
BEGIN
  ALTER TABLE credit_rating_opinion DISABLE TRIGGER keep_opinion;
  FOR one IN SELECT id FROM association_association LOOP
    PERFORM set_config('portal.association', one::text, true);
    UPDATE credit_rating_opinion SET marks = portal_packed_marks(id) WHERE submitted_at IS NOT NULL;
  END LOOP;
  PERFORM set_config('portal.association', '', true);
  ALTER TABLE credit_rating_opinion ENABLE ALWAYS TRIGGER keep_opinion;
END$$;

CREATE FUNCTION portal_pack_opinion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.marks := CASE WHEN NEW.submitted_at IS NOT NULL THEN portal_packed_marks(NEW.id) END;
  RETURN NEW;
END$$;
CREATE TRIGGER pack_opinion BEFORE INSERT OR UPDATE ON credit_rating_opinion
  FOR EACH ROW EXECUTE FUNCTION portal_pack_opinion();
ALTER TABLE credit_rating_opinion ENABLE ALWAYS TRIGGER pack_opinion;
"""
UNPACK = """
DROP TRIGGER pack_opinion ON credit_rating_opinion;
DROP FUNCTION portal_pack_opinion();
DROP FUNCTION portal_packed_marks(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0006_settled_results"), ("association", "0004_practice_clock")]
    operations = [
        migrations.AddField(
            "opinion", "marks", models.BinaryField(editable=False, null=True, verbose_name="得分总览")
        ),
        migrations.RunSQL(PACK, UNPACK),
        migrations.AddConstraint(
            "opinion",
            models.CheckConstraint(
                condition=models.Q(("submitted_at__isnull", True), ("marks__isnull", False), _connector="OR"),
                name="opinion_marks",
            ),
        ),
        migrations.AlterField(
            model_name="computation",
            name="assessment",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="computations",
                to="credit_rating.assessment",
                verbose_name="评估",
            ),
        ),
        migrations.AlterField(
            model_name="computation",
            name="association",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="association.association",
            ),
        ),
        migrations.AlterField(
            model_name="determination",
            name="assessment",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="determinations",
                to="credit_rating.assessment",
                verbose_name="评估",
            ),
        ),
        migrations.AlterField(
            model_name="determination",
            name="association",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="association.association",
            ),
        ),
        migrations.AlterField(
            model_name="determination",
            name="computation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="credit_rating.computation",
                verbose_name="计算记录",
            ),
        ),
    ]
