"""人民调解委员会: a fact of the association with its paper; a committee ends where it ends, and nothing else of it changes."""

import django.db.models.deletion
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

KEEP = """
CREATE FUNCTION portal_keep_committee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.valid_until IS NULL
     AND to_jsonb(NEW) - 'valid_until' = to_jsonb(OLD) - 'valid_until' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a registered committee stays as it was' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_committee BEFORE UPDATE OR DELETE ON association_peoplescommittee
  FOR EACH ROW EXECUTE FUNCTION portal_keep_committee();
ALTER TABLE association_peoplescommittee ENABLE ALWAYS TRIGGER keep_committee;

CREATE FUNCTION portal_one_committee_a_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM association_peoplescommittee c WHERE c.association_id = NEW.association_id
             AND (c.valid_until IS NULL OR c.valid_until > NEW.valid_from)) THEN
    RAISE EXCEPTION 'one committee at a time' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER one_committee_a_day BEFORE INSERT ON association_peoplescommittee
  FOR EACH ROW EXECUTE FUNCTION portal_one_committee_a_day();
ALTER TABLE association_peoplescommittee ENABLE ALWAYS TRIGGER one_committee_a_day;
"""
DROP = """
DROP TRIGGER one_committee_a_day ON association_peoplescommittee;
DROP FUNCTION portal_one_committee_a_day();
DROP TRIGGER keep_committee ON association_peoplescommittee;
DROP FUNCTION portal_keep_committee();
"""


class Migration(migrations.Migration):
    dependencies = [("association", "0029_first_chair")]
    operations = [
        migrations.CreateModel(
            name="PeoplesCommittee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("filed_as", models.CharField(max_length=200, verbose_name="设立或者备案的文件")),
                ("valid_from", models.DateField(verbose_name="自何日起")),
                ("valid_until", models.DateField(null=True, verbose_name="至何日止（当日不计）")),
                (
                    "association",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="association.association",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="association.attachment",
                        verbose_name="文件",
                    ),
                ),
            ],
            options={
                "verbose_name": "人民调解委员会",
                "verbose_name_plural": "人民调解委员会",
                "ordering": ["-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until__isnull", True)),
                        fields=("association",),
                        name="peoples_committee_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("filed_as", ""), _negated=True)
                        ),
                        name="peoples_committee_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            ("valid_until__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="peoples_committee_dates",
                    ),
                ],
            },
        ),
        isolate("association_peoplescommittee"),
        keep_together("association_peoplescommittee", "document_id", "association_attachment"),
        migrations.RunSQL(KEEP, DROP),
    ]
