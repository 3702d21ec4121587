"""以人民调解委员会的名义: only an agreement of a committee that the association has registered, on a day on which it stood."""

import django.db.models.deletion
from django.db import migrations, models

from association.migration_ops import keep_together

FORWARD = """
CREATE FUNCTION portal_agreement_body() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.body = 'association' AND NEW.committee_id IS NULL THEN
    RETURN NEW;
  END IF;
  IF NEW.body = 'peoples_committee' AND EXISTS (
    SELECT 1 FROM association_peoplescommittee c
    WHERE c.id = NEW.committee_id AND c.association_id = NEW.association_id
      AND c.valid_from <= (NEW.drawn_up_at AT TIME ZONE 'Asia/Shanghai')::date
      AND (c.valid_until IS NULL OR c.valid_until > (NEW.drawn_up_at AT TIME ZONE 'Asia/Shanghai')::date)
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'only a registered committee mediates in its name' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER agreement_body_begins BEFORE INSERT ON complaints_agreement
  FOR EACH ROW EXECUTE FUNCTION portal_agreement_body();
ALTER TABLE complaints_agreement ENABLE ALWAYS TRIGGER agreement_body_begins;
CREATE FUNCTION portal_agreement_body_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'in whose name an agreement was drawn up is settled' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER agreement_body_kept BEFORE UPDATE ON complaints_agreement FOR EACH ROW
  WHEN ((OLD.body, OLD.committee_id, OLD.mediator_id) IS DISTINCT FROM (NEW.body, NEW.committee_id, NEW.mediator_id))
  EXECUTE FUNCTION portal_agreement_body_kept();
ALTER TABLE complaints_agreement ENABLE ALWAYS TRIGGER agreement_body_kept;
"""
BACKWARD = """
DROP TRIGGER agreement_body_kept ON complaints_agreement;
DROP FUNCTION portal_agreement_body_kept();
DROP TRIGGER agreement_body_begins ON complaints_agreement;
DROP FUNCTION portal_agreement_body();
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0035_pauses_on_paper"), ("association", "0030_peoples_committee")]
    operations = [
        migrations.AddField(
            model_name="agreement",
            name="committee",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="association.peoplescommittee",
                verbose_name="人民调解委员会",
            ),
        ),
        keep_together("complaints_agreement", "committee_id", "association_peoplescommittee"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
